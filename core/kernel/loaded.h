/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel holds: profiles, modes, hashes, raw policy; and who runs under it. Read below
 * the target's securityfs and /proc through the opener; bounded, and quick (kernel memory).
 */
#ifndef AMR_KERNEL_LOADED_H
#define AMR_KERNEL_LOADED_H

#include "core/base/opener.h"
#include "core/base/text.h"

G_BEGIN_DECLS

/* X(NAME, word): as the kernel prints them. */
#define AMR_MODES(X)                                   \
    X(ENFORCE, "enforce")                              \
    X(COMPLAIN, "complain")                            \
    X(KILL, "kill")                                    \
    X(UNCONFINED, "unconfined")                        \
    X(PROMPT, "prompt") /* the kernel prints "user" */ \
    X(MIXED, "mixed")

typedef enum {
    AMR_MODE_UNKNOWN, /* a word that is not known is kept in mode_word */
#define AMR_MODE_ENUM(name, word) AMR_MODE_##name,
    AMR_MODES(AMR_MODE_ENUM)
#undef AMR_MODE_ENUM
    AMR_MODE_COUNT
} AmrMode;

const char *amr_mode_word(AmrMode mode);
AmrMode amr_mode_from_word(AmrBytes word);

typedef struct {
    char *name; /* "profile", "parent//child"; raw bytes */
    char *ns;   /* "" or the namespace as policy writes it ("web", "a//b") */
    AmrMode mode;
    char *mode_word;
} AmrLoadedProfile;

typedef struct AmrLoaded AmrLoaded;

/* Reads `profiles`; where that may not be read (it needs privilege), the names and modes of
 * policy/profiles, which anyone may. AMR_ERROR_NOT_ENABLED where there is no securityfs of
 * AppArmor; a fake one under --root that holds nothing but `profiles` is enough. */
AmrLoaded *amr_loaded_read(AmrOpener *opener, GError **error);
void amr_loaded_free(AmrLoaded *loaded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrLoaded, amr_loaded_free)

guint amr_loaded_count(const AmrLoaded *loaded);
const AmrLoadedProfile *amr_loaded_profile(const AmrLoaded *loaded,
                                           guint n); /* sorted by ns, name */
const AmrLoadedProfile *amr_loaded_find(const AmrLoaded *loaded, const char *ns, const char *name);
/* How many are in @mode. */
guint amr_loaded_in_mode(const AmrLoaded *loaded, AmrMode mode);

/* What the kernel exports of one loaded profile's policy. Raw data is what one write of the loader
 * held: a file that is compiled anew is loaded profile by profile, so parent and children each have
 * their own and restoring the parent's alone does not bring the children back; one that comes from
 * the parser's cache is loaded whole, and all its profiles share the same data (and hash). So save
 * and restore those of all profiles of a file, each distinct hash once. A child that has none
 * answers with its nearest parent's. Seen on 6.1 and 6.12. */
typedef struct {
    char *sha1, *sha256; /* hash of the raw data, lower case hex; NULL where not exported */
    char *file_name;     /* where the loader says it came from; no kernel tells so far: NULL */
    GBytes *data;        /* what was loaded, fit for `apparmor_parser -B -r`; NULL if not exported
                            or may not be read */
} AmrLoadedRaw;

/* AMR_ERROR_NOT_FOUND if it is not loaded. @with_data: read the data too (it may be megabytes). */
gboolean amr_loaded_raw(AmrOpener *opener, const char *ns, const char *name, gboolean with_data,
                        AmrLoadedRaw *raw, GError **error);
void amr_loaded_raw_clear(AmrLoadedRaw *raw);

/* When what the kernel holds was loaded: full name ("name", ":ns:name") -> gint64 in microseconds
 * since the epoch, by the stamps of its raw policy; what exports none is not in it. */
GHashTable *amr_loaded_times(AmrOpener *opener);

/* Processes by confinement: the label of every process that may be read. Elements AmrProcess. */
typedef struct {
    guint pid;
    char *label; /* raw, without the mode: "/usr/sbin/cupsd", "a//&b", ":ns:x" */
    AmrMode mode;
    char *comm;      /* raw */
    char *exe;       /* path of its program, raw, without " (deleted)"; NULL: a thread of the
                        kernel's, or hidden */
    gboolean hidden; /* what it runs may not be seen: that needs privilege */
} AmrProcess;
GPtrArray *amr_processes_read(AmrOpener *opener, GError **error);
/* The lowest pid of those whose program calls itself @comm, with or without AppArmor; 0: none. */
guint amr_process_named(AmrOpener *opener, const char *comm);

/* This process, and the parent of another, as /proc tells; 0: not told, or none. */
guint amr_process_self(AmrOpener *opener);
guint amr_process_parent(AmrOpener *opener, guint pid);
/* Whether @pid is a service of the system, or its first process: by its control group (systemd's
 * system.slice, init.scope), or where there are none of these, for its parent is the first. */
gboolean amr_process_is_of_system(AmrOpener *opener, guint pid);

/* AppArmor on or off in the target's kernel; FALSE with AMR_ERROR_NOT_ENABLED and the reason. */
gboolean amr_kernel_enabled(AmrOpener *opener, GError **error);

/* The kernel's own answer for a file access by @label (as profiles prints it, with ":ns:name"),
 * by aa_query_label with a buffer of our own (FACTS section 3: the library's path query is off by
 * one). Live system only: AMR_ERROR_NOT_ENABLED elsewhere; NOT_PERMITTED where .access may not be
 * used; NOT_FOUND for an unknown label. @access: letters of "rwamxkl"; allowed means all of them.
 * @owner: as an owner of the object or as another (an owner is answered only if we are root; see
 * FACTS). */
gboolean amr_kernel_query_file(const AmrTarget *target, const char *label, const char *access,
                               AmrBytes path, gboolean owner, gboolean *allowed, GError **error);

/* Whether the running kernel would refuse anything of the bus to @label ("name", ":ns:name"). It is
 * the kernel that dbus-daemon asks, and policy that holds rules for the bus need not be policy in
 * which this kernel looks for them: 7.2 does so only where network rules are of v9, that is from a
 * compiler 5.0. Errors as of amr_kernel_query_file(). */
gboolean amr_kernel_mediates_bus(const AmrTarget *target, const char *label, gboolean *mediated,
                                 GError **error);

G_END_DECLS
#endif
