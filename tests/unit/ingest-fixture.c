/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include "tests/unit/ingest-fixture.h"

int
bench_set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    g_autoptr(GError) error = NULL;
    AmrTargetOptions options = {0};

    bench->dir = test_dir_new();
    test_write(bench->dir, "root/etc/apparmor.d/p", "");
    test_write(bench->dir, "root/proc/cmdline", "");
    options.root = g_build_filename(bench->dir, "root", NULL);
    bench->target = amr_target_new(&options, &error);
    g_free((char *)options.root);
    assert_no_error(error);
    bench->opener = amr_opener_new(bench->target);
    bench->store = amr_store_new(0);
    bench->ingest = amr_ingest_new(bench->opener, bench->store);
    *state = bench;
    return 0;
}

int
bench_tear_down(void **state)
{
    Bench *bench = *state;
    amr_ingest_free(bench->ingest);
    amr_store_free(bench->store);
    amr_opener_free(bench->opener);
    amr_target_free(bench->target);
    test_dir_remove(bench->dir);
    g_free(bench);
    return 0;
}

guint
bench_add(Bench *bench, const char *name, gboolean follow)
{
    g_autofree char *path = g_build_filename(bench->dir, name, NULL);
    return amr_ingest_add_file(bench->ingest, AMR_OPEN_GIVEN, path, follow);
}

gboolean
bench_load(Bench *bench, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    amr_ingest_load_async(bench->ingest, NULL, test_result, &result);
    test_wait_result(&result);
    return amr_ingest_load_finish(bench->ingest, result, error);
}

void
bench_load_well(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    (void)bench_load(bench, &error);
    assert_no_error(error);
}

typedef struct {
    Bench *bench;
    guint64 total;
    gboolean done;
} Waiter;

static void
on_changed(gpointer data)
{
    Waiter *waiter = data;
    waiter->done = amr_store_total(waiter->bench->store) >= waiter->total;
}

void
bench_wait_for_total(Bench *bench, guint64 total)
{
    Waiter waiter = {bench, total, FALSE};
    amr_ingest_set_changed(bench->ingest, on_changed, &waiter);
    on_changed(&waiter);
    test_wait(&waiter.done);
    amr_ingest_set_changed(bench->ingest, NULL, NULL);
    assert_int_equal(amr_store_total(bench->store), total);
}

AmrSourceInfo
bench_info(const Bench *bench, guint source)
{
    AmrSourceInfo info;
    amr_ingest_source_info(bench->ingest, source, &info);
    return info;
}
