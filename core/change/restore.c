/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change that failed is put back: bytes, then what is loaded, then the word in the history. What
 * cannot be put back is told; the rest goes on. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/load.h"
#include "core/change/plan_private.h"
#include "core/change/run.h"

static void
problem(AmrRun *run, const char *what, const GError *error)
{
    g_autofree char *shown = amr_display_string(what);

    g_string_append_printf(run->problems, "%s%s: %s", run->problems->len ? "; " : "", shown,
                           error->message);
}

/* ---- bytes -------------------------------------------------------------------------------------
 */

/* Where no second file can be written, as on a full disk: what was appended is cut off again, which
 * is one step too and needs no space. FALSE where that is not what the change was. */
static gboolean
cut_back(const AmrTarget *target, const AmrPlanFile *file)
{
    g_autofree char *path = NULL;
    int place = amr_target_policy_place(target, file->path, &path);
    amr_autofd int dir = -1;
    amr_autofd int fd = -1;
    g_autofree char *leaf = NULL;
    g_autoptr(GBytes) now = NULL;
    gsize len, after_len;
    const char *before = file->before ? g_bytes_get_data(file->before, &len) : NULL;
    const char *after = file->after ? g_bytes_get_data(file->after, &after_len) : NULL;

    if (!before || !after || amr_plan_is_link(file->path) || len > after_len ||
        memcmp(before, after, len) != 0 || !amr_fs_resolve_trusted(place, path, &dir, &leaf, NULL))
        return FALSE;
    fd = openat(dir, leaf, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    now = fd < 0 ? NULL : amr_fs_read_fd(fd, AMR_FS_POLICY_MAX, NULL);
    return now && g_bytes_equal(now, file->after) && ftruncate(fd, (off_t)len) == 0 &&
           fsync(fd) == 0;
}

/* Only a file that holds exactly what was written is touched; in the reverse order. */
static void
restore_files(AmrRun *run)
{
    amr_run_progress(run, AMR_STEP_RESTORE, NULL);
    for (guint i = run->plan->files->len; i-- > 0;) {
        const AmrPlanFile *file = run->plan->files->pdata[i];
        g_autoptr(GError) error = NULL;
        if (run->written[i] &&
            !amr_plan_put(run->executor->target, file->path, file->after, file->before, &error) &&
            (error->domain == AMR_ERROR || !cut_back(run->executor->target, file)))
            problem(run, file->path, error);
    }
    amr_run_next(run);
}

/* ---- what is loaded ---------------------------------------------------------------------------
 */

static void restore_loads(AmrRun *run);

/* Takes both over. */
static void
take_restored(AmrRun *run, AmrCompileResult *result, GError *problem_found)
{
    const AmrPlanLoad *load = run->plan->loads->pdata[run->n];
    g_autoptr(AmrCompileResult) loaded = result;
    g_autoptr(GError) error = problem_found;

    if (loaded && !loaded->ok)
        amr_compile_result_to_error(loaded, AMR_ERROR_RELOAD, &error);
    if (error)
        problem(run, load->path, error);
    restore_loads(run);
}

static void
on_disk_restored(GObject *source, GAsyncResult *result, gpointer data)
{
    GError *error = NULL;
    AmrCompileResult *loaded = amr_load_finish(result, NULL, &error);

    take_restored(data, loaded, error);
}

static void
on_raw_restored(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    GError *error = NULL;
    AmrCompileResult *loaded = amr_compiler_run_finish(run->executor->compiler, result, &error);

    take_restored(run, loaded, error);
}

/* The k-1st of what was saved of load n; FALSE behind the last. */
static gboolean
restore_raw(AmrRun *run, const AmrPlanLoad *load)
{
    guint number = amr_carry_raw_number(run->n, run->k - 1);
    g_autoptr(GBytes) raw =
        run->rebooted ? NULL : amr_history_raw(run->executor->history, run->plan->id, number, NULL);
    AmrCompileJob job = {AMR_COMPILE_LOAD_BINARY, NULL, NULL, raw};

    if (!raw)
        return FALSE;
    amr_run_progress(run, AMR_STEP_RESTORE, load->path);
    run->k++;
    amr_compiler_run_async(run->executor->compiler, &job, NULL, on_raw_restored, run);
    return TRUE;
}

/* Each load from disk first, so that the cache too is of the old policy; then what the kernel held,
 * which may have been another. */
static void
restore_loads(AmrRun *run)
{
    for (; run->n < run->tried; run->n++, run->k = 0) {
        const AmrPlanLoad *load = run->plan->loads->pdata[run->n];

        if (!amr_carry_is_loaded(run, load) && !amr_carry_is_unloaded(run, load))
            continue;
        if (run->k == 0 && amr_plan_enables(run->plan, load->path))
            run->k++; /* its link is there again: nothing of it is loaded from disk */
        if (run->k == 0) {
            run->k++;
            amr_run_progress(run, AMR_STEP_RESTORE, load->path);
            amr_load_async(run->executor->compiler, run->executor->target, run->index, NULL, load,
                           on_disk_restored, run);
            return;
        }
        if (restore_raw(run, load))
            return;
    }
    amr_run_next(run);
}

static void remove_absent(AmrRun *run);

static void
on_removed(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrRun *run = data;
    const AmrHistoryHeld *held = run->held->pdata[run->n];
    g_autoptr(GError) error = NULL;

    if (!amr_remove_finish(run, result, &error))
        problem(run, held->profile, error);
    run->n++;
    remove_absent(run);
}

/* A profile, child or hat that the load brought into the kernel, and that was not there. */
static void
remove_absent(AmrRun *run)
{
    g_autoptr(AmrLoaded) loaded = NULL;

    if (run->tried && run->n < run->held->len)
        loaded = amr_loaded_read(run->executor->opener, NULL);
    for (; run->tried && run->n < run->held->len; run->n++) {
        const AmrHistoryHeld *held = run->held->pdata[run->n];
        g_autofree char *ns = NULL;
        g_autoptr(GError) error = NULL;
        const char *name = amr_held_split(held->profile, &ns);

        if (held->mode || (loaded && !amr_loaded_find(loaded, ns, name)))
            continue;
        if (amr_remove_async(run, held->profile, on_removed, &error))
            return;
        problem(run, held->profile, error);
    }
    amr_run_next(run);
}

/* ---- the word in the history -------------------------------------------------------------------
 */

static void
record(AmrRun *run)
{
    gboolean whole = run->problems->len == 0;
    g_autoptr(GError) error = NULL;

    if (!whole) {
        GError *partly = NULL;
        amr_error_set(&partly, AMR_ERROR_PARTLY, "%s. Not put back: %s", run->error->message,
                      run->problems->str);
        g_error_free(run->error);
        run->error = partly;
    }
    if (!amr_history_state(run->executor->history, run->plan->id,
                           whole ? AMR_CHANGE_STATE_ROLLED_BACK : AMR_CHANGE_STATE_PARTLY,
                           run->error->message, &error))
        amr_run_note(run, "%s", error->message);
    amr_run_next(run);
}

const AmrRunStep amr_run_restore_steps[] = {restore_files, restore_loads, remove_absent, record,
                                            NULL};
