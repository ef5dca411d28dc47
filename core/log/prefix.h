/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands before a record: stamps and names of the program that logged it. It decides who
 * spoke: the text after "myprog:" is myprog's own, whatever it says, so it is no record of the
 * kernel.
 */
#ifndef AMR_LOG_PREFIX_H
#define AMR_LOG_PREFIX_H

#include <stdbool.h>
#include <stddef.h>

/* A place in a line. */
typedef struct {
    const char *at;
    const char *end;
} AmrCursor;

/* Who may say what follows. */
typedef enum {
    AMR_SPEAKER_NONE,   /* some other program, or a form that is not known */
    AMR_SPEAKER_NOBODY, /* nothing stands before it: any form of record */
    AMR_SPEAKER_KERNEL, /* kernel:, a dmesg stamp: [audit:] type=N audit(...): */
    AMR_SPEAKER_AUDIT,  /* audit[N]: (journald's copy of the audit stream), audispd: */
    AMR_SPEAKER_DBUS,   /* dbus-daemon[N]: apparmor=... */
} AmrSpeaker;

/* Moves @line past the prefix to where a record would begin. The stamps of rsyslog (both forms),
 * syslog-ng, busybox, journalctl, dmesg (all its time formats), /dev/kmsg, RFC 5424; what docker
 * and its kin put before lines of containers; a name and line number of grep. */
AmrSpeaker amr_prefix_skip(AmrCursor *line);

static inline bool
amr_cursor_skip(AmrCursor *cursor, const char *word)
{
    const size_t len = __builtin_strlen(word);
    /* Most words are told apart by their first byte, without a call. */
    if (cursor->at >= cursor->end || *cursor->at != *word)
        return false;
    if ((size_t)(cursor->end - cursor->at) < len || __builtin_memcmp(cursor->at, word, len) != 0)
        return false;
    cursor->at += len;
    return true;
}

static inline bool
amr_cursor_is(const AmrCursor *cursor, char c)
{
    return cursor->at < cursor->end && *cursor->at == c;
}

static inline void
amr_cursor_spaces(AmrCursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
        cursor->at++;
}

/* How many digits were skipped. */
static inline size_t
amr_cursor_digits(AmrCursor *cursor)
{
    const char *start = cursor->at;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
        cursor->at++;
    return (size_t)(cursor->at - start);
}

#endif
