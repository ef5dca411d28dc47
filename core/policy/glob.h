/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AppArmor's globs, as far as attachments and tables of names need them: ? * ** [] {} and
 * backslash escapes. No variables: a pattern that holds one matches nothing.
 */
#ifndef AMR_POLICY_GLOB_H
#define AMR_POLICY_GLOB_H

#include "core/base/text.h"

G_BEGIN_DECLS

/* Whether @pattern (with or without quotes around it) matches the whole of @name. Work is bounded:
 * a pattern that would need more than some 100,000 steps matches nothing. Source: apparmor.d(5),
 * "Globbing". */
gboolean amr_glob_match(const char *pattern, AmrBytes name);

/* The same, and how specific the match is, in *fixed: the number of bytes of @name up to where the
 * first star of @pattern begins to repeat, all of them if no star was needed; the most if @pattern
 * matches in several ways. So the kernel ranks the profiles that attach to one path, but for names
 * short enough that a star repeats nothing. Source: security/apparmor of Linux 6.1 and 6.12,
 * find_attach() in domain.c, leftmatch_fb() in match.c. */
gboolean amr_glob_match_fixed(const char *pattern, AmrBytes name, gsize *fixed);

/* A pattern made ready for comparing it with others. */
typedef struct AmrGlobMachine AmrGlobMachine;

/* Never NULL. A pattern with a variable in it, or one that is not whole, is taken to match anything
 * from there on. */
AmrGlobMachine *amr_glob_machine_new(const char *pattern);
void amr_glob_machine_free(AmrGlobMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrGlobMachine, amr_glob_machine_free)

/* Whether there may be a name that both match. FALSE is certain; TRUE also where a star may not
 * stand for nothing, or where it would take too long to say. */
gboolean amr_glob_machines_meet(const AmrGlobMachine *a, const AmrGlobMachine *b);

/* Up to 64 patterns that are tried at once, in a step a byte. */
#define AMR_GLOB_SET_MAX 64
typedef struct AmrGlobSet AmrGlobSet;
AmrGlobSet *amr_glob_set_new(void);
void amr_glob_set_free(AmrGlobSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrGlobSet, amr_glob_set_free)
void amr_glob_set_add(AmrGlobSet *set, const char *pattern);
/* A bit for each pattern that matches the whole of @name, in the order in which they were added.
 * Stars may stand for nothing at the end of a component, too. */
guint64 amr_glob_set_match(AmrGlobSet *set, AmrBytes name);

/* Any number of patterns that are tried at once, each of an owner's. */
typedef struct AmrGlobTable AmrGlobTable;
AmrGlobTable *amr_glob_table_new(void);
void amr_glob_table_free(AmrGlobTable *table);
void amr_glob_table_add(AmrGlobTable *table, const char *pattern, guint owner);
/* Calls @found with the owner of each pattern that matches the whole of @name, in the order in
 * which they were added. For one thread at a time. */
typedef void (*AmrGlobFound)(guint owner, gpointer data);
void amr_glob_table_match(AmrGlobTable *table, AmrBytes name, AmrGlobFound found, gpointer data);

G_END_DECLS
#endif
