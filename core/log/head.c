/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/head-private.h"

#include <string.h>

/* The state of one look: where we are, and what was said. */
typedef struct {
    AmrHead *head;
    const char *block;
    AmrCursor line;
    bool user; /* type USER_AVC: the record is nested in msg='...' */
} Reader;

/* ---- verdicts -------------------------------------------------------------------------------- */

static const char *const verdict_words[AMR_VERDICT_COUNT] = {
#define AMR_VERDICT_WORD(name, word) [AMR_VERDICT_##name] = (word),
    AMR_VERDICTS(AMR_VERDICT_WORD)
#undef AMR_VERDICT_WORD
};

const char *
amr_verdict_word(AmrVerdict verdict)
{
    return verdict < AMR_VERDICT_COUNT ? verdict_words[verdict] : NULL;
}

AmrVerdict
amr_verdict_from_word(const char *word, size_t len)
{
    for (int verdict = 1; verdict < AMR_VERDICT_COUNT; verdict++) {
        if (strlen(verdict_words[verdict]) == len && memcmp(verdict_words[verdict], word, len) == 0)
            return (AmrVerdict)verdict;
    }
    return AMR_VERDICT_UNKNOWN;
}

AmrVerdict
amr_verdict_from_type(unsigned type)
{
    static const AmrVerdict verdicts[] = {
        AMR_VERDICT_AUDIT,  AMR_VERDICT_ALLOWED, AMR_VERDICT_DENIED, AMR_VERDICT_HINT,
        AMR_VERDICT_STATUS, AMR_VERDICT_ERROR,   AMR_VERDICT_KILLED,
    };
    return type >= 1501 && type <= 1507 ? verdicts[type - 1501] : AMR_VERDICT_UNKNOWN;
}

/* ---- type and stamp -------------------------------------------------------------------------- */

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
read_type(Reader *reader)
{
    AmrCursor *line = &reader->line;
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
            reader->head->verdict = AMR_VERDICT_KILLED;
        else if (amr_cursor_skip(&word, "_"))
            reader->head->verdict = amr_verdict_from_word(word.at, (size_t)(word.end - word.at));
        return true;
    }
    if (word_is(&word, "USER_AVC")) {
        reader->user = true;
        return true;
    }
    if (amr_cursor_skip(&word, "UNKNOWN[") && word.end > word.at && word.end[-1] == ']')
        word.end--;
    if (!read_number(&word, 5, &type) || word.at != word.end)
        return false;
    reader->user = type == 1107;
    reader->head->verdict = amr_verdict_from_type((unsigned)type);
    return type == 1400 || type == 1107 || (type >= 1500 && type <= 1507);
}

bool
amr_head_read_stamp(AmrHead *head, AmrCursor *line)
{
    const char *fraction;
    uint64_t seconds = 0, ms = 0, ignored = 0;

    if (!read_number(line, 15, &seconds) || !amr_cursor_skip(line, "."))
        return false;
    fraction = line->at;
    if (!read_number(line, 9, &ignored))
        return false;
    for (int i = 0; i < 3; i++)
        ms = ms * 10 + (fraction + i < line->at ? (uint64_t)(fraction[i] - '0') : 0);
    if (!amr_cursor_skip(line, ":") || !read_number(line, 19, &head->serial) ||
        !amr_cursor_skip(line, ")"))
        return false;
    head->stamp_ms = seconds * 1000 + ms;
    return true;
}

/* audit(1795350881.904:31): */
static bool
read_stamp(Reader *reader)
{
    AmrCursor *line = &reader->line;

    reader->head->text.off = (uint32_t)(line->at - reader->block);
    if (!amr_cursor_skip(line, "audit("))
        return true; /* there need not be one */
    if (!amr_head_read_stamp(reader->head, line))
        return false;
    amr_cursor_spaces(line);
    (void)amr_cursor_skip(line, ":");
    amr_cursor_spaces(line);
    return true;
}

static void
read_node(Reader *reader)
{
    AmrCursor *line = &reader->line;
    const char *start;
    if (!amr_cursor_skip(line, "node="))
        return;
    start = line->at;
    while (line->at < line->end && *line->at != ' ')
        line->at++;
    reader->head->node = (AmrSpan){(uint32_t)(start - reader->block), (uint32_t)(line->at - start)};
    amr_cursor_spaces(line);
}

/* Moves over a daemon's own fields, pid= and subj= and the like, to what it says. */
static bool
enter_message(Reader *reader)
{
    static const char quote[] = "msg='";
    AmrCursor *line = &reader->line;
    while (line->at < line->end) {
        if (amr_cursor_skip(line, quote)) {
            reader->head->nested = true;
            return true;
        }
        while (line->at < line->end && *line->at != ' ')
            line->at++;
        amr_cursor_spaces(line);
    }
    return false;
}

/* The type and the audit stamp of what is no daemon's own log. */
static bool
read_record_head(Reader *reader, AmrSpeaker speaker)
{
    AmrCursor *line = &reader->line;
    const char *stamp;

    read_node(reader);
    if (speaker != AMR_SPEAKER_KERNEL && amr_cursor_skip(line, "USER_AVC "))
        reader->user = true;
    else if (speaker != AMR_SPEAKER_KERNEL)
        (void)amr_cursor_skip(line, "AVC ");
    if (!read_type(reader))
        return false;
    amr_cursor_spaces(line);
    (void)amr_cursor_skip(line, "msg=");
    stamp = line->at;
    if (!read_stamp(reader) || !read_type(reader))
        return false;
    /* The kernel itself never speaks without one; who writes to /dev/kmsg may. */
    if (speaker == AMR_SPEAKER_KERNEL && line->at == stamp)
        return false;
    amr_cursor_spaces(line);
    return !reader->user || enter_message(reader);
}

bool
amr_head_read(AmrHead *head, const char *block, AmrSpan span)
{
    Reader reader = {
        .head = head,
        .block = block,
        .line = {block + span.off, block + span.off + span.len},
    };
    AmrCursor *line = &reader.line;
    AmrSpeaker speaker;
    const char *printed = NULL;

    *head = (AmrHead){.verdict = AMR_VERDICT_UNKNOWN};
    speaker = amr_prefix_skip(line);
    if (speaker == AMR_SPEAKER_NONE)
        return false;
    head->from_kernel = speaker == AMR_SPEAKER_KERNEL;
    if (speaker != AMR_SPEAKER_DBUS) {
        const char *start = line->at;
        if (amr_cursor_skip(line, "audit: ") || head->from_kernel)
            printed = start;
        if (!read_record_head(&reader, speaker))
            return false;
    }
    if (head->text.off == 0)
        head->text.off = (uint32_t)(line->at - block);
    head->text.len = span.off + span.len - head->text.off;
    head->body = (AmrSpan){(uint32_t)(line->at - block), (uint32_t)(line->end - line->at)};
    head->printed = printed ? (uint32_t)(line->at - printed) : 0;
    return true;
}
