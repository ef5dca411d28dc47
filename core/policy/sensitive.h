/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that matter: which of those that a rule opens are named one by one. They are data
 * (core/base/datafile):
 *
 *   name     which: a glob of policy, without variables; several lines are alternatives; needed
 *   access   letters of a rule (r w a l k m x): any of these that is opened counts; none: any
 *   kind     socket, fifo, device, setuid (a program that gets its owner's or group's rights);
 *            none: any
 *   text     what it is, that stands behind the name: "holds the hashes of all passwords"; needed
 *
 * The first that fits is told.
 */
#ifndef AMR_POLICY_SENSITIVE_H
#define AMR_POLICY_SENSITIVE_H

#include "core/base/datafile.h"

G_BEGIN_DECLS

typedef enum {
    AMR_SENSITIVE_ANY,
    AMR_SENSITIVE_SOCKET,
    AMR_SENSITIVE_FIFO,
    AMR_SENSITIVE_DEVICE,
    AMR_SENSITIVE_SETUID,
} AmrSensitiveKind;

typedef struct AmrSensitive AmrSensitive;

AmrSensitive *amr_sensitive_new(void);
/* Of any thread. What is held is not to be added to any more. */
AmrSensitive *amr_sensitive_ref(AmrSensitive *sensitive);
void amr_sensitive_free(AmrSensitive *sensitive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrSensitive, amr_sensitive_free)

/* Where they are read into. Borrowed. */
AmrData *amr_sensitive_data(AmrSensitive *sensitive);

/* Compares names with all of them at once; for one thread at a time. */
typedef struct AmrSensitiveMatcher AmrSensitiveMatcher;
AmrSensitiveMatcher *amr_sensitive_matcher_new(AmrSensitive *sensitive);
void amr_sensitive_matcher_free(AmrSensitiveMatcher *matcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrSensitiveMatcher, amr_sensitive_matcher_free)

/* The first entry that fits a file of this name, of which @rights (AMR_PERM_*) are opened: its
 * place, and in *text (borrowed) what it is, display form; -1 if none does. */
int amr_sensitive_match(AmrSensitiveMatcher *matcher, AmrBytes name, AmrSensitiveKind kind,
                        guint32 rights, const char **text);
/* Whether any entry asks whether a program is setuid. */
gboolean amr_sensitive_asks_setuid(const AmrSensitiveMatcher *matcher);

G_END_DECLS
#endif
