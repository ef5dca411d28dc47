/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's own count of audit records that it lost. What does not fit into its backlog has no
 * serial, so that no gap tells, and its notice of that is rate limited together with the records
 * that it prints: under a storm only this count says so, whichever log is read. Private to
 * core/source.
 */
#ifndef AMR_SOURCE_AUDITCOUNT_H
#define AMR_SOURCE_AUDITCOUNT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AmrAuditCount AmrAuditCount;

/* @told is called at each answer, in the main loop. Takes over @fd, a socket to
 * the kernel's audit (or to who is at its other end: tests); with -1 it makes one. @keeps: see
 * amr_audit_keeps(). Without CAP_AUDIT_CONTROL, or audit in the kernel, nothing is ever counted. */
AmrAuditCount *amr_audit_count_new(int fd, gboolean keeps, void (*told)(gpointer data),
                                   gpointer data);
void amr_audit_count_free(AmrAuditCount *count);

/* Soon after there was something to be heard: the count is asked for in a while (AMR_LIVE_REST_MS),
 * and once more if something was heard since. */
void amr_audit_count_hear(AmrAuditCount *count);

/* Since the first answer. */
guint64 amr_audit_count_lost(const AmrAuditCount *count);
/* Whether the same daemon got the records at the last answer and the one before. */
gboolean amr_audit_count_daemon_stays(const AmrAuditCount *count);

G_END_DECLS
#endif
