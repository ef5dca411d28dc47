/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel holds of the profiles of one file: to be saved, and to be compared with what the
 * compiler makes of the file. The loader writes each profile, child and hat by itself where it
 * compiled anew, and all in one write from its cache (core/kernel/loaded.h), so neither one hash
 * nor that of the parent tells.
 */
#ifndef AMR_CHANGE_HELD_H
#define AMR_CHANGE_HELD_H

#include "core/kernel/loaded.h"
#include "core/policy/compiler.h"

G_BEGIN_DECLS

typedef enum {
    AMR_HELD_UNKNOWN, /* the kernel does not tell, or not to us */
    AMR_HELD_SAME,
    AMR_HELD_OTHER,
} AmrHeld;

/* Whether each of @profiles ("name", ":ns:name", with children; NULL-terminated: all of the file)
 * that the kernel holds was loaded as @compiled (a CHECK) has it. Those that it does not hold say
 * nothing, nor are those of @except (NULL-terminated, or NULL) asked: what `apparmor_parser -C`
 * loads is other bytes than what a header with complain makes (3.0.8, 4.1.0). */
AmrHeld amr_held_compare(AmrOpener *opener, char *const *profiles, char *const *except,
                         const AmrCompileResult *compiled);

/* Whether the kernel gives a hash of any of @profiles. */
gboolean amr_held_is_told(AmrOpener *opener, char *const *profiles);

/* What the kernel holds of @profiles, each distinct write once: GBytes, a parent's before its
 * children's. Empty where the kernel gives nothing back. */
GPtrArray *amr_held_data(AmrOpener *opener, char *const *profiles);

/* *ns is to be freed, "" for none; returns the name within @typed. */
const char *amr_held_split(const char *typed, char **ns);

G_END_DECLS
#endif
