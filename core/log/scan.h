/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the lines of AppArmor in a block of bytes. No GLib here, nothing is allocated: the needle
 * is looked for in the whole block, line bounds only around a hit.
 */
#ifndef AMR_LOG_SCAN_H
#define AMR_LOG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Into the caller's block. */
typedef struct {
    uint32_t off;
    uint32_t len;
} AmrSpan;

/* A line longer than this is counted as overlong and given cut to it. */
#define AMR_SCAN_LINE_MAX (64 * 1024)

/* Who says how many messages it left out: whichever function of the kernel's audit subsystem came
 * to print next, for they have one limit together (printk_ratelimit() has the name of its caller;
 * kernel/audit.c; the second is the first one's name before 4.11). Other parts of the kernel have
 * that limit, too, but none of ours. */
#define AMR_SUPPRESSORS                                                                    \
    "kauditd_printk_skb: ", "audit_printk_skb: ", "audit_log_start: ", "audit_log_lost: ", \
        "audit_panic: "

typedef enum {
    AMR_SCAN_END,      /* nothing more in this block: keep the bytes from amr_scan_rest() on */
    AMR_SCAN_RECORD,   /* a line that amr_record_slice() will want */
    AMR_SCAN_OVERLONG, /* the same, cut at AMR_SCAN_LINE_MAX: what is cut off is not looked at */
    AMR_SCAN_TORN,     /* the same with a NUL in it: two lines, of which neither may be whole */
    AMR_SCAN_LOSS,     /* a notice that records were lost ("callbacks suppressed",
                          "audit: backlog limit exceeded", "audit_lost=", "audit_backlog=") */
} AmrScanResult;

typedef struct {
    const char *block;
    uint32_t size;
    uint32_t pos;  /* where the next look begins */
    uint32_t rest; /* start of the unfinished last line */
    bool last;     /* no more will follow: an unfinished last line counts */
    bool cut;      /* the unfinished last line is overlong and was given up */
} AmrScan;

/* @size at most 1 GiB. If not @last, a line without its newline at the end is left for the next
 * block, unless it is longer than AMR_SCAN_LINE_MAX already. */
void amr_scan_init(AmrScan *scan, const char *block, size_t size, bool last);
/* The next line of interest, without its end (\n or \r\n); lines come in order. A crash leaves
 * holes in a log, which read as NUL: those before a line are no part of it. Within a line one is no
 * bound, or who can get a NUL into a message could begin a line with it. */
AmrScanResult amr_scan_next(AmrScan *scan, AmrSpan *line);
/* After AMR_SCAN_END: where the unfinished line starts; scan->size if there is none. */
size_t amr_scan_rest(const AmrScan *scan);
/* Whether the block ends within an overlong line that was given already: the caller drops what
 * follows up to the next newline, else its middle would pass for the start of a line. */
bool amr_scan_is_cut(const AmrScan *scan);

#endif
