/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reference matcher: a second opinion on what a profile allows, from its text. It reads what
 * `apparmor_parser -p` prints (includes expanded), keeps the rules as a list, and answers a
 * question by trying every rule: no state machine of the policy, nothing shared with the oracle
 * but the form of questions. What rules mean is apparmor.d(5) of 3.0, 4.1 and 5.0; what that page
 * leaves open says so where it is decided.
 */
#ifndef TESTS_UNIT_REFERENCE_H
#define TESTS_UNIT_REFERENCE_H

#include <glib.h>

#include "core/policy/oracle.h"

/* ---- patterns ------------------------------------------------------------------------------- */

/* Values of variables: name -> GPtrArray of the texts between blanks, as written. */
typedef GHashTable RefVariables;

typedef struct {
    gboolean fork; /* goes on at both @next and @other; else takes a byte of @set */
    guint32 set[8];
    guint next, other;
} RefNode;

typedef struct {
    GArray *nodes; /* RefNode; the last one, without a set, is the end */
    guint start;
    gboolean exact; /* names only what it says: no * ? [] */
} RefPattern;

typedef enum {
    REF_PLAIN, /* labels */
    REF_FILE,  /* slashes in a row are one */
    REF_NUL,   /* * and ? take a NUL byte too (addresses of abstract sockets) */
} RefKind;

/* NULL if @text cannot be read:
 * an undeclared variable, brackets that are not closed. */
RefPattern *ref_pattern_new(const char *text, const RefVariables *variables, RefKind kind);
void ref_pattern_free(RefPattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RefPattern, ref_pattern_free)
gboolean ref_pattern_matches(const RefPattern *pattern, const char *text, gsize len);
/* A string that matches, chosen by @random. */
GString *ref_pattern_sample(const RefPattern *pattern, GRand *random);
/* Every text that @text stands for with its variables put in: alternations are kept. */
char *ref_text_expand(const char *text, const RefVariables *variables);

/* ---- rules ---------------------------------------------------------------------------------- */

/* Which pattern of a rule says what; NULL: anything. */
enum {
    REF_PATH = 0, /* files, links */
    REF_LINK_TARGET = 1,
    REF_PEER = 0,  /* signal, ptrace */
    REF_LOCAL = 1, /* unix */
    REF_REMOTE = 2,
    REF_BUS = 1, /* dbus, with REF_PEER */
    REF_NAME = 2,
    REF_OBJECT = 3,
    REF_INTERFACE = 4,
    REF_MEMBER = 5,
    REF_EXEC = 0, /* change_profile */
    REF_TO = 1,
    REF_POINT = 0, /* mount, umount, pivot_root */
    REF_SOURCE = 1,
    REF_FSTYPE = 2,
    REF_QUEUE = 1, /* mqueue, with REF_PEER for its label; io_uring has the label alone */
    REF_PATTERNS = 6,
};

typedef struct {
    AmrClass klass;
    gboolean audit, deny, owner;
    guint32 rights; /* AMR_PERM_* or AMR_MAY_* */
    RefPattern *pattern[REF_PATTERNS];
    AmrExecMode exec;
    char *target;          /* of exec */
    gboolean pair, subset; /* what it says of links is of a pair */
    guint64 numbers;       /* capabilities, signals: a bit each */
    guint32 family, types; /* family 0: any; a bit a type */
    gboolean inet_only;    /* a protocol without a family */
    gboolean maps_itself;  /* grants m for its ix alone */
    gboolean posix, sysv;  /* which kinds of mqueue */
    gboolean has_flags;    /* a mount with options= */
    gboolean remount;      /* `remount`, a word of its own */
    guint32 mount_flags;   /* MS_* */
    guint line;
} RefRule;

typedef struct {
    char *name; /* "parent//child" */
    gboolean hat;
    GPtrArray *rules; /* RefRule */
    guint64 limits[AMR_ORACLE_LIMITS];
    guint32 limits_set;
} RefProfile;

typedef struct {
    GPtrArray *profiles; /* RefProfile */
    RefVariables *variables;
    gboolean for_3_0; /* as compilers 3.0 have it, where 4.1 mended it; set by the caller */
    gboolean abi_3_0; /* compiled for what has no mqueue, io_uring and userns; set by the caller */
    /* What one compiler alone has wrong; set by the caller. */
    gboolean forgets_changes; /* one of a contested change_profile */
    gboolean maps_vary;       /* a contested m is another at each run */
} RefPolicy;

/* NULL, and the reason in *@why (the caller frees), if there is something in it that this reader
 * does not know. */
RefPolicy *ref_policy_read(const char *text, char **why);
void ref_policy_free(RefPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RefPolicy, ref_policy_free)
RefProfile *ref_policy_find(const RefPolicy *policy, const char *name);

/* Fills allowed, missing, refused, audited, exec and verdict. */
void ref_ask(const RefPolicy *policy, const RefProfile *profile, const AmrOracleQuestion *question,
             AmrOracleAnswer *answer);
/* Whether m of a file is asked where an ix brings it and another rule takes it away: a deny, or a
 * name without globs that executes otherwise. */
gboolean ref_maps_contested(const RefProfile *profile, const AmrOracleQuestion *question);
/* Whether a change_profile to any name stands beside one to some. */
gboolean ref_changes_contested(const RefProfile *profile);

#endif
