/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The oracle: reads compiled policy (what `apparmor_parser -Q -K -S` prints, what the kernel keeps
 * as raw_data) and answers what it allows. Nothing here runs a program or reads a file.
 *
 * The format is the one that the kernel reads (security/apparmor/policy_unpack.c, match.c and
 * policy_compat.c of Linux 4.x to 6.17: policy versions v5 to v9) and apparmor_parser 3.0 to 5.0
 * writes (parser_interface.c). Every input is taken to be hostile: a stream that amr_oracle_new()
 * accepts can be asked anything without a check that may fail.
 *
 * Explicit denials: compiled policy keeps of `deny` only that it is not logged. So `audit deny`
 * reads like the want of a rule (parsers up to 5.0 write nothing else); whoever must know compiles
 * the profile with the rule that would grant it, and asks again.
 */
#ifndef AMR_POLICY_ORACLE_H
#define AMR_POLICY_ORACLE_H

#include <gio/gio.h>

#include "core/base/error.h"
#include "core/denial/event.h"
#include "core/policy/rule.h"

G_BEGIN_DECLS

/* ---- compiled policy --------------------------------------------------------------------- */

typedef struct AmrOracle AmrOracle;
typedef struct AmrOracleRules AmrOracleRules;

/* X(NAME, word): as the kernel writes them in its list of profiles. */
#define AMR_ORACLE_MODES(X)                                                          \
    X(ENFORCE, "enforce")                                                            \
    X(COMPLAIN, "complain")                                                          \
    X(KILL, "kill")                                                                  \
    X(UNCONFINED, "unconfined") /* of 4.1 and later also what default_allow makes */ \
    X(PROMPT, "user")

typedef enum {
    AMR_ORACLE_MODE_UNKNOWN,
#define AMR_ORACLE_MODE_ENUM(name, word) AMR_ORACLE_MODE_##name,
    AMR_ORACLE_MODES(AMR_ORACLE_MODE_ENUM)
#undef AMR_ORACLE_MODE_ENUM
} AmrOracleMode;

const char *amr_oracle_mode_word(AmrOracleMode mode);

#define AMR_ORACLE_LIMITS 16 /* the kernel's RLIM_NLIMITS */

typedef struct {
    gboolean audit, deny;
    const char *label;
} AmrOracleSecmark;

/* One profile, child or hat of the stream; read only. Strings are bytes as in the policy, owned by
 * the oracle. */
typedef struct {
    const char *name;         /* "parent//child" for a child; without its namespace */
    const char *ns;           /* namespace, "" for the one it is loaded into; a child's is that of
                                 its parent before it */
    const char *rename;       /* NULL if not there, as the three below */
    const char *attach;       /* attachment as text (the kernel's copy; parsers hardly write it) */
    const char *disconnected; /* attach_disconnected.path */
    gboolean has_attachment;  /* there is a state machine for it: see amr_oracle_attaches() */
    guint attach_length;      /* how specific: the length of its literal part */
    AmrOracleMode mode;
    gboolean hat;
    gboolean audit_all; /* flags=(audit) */
    guint32 flags;      /* as packed; bit 0 debug or hat by version */
    guint32 path_flags; /* 0x4 attach_disconnected, 0x8 chroot_relative, 0x10000 mediate_deleted */
    guint32 kill_signal, error; /* of 4.1 and later; 0 not set */
    guint64 caps_allow, caps_audit, caps_quiet, caps_extended;
    guint32 limits_set; /* a bit a resource that a rule limits */
    guint64 limits[AMR_ORACLE_LIMITS];
    const char *const *xattrs; /* names that the attachment asks for, then NULL; NULL if none */
    const AmrOracleSecmark *secmarks;
    guint n_secmarks;
    /* Tags of the stream that this reader does not know and stepped over, then NULL; NULL if none.
     * The answers may miss what they mean. */
    const char *const *unknown;
    guint abi;                  /* 5 to 9 */
    gsize offset, size;         /* where it stands in the stream, behind its own version */
    gboolean permissions_table; /* of newer ABIs, instead of accept words */
    AmrOracleRules *rules;      /* private */
} AmrOracleProfile;

/* Reads a whole stream: several profiles, with their children and hats behind them. Fails with
 * AMR_ERROR_PARSE ("Compiled policy: profile 'x': unknown tag 'y' at offset N") or AMR_ERROR_LIMIT
 * (over 256 MiB, 65,536 profiles). An empty stream has no profile and is not an error. */
AmrOracle *amr_oracle_new(GBytes *compiled, GError **error);
/* One more holder, of any thread; each of them frees it. It never changes. */
AmrOracle *amr_oracle_ref(const AmrOracle *oracle);
void amr_oracle_free(AmrOracle *oracle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrOracle, amr_oracle_free)

/*
 * The stream in parts (GBytes, unpacked) of which each may be one write to the kernel: neighbours
 * of one namespace. More than one namespace in a write the kernel refuses; a child that comes in a
 * write of its own, as `apparmor_parser -r` does it (3.0.8, 4.1.0) where it has compiled, ends up
 * in the root's namespace: seen on Linux 6.1 and 6.12. Fails as amr_oracle_new().
 */
GPtrArray *amr_oracle_writes(GBytes *compiled, GError **error);

/* In the order of the stream. */
guint amr_oracle_count(const AmrOracle *oracle);
const AmrOracleProfile *amr_oracle_profile(const AmrOracle *oracle, guint n);
/* By name as people and logs write it: "name", "name//child" or ":namespace:name". NULL if not
 * there. */
const AmrOracleProfile *amr_oracle_find(const AmrOracle *oracle, const char *name);

/* Whether a program of this path attaches to the profile (xattr conditions aside). A profile
 * without an attachment attaches where its name is the path. */
gboolean amr_oracle_attaches(const AmrOracleProfile *profile, AmrBytes path);

/* ---- rights ------------------------------------------------------------------------------ */

/*
 * Rights of classes other than files (those use AMR_PERM_* of event.h). Values are the kernel's
 * own (include/perms.h, net.h, ipc.h; sys/apparmor.h for dbus), so one value serves several
 * classes.
 */
enum {
    AMR_MAY_PIVOT_ROOT = 0x1, /* mount */
    AMR_MAY_MOUNT = 0x2,
    AMR_MAY_UMOUNT = 0x4,
    AMR_MAY_SEND = 0x2, /* network, unix, signal, dbus */
    AMR_MAY_RECEIVE = 0x4,
    AMR_MAY_TRACE = 0x2, /* ptrace */
    AMR_MAY_READ = 0x4,
    AMR_MAY_BE_TRACED = 0x8,  /* tracedby */
    AMR_MAY_BE_READ = 0x10,   /* readby */
    AMR_MAY_EAVESDROP = 0x20, /* dbus */
    AMR_MAY_OWN = 0x40,       /* dbus bind */
    AMR_MAY_CREATE = 0x10,    /* network, unix, mqueue */
    AMR_MAY_SHUTDOWN = 0x20,
    AMR_MAY_CONNECT = 0x40,
    AMR_MAY_SETATTR = 0x100, /* mqueue too */
    AMR_MAY_GETATTR = 0x200,
    AMR_MAY_ACCEPT = 0x100000,
    AMR_MAY_BIND = 0x200000,
    AMR_MAY_LISTEN = 0x400000,
    AMR_MAY_SETOPT = 0x1000000,
    AMR_MAY_GETOPT = 0x2000000,
    AMR_MAY_MQ_WRITE = 0x2, /* mqueue */
    AMR_MAY_MQ_READ = 0x4,
    AMR_MAY_DELETE = 0x20,
    AMR_MAY_OPEN = 0x40,
    AMR_MAY_MAKE_USERNS = 0x8,    /* userns create */
    AMR_MAY_OVERRIDE_CREDS = 0x8, /* io_uring */
    AMR_MAY_SQPOLL = 0x10,
    AMR_MAY_CHANGE = 0x1, /* change_profile, change_hat, capability, rlimit: the one right there is
                           */
};

/* One right of a class: a word as rules and logs write it. @bit is one bit; NULL for none. */
const char *amr_oracle_right_word(AmrClass klass, guint32 bit);
/* Words parted by blanks or commas ("send receive"), or file letters ("rwk"), as in @klass; FALSE
 * if a word is not known. Aliases of logs and rules are known ("r" and "w" of unix). */
gboolean amr_oracle_rights(AmrClass klass, AmrBytes words, guint32 *rights);
/* Words parted by blanks, letters for files. The caller frees. */
char *amr_oracle_rights_words(AmrClass klass, guint32 rights);

/* Numbers of words; -1 if not known. Decimal numbers are taken too. */
int amr_oracle_capability(AmrBytes name);  /* "net_admin", "CAP_NET_ADMIN" */
int amr_oracle_family(AmrBytes name);      /* "inet" is 2 */
int amr_oracle_socket_type(AmrBytes name); /* "stream" is 1 */
int amr_oracle_signal(AmrBytes name);      /* as the machine has it: "hup" 1, "rtmin+3", "exists" */
int amr_oracle_limit(AmrBytes name);       /* "nofile": the resource's place in limits[] */
const char *amr_oracle_capability_word(guint number); /* NULL if not known, as all of these */
const char *amr_oracle_family_word(guint number);
const char *amr_oracle_socket_type_word(guint number);
const char *amr_oracle_limit_word(guint number);
/* "rtmin+3" and its kind need room: @buffer of 16 bytes. */
const char *amr_oracle_signal_word(guint number, char *buffer);
/* Flags of mount(2) of "ro, nosuid, rbind", as records and rules write them; FALSE if a word is
 * not known. The caller frees the words. */
gboolean amr_oracle_mount_flags(AmrBytes words, guint32 *flags);
char *amr_oracle_mount_flags_words(guint32 flags);

/* ---- questions --------------------------------------------------------------------------- */

/* An address of a network socket: nothing known or not connected if @size is 0. */
typedef struct {
    guint8 bytes[16]; /* network order */
    guint8 size;      /* 0, 4 or 16 */
    guint16 port;     /* host order */
    gboolean has_port;
} AmrOracleAddress;

/*
 * What is asked. Bytes that are NULL are not known: the answer then holds whatever they are (it is
 * allowed if it is so for all). Empty bytes (data, len 0) are known and empty.
 */
typedef struct {
    AmrClass klass;
    guint32 rights; /* AMR_PERM_* for files, AMR_MAY_* else; 0 is always allowed */
    union {
        struct {
            AmrBytes path; /* must be known; with AMR_PERM_LINK: the new name */
            gboolean owner;
            AmrBytes target; /* with AMR_PERM_LINK: what it links to; unknown: the name alone */
        } file;
        struct {
            guint number;
        } capability;
        struct {
            guint family, type, protocol;
            AmrOracleAddress local, peer;
        } network;
        struct {
            guint type, protocol;
            AmrBytes address; /* "@name" abstract (NUL bytes may follow), "none" anonymous, a path:
                                 then file rules decide and this class has nothing to say */
            AmrBytes peer_address;
            AmrBytes peer; /* label */
        } unix_socket;
        struct {
            guint number;
            AmrBytes peer;
        } signal;
        struct {
            AmrBytes peer;
        } ptrace;
        struct {
            AmrBytes point;  /* mount point; umount: what; pivot_root: the new root */
            AmrBytes source; /* device or source; pivot_root: where the old root goes */
            AmrBytes fstype;
            AmrBytes data;
            guint32 flags; /* MS_* of mount(2) */
        } mount;
        struct {
            AmrBytes bus, name, path, interface, member;
            AmrBytes peer; /* label */
        } dbus;
        struct {
            AmrBytes target; /* label, ":ns:name" in a namespace */
            AmrBytes exec;   /* of an exec transition (onexec): the program; NULL: at once */
            gboolean stack;  /* to the target beside itself: rules say `-> &target` */
        } change_profile;
        struct {
            AmrBytes hat; /* without its parent's name */
        } change_hat;
        struct {
            AmrBytes name; /* of a sysv queue its key in decimal */
            gboolean sysv;
            AmrBytes label;
        } mqueue;
        struct {
            AmrBytes label;
        } io_uring;
        struct {
            guint resource;
            guint64 value;
        } rlimit;
    };
} AmrOracleQuestion;

/* What is asked, without the rights, for people, display form: "/etc/passwd (owner)", "term to
 * friend", "system org.a ...". The caller frees. */
char *amr_oracle_question_text(const AmrOracleQuestion *question);

/* ---- answers ----------------------------------------------------------------------------- */

/* X(NAME, word): words stand in JSON. */
#define AMR_ORACLE_VERDICTS(X)                                                   \
    X(ALLOWED, "allowed")                                                        \
    X(DENIED, "denied") /* for want of a rule (or by `audit deny`, see above) */ \
    X(REFUSED, "explicitly-denied")                                              \
    X(UNMEDIATED, "not-mediated") /* the policy says nothing of this class */

typedef enum {
    AMR_ORACLE_UNKNOWN,
#define AMR_ORACLE_VERDICT_ENUM(name, word) AMR_ORACLE_##name,
    AMR_ORACLE_VERDICTS(AMR_ORACLE_VERDICT_ENUM)
#undef AMR_ORACLE_VERDICT_ENUM
} AmrOracleVerdict;

const char *amr_oracle_verdict_word(AmrOracleVerdict verdict);

typedef struct {
    AmrOracleVerdict verdict; /* what the rules say, whatever the mode */
    gboolean happens;         /* what the kernel makes of it: amr_oracle_happens() */
    AmrOracleMode mode;
    /* On what the question left unknown: for other values it may be allowed. Or on the kernel: a
     * link of rules that say "subset" whose name grants no more than its target but to look at
     * attributes, which newer tables of permissions name, is refused up to 6.12 and made by 7.2. */
    gboolean depends;
    guint32 allowed;  /* of the rights that were asked */
    guint32 missing;  /* the rest: no rule grants it */
    guint32 refused;  /* of the missing: by an explicit deny that is not audited */
    guint32 audited;  /* of the allowed: logged */
    guint32 prompted; /* of the missing: the user is asked (prompt rules) */
    /* Execution, where it is allowed and was asked. @target is owned by the oracle: "->" target,
     * "child" names it below the profile for Cx; NULL: by attachment of the program's path. */
    AmrExecMode exec;
    const char *target;
} AmrOracleAnswer;

void amr_oracle_ask(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                    AmrOracleAnswer *answer);

/* Whether it happens under the mode of the answer: what is allowed; in complain mode all but what
 * an explicit deny that is not logged refuses (which logs and lets pass if the profile has
 * @audit_all, and never holds for executions); unconfined, all. Linux 6.1 to 7.2: aa_audit_file()
 * of file.c, aa_check_perms() of lib.c, audit_caps() of capability.c return before they look at the
 * mode. */
gboolean amr_oracle_happens(const AmrOracleAnswer *answer, AmrClass klass, gboolean audit_all);

/* The hot question: no allocation, a step a byte. @path need not end in a NUL. */
void amr_oracle_ask_path(const AmrOracleProfile *profile, guint32 rights, gboolean owner,
                         const char *path, gsize len, AmrOracleAnswer *answer);

/* The question of a record, as it happened: what was denied (or, where nothing was, requested).
 * FALSE, with a reason for people in *@why (static, may be NULL), if the record holds no question
 * to policy: a status, a failed name lookup, a field that says what we do not know. @question
 * borrows from @event. A dbus message's bus names are left unknown: the record does not tell those
 * that the bus asked for. */
gboolean amr_oracle_question_of(const AmrEvent *event, AmrOracleQuestion *question,
                                const char **why);

/* ---- comparison -------------------------------------------------------------------------- */

/* X(NAME, word): words stand in JSON. */
#define AMR_ORACLE_CHANGES(X)                                                                  \
    X(PROFILE, "profile")       /* the profile stands on one side only */                      \
    X(HEADER, "header")         /* mode, flags, attachment, xattrs, rlimits, secmark: @what */ \
    X(MEDIATION, "mediation")   /* one side does not mediate the class at all */               \
    X(ACCESS, "access")         /* allows more or less */                                      \
    X(TRANSITION, "transition") /* the same executions, elsewhere */                           \
    X(LOGGING, "logging")       /* allows the same; audit or quiet differ */

typedef enum {
    AMR_ORACLE_CHANGE_UNKNOWN,
#define AMR_ORACLE_CHANGE_ENUM(name, word) AMR_ORACLE_CHANGE_##name,
    AMR_ORACLE_CHANGES(AMR_ORACLE_CHANGE_ENUM)
#undef AMR_ORACLE_CHANGE_ENUM
} AmrOracleChange;

const char *amr_oracle_change_word(AmrOracleChange change);

#define AMR_ORACLE_ENDLESS G_MAXUINT64

typedef struct {
    AmrOracleChange change;
    char *profile;  /* bytes as in the policy; ":ns:name" in a namespace */
    AmrClass klass; /* UNKNOWN for PROFILE and HEADER */
    /* Rights that the second has and the first has not, and the other way round; for files those
     * of the owner and of others apart, else others is 0. For LOGGING: rights whose logging
     * differs. */
    guint32 gained, lost, gained_other, lost_other;
    /* Where: the shortest name with this difference, as a question that answers differently
     * (borrows from @bytes; only of a link that must be a subset on one side the answer may be the
     * same); is valid for ACCESS, TRANSITION and LOGGING of all classes. */
    AmrOracleQuestion example;
    char *bytes;
    /* Display form: "/etc/passwd", "names below /etc/", "signal term to any peer". */
    char *what;
    char *prefix;    /* all names of the difference begin with these bytes, for files; never NULL */
    gboolean single; /* there is no other name than the example */
    guint64 names;   /* how many there are; AMR_ORACLE_ENDLESS; 0: not counted */
    gboolean deep;   /* of files: names in directories below that of the prefix, too */
    /* TRANSITION: how each side executes. */
    AmrExecMode exec_before, exec_after;
    char *target_before, *target_after;
} AmrOracleDifference;

typedef struct {
    GPtrArray *differences; /* AmrOracleDifference */
    gboolean same_access;   /* no PROFILE, MEDIATION, ACCESS or TRANSITION, and no HEADER that
                               changes what is allowed */
    gboolean same;          /* nothing at all */
} AmrOracleComparison;

void amr_oracle_comparison_free(AmrOracleComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrOracleComparison, amr_oracle_comparison_free)

/* Compares by behaviour, profile by profile (matched by namespace and name): walks both machines
 * at once over every name that the kernel can ask. Memory is bounded: AMR_ERROR_LIMIT beyond
 * 8 million pairs of states of one class. Differences of one kind with the same rights are told
 * once, up to 1,000 in all. */
AmrOracleComparison *amr_oracle_compare(const AmrOracle *before, const AmrOracle *after,
                                        GError **error);
/* One profile with another, whatever their names. */
AmrOracleComparison *amr_oracle_compare_profiles(const AmrOracleProfile *before,
                                                 const AmrOracleProfile *after, GError **error);
/* What @rules, compiled by themselves, allow that @profile does not so far, nor refuses explicitly
 * (but for `audit deny`, see above): differences of ACCESS in which rights are gained, none lost.
 * Only names that @rules know are walked. */
AmrOracleComparison *amr_oracle_gains(const AmrOracleProfile *profile,
                                      const AmrOracleProfile *rules, GError **error);

G_END_DECLS
#endif
