/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why do I see nothing? Checks of all that stands between a denial and the screen, each with an
 * answer and, where something is wrong, the one step that mends it. All text is in display form.
 */
#ifndef AMR_ADVICE_DOCTOR_H
#define AMR_ADVICE_DOCTOR_H

#include "core/kernel/loaded.h"
#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/source/ingest.h"

G_BEGIN_DECLS

/* X(NAME, word): words stand on the screen and in JSON. */
#define AMR_CHECK_STATES(X)                                    \
    X(OK, "ok")                                                \
    X(WARNING, "warning") /* something is missed, or may be */ \
    X(TROUBLE, "trouble") /* nothing is seen, or does what it must */

typedef enum {
    AMR_CHECK_UNKNOWN, /* could not be looked at: the remedy says how */
#define AMR_CHECK_STATE_ENUM(name, word) AMR_CHECK_##name,
    AMR_CHECK_STATES(AMR_CHECK_STATE_ENUM)
#undef AMR_CHECK_STATE_ENUM
} AmrCheckState;

const char *amr_check_state_word(AmrCheckState state); /* "unknown" too */

/* X(NAME, id, title, hides): @hides: what is wrong there keeps denials from being seen. In this
 * order, from the kernel to the screen. */
#define AMR_CHECKS(X)                                                   \
    X(KERNEL, "kernel", "AppArmor in the kernel", TRUE)                 \
    X(SECURITYFS, "securityfs", "The kernel's files", TRUE)             \
    X(POLICY, "policy", "Profiles loaded", TRUE)                        \
    X(AUDIT, "audit", "Audit in the kernel", TRUE)                      \
    X(QUIET, "quiet", "Denials kept quiet", TRUE)                       \
    X(EXCLUDE, "exclude", "Audit rules", TRUE)                          \
    X(AUDITD, "auditd", "The audit daemon", TRUE)                       \
    X(LOGS, "logs", "Logs that can be read", TRUE)                      \
    X(PRINTK, "printk", "The kernel log's limit", TRUE)                 \
    X(LOST, "lost", "Records lost", TRUE)                               \
    X(UNCONFINED, "unconfined", "Programs without their profile", TRUE) \
    X(NOT_LOADED, "not-loaded", "Profiles on disk, not loaded", TRUE)   \
    X(DISABLED, "disabled", "Disabled, forced to complain", FALSE)      \
    X(LOCAL, "local", "Local files", FALSE)                             \
    X(COMPILE, "compile", "Profiles compile", FALSE)

typedef enum {
    AMR_CHECK_NONE,
#define AMR_CHECK_ENUM(name, id, title, hides) AMR_CHECK_ID_##name,
    AMR_CHECKS(AMR_CHECK_ENUM)
#undef AMR_CHECK_ENUM
    AMR_CHECK_COUNT
} AmrCheckId;

const char *amr_check_word(AmrCheckId id);
const char *amr_check_title(AmrCheckId id);

typedef struct {
    AmrCheckId id;
    AmrCheckState state;
    char *sentence;
    char *remedy;       /* NULL: nothing to do */
    GPtrArray *details; /* char *, what it is about, one a line; may be empty */
} AmrCheck;

/* Borrowed for the time of one examination. */
typedef struct {
    const AmrTarget *target;
    AmrOpener *opener;
    const AmrIndex *index;
    const GError *index_error;
    const AmrLoaded *loaded;
    const GError *loaded_error;
    const AmrIngest *ingest; /* NULL: no log was read */
    int audit; /* 0, or a socket that answers as the kernel's audit does (tests); taken over */
} AmrDoctorContext;

typedef struct AmrDoctor AmrDoctor;

/* @compiler is borrowed and must outlive it. */
AmrDoctor *amr_doctor_new(AmrCompiler *compiler);
/* Not while something runs: cancel, and wait for its end. */
void amr_doctor_free(AmrDoctor *doctor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrDoctor, amr_doctor_free)

/* All checks but COMPILE, one at a time between other work; they replace those of the last time
 * when they are done. What @context names must stay until then. What has no meaning for the target
 * (another root that holds no kernel's files) is left out. Fails only as cancelled. */
void amr_doctor_examine_async(AmrDoctor *doctor, const AmrDoctorContext *context,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data);
gboolean amr_doctor_examine_finish(AmrDoctor *doctor, GAsyncResult *result, GError **error);

/* Whole compilation of each file of policy that is not disabled, as the last examination found it,
 * one child at a time; then COMPILE is among the checks. A file whose bytes, and those that it
 * includes, are as they were is not compiled again. @progress (may be NULL) is called before each
 * file. Fails only as cancelled (what was compiled is kept) or as BUSY where one runs already. */
typedef void (*AmrDoctorProgress)(guint done, guint of, gpointer data);
void amr_doctor_compile_async(AmrDoctor *doctor, GCancellable *cancellable,
                              AmrDoctorProgress progress, gpointer progress_data,
                              GAsyncReadyCallback callback, gpointer data);
gboolean amr_doctor_compile_finish(AmrDoctor *doctor, GAsyncResult *result, GError **error);

/* Elements const AmrCheck *, in the order of AMR_CHECKS; empty before the first examination.
 * Borrowed until the next one ends. */
const GPtrArray *amr_doctor_checks(const AmrDoctor *doctor);
const AmrCheck *amr_doctor_check(const AmrDoctor *doctor, AmrCheckId id); /* NULL: not there */

/* The likeliest reason why there are no denials: the first check in trouble that hides them, else
 * the first that warns, else POLICY, which says what is confined; NULL if that is not known. */
const AmrCheck *amr_doctor_reason(const AmrDoctor *doctor);
/* The worst state among the checks; UNKNOWN counts more than OK, less than WARNING. */
AmrCheckState amr_doctor_worst(const AmrDoctor *doctor);

G_END_DECLS
#endif
