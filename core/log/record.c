/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/record.h"

#include <stddef.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/log/field.h"
#include "core/log/prefix.h"

/* The state of one slice: where we are, and what the header said. */
typedef struct {
    AmrRecord *record;
    const char *block;
    AmrCursor line;
    bool user;        /* type USER_AVC: the record is nested in msg='...' */
    bool nested;      /* within it */
    const char *body; /* where the kernel's own text begins; NULL if it did not come by printk */
    AmrField bare;    /* of the last value, if that stood without quotes */
} Slice;

enum {
    ENRICHED = 0x1d
}; /* where the raw part ends and auditd's own translation begins */

/* ---- header: type and stamp --------------------------------------------------------------------
 */

static bool
read_number(AmrCursor *line, size_t max, uint64_t *number)
{
    const char *start = line->at;
    const size_t digits = amr_cursor_digits(line);
    uint64_t value = 0;
    if (digits == 0 || digits > max)
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (uint64_t)(start[i] - '0');
    *number = value;
    return true;
}

static bool
word_is(const AmrCursor *word, const char *text)
{
    AmrCursor try = *word;
    return amr_cursor_skip(&try, text) && try.at == try.end;
}

/* Types that carry a record of AppArmor; with the old ones the type is the verdict. */
static bool
read_type(Slice *slice)
{
    AmrCursor *line = &slice->line;
    AmrCursor word;
    uint64_t type = 0;

    if (!amr_cursor_skip(line, "type="))
        return true; /* there need not be one */
    word.at = line->at;
    while (line->at < line->end && *line->at != ' ')
        line->at++;
    word.end = line->at;
    if (word_is(&word, "AVC"))
        return true;
    if (amr_cursor_skip(&word, "APPARMOR")) {
        if (word_is(&word, "_KILL"))
            slice->record->verdict = AMR_VERDICT_KILLED;
        else if (amr_cursor_skip(&word, "_"))
            slice->record->verdict = amr_verdict_from_word(word.at, (size_t)(word.end - word.at));
        return true;
    }
    if (word_is(&word, "USER_AVC")) {
        slice->user = true;
        return true;
    }
    if (amr_cursor_skip(&word, "UNKNOWN[") && word.end > word.at && word.end[-1] == ']')
        word.end--;
    if (!read_number(&word, 5, &type) || word.at != word.end)
        return false;
    slice->user = type == 1107;
    slice->record->verdict = amr_verdict_from_type((unsigned)type);
    return type == 1400 || type == 1107 || (type >= 1500 && type <= 1507);
}

/* audit(1795350881.904:31): */
static bool
read_stamp(Slice *slice)
{
    AmrCursor *line = &slice->line;
    const char *fraction;
    uint64_t seconds = 0, ms = 0, ignored = 0;

    slice->record->text.off = (uint32_t)(line->at - slice->block);
    if (!amr_cursor_skip(line, "audit("))
        return true; /* there need not be one */
    if (!read_number(line, 15, &seconds) || !amr_cursor_skip(line, "."))
        return false;
    fraction = line->at;
    if (!read_number(line, 9, &ignored))
        return false;
    for (int i = 0; i < 3; i++)
        ms = ms * 10 + (fraction + i < line->at ? (uint64_t)(fraction[i] - '0') : 0);
    if (!amr_cursor_skip(line, ":") || !read_number(line, 19, &slice->record->serial) ||
        !amr_cursor_skip(line, ")"))
        return false;
    slice->record->stamp_ms = seconds * 1000 + ms;
    amr_cursor_spaces(line);
    (void)amr_cursor_skip(line, ":");
    amr_cursor_spaces(line);
    return true;
}

static void
read_node(Slice *slice)
{
    AmrCursor *line = &slice->line;
    const char *start;
    if (!amr_cursor_skip(line, "node="))
        return;
    start = line->at;
    while (line->at < line->end && *line->at != ' ')
        line->at++;
    slice->record->present |= (uint64_t)1 << AMR_FIELD_NODE;
    slice->record->field[AMR_FIELD_NODE] =
        (AmrSpan){(uint32_t)(start - slice->block), (uint32_t)(line->at - start)};
    amr_cursor_spaces(line);
}

/* Moves over a daemon's own fields, pid= and subj= and the like, to what it says. */
static bool
enter_message(Slice *slice)
{
    static const char quote[] = "msg='";
    AmrCursor *line = &slice->line;
    while (line->at < line->end) {
        if (amr_cursor_skip(line, quote)) {
            slice->nested = true;
            return true;
        }
        while (line->at < line->end && *line->at != ' ')
            line->at++;
        amr_cursor_spaces(line);
    }
    return false;
}

/* All forms of FACTS section 9; leaves the cursor at the first key. */
static bool
read_header(Slice *slice)
{
    AmrCursor *line = &slice->line;
    const AmrSpeaker speaker = amr_prefix_skip(line);
    const char *stamp;

    if (speaker == AMR_SPEAKER_NONE)
        return false;
    slice->record->from_kernel = speaker == AMR_SPEAKER_KERNEL;
    slice->body = line->at;
    if (speaker != AMR_SPEAKER_DBUS) {
        if (!amr_cursor_skip(line, "audit: ") && speaker != AMR_SPEAKER_KERNEL)
            slice->body = NULL;
        read_node(slice);
        if (speaker != AMR_SPEAKER_KERNEL && amr_cursor_skip(line, "USER_AVC "))
            slice->user = true;
        else if (speaker != AMR_SPEAKER_KERNEL)
            (void)amr_cursor_skip(line, "AVC ");
        if (!read_type(slice))
            return false;
        amr_cursor_spaces(line);
        (void)amr_cursor_skip(line, "msg=");
        stamp = line->at;
        if (!read_stamp(slice) || !read_type(slice))
            return false;
        /* The kernel itself never speaks without one; who writes to /dev/kmsg may. */
        if (speaker == AMR_SPEAKER_KERNEL && line->at == stamp)
            return false;
        amr_cursor_spaces(line);
        if (slice->user && !enter_message(slice))
            return false;
    }
    if (slice->record->text.off == 0)
        slice->record->text.off = (uint32_t)(line->at - slice->block);
    return true;
}

/* ---- body: keys and values ----------------------------------------------------------------------
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
    if (slice->nested && field == AMR_FIELD_ADDR)
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
           (*line->at == '#' && is_escape(line, "#035")) || (slice->nested && *line->at == '\'');
}

static inline bool
is_space(const AmrCursor *line)
{
    return *line->at == ' ' || *line->at == '\t' || *line->at == '\n' ||
           (*line->at == '#' && is_escape(line, "#012"));
}

/* The value at the cursor. False if the line ends within it. Nothing inside quotes is an escape:
 * the kernel quotes only what holds no quote (FACTS section 7). */
static inline bool
read_value(Slice *slice, Value *value)
{
    AmrCursor *line = &slice->line;
    const char *start = line->at, *end;

    value->quoted = amr_cursor_is(line, '"');
    if (value->quoted) {
        start++;
        end = memchr(start, '"', (size_t)(line->end - start));
        line->at = end ? end + 1 : line->end;
        if (!end)
            return false;
    } else {
        for (skip_plain(line); !is_end(slice) && !is_space(line); skip_plain(line))
            line->at++;
        end = line->at;
        if (end == start && line->at == line->end)
            return false;
    }
    value->start = start;
    value->end = end;
    return true;
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
        for (skip_plain(line);
             !is_end(slice) && !is_space(line) && *line->at != '=' && *line->at != '"';
             skip_plain(line))
            line->at++;
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
    static const size_t limits[] = {973, 989, 1021};
    const size_t len = slice->body ? (size_t)(slice->line.end - slice->body) : 0;

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
amr_record_slice(AmrRecord *record, const char *block, AmrSpan line)
{
    Slice slice = {
        .record = record,
        .block = block,
        .line = {block + line.off, block + line.off + line.len},
    };

    memset(record, 0, offsetof(AmrRecord, extra)); /* of those only the first extra_count hold */
    if (!read_header(&slice) || !read_verdict(&slice))
        return false;
    read_fields(&slice);
    record->torn = record->torn || is_cut_by_printk(&slice);
    record->text.len = line.off + line.len - record->text.off;
    return true;
}
