/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A policy below a scratch root, and its index: for the tests of the index. */
#ifndef TESTS_UNIT_INDEX_FIXTURE_H
#define TESTS_UNIT_INDEX_FIXTURE_H

#include "tests/unit/testing.h"

#include <string.h>

#include "core/policy/index.h"

#define POLICY "etc/apparmor.d"

static inline AmrIndex *
load(const AmrTarget *target, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    amr_index_load_async(target, NULL, test_result, &result);
    test_wait_result(&result);
    return amr_index_load_finish(result, error);
}

typedef struct {
    char *dir; /* the root */
    AmrTarget *target;
    AmrIndex *index;
} Fixture;

static inline void
fixture_open(Fixture *f)
{
    AmrTargetOptions options = {.root = f->dir};
    g_autoptr(GError) error = NULL;

    f->target = amr_target_new(&options, &error);
    assert_no_error(error);
    f->index = load(f->target, &error);
    assert_no_error(error);
}

static inline void
fixture_close(Fixture *f)
{
    amr_index_free(f->index);
    amr_target_free(f->target);
    test_dir_remove(f->dir);
}

static inline void
put(Fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(POLICY, name, NULL);
    test_write(f->dir, path, text);
}

/* Sorted and joined, so that one string says it all. */
static inline int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static inline char *
joined(const char *const *names)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();

    for (; *names; names++)
        g_ptr_array_add(sorted, (gpointer)*names);
    g_ptr_array_sort(sorted, by_text);
    g_ptr_array_add(sorted, NULL);
    return g_strjoinv(" | ", (char **)sorted->pdata);
}

static inline char *
defines(const AmrIndex *index, const char *file)
{
    g_auto(GStrv) names = amr_index_defines(index, file);
    return joined((const char *const *)names);
}

#endif
