/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which system is meant. Made once from the options and passed to every room; there is no global.
 */
#ifndef AMR_BASE_TARGET_H
#define AMR_BASE_TARGET_H

#include <glib.h>

#include "core/base/clock.h"

G_BEGIN_DECLS

typedef struct AmrTarget AmrTarget;

/* All strings may be NULL for the default; they are copied. */
typedef struct {
    const char *root;     /* --root DIR: everything is looked up below it */
    const char *policy;   /* --policy DIR: another /etc/apparmor.d */
    const char *parser;   /* --parser PROGRAM */
    const char *features; /* --features FILE: the feature set to compile for */
    const char *state;    /* where the history stands; default below */
    gboolean read_only;   /* --read-only */
    AmrClock *clock;      /* taken over; NULL: the system's */
} AmrTargetOptions;

/* What becomes of compiled policy. */
typedef enum {
    AMR_LOAD_NONE,   /* nowhere: -Q, "written, not loaded"; also live, without AppArmor there */
    AMR_LOAD_KERNEL, /* the running kernel */
    AMR_LOAD_DIR,    /* -f DIR: plain files below --root that stand for a kernel */
} AmrLoadWay;

/* Fails where a directory that was asked for is not there, or the parser is not to be found
 * (only where it was named: a missing default parser is found out when it is run). The policy
 * directory of the live system may be missing: its descriptor is then -1. */
AmrTarget *amr_target_new(const AmrTargetOptions *options, GError **error);
void amr_target_free(AmrTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrTarget, amr_target_free)

/* This machine, its own policy, compiler and features: the only target that elevates, queries or
 * changes the running kernel. */
gboolean amr_target_is_live(const AmrTarget *target);
gboolean amr_target_is_read_only(const AmrTarget *target);
AmrLoadWay amr_target_load_way(const AmrTarget *target);
const AmrClock *amr_target_clock(const AmrTarget *target);

/* Borrowed descriptors, -1 where there is none: the root; the policy (etc/apparmor.d); the
 * apparmor directory of securityfs; /proc. */
int amr_target_root_fd(const AmrTarget *target);
int amr_target_policy_fd(const AmrTarget *target);
int amr_target_kernel_fd(const AmrTarget *target);
int amr_target_proc_fd(const AmrTarget *target);

/* Absolute paths, for the compiler's argv and for people (through amr_display_string). */
const char *amr_target_root_path(const AmrTarget *target);   /* "/" if live */
const char *amr_target_policy_path(const AmrTarget *target); /* ".../etc/apparmor.d" */
const char *amr_target_kernel_path(const AmrTarget *target); /* NULL if there is none */
const char *amr_target_state_path(const AmrTarget *target);  /* may not exist yet */

/* How the file @name of the policy ("local/curl") is named to amr_fs_replace() and
 * amr_fs_resolve_trusted(): returns a borrowed descriptor and sets *@path (free it), relative to
 * it. That is the root, so that links out of the policy are followed as the system itself would;
 * with --policy alone it is that directory, wherever the user keeps it (in /tmp, too), and links
 * stay in it. */
int amr_target_policy_place(const AmrTarget *target, const char *name, char **path);

/* apparmor_parser and the options that say for which system it compiles: the program by absolute
 * path, then --config-file, -L (another root's cache), -M and -f as they apply (not --base, which
 * each call chooses). The features are --features, or the root's own features directory, or where
 * no kernel has AppArmor the highest abi file of the policy (abi/4.0 before abi/3.0); a live kernel
 * speaks for itself. NULL-terminated, borrowed. */
const char *const *amr_target_parser_argv(const AmrTarget *target);

G_END_DECLS
#endif
