/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How records get lost, and the kernel's own notices of it. No GLib here, nothing is allocated. */
#ifndef AMR_LOG_LOSS_H
#define AMR_LOG_LOSS_H

#include "core/log/scan.h"

/* X(NAME, word, where) */
#define AMR_LOSSES(X)                                                                        \
    X(BACKLOG, "backlog", "in the kernel, whose audit backlog was full")                     \
    X(SUPPRESSED, "suppressed", "in the kernel's own log, which is rate limited")            \
    X(OVERWRITTEN, "overwritten", "in the kernel's ring, overwritten before they were read") \
    X(OVERRUN, "overrun", "on the way to armorer, whose audit socket was full")

typedef enum {
    AMR_LOSS_UNKNOWN,
#define AMR_LOSS_ENUM(name, word, where) AMR_LOSS_##name,
    AMR_LOSSES(AMR_LOSS_ENUM)
#undef AMR_LOSS_ENUM
    AMR_LOSS_COUNT
} AmrLossKind;

const char *amr_loss_word(AmrLossKind kind);  /* "backlog" */
const char *amr_loss_where(AmrLossKind kind); /* behind "3 records lost " */

typedef struct {
    AmrLossKind kind;
    uint64_t records; /* 0: it does not say; at least one */
    bool total;       /* counted since the machine was started, not since the last notice */
} AmrLoss;

/* Of one record that the backlog had no room for the kernel gives as many notices, if the rate of
 * messages allows: "audit: audit_backlog=65 > ...", "audit: audit_lost=3 ...", "audit: backlog
 * limit exceeded" (audit_log_start(), audit_log_lost() and audit_panic() of kernel/audit.c, one
 * after the other; the last two may be switched off). What is left out of these is counted as
 * suppressed together with the records that are. */
#define AMR_LOSS_NOTICES 3

/* Reads a line that the scan gave as AMR_SCAN_LOSS: one of those, or "kauditd_printk_skb: 30
 * callbacks suppressed" (AMR_SUPPRESSORS). False if it was not the kernel that said so. */
bool amr_loss_read(AmrLoss *loss, const char *block, AmrSpan line);

#endif
