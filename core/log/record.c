/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/record.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/log/field.h"
#include "core/log/prefix.h"

/* The state of one slice: where we are. */
typedef struct {
    AmrRecord *record;
    const char *block;
    AmrCursor line;
    AmrField bare; /* of the last value, if that stood without quotes */
} Slice;

enum {
    ENRICHED = 0x1d
}; /* where the raw part ends and auditd's own translation begins */

/* ---- keys and values --------------------------------------------------------------------------
 */

/* Whole addresses are handed on and made a span only where it is kept: a span written by halves and
 * read as one stalls the processor. */
typedef struct {
    const char *start, *end;
    bool quoted;
} Value;

static AmrSpan
to_span(const Slice *slice, const char *start, const char *end)
{
    return (AmrSpan){(uint32_t)(start - slice->block), (uint32_t)(end - start)};
}

static AmrField
keep(Slice *slice, const char *key, size_t key_len, const Value *value)
{
    AmrRecord *record = slice->record;
    AmrField field = amr_field_from_key(key, key_len);

    /* libaudit's own addr=, of a host, after what a daemon says; no socket's. */
    if (slice->record->head.nested && field == AMR_FIELD_ADDR)
        field = AMR_FIELD_UNKNOWN;
    if (field != AMR_FIELD_UNKNOWN) {
        /* The first one counts: the kernel writes its own fields before what a task chose. */
        if (amr_record_has(record, field))
            return field;
        record->field[field] = to_span(slice, value->start, value->end);
        record->present |= (uint64_t)1 << field;
        record->quoted |= (uint64_t)value->quoted << field;
        return field;
    }
    if (record->extra_count < AMR_RECORD_EXTRA) {
        record->extra[record->extra_count].key = to_span(slice, key, key + key_len);
        record->extra[record->extra_count].value = to_span(slice, value->start, value->end);
        record->extra[record->extra_count].quoted = value->quoted;
    }
    record->extra_count++;
    return field;
}

/* rsyslog writes control bytes as #ooo; only these two can stand outside of quotes. */
static bool
is_escape(const AmrCursor *line, const char *word)
{
    AmrCursor try = *line;
    return amr_cursor_skip(&try, word);
}

/* Bytes at which a key or a bare value may end; all others are skipped at one look. */
static const bool stops[256] = {
    [' '] = true, ['\t'] = true, ['\n'] = true, ['='] = true,
    ['"'] = true, ['\''] = true, ['#'] = true,  [ENRICHED] = true,
};

#ifdef __SSE2__
/* How many of the 16 bytes at @at surely are no stop: all stops but = are below 0x28. */
static inline unsigned
count_plain(const char *at)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i_u *)at);
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8('\'')), bytes);
    const __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('='));
    const unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, equal));
    return (unsigned)__builtin_ctz(hits | 1u << 16);
}
#endif

static inline void
skip_plain(AmrCursor *line)
{
#ifdef __SSE2__
    /* At once, since the processor cannot guess how long a key is. */
    while (line->end - line->at > 16) {
        const unsigned plain = count_plain(line->at);
        line->at += plain;
        if (plain < 16 && stops[(unsigned char)*line->at])
            return;
        line->at += plain < 16;
    }
#endif
    while (line->at < line->end && !stops[(unsigned char)*line->at])
        line->at++;
}

static inline bool
is_end(const Slice *slice)
{
    const AmrCursor *line = &slice->line;
    return line->at >= line->end || *line->at == ENRICHED ||
           (*line->at == '#' && is_escape(line, "#035")) ||
           (*line->at == '\'' && slice->record->head.nested);
}

static inline bool
is_space(const AmrCursor *line)
{
    return *line->at == ' ' || *line->at == '\t' || *line->at == '\n' ||
           (*line->at == '#' && is_escape(line, "#012"));
}

/* The quote that ends what stands at @line; NULL if there is none. Most values are short. */
static inline const char *
find_quote(const AmrCursor *line)
{
    const char *at = line->at;
#ifdef __SSE2__
    for (int i = 0; i < 2 && line->end - at >= 16; i++, at += 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i_u *)at);
        const unsigned hits =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
        if (hits != 0)
            return at + __builtin_ctz(hits);
    }
#endif
    return memchr(at, '"', (size_t)(line->end - at));
}

/* The value at the cursor. False if the line ends within it. Nothing inside quotes is an escape:
 * the kernel quotes only what holds no quote (FACTS section 7). */
static inline bool
read_value(Slice *slice, Value *value)
{
    AmrCursor *line = &slice->line;

    value->quoted = amr_cursor_is(line, '"');
    if (value->quoted) {
        line->at++;
        value->start = line->at;
        value->end = find_quote(line);
        line->at = value->end ? value->end + 1 : line->end;
        return value->end != NULL;
    }
    value->start = line->at;
    skip_plain(line);
    while (!amr_cursor_is(line, ' ') && !is_end(slice) && !is_space(line)) {
        line->at++;
        skip_plain(line);
    }
    value->end = line->at;
    return value->end != value->start || line->at != line->end;
}

/* Moves over what may be a key, to the byte behind it. */
static inline void
skip_key(Slice *slice)
{
    AmrCursor *line = &slice->line;

    skip_plain(line);
    while (!amr_cursor_is(line, '=') && !is_end(slice) && !is_space(line) && *line->at != '"') {
        line->at++;
        skip_plain(line);
    }
}

static void
read_fields(Slice *slice)
{
    AmrCursor *line = &slice->line;

    while (!is_end(slice)) {
        const char *start = line->at;
        size_t key_len;
        Value value;

        if (is_space(line)) {
            line->at += *line->at == '#' ? 4 : 1;
            continue;
        }
        skip_key(slice);
        if (!amr_cursor_is(line, '=') || line->at == start) {
            /* A word that is no key; at the very end, the beginning of one. */
            slice->record->torn = line->at == line->end;
            if (line->at < line->end && (line->at == start || *line->at == '"'))
                line->at++;
            continue;
        }
        key_len = (size_t)(line->at - start);
        line->at++;
        if (!read_value(slice, &value)) {
            slice->record->torn = true;
            return;
        }
        slice->bare = keep(slice, start, key_len, &value);
        if (value.quoted)
            slice->bare = AMR_FIELD_UNKNOWN;
    }
}

/* printk cuts its text to 1024 bytes less what it keeps for itself, which differs by kernel: an
 * open quote shows it, but half of a name in hex looks like a name. The kernel always writes comm=
 * after the name. (Tried on 6.1: 989 bytes; the others are read from kernel/printk.) */
static bool
is_cut_by_printk(const Slice *slice)
{
    static const size_t limits[] = {AMR_RECORD_CUT_MIN, 989, 1021};
    const AmrHead *head = &slice->record->head;
    const size_t len = head->printed > 0 ? (size_t)head->printed + head->body.len : 0;

    if (len == 0 || slice->bare == AMR_FIELD_UNKNOWN || slice->line.at != slice->line.end)
        return false;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (len == limits[i])
            return true;
    }
    return len > limits[0] && !amr_record_has(slice->record, AMR_FIELD_COMM);
}

/* apparmor="DENIED" must come first, or the type has said it already. */
static bool
read_verdict(Slice *slice)
{
    Value value;

    if (!amr_cursor_skip(&slice->line, "apparmor="))
        return slice->record->verdict != AMR_VERDICT_UNKNOWN;
    if (!read_value(slice, &value) || value.end == value.start)
        return false;
    slice->record->verdict = amr_verdict_from_word(value.start, (size_t)(value.end - value.start));
    return true;
}

bool
amr_record_slice_body(AmrRecord *record, const AmrHead *head, const char *block)
{
    Slice slice = {
        .record = record,
        .block = block,
        .line = {block + head->body.off, block + head->body.off + head->body.len},
    };

    /* Spans are set only where they are present: to clear them all would cost as much as to find
     * them. */
    record->head = *head;
    record->verdict = head->verdict;
    record->present = record->quoted = 0;
    record->extra_count = 0;
    record->torn = false;
    if (head->node.off != 0) {
        record->present |= (uint64_t)1 << AMR_FIELD_NODE;
        record->field[AMR_FIELD_NODE] = head->node;
    }
    if (!read_verdict(&slice))
        return false;
    read_fields(&slice);
    record->torn = record->torn || is_cut_by_printk(&slice);
    return true;
}

bool
amr_record_slice(AmrRecord *record, const char *block, AmrSpan line)
{
    AmrHead head;
    return amr_head_read(&head, block, line) && amr_record_slice_body(record, &head, block);
}
