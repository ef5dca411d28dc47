/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/shapes.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/log/head-private.h"

/* What a remembered head stands before: no reader of heads looks further than this word. */
static const char first_key[] = "apparmor=";

static inline bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool
begins_body(const char *at, size_t left)
{
    return left >= strlen(first_key) && memcmp(at, first_key, strlen(first_key)) == 0;
}

#ifdef __SSE2__
static inline bool
is_like_16(const AmrShape *shape, const char *text, size_t i)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i_u *)(text + i));
    const __m128i want = _mm_loadu_si128((const __m128i_u *)(shape->text + i));
    const __m128i free = _mm_loadu_si128((const __m128i_u *)(shape->digit + i));
    const __m128i number = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    const __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(number, _mm_set1_epi8(9)), number);
    const __m128i good = _mm_or_si128(_mm_cmpeq_epi8(bytes, want), _mm_and_si128(digit, free));
    return _mm_movemask_epi8(good) == 0xffff;
}
#endif

/* Whether @text, of shape->len bytes at least, is of that shape. */
static bool
is_like(const AmrShape *shape, const char *text)
{
    const size_t len = shape->len;
    size_t i = 0;

#ifdef __SSE2__
    if (len >= 16) {
        for (; i + 16 <= len; i += 16) {
            if (!is_like_16(shape, text, i))
                return false;
        }
        return is_like_16(shape, text, len - 16); /* some of it a second time */
    }
#endif
    for (; i < len; i++) {
        if ((uint8_t)text[i] != shape->text[i] && !(shape->digit[i] && is_digit(text[i])))
            return false;
    }
    return true;
}

/* What its digits say, and where it stands. */
static void
fill(const AmrShape *shape, AmrHead *head, const char *block, AmrSpan line)
{
    AmrCursor stamp = {block + line.off + shape->stamp, block + line.off + shape->len};

    *head = shape->head;
    head->text.off += line.off;
    head->text.len = line.len - shape->head.text.off;
    head->body.off += line.off;
    head->body.len = line.len - shape->len;
    (void)amr_head_read_stamp(head, &stamp);
}

/* A type is told by its digits. */
static void
forget_type_digits(AmrShape *shape)
{
    static const char type[] = "type=";
    for (size_t i = 0; i + strlen(type) <= shape->len; i++) {
        if (memcmp(shape->text + i, type, strlen(type)) != 0)
            continue;
        for (i += strlen(type); i < shape->len && shape->text[i] != ' '; i++)
            shape->digit[i] = 0;
    }
}

static void
move_to_front(AmrShapes *shapes, unsigned place)
{
    const uint8_t which = shapes->order[place];
    memmove(shapes->order + 1, shapes->order, place);
    shapes->order[0] = which;
}

/* Remembers the shape of @head in place of the one that was not seen for longest. Not of those that
 * say more than their own bytes do: rsyslog's folding brackets end at the line's end, a name of a
 * node is no number, and without a stamp there is little to gain. Each of the others ends in a
 * blank, which nothing that reads a head looks across. */
static void
remember(AmrShapes *shapes, const AmrHead *head, const char *block, AmrSpan line)
{
    static const char stamp[] = "audit(";
    const char *text = block + line.off, *body = block + head->body.off;
    const size_t len = (size_t)(body - text);
    AmrShape *shape;

    if (len == 0 || len > AMR_SHAPE_MAX || body[-1] != ' ' || !begins_body(body, head->body.len) ||
        head->body.off + head->body.len != line.off + line.len || head->node.off != 0 ||
        head->text.off + strlen(stamp) >= head->body.off ||
        memcmp(block + head->text.off, stamp, strlen(stamp)) != 0)
        return;
    if (shapes->count < AMR_SHAPES) {
        shapes->order[shapes->count] = shapes->count;
        shapes->count++;
    }
    move_to_front(shapes, shapes->count - 1u);
    shape = &shapes->shape[shapes->order[0]];
    shape->head = *head;
    shape->head.text.off -= line.off;
    shape->head.body.off -= line.off;
    shape->len = (uint32_t)len;
    shape->stamp = shape->head.text.off + (uint32_t)strlen(stamp);
    memcpy(shape->text, text, len);
    for (size_t i = 0; i < len; i++)
        shape->digit[i] = is_digit(text[i]) ? 0xff : 0;
    forget_type_digits(shape);
}

bool
amr_shapes_read(AmrShapes *shapes, AmrHead *head, const char *block, AmrSpan line)
{
    const char *text = block + line.off;

    for (unsigned i = 0; i < shapes->count; i++) {
        const AmrShape *shape = &shapes->shape[shapes->order[i]];
        if (line.len <= shape->len || !begins_body(text + shape->len, line.len - shape->len) ||
            !is_like(shape, text))
            continue;
        fill(shape, head, block, line);
        if (i > 0)
            move_to_front(shapes, i);
        return true;
    }
    if (!amr_head_read(head, block, line))
        return false;
    remember(shapes, head, block, line);
    return true;
}
