/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the oracle share: the state machine, its permissions, the reader's cursor. */
#ifndef AMR_POLICY_ORACLE_PRIVATE_H
#define AMR_POLICY_ORACLE_PRIVATE_H

#include "core/policy/oracle.h"

/* ---- state machine (oracle_dfa.c) -------------------------------------------------------- */

/* Flags in a word of the base table, as in Linux 6.12 security/apparmor/include/match.h; below them
 * the index. The format's own is of 24 bits. */
enum {
    AMR_DFA_INDEX = 0x1fffffff,
    AMR_DFA_OOB = 0x20000000,
};
#define AMR_DFA_DIFF 0x80000000u

typedef struct {
    guint32 next, check;
} AmrDfaEdge;

/* Tables as of the stream, in host order and 32 bits wide. Every index in them was checked, every
 * chain of differences is short: a walk needs no checks. */
typedef struct {
    guint32 n_states, n_edges;
    guint32 *base, *otherwise, *accept, *accept2; /* accept2 may be NULL */
    AmrDfaEdge *edges;
    guint8 class_of[256];
    guint n_classes;
} AmrDfa;

/* @data from the header's magic on. @offset is where it stands, for messages. */
AmrDfa *amr_dfa_new(const guint8 *data, gsize size, gsize offset, GError **error);
void amr_dfa_free(AmrDfa *dfa);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrDfa, amr_dfa_free)

/* Of a machine that is else verified: makes some states whole, so that chains of differences are
 * short; in linear time. FALSE if a chain does not end (oracle_chain.c). */
gboolean amr_dfa_bound_chains(AmrDfa *dfa);

/* The state behind the out of band transition, which parts a path from the values of attributes;
 * 0 if there is none. */
guint32 amr_dfa_step_oob(const AmrDfa *dfa, guint32 state);

/* The state after a class of bytes. State 0 is the trap. */
static inline guint32
amr_dfa_step_class(const AmrDfa *dfa, guint32 state, guint klass)
{
    for (;;) {
        guint32 base = dfa->base[state];
        const AmrDfaEdge *edge = &dfa->edges[(base & AMR_DFA_INDEX) + klass];
        if (edge->check == state)
            return edge->next;
        state = dfa->otherwise[state];
        if (!(base & AMR_DFA_DIFF))
            return state;
    }
}

static inline guint32
amr_dfa_step(const AmrDfa *dfa, guint32 state, guint8 byte)
{
    return amr_dfa_step_class(dfa, state, dfa->class_of[byte]);
}

static inline guint32
amr_dfa_walk(const AmrDfa *dfa, guint32 state, const char *bytes, gsize len)
{
    for (gsize i = 0; state && i < len; i++)
        state = amr_dfa_step(dfa, state, (guint8)bytes[i]);
    return state;
}

/* ---- permissions (oracle_perms.c) -------------------------------------------------------- */

/* The kernel's bits: include/perms.h of Linux 6.12. */
enum {
    AMR_K_EXEC = 0x1,
    AMR_K_WRITE = 0x2,
    AMR_K_READ = 0x4,
    AMR_K_APPEND = 0x8,
    AMR_K_CREATE = 0x10,
    AMR_K_DELETE = 0x20,
    AMR_K_OPEN = 0x40,
    AMR_K_SETATTR = 0x100,
    AMR_K_GETATTR = 0x200,
    AMR_K_CHMOD = 0x1000,
    AMR_K_CHOWN = 0x2000,
    AMR_K_LOCK = 0x8000, /* of the second of a link's pair: subset */
    AMR_K_MMAP = 0x10000,
    AMR_K_LINK = 0x40000,
    AMR_K_CONTINUE = 0x08000000,
    AMR_K_ONEXEC = 0x20000000,
    AMR_K_CHANGE_PROFILE = 0x40000000,
    AMR_K_MOUNT_CONTINUE = 0x40,
};

/* How an execution leaves, in the newer tables' form (include/domain.h of Linux 6.12). */
#define AMR_X_INDEX      0x00ffffffu
#define AMR_X_TYPE       0x0c000000u
#define AMR_X_NAME       0x04000000u
#define AMR_X_TABLE      0x08000000u
#define AMR_X_UNSAFE     0x10000000u
#define AMR_X_CHILD      0x20000000u
#define AMR_X_INHERIT    0x40000000u
#define AMR_X_UNCONFINED 0x80000000u

typedef struct {
    guint32 allow, deny, prompt, audit, quiet, xindex;
} AmrPerms;

/* A state machine with what its states grant. */
typedef struct {
    AmrDfa *dfa;     /* NULL: there is none, nothing is granted */
    guint32 start;   /* of the machine */
    guint32 file;    /* where names of files begin */
    AmrPerms *table; /* by accept words, where the stream has one; else they are packed */
    guint n_table;
    gboolean pairs; /* entries of the table are the owner's and others', by turns */
    char **names;   /* of exec transitions */
    guint n_names;
    guint abi; /* of policy's machine, which packs accept words in another way; 0: of files */
} AmrPdb;

void amr_pdb_clear(AmrPdb *pdb);
/* The same to the byte, so that equal states grant the same. */
gboolean amr_pdb_equal(const AmrPdb *a, const AmrPdb *b);
/* Of a machine with a table: whether others have an entry of their own behind the owner's. */
gboolean amr_pdb_has_owner(const AmrPdb *pdb, guint32 state);
/* Of a machine of files, once its tables are there. */
void amr_pdb_find_pairs(AmrPdb *pdb);
/* What a state of the file machine grants to the owner or to others. */
void amr_pdb_file_perms(const AmrPdb *pdb, guint32 state, gboolean owner, AmrPerms *perms);
/* What a state of the policy machine grants. @abi decides how accept words are packed. */
void amr_pdb_perms(const AmrPdb *pdb, guint abi, guint32 state, AmrPerms *perms);
/* The kernel's bits of AMR_PERM_*, and the other way round. */
guint32 amr_perms_to_kernel(guint32 perms);
guint32 amr_perms_from_kernel(guint32 bits);
AmrExecMode amr_xindex_mode(guint32 xindex);
/* The name that an exec transition goes to, NULL for none. */
const char *amr_pdb_target(const AmrPdb *pdb, guint32 xindex);

/* ---- profile ----------------------------------------------------------------------------- */

#define AMR_ORACLE_FAMILIES 64

/* First bytes of the policy machine: parser/policydb.h of AppArmor 4.1, include/apparmor.h of
 * Linux 6.12. */
enum {
    AMR_K_CLASS_FILE = 2,
    AMR_K_CLASS_NET = 4, /* marks unix mediation beyond the type of socket */
    AMR_K_CLASS_MOUNT = 7,
    AMR_K_CLASS_PTRACE = 9,
    AMR_K_CLASS_SIGNAL = 10,
    AMR_K_CLASS_NETV8 = 14,
    AMR_K_CLASS_NETV9 = 15,
    AMR_K_CLASS_LABEL = 16,
    AMR_K_CLASS_POSIX_MQUEUE = 17,
    AMR_K_CLASS_SYSV_MQUEUE = 18,
    AMR_K_CLASS_NS = 21,
    AMR_K_CLASS_IO_URING = 22,
    AMR_K_CLASS_DBUS = 32,
};

struct AmrOracleRules {
    const AmrOracle *oracle;
    AmrPdb attachment, policy, file;
    gboolean file_in_policy; /* there is no file machine, policy mediates files */
    gboolean has_families;   /* the old network table: masks of types, a family */
    guint16 families_allow[AMR_ORACLE_FAMILIES], families_audit[AMR_ORACLE_FAMILIES],
        families_quiet[AMR_ORACLE_FAMILIES];
};

/* The machine and the state where names of files begin; FALSE: no file is granted. */
gboolean amr_oracle_file_machine(const AmrOracleProfile *profile, const AmrPdb **pdb,
                                 guint32 *start);
/* The policy machine's state behind the first byte; 0: not mediated. */
guint32 amr_oracle_class_state(const AmrOracleProfile *profile, guint8 klass);

/* Reads one profile's struct (oracle_unpack.c). */
typedef struct AmrCursor AmrCursor;
AmrOracleProfile *amr_oracle_profile_read(AmrCursor *cursor, const char *ns, guint abi,
                                          GError **error);
void amr_oracle_profile_free(AmrOracleProfile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrOracleProfile, amr_oracle_profile_free)

/* ---- the stream (oracle_stream.c) -------------------------------------------------------- */

/* Types of elements: Linux 6.12 include/policy_unpack.h. */
typedef enum {
    AMR_CODE_U8,
    AMR_CODE_U16,
    AMR_CODE_U32,
    AMR_CODE_U64,
    AMR_CODE_NAME,
    AMR_CODE_STRING,
    AMR_CODE_BLOB,
    AMR_CODE_STRUCT,
    AMR_CODE_STRUCT_END,
    AMR_CODE_LIST,
    AMR_CODE_LIST_END,
    AMR_CODE_ARRAY,
    AMR_CODE_ARRAY_END,
    AMR_CODE_LAST = AMR_CODE_ARRAY_END,
} AmrCode;

struct AmrCursor {
    const guint8 *data;
    gsize size, at;
};

/* One element's head: its tag, if it has one, and its type; and of the simple ones the value. */
typedef struct {
    const char *tag; /* NULL for none; in the stream, ends in NUL */
    AmrCode code;
    guint64 number;     /* U8 to U64; of an array, how many */
    const guint8 *data; /* STRING (without its last NUL), BLOB */
    gsize size;
    gsize offset; /* where the element begins */
} AmrElement;

gboolean amr_cursor_at_end(const AmrCursor *cursor);
gboolean amr_cursor_next(AmrCursor *cursor, AmrElement *element, GError **error);
/* The next must be without a tag and of this type. */
gboolean amr_cursor_expect(AmrCursor *cursor, AmrCode code, AmrElement *element, GError **error);
/* Steps over what began with @element: a struct, list or array to its end. */
gboolean amr_cursor_skip(AmrCursor *cursor, const AmrElement *element, GError **error);
const char *amr_code_word(AmrCode code);

/* ---- classes (oracle_match.c) ------------------------------------------------------------ */

/* Answers of the policy machine; @question's class is none of file, capability, rlimit and hat. */
void amr_oracle_ask_policy(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                           AmrOracleAnswer *answer);
void amr_oracle_ask_change_profile(const AmrOracleProfile *profile,
                                   const AmrOracleQuestion *question, AmrOracleAnswer *answer);
/* Counts one more possible outcome into an answer that holds for all of them. */
void amr_oracle_answer_add(AmrOracleAnswer *answer, const AmrPerms *perms, guint32 rights);

/* ---- packed policy (oracle_packed.c) ----------------------------------------------------- */

/* @compiled itself, or what it is unpacked, @max bytes at most. */
GBytes *amr_oracle_unpacked(GBytes *compiled, gsize max, GError **error);

#endif
