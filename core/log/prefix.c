/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/prefix.h"

#include <string.h>

#include "core/log/scan.h"

/* Programs whose text is a record: who passes on the audit stream, and who mediates by itself. */
static const struct {
    const char *tag;
    AmrSpeaker speaker;
} speakers[] = {
    {"kernel", AMR_SPEAKER_KERNEL}, {"audit", AMR_SPEAKER_AUDIT},
    {"audispd", AMR_SPEAKER_AUDIT}, {"audisp-syslog", AMR_SPEAKER_AUDIT},
    {"auditd", AMR_SPEAKER_AUDIT},  {"dbus-daemon", AMR_SPEAKER_DBUS},
    {"dbus", AMR_SPEAKER_DBUS},     {"dbus-broker", AMR_SPEAKER_DBUS},
};

/* What some programs write before text in UTF-8. */
static const char utf8_mark[] = "\xef\xbb\xbf";

/* ---- small pieces: each moves the cursor only if it matches ---------------------------------- */

static inline bool
one_of(AmrCursor *line, const char *set)
{
    /* Sets of two or three: a call would cost more than the look. */
    for (; line->at < line->end && *set != '\0'; set++) {
        if (*set == *line->at) {
            line->at++;
            return true;
        }
    }
    return false;
}

static bool
number(AmrCursor *line, size_t min, size_t max)
{
    AmrCursor try = *line;
    const size_t digits = amr_cursor_digits(&try);
    if (digits < min || digits > max)
        return false;
    *line = try;
    return true;
}

/* A name of a month or day, of any language: up to 40 bytes of it. */
static bool
word(AmrCursor *line, size_t max)
{
    const char *at = line->at;
    while (at < line->end && (((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z') ||
                              (unsigned char)*at >= 0x80 || *at == '.'))
        at++;
    if (at - line->at < 3 || (size_t)(at - line->at) > max)
        return false;
    line->at = at;
    return true;
}

/* 12:23:33[.123456][Z|+00:00|+0000] */
static bool
clock_time(AmrCursor *line)
{
    AmrCursor try = *line;
    if (!number(&try, 1, 2) || !one_of(&try, ":") || !number(&try, 2, 2))
        return false;
    if (one_of(&try, ":") && !number(&try, 2, 2))
        return false;
    if (one_of(&try, ".,") && !number(&try, 1, 9))
        return false;
    *line = try;
    if (one_of(&try, "Z") ||
        (one_of(&try, "+-") && number(&try, 2, 4) && (!one_of(&try, ":") || number(&try, 2, 2))))
        *line = try;
    return true;
}

/* 2026-11-22T12:23:33, 2026-11-22 12:23:33 */
static bool
iso_time(AmrCursor *line)
{
    AmrCursor try = *line;
    if (!number(&try, 4, 4) || !one_of(&try, "-") || !number(&try, 2, 2) || !one_of(&try, "-") ||
        !number(&try, 2, 2) || !one_of(&try, "T ") || !clock_time(&try))
        return false;
    *line = try;
    return true;
}

/* [2026 ]Nov 22[ 2026] 12:23:33[ 2026]; dmesg -H has it as Nov22 12:23. */
static bool
month_time(AmrCursor *line)
{
    AmrCursor try = *line, year;
    if (number(&try, 4, 4))
        amr_cursor_spaces(&try);
    (void)number(&try, 1, 2); /* the months of Chinese, Japanese and Korean are numbered */
    if (!word(&try, 40))
        return false;
    amr_cursor_spaces(&try);
    if (!number(&try, 1, 2))
        return false;
    amr_cursor_spaces(&try);
    if (number(&try, 4, 4))
        amr_cursor_spaces(&try);
    if (!clock_time(&try))
        return false;
    year = try;
    amr_cursor_spaces(&year);
    if (number(&year, 4, 4) && (year.at == year.end || one_of(&year, " ]")))
        try.at = year.at - (year.at[-1] == ']');
    *line = try;
    return true;
}

/* Any of them with a weekday before it (journalctl -o short-full, which has a zone after it), or
 * seconds since the epoch or the boot. */
static bool
stamp(AmrCursor *line)
{
    AmrCursor try = *line;
    if (iso_time(line) || month_time(line))
        return true;
    if (number(&try, 1, 12) && one_of(&try, ".") && number(&try, 1, 9)) {
        *line = try;
        return true;
    }
    try = *line;
    if (!word(&try, 40) || !one_of(&try, " "))
        return false;
    amr_cursor_spaces(&try);
    if (month_time(&try)) {
        *line = try;
        return true;
    }
    if (!iso_time(&try))
        return false;
    if (one_of(&try, " ") && (one_of(&try, "+-") ? number(&try, 2, 4) : word(&try, 5)))
        *line = try;
    return line->at == try.at;
}

/* [   16.641419], [Mon Nov 22 12:00:00 2026], [Nov22 12:00], [  +0.000003], [16.6 <0.1>], and
 * the caller that a kernel with CONFIG_PRINTK_CALLER adds: [  T123], [    C0]. */
static bool
bracket_stamp(AmrCursor *line)
{
    AmrCursor try = *line;
    if (!one_of(&try, "["))
        return false;
    amr_cursor_spaces(&try);
    if (one_of(&try, "TC")) {
        if (!number(&try, 1, 10))
            return false;
    } else if (one_of(&try, "+<")) {
        amr_cursor_spaces(&try);
        if (!stamp(&try))
            return false;
    } else if (!stamp(&try)) {
        return false;
    }
    while (one_of(&try, " <>+.0123456789"))
        ;
    if (!one_of(&try, "]"))
        return false;
    *line = try;
    return true;
}

/* 5,394,15215365,-; of /dev/kmsg */
static bool
kmsg_header(AmrCursor *line)
{
    AmrCursor try = *line;
    if (!number(&try, 1, 4) || !one_of(&try, ",") || !number(&try, 1, 20) || !one_of(&try, ",") ||
        !number(&try, 1, 20) || !one_of(&try, ","))
        return false;
    while (try.at < try.end && *try.at != ';' && *try.at != ' ')
        try.at++;
    if (!one_of(&try, ";"))
        return false;
    *line = try;
    return true;
}

/* kern.notice, kern.notice:, and dmesg -x: "kern  :notice: ". */
static bool
facility(AmrCursor *line)
{
    static const char *const levels[] = {"emerg", "alert",  "crit", "err",  "warning",
                                         "warn",  "notice", "info", "debug"};
    AmrCursor try = *line;
    if (!amr_cursor_skip(&try, "kern"))
        return false;
    amr_cursor_spaces(&try);
    if (!one_of(&try, ".:"))
        return false;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!amr_cursor_skip(&try, levels[i]))
            continue;
        amr_cursor_spaces(&try);
        (void)one_of(&try, ":");
        *line = try;
        return true;
    }
    return false;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* kernel:, audit[279]:, dbus-daemon[1]: */
static AmrSpeaker
tag(AmrCursor *line)
{
    for (size_t i = 0; i < sizeof speakers / sizeof *speakers; i++) {
        AmrCursor try = *line;
        if (!amr_cursor_skip(&try, speakers[i].tag))
            continue;
        if (one_of(&try, "[") && (!number(&try, 1, 20) || !one_of(&try, "]")))
            continue;
        if (!one_of(&try, ":"))
            continue;
        *line = try;
        return speakers[i].speaker;
    }
    return AMR_SPEAKER_NONE;
}

/* A word and the blank behind it; - stands for none. */
static bool
skip_word(AmrCursor *line)
{
    const char *blank = memchr(line->at, ' ', (size_t)(line->end - line->at));
    if (!blank || blank == line->at)
        return false;
    line->at = blank + 1;
    return true;
}

/* [id name="value"][id], where a backslash in a value takes what follows as it is. */
static bool
structured_data(AmrCursor *line)
{
    bool quoted = false;
    if (one_of(line, "-"))
        return true;
    if (!amr_cursor_is(line, '['))
        return false;
    while (line->at < line->end) {
        const char c = *line->at++;
        if (quoted && c == '\\' && line->at < line->end)
            line->at++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == ']' && !quoted && !amr_cursor_is(line, '['))
            return true;
    }
    return false;
}

/* RFC 5424, behind the priority: version, stamp, host, program, its id, kind of message, structured
 * data, and what is said, which may begin with a mark that it is UTF-8. */
static AmrSpeaker
protocol_head(AmrCursor *line)
{
    AmrCursor try = *line;
    AmrSpeaker speaker = AMR_SPEAKER_NONE;

    if (!amr_cursor_skip(&try, "1 ") ||
        !(amr_cursor_skip(&try, "- ") || (iso_time(&try) && one_of(&try, " "))) || !skip_word(&try))
        return AMR_SPEAKER_NONE;
    for (size_t i = 0; i < sizeof speakers / sizeof *speakers && !speaker; i++) {
        AmrCursor name = try;
        if (amr_cursor_skip(&name, speakers[i].tag) && amr_cursor_is(&name, ' '))
            speaker = speakers[i].speaker;
    }
    if (speaker == AMR_SPEAKER_NONE || !skip_word(&try) || !skip_word(&try) || !skip_word(&try) ||
        !structured_data(&try) || !one_of(&try, " "))
        return AMR_SPEAKER_NONE;
    (void)amr_cursor_skip(&try, utf8_mark);
    *line = try;
    return speaker;
}

/* Whether a record begins right here, or a notice that some were lost. */
static bool
at_body(const AmrCursor *line)
{
    static const char *const starts[] = {"type=",     "audit: ", "audit(",    "node=",
                                         "apparmor=", "AVC ",    "USER_AVC ", AMR_SUPPRESSORS};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        AmrCursor try = *line;
        if (amr_cursor_skip(&try, starts[i]))
            return true;
    }
    return false;
}

static void
after_tag(AmrCursor *line, AmrSpeaker speaker)
{
    AmrCursor try;
    amr_cursor_spaces(line);
    /* rsyslog folds what is the same but for the stamp. */
    try = *line;
    if (amr_cursor_skip(&try, "message repeated ") && number(&try, 1, 10) &&
        amr_cursor_skip(&try, " times: [") && try.end[-1] == ']') {
        try.end--;
        *line = try;
        amr_cursor_spaces(line);
    }
    if (speaker == AMR_SPEAKER_KERNEL) {
        while (bracket_stamp(line) || amr_cursor_is(line, ' '))
            amr_cursor_spaces(line);
    } else if (speaker == AMR_SPEAKER_DBUS) {
        /* [system] or [session uid=1000 pid=1233]: the daemon's own words. */
        const char *close =
            amr_cursor_is(line, '[') ? memchr(line->at, ']', (size_t)(line->end - line->at)) : NULL;
        if (close && !memchr(line->at, '"', (size_t)(close - line->at))) {
            line->at = close + 1;
            amr_cursor_spaces(line);
        }
    }
}

/* The host between stamp and tag; what ends in a colon is another program's tag. */
static bool
host(AmrCursor *line)
{
    const char *at = line->at;
    while (at < line->end && (unsigned char)*at > ' ' && *at != '"' && *at != '=')
        at++;
    if (at == line->at || at >= line->end || *at != ' ' || at[-1] == ':')
        return false;
    line->at = at;
    return true;
}

/* [   16.641419] audit: of what a program passes on that gives lines a stamp or a host (ts, a
 * receiver of netconsole). */
static bool
bracketed_body(AmrCursor *line)
{
    AmrCursor try = *line;
    bool bracket = false;

    while (bracket_stamp(&try)) {
        bracket = true;
        amr_cursor_spaces(&try);
    }
    if (!bracket || !at_body(&try))
        return false;
    *line = try;
    return true;
}

/* Of what a container says: a stamp (docker logs -t) before the stamp of the line itself, or
 * "stdout F" (the files of the CRI). */
static void
after_stamp(AmrCursor *line)
{
    amr_cursor_spaces(line);
    if (amr_cursor_skip(line, "stdout F ") || amr_cursor_skip(line, "stderr F "))
        amr_cursor_spaces(line);
    if (iso_time(line) || month_time(line))
        amr_cursor_spaces(line);
}

static AmrSpeaker
skip_prefix(AmrCursor *line)
{
    bool stamped = false;
    AmrSpeaker speaker;
    AmrCursor try;

    (void)amr_cursor_skip(line, utf8_mark);
    amr_cursor_spaces(line);
    try = *line;
    if (at_body(line))
        return AMR_SPEAKER_NOBODY;
    if (one_of(&try, "<") && number(&try, 1, 3) && one_of(&try, ">"))
        *line = try;
    speaker = protocol_head(line);
    if (speaker != AMR_SPEAKER_NONE) {
        after_tag(line, speaker);
        return speaker;
    }
    if (facility(line) || kmsg_header(line) || bracket_stamp(line)) {
        do
            amr_cursor_spaces(line);
        while (bracket_stamp(line));
        if (at_body(line))
            return AMR_SPEAKER_KERNEL;
        stamped = true; /* journalctl -o short-monotonic: a host and a tag follow */
    }
    if (stamp(line)) {
        stamped = true;
        after_stamp(line);
        if (at_body(line))
            return AMR_SPEAKER_KERNEL; /* dmesg --time-format iso */
    }
    for (int words = 0; words < 2; words++) {
        amr_cursor_spaces(line);
        if (stamped && bracketed_body(line))
            return AMR_SPEAKER_KERNEL;
        if (facility(line)) {
            amr_cursor_spaces(line);
            while (bracket_stamp(line))
                amr_cursor_spaces(line);
            if (at_body(line))
                return AMR_SPEAKER_KERNEL;
        }
        speaker = tag(line);
        if (speaker != AMR_SPEAKER_NONE) {
            after_tag(line, speaker);
            return speaker;
        }
        if (!stamped || !host(line))
            break;
    }
    return AMR_SPEAKER_NONE;
}

/* Where the line is from: "audit.log:12:" of grep, "name-1  | " of docker compose,
 * "[pod/name/name] " of kubectl. */
static bool
origin(AmrCursor *line)
{
    AmrCursor try = *line;
    bool pod = amr_cursor_skip(&try, "[pod/");
    const char *at = try.at;

    while (at < try.end && (unsigned char)*at > ' ' && *at != '"' && *at != '=' &&
           *at != (pod ? ']' : ':'))
        at++;
    if (at == try.at || at >= try.end)
        return false;
    try.at = at;
    if (pod) {
        if (!amr_cursor_skip(&try, "] "))
            return false;
    } else if (one_of(&try, ":")) {
        if (number(&try, 1, 10) && !one_of(&try, ":"))
            try.at = at + 1;
    } else {
        amr_cursor_spaces(&try);
        if (!amr_cursor_skip(&try, "| "))
            return false;
    }
    *line = try;
    return true;
}

AmrSpeaker
amr_prefix_skip(AmrCursor *line)
{
    AmrCursor try = *line;
    AmrSpeaker speaker = skip_prefix(&try);

    if (speaker == AMR_SPEAKER_NONE) {
        try = *line;
        if (!origin(&try))
            return AMR_SPEAKER_NONE;
        speaker = skip_prefix(&try);
    }
    *line = try;
    return speaker;
}
