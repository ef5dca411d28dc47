/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong, in words that a user can act on. */
#ifndef AMR_BASE_ERROR_H
#define AMR_BASE_ERROR_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define AMR_ERROR (amr_error_quark())

/* X(NAME, word): the word is stable, it stands in JSON and in the history. */
#define AMR_ERROR_CODES(X)                                                                         \
    X(UNKNOWN, "unknown")                       /* never set on purpose */                         \
    X(USAGE, "usage")                           /* the call itself is wrong */                     \
    X(PARSE, "parse")                           /* text that is not what it should be */           \
    X(NOT_FOUND, "not-found")                   /* no such profile, change, file */                \
    X(NOTHING_TO_DO, "nothing-to-do")           /* already as asked */                             \
    X(GRANTED_ALREADY, "granted-already")       /* policy on disk allows it; a reload may help */  \
    X(EXPLICIT_DENY, "explicit-deny")           /* a deny rule stands in the way */                \
    X(NO_LOCAL_INCLUDE, "no-local-include")     /* the block includes no local/ file */            \
    X(CHANGED_UNDERNEATH, "changed-underneath") /* a file is not what the plan read */             \
    X(ACTIVATES_MORE, "activates-more")         /* loading would activate what nobody agreed to */ \
    X(RULE_REJECTED, "rule-rejected")           /* the compiler refuses the change */              \
    X(RELOAD, "reload")                         /* the kernel did not take the policy */           \
    X(VERIFY, "verify")                         /* loaded, but not what was asked for */           \
    X(COMPILER, "compiler")                     /* apparmor_parser missing, hung or killed */      \
    X(NO_FILE, "no-file")                       /* only in the kernel: no file of policy has it */ \
    X(NOT_PERMITTED, "not-permitted")           /* privilege is missing */                         \
    X(READ_ONLY, "read-only")     /* --read-only, or a target that is never written */             \
    X(NOT_ENABLED, "not-enabled") /* AppArmor is not there */                                      \
    X(REFUSED, "refused")         /* a kind of file or profile that is not touched */              \
    X(BUSY, "busy")               /* another armorer holds the lock */                             \
    X(PARTLY, "partly")           /* something could not be put back; says what */                 \
    X(LIMIT, "limit")             /* larger than what is read */

typedef enum {
#define AMR_ERROR_ENUM(name, word) AMR_ERROR_##name,
    AMR_ERROR_CODES(AMR_ERROR_ENUM)
#undef AMR_ERROR_ENUM
} AmrErrorCode;

GQuark amr_error_quark(void);

/* The stable word of a code; "unknown" for a number that is none. */
const char *amr_error_word(int code);

/* Sets a GIOError from @errsv (an errno value) with the message "FORMAT...: strerror".
 * The code is what g_io_error_from_errno() says. Returns FALSE, so that a caller may
 * `return amr_error_errno(...)`. */
gboolean amr_error_errno(GError **error, int errsv, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Sets an AMR_ERROR; returns FALSE. */
gboolean amr_error_set(GError **error, AmrErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

G_END_DECLS
#endif
