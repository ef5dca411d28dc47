/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree below policy/ of securityfs: private to core/kernel. */
#ifndef AMR_KERNEL_TREE_H
#define AMR_KERNEL_TREE_H

#include "core/base/opener.h"

G_BEGIN_DECLS

/* One profile's directory. Its name is mangled ("with_space.5"), so @name is read from the file
 * `name`, which holds the last part only; @full has the parents before it. */
typedef struct {
    char *path; /* "policy/profiles/a.1/profiles/b.2" */
    char *ns;   /* "" or "web", "a//b" */
    char *full;
} AmrTreeProfile;

/* All profiles, children and those of namespaces; at most 262,144. With @ns and @wanted only the
 * one of that name (and the names on the way to it are read, no others). Elements AmrTreeProfile.
 * AMR_ERROR_NOT_ENABLED if there is no such tree. */
GPtrArray *amr_tree_read(AmrOpener *opener, const char *ns, const char *wanted, GError **error);

/* A small file of the kernel, its last newline cut off; NULL if it cannot be read. */
char *amr_tree_text(AmrOpener *opener, AmrOpenPlace place, const char *dir, const char *name);

/* The names in a directory, sorted; empty if it cannot be read. */
GPtrArray *amr_tree_list(AmrOpener *opener, AmrOpenPlace place, const char *dir);

/* "name (mode)" taken apart in place: cuts @label and returns the mode's word, or NULL. */
const char *amr_tree_split_mode(char *label);

G_END_DECLS
#endif
