/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One rule of policy: model, printer, reader. Printing and reading are inverses:
 * read(print(rule)) equals rule.
 */
#ifndef AMR_POLICY_RULE_H
#define AMR_POLICY_RULE_H

#include "core/base/text.h"

G_BEGIN_DECLS

/* X(NAME, word): the word is the "kind" of JSON. */
#define AMR_RULE_KINDS(X)                                                                   \
    X(FILE, "file")                                                                         \
    X(LINK, "link")                                                                         \
    X(CAPABILITY, "capability")                                                             \
    X(NETWORK, "network")                                                                   \
    X(UNIX, "unix")                                                                         \
    X(DBUS, "dbus")                                                                         \
    X(SIGNAL, "signal")                                                                     \
    X(PTRACE, "ptrace")                                                                     \
    X(MOUNT, "mount")                                                                       \
    X(REMOUNT, "remount")                                                                   \
    X(UMOUNT, "umount")                                                                     \
    X(PIVOT_ROOT, "pivot_root")                                                             \
    X(CHANGE_PROFILE, "change_profile")                                                     \
    X(USERNS, "userns")                                                                     \
    X(MQUEUE, "mqueue")                                                                     \
    X(IO_URING, "io_uring")                                                                 \
    X(RLIMIT, "rlimit")                                                                     \
    X(ALL, "all")                                                                           \
    X(INCLUDE, "include") /* a file below the policy */                                     \
    X(CHILD, "child")     /* a profile in the profile, whose rules stand in a local file */ \
    X(OPAQUE, "opaque")   /* verbatim: valid as far as the lexer sees, the compiler decides */

typedef enum {
    AMR_RULE_UNKNOWN,
#define AMR_RULE_ENUM(name, word) AMR_RULE_##name,
    AMR_RULE_KINDS(AMR_RULE_ENUM)
#undef AMR_RULE_ENUM
} AmrRuleKind;

/* How an execution leaves the profile. The capital ones scrub the environment. */
#define AMR_EXEC_MODES(X) \
    X(IX, "ix")           \
    X(PX, "px")           \
    X(PX_SAFE, "Px")      \
    X(CX, "cx")           \
    X(CX_SAFE, "Cx")      \
    X(UX, "ux")           \
    X(UX_SAFE, "Ux")      \
    X(PIX, "pix")         \
    X(PIX_SAFE, "Pix")    \
    X(CIX, "cix")         \
    X(CIX_SAFE, "Cix")    \
    X(PUX, "pux")         \
    X(PUX_SAFE, "PUx")    \
    X(CUX, "cux")         \
    X(CUX_SAFE, "CUx")    \
    X(DENY_X, "x") /* in deny rules only */

typedef enum {
    AMR_EXEC_NONE,
#define AMR_EXEC_ENUM(name, word) AMR_EXEC_##name,
    AMR_EXEC_MODES(AMR_EXEC_ENUM)
#undef AMR_EXEC_ENUM
} AmrExecMode;

/* What a condition of a rule is about (apparmor.d(5)). */
typedef enum {
    AMR_TERM_NONE,
    AMR_TERM_FAMILY,
    AMR_TERM_TYPE,
    AMR_TERM_PROTOCOL,
    AMR_TERM_IP,
    AMR_TERM_PORT,
    AMR_TERM_PEER_IP,
    AMR_TERM_PEER_PORT,
    AMR_TERM_ADDR,
    AMR_TERM_LABEL, /* of the object itself */
    AMR_TERM_PEER_ADDR,
    AMR_TERM_PEER_LABEL, /* the other profile: signal, ptrace, unix, dbus */
    AMR_TERM_PEER_NAME,
    AMR_TERM_BUS,
    AMR_TERM_PATH,
    AMR_TERM_INTERFACE,
    AMR_TERM_MEMBER,
    AMR_TERM_NAME, /* dbus bind, mqueue */
    AMR_TERM_SET,  /* of signals */
    AMR_TERM_FSTYPE,
    AMR_TERM_OPTIONS,    /* these and no others */
    AMR_TERM_OPTIONS_IN, /* any of these */
    AMR_TERM_SOURCE,
    AMR_TERM_POINT, /* mount point; the new root of pivot_root */
    AMR_TERM_OLDROOT,
    AMR_TERM_SAFETY, /* "safe", "unsafe" */
    AMR_TERM_EXEC,   /* the program whose execution changes the profile */
    AMR_TERM_TARGET,
    AMR_TERM_RESOURCE,
    AMR_TERM_VALUE,
    AMR_TERM_COUNT
} AmrTerm;

/* Access of file rules. AMR_ACCESS_APPEND excludes WRITE. */
enum {
    AMR_ACCESS_READ = 1 << 0,
    AMR_ACCESS_WRITE = 1 << 1,
    AMR_ACCESS_APPEND = 1 << 2,
    AMR_ACCESS_LOCK = 1 << 3,
    AMR_ACCESS_LINK = 1 << 4,
    AMR_ACCESS_MMAP = 1 << 5,
};

typedef struct {
    AmrRuleKind kind;
    gboolean audit, deny, owner;
    union {
        struct {
            char *pattern; /* without quotes; amr_policy_pattern() makes it from bytes */
            guint access;  /* AMR_ACCESS_* */
            AmrExecMode exec;
            char *target; /* of `-> target`, decoded bytes as a name; NULL */
        } file;
        struct {
            char *pattern; /* the new name */
            char *source;  /* pattern of what it may point to */
            gboolean subset;
        } link;
        struct {
            char **names; /* sorted, without "CAP_", lower case; NULL: all capabilities */
        } capability;
        /* Of all the others. A value is a pattern without quotes (amr_policy_pattern() makes it
         * from bytes), a number or a word; of SET, FSTYPE, OPTIONS and OPTIONS_IN a list of words,
         * sorted, parted by one blank. NULL: any. */
        struct {
            char **access; /* sorted words; NULL: every access */
            char *value[AMR_TERM_COUNT];
        } terms;
        struct {
            char *path; /* between the brackets */
            gboolean if_exists;
        } include;
        struct {
            char *name;        /* its own, without the parent's; decoded bytes */
            char *local;       /* the file of its rules, between the brackets */
            gboolean base;     /* includes abstractions/base, too, as its parent does */
            gboolean complain; /* by its flags */
        } child;
        struct {
            char *text; /* one rule, with its comma, white space folded */
        } opaque;
    };
} AmrRule;

AmrRule *amr_rule_new(AmrRuleKind kind);
AmrRule *amr_rule_copy(const AmrRule *rule);
void amr_rule_free(AmrRule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRule, amr_rule_free)
gboolean amr_rule_equal(const AmrRule *a, const AmrRule *b);

/* Sets a term of a rule whose kind has terms; @value is copied, NULL takes it away. */
void amr_rule_set(AmrRule *rule, AmrTerm term, const char *value);
/* The same for a term that is a list, given as words parted by blanks, in any order. */
void amr_rule_set_list(AmrRule *rule, AmrTerm term, const char *words);
/* The same for the access, given as words parted by blanks, in any order. */
void amr_rule_set_access(AmrRule *rule, const char *words);

const char *amr_rule_kind_word(AmrRuleKind kind);
const char *amr_exec_mode_word(AmrExecMode mode);

/* One line, ending in a comma (an include and a child have none). Never fails. */
char *amr_rule_print(const AmrRule *rule);

/* Reads exactly one rule: quotes and brackets closed, one comma at the end, no block brace outside
 * of an alternation, no comment, no control byte (but a tab for a blank between words), no include
 * but INCLUDE (`include <...>` or `include if exists <...>`, relative, without ".." and not
 * absolute; `#include` is an error, for people take it for a comment). A CHILD is the one block
 * that is read, and only in the very words in which it is printed. What it cannot classify is
 * OPAQUE. Fails with AMR_ERROR_PARSE and says at which character what is wrong. Text of any origin
 * is safe to give. */
AmrRule *amr_rule_read(const char *text, GError **error);

/* The same rule with `deny` (an exec mode becomes `x`), for comparing with it. NULL where there is
 * no such twin (include, child, opaque). */
AmrRule *amr_rule_deny_twin(const AmrRule *rule);

/* Whether a child can be called @name (decoded bytes: a program's path, or a plain word), so that
 * its header is that name and no pattern. */
gboolean amr_rule_may_name_child(const char *name);

/* The pattern that matches exactly @name where @term stands: amr_policy_pattern(), and where the
 * compiler squeezes slashes (addresses, mounts, dbus paths; tried with 3.0.8 and 5.0.2) every slash
 * behind another as `[/]`, which it leaves alone; in a list (fstype=) what would part it in octal.
 * Fails as amr_policy_pattern(). */
char *amr_rule_spell(AmrTerm term, AmrBytes name, GError **error);

/* A name as amr_policy_name() spells it for a pattern, read back: bare or in quotes, \ooo and
 * backslash escapes undone. AMR_ERROR_PARSE. */
char *amr_rule_unspell(const char *spelled, GError **error);

/* The bytes that @pattern (without quotes) matches if it matches one name only: no wildcard, no
 * variable. NULL else. */
char *amr_rule_literal(const char *pattern);

G_END_DECLS
#endif
