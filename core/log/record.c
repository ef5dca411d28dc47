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

static inline AmrSpan
to_span(const Slice *slice, const char *start, const char *end)
{
    return (AmrSpan){(uint32_t)(start - slice->block), (uint32_t)(end - start)};
}

static void
keep_extra(Slice *slice, const char *key, size_t key_len, const Value *value)
{
    static const char verdict[] = "apparmor";
    AmrRecord *record = slice->record;

    /* A second record in the line, whose beginning hangs on the first one's last value. */
    if (key_len == strlen(verdict) && memcmp(key, verdict, key_len) == 0)
        record->torn = true;
    if (record->extra_count < AMR_RECORD_EXTRA) {
        record->extra[record->extra_count].key = to_span(slice, key, key + key_len);
        record->extra[record->extra_count].value = to_span(slice, value->start, value->end);
        record->extra[record->extra_count].quoted = value->quoted;
    }
    record->extra_count++;
}

static inline void
keep(Slice *slice, const char *key, size_t key_len, const Value *value)
{
    AmrRecord *record = slice->record;
    AmrField field = amr_field_from_key(key, key_len);

    /* libaudit's own addr=, of a host, after what a daemon says; no socket's. */
    if (slice->record->head.nested && field == AMR_FIELD_ADDR)
        field = AMR_FIELD_UNKNOWN;
    slice->bare = value->quoted ? AMR_FIELD_UNKNOWN : field;
    if (field == AMR_FIELD_UNKNOWN) {
        keep_extra(slice, key, key_len, value);
        return;
    }
    /* The first one counts: the kernel writes its own fields before what a task chose. */
    if (amr_record_has(record, field))
        return;
    record->field[field] = to_span(slice, value->start, value->end);
    record->present |= (uint64_t)1 << field;
    record->quoted |= (uint64_t)value->quoted << field;
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
/* A bit for each of the 16 bytes at @at that may be a stop: all but = are below 0x28. */
static inline uint32_t
stop_bits(const char *at)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i_u *)at);
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8('\'')), bytes);
    const __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('='));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(low, equal));
}
#endif

static inline void
skip_plain(AmrCursor *line)
{
#ifdef __SSE2__
    /* At once, since the processor cannot guess how long a key is. */
    while (line->end - line->at > 16) {
        const unsigned plain = (unsigned)__builtin_ctz(stop_bits(line->at) | 1u << 16);
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

#ifdef __SSE2__
/* The stops of a line, one after the other. They are found 64 bytes at a time, with no need to know
 * where the one before it was: to look for each from the last would make the processor wait. */
typedef struct {
    const char *at, *end; /* what is not looked at yet */
    const char *window;   /* what the bits stand for */
    uint64_t bits;
} Stops;

/* The line has 16 bytes at least, so that its last ones can be read with some before them. */
static inline void
move_window(Stops *stop)
{
    stop->window = stop->at;
    for (unsigned shift = 0; shift < 64 && stop->at < stop->end; shift += 16) {
        const size_t left = (size_t)(stop->end - stop->at), back = left < 16 ? 16 - left : 0;
        stop->bits |= (uint64_t)(stop_bits(stop->at - back) >> back) << shift;
        stop->at += 16 - back;
    }
}

/* The end if there is none. */
static inline const char *
next_stop(Stops *stop)
{
    const char *found;
    while (stop->bits == 0) {
        if (stop->at == stop->end)
            return stop->end;
        move_window(stop);
    }
    found = stop->window + __builtin_ctzll(stop->bits);
    stop->bits &= stop->bits - 1;
    return found;
}

/* The value from @value->start to its end, which is all that is set besides. False if it is not as
 * the kernel writes it. */
static inline bool
read_plain_value(Stops *stop, Value *value)
{
    value->end = next_stop(stop);
    value->quoted = value->end == value->start && value->end < stop->end && *value->end == '"';
    if (!value->quoted)
        return value->end == stop->end ? value->end > value->start : *value->end == ' ';
    value->start++;
    do
        value->end = next_stop(stop);
    while (value->end < stop->end && *value->end != '"');
    return value->end < stop->end;
}

/* Fields as the kernel writes them, key="value" or key=value and a blank or the end, as long as
 * they are so; the cursor is left before the first that is not, for read_field(). */
static void
read_plain_fields(Slice *slice)
{
    const char *key = slice->line.at, *const end = slice->line.end;
    Stops stop = {.at = key, .end = end};

    if (slice->record->head.body.len < 16)
        return;
    while (key < end) {
        const char *key_end = next_stop(&stop), *next;
        Value value;

        slice->line.at = key;
        if (key_end == key && *key == ' ') {
            key++;
            continue;
        }
        if (key_end == key || key_end == end || *key_end != '=')
            return;
        value.start = key_end + 1;
        if (!read_plain_value(&stop, &value))
            return;
        keep(slice, key, (size_t)(key_end - key), &value);
        next = value.end + value.quoted;
        slice->line.at = next;
        if (value.quoted && next < end && (next_stop(&stop) != next || *next != ' '))
            return;
        key = next < end ? next + 1 : end;
    }
    slice->line.at = end;
}
#else
static void
read_plain_fields(Slice *slice)
{
}
#endif

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

/* Whatever stands at the cursor, which is not at the end: a blank, a field, a word that is none.
 * False if the line ends within a value. */
static bool
read_field(Slice *slice)
{
    AmrCursor *line = &slice->line;
    const char *start = line->at;
    size_t key_len;
    Value value;

    if (is_space(line)) {
        line->at += *line->at == '#' ? 4 : 1;
        return true;
    }
    skip_key(slice);
    if (!amr_cursor_is(line, '=') || line->at == start) {
        /* A word that is no key; at the very end, the beginning of one. */
        slice->record->torn |= line->at == line->end;
        if (line->at < line->end && (line->at == start || *line->at == '"'))
            line->at++;
        return true;
    }
    key_len = (size_t)(line->at - start);
    line->at++;
    if (!read_value(slice, &value))
        return false;
    keep(slice, start, key_len, &value);
    return true;
}

static void
read_fields(Slice *slice)
{
    const char *plain_from = slice->line.at;

    while (!is_end(slice)) {
        /* Not after each odd byte: to look ahead costs as much as some dozens of them. */
        if (slice->line.at >= plain_from) {
            read_plain_fields(slice);
            plain_from = slice->line.at + 64;
        } else if (!read_field(slice)) {
            slice->record->torn = true;
            return;
        }
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
