/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel's audit subsystem says of itself: whether it is on, its limits, what it lost,
 * which of its rules keep records out. Asked by netlink (linux/audit.h: AUDIT_GET,
 * AUDIT_LIST_RULES).
 */
#ifndef AMR_SOURCE_AUDIT_H
#define AMR_SOURCE_AUDIT_H

#include "core/base/opener.h"

G_BEGIN_DECLS

typedef enum {
    AMR_AUDIT_KEEPS_NONE, /* no record of AppArmor's: it is about others */
    AMR_AUDIT_KEEPS_SOME, /* those of some user, program, ... */
    AMR_AUDIT_KEEPS_ALL,
} AmrAuditKeeps;

/* A rule of the list "exclude", in the order in which the kernel tries them. */
typedef struct {
    AmrAuditKeeps keeps; /* which of AppArmor's records it keeps out */
    char *text;          /* as auditctl -l prints it, display form */
} AmrAuditRule;

typedef struct {
    guint enabled;       /* 0 off, 1 on, 2 on and locked until the machine starts again */
    guint failure;       /* 0 silent, 1 printk, 2 panic */
    guint pid;           /* of the daemon that takes the records; 0: none does */
    guint rate_limit;    /* records a second; 0: no limit */
    guint backlog_limit; /* records that wait */
    guint backlog;       /* that wait now */
    guint lost;          /* since the machine was started */
    GPtrArray *rules;    /* of AmrAuditRule, owned */
} AmrAuditState;

void amr_audit_state_free(AmrAuditState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrAuditState, amr_audit_state_free)

/* Whether the kernel keeps records for a daemon to come: if audit was switched on when the machine
 * was started ("audit=1"). Then, without a daemon, it counts those as lost that it has no room
 * for, which all others were given (kauditd_hold_skb() of kernel/audit.c). FALSE also where that
 * cannot be read. */
gboolean amr_audit_keeps(AmrOpener *opener);

/* Whether the records that count as lost are; @keeps as said. */
gboolean amr_audit_lost_counts(const AmrAuditState *state, gboolean keeps);

/* Asks the kernel, or with @fd >= 0, which is taken over, who is at its other end (tests). Needs
 * CAP_AUDIT_CONTROL and the first user namespace, else AMR_ERROR_NOT_PERMITTED;
 * AMR_ERROR_NOT_ENABLED where the kernel has no audit; AMR_ERROR_PARSE for an answer that is none;
 * G_IO_ERROR_TIMED_OUT for none within two seconds. */
void amr_audit_ask_async(int fd, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data);
AmrAuditState *amr_audit_ask_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
