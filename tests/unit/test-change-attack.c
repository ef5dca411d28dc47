/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of attacking a change: what the kernel holds of a file with children, and what an undo
 * may take. */
#include "tests/unit/testing.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/held.h"

#define KERNEL "sys/kernel/security/apparmor/policy/"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrOpener *opener;
} Fixture;

static void
put_profile(const Fixture *f, const char *dir, const char *name, const char *raw)
{
    g_autofree char *at = g_strconcat(KERNEL "profiles/", dir, NULL);
    g_autofree char *name_file = g_build_filename(at, "name", NULL);
    g_autofree char *mode_file = g_build_filename(at, "mode", NULL);
    g_autofree char *raw_file = g_build_filename(at, "raw_data", NULL);
    g_autofree char *hash_file = g_build_filename(at, "raw_sha1", NULL);
    g_autofree char *sha1 = g_compute_checksum_for_string(G_CHECKSUM_SHA1, raw, -1);

    test_write(f->dir, name_file, name);
    test_write(f->dir, mode_file, "enforce\n");
    test_write(f->dir, raw_file, raw);
    test_write(f->dir, hash_file, sha1);
}

static void
fixture_open(Fixture *f)
{
    AmrTargetOptions options = {.root = f->dir};
    g_autoptr(GError) error = NULL;

    test_write(f->dir, "etc/apparmor.d/p", "");
    f->target = amr_target_new(&options, &error);
    assert_no_error(error);
    f->opener = amr_opener_new(f->target);
}

static void
fixture_close(Fixture *f)
{
    amr_opener_free(f->opener);
    amr_target_free(f->target);
    test_dir_remove(f->dir);
}

static AmrCompileResult *
compiled_as(const char *output)
{
    AmrCompileResult *result = g_new0(AmrCompileResult, 1);

    result->ok = TRUE;
    result->output = g_bytes_new(output, strlen(output));
    result->sha1 = g_compute_checksum_for_string(G_CHECKSUM_SHA1, output, -1);
    result->sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, output, -1);
    return result;
}

/* Loaded afresh each has its own write, from the cache they share one. */
static void
test_held(void **state)
{
    static const struct {
        const char *what, *parent, *kid, *compiled;
        AmrHeld want;
        guint saved;
    } rows[] = {
        {"fresh", "vP", "vK", "vPvK", AMR_HELD_SAME, 2},
        {"from the cache", "vPvK", "vPvK", "vPvK", AMR_HELD_SAME, 1},
        {"the parent differs", "vQ", "vK", "vPvK", AMR_HELD_OTHER, 2},
        {"the child differs", "vP", "vL", "vPvK", AMR_HELD_OTHER, 2},
        {"the cache's is another", "vPvL", "vPvL", "vPvK", AMR_HELD_OTHER, 1},
        {"longer than what was compiled", "vPvKvX", "vK", "vPvK", AMR_HELD_OTHER, 2},
        {"nothing was compiled", "vP", "vK", "", AMR_HELD_OTHER, 2},
        {"no child", "vP", NULL, "vP", AMR_HELD_SAME, 1},
        {"no child, and it differs", "vQ", NULL, "vP", AMR_HELD_OTHER, 1},
        {"not loaded", NULL, NULL, "vP", AMR_HELD_UNKNOWN, 0},
    };
    char *family[] = {(char *)"p//kid", (char *)"p", (char *)"p//left out", NULL};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrCompileResult) compiled = compiled_as(rows[i].compiled);
        g_autoptr(GPtrArray) data = NULL;
        Fixture f;

        print_message("# %s\n", rows[i].what);
        f.dir = test_dir_new();
        if (rows[i].parent)
            put_profile(&f, "p.1", "p\n", rows[i].parent);
        if (rows[i].kid)
            put_profile(&f, "p.1/profiles/kid.2", "kid\n", rows[i].kid);
        fixture_open(&f);
        assert_int_equal(amr_held_compare(f.opener, family, NULL, compiled), rows[i].want);
        data = amr_held_data(f.opener, family);
        assert_int_equal(data->len, rows[i].saved);
        if (rows[i].saved)
            assert_true(amr_bytes_is((AmrBytes){g_bytes_get_data(data->pdata[0], NULL),
                                                g_bytes_get_size(data->pdata[0])},
                                     rows[i].parent));
        fixture_close(&f);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
