/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the clusters share. cluster_paths.c takes names apart, cluster_tree.c finds
 * which may belong together, cluster_column.c says what the names in one place have in common,
 * cluster_form.c makes patterns of it and checks that the names bear them out, cluster_fold.c says
 * the same with fewer rules.
 */
#ifndef AMR_POLICY_CLUSTER_PRIVATE_H
#define AMR_POLICY_CLUSTER_PRIVATE_H

#include "core/policy/cluster.h"
#include "core/policy/risk.h"
#include "core/policy/varying.h"

/* How much evidence it takes. Distinct values in one place: */
enum {
    AMR_CLUSTER_FORM_MIN = 3,  /* of one form: numbers, digests, random suffixes */
    AMR_CLUSTER_AFFIX_MIN = 5, /* with the same beginning or extension */
    AMR_CLUSTER_DIRS_MIN = 6,  /* directories of any name, with the same below them */
    AMR_CLUSTER_ANY_MIN = 12,  /* files of any name in one directory */
    AMR_CLUSTER_LIST_MAX = 8,  /* as many are spelled out in braces */
};

/* ---- names (cluster_paths.c) ---------------------------------------------------------------- */

/* One component of a path. */
typedef struct {
    AmrBytes bytes;
    guint literal; /* the same for the same bytes */
    guint shape;   /* the same for the same bytes but for the parts that vary; else @literal */
    guint varying; /* the first of its parts in the list, and how many; offsets are from @bytes */
    guint n_varying;
} AmrClusterName;

/* One path of those that are looked at. One that ends in a slash has an empty last component. */
typedef struct {
    AmrBytes bytes;
    guint names, n_names;
    guint origin;  /* whose it is: what the caller wants */
    guint64 kinds; /* amr_risk_reach_kinds() */
} AmrClusterPath;

typedef struct {
    GArray *paths;   /* AmrClusterPath: distinct, in the order of their bytes */
    GArray *names;   /* AmrClusterName */
    GArray *varying; /* AmrVarying */
    GArray *found;   /* the same, of the path that is added */
    GHashTable *words;
    GHashTable *pairs;
    GStringChunk *chunk;
    guint n_words;
} AmrClusterPaths;

AmrClusterPaths *amr_cluster_paths_new(void);
void amr_cluster_paths_free(AmrClusterPaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrClusterPaths, amr_cluster_paths_free)
/* Begins with a slash, holds no NUL; borrowed. In the order of bytes. */
void amr_cluster_paths_add(AmrClusterPaths *paths, AmrBytes path, guint origin, guint64 kinds);
/* A number for a word, one for a pair of numbers: equal for equal ones only. Never 0. */
guint amr_cluster_word(AmrClusterPaths *paths, const char *word, gsize len);
guint amr_cluster_pair(AmrClusterPaths *paths, guint first, guint second);

static inline const AmrClusterPath *
amr_cluster_path(const AmrClusterPaths *paths, guint n)
{
    return &g_array_index(paths->paths, AmrClusterPath, n);
}

static inline const AmrClusterName *
amr_cluster_name(const AmrClusterPaths *paths, const AmrClusterPath *path, guint n)
{
    return &g_array_index(paths->names, AmrClusterName, path->names + n);
}

/* What a name ends in: ".html", ".so" of "libc.so.6". Empty if it has nothing like it. */
AmrBytes amr_cluster_extension(AmrBytes name);
/* The same where the sign is another: "-D" of "1pQ2-D". */
AmrBytes amr_cluster_tail(AmrBytes name);
/* What it begins with, up to the first sign or digit: "cache-" of "cache-of-x". */
AmrBytes amr_cluster_head(AmrBytes name);

/* ---- one place (cluster_column.c) ------------------------------------------------------------ */

/* From tight to wide. */
typedef enum {
    AMR_COLUMN_LITERAL, /* one value */
    AMR_COLUMN_LIST,    /* exactly these */
    AMR_COLUMN_FORM,    /* those of one form */
    AMR_COLUMN_AFFIX,   /* those that begin or end alike */
    AMR_COLUMN_ANY,
} AmrColumnKind;

typedef struct {
    AmrColumnKind kind;
    char *pattern; /* of one component: never matches a slash */
} AmrColumn;

/* The tightest pattern that all @values (AmrClusterName, distinct, @n at least 2) have in common,
 * however few they are: FORM or wider. */
AmrColumn amr_cluster_column(const AmrClusterPaths *paths, const AmrClusterName *const *values,
                             guint n);
/* The list of them. */
AmrColumn amr_cluster_list(const AmrBytes *values, guint n);
/* The pattern of exactly these bytes. */
char *amr_cluster_literal(AmrBytes bytes);

/* ---- which belong together (cluster_tree.c) -------------------------------------------------- */

#define AMR_CLUSTER_LEVEL G_MAXUINT

/* Paths that may become one rule, as far as their forms tell. */
typedef struct {
    guint key;  /* equal for what is alike from here on, wherever it stands */
    guint deep; /* from this component on depth itself varies; AMR_CLUSTER_LEVEL: it does not */
    GArray *members; /* guint: paths */
} AmrClusterSet;

/* AmrClusterSet: every path is in one, those that nothing joins alone. */
GPtrArray *amr_cluster_sets(AmrClusterPaths *paths);
AmrClusterSet *amr_cluster_set_new(guint key, guint deep);
void amr_cluster_set_free(gpointer set);
/* The files of one directory: sets of what looks alike, single ones not among them; those are
 * appended to @rest. Without @any, not all of them for their number. */
void amr_cluster_files_alike(AmrClusterPaths *paths, const guint *files, guint n, gboolean any,
                             GPtrArray *sets, GArray *rest);

/* ---- patterns (cluster_form.c) ----------------------------------------------------------------
 */

/* A pattern and what it answers. */
typedef struct {
    GPtrArray *parts; /* char *: one a component; the last may be of several ("**") */
    GArray *literal;  /* gboolean, one a part: it is a name */
    GArray *members;  /* guint: paths */
} AmrClusterForm;

void amr_cluster_form_free(gpointer form);
char *amr_cluster_form_pattern(const AmrClusterForm *form);
/* Makes patterns of @set, as many as its paths bear out, and appends them to @forms. What is in
 * none of them stays by itself. */
void amr_cluster_form(AmrClusterPaths *paths, const AmrRiskReach *reach, const AmrClusterSet *set,
                      GPtrArray *forms);
/* Says the same with fewer patterns, where they differ in one name. @forms has no free function. */
void amr_cluster_fold(GPtrArray *forms);

#endif
