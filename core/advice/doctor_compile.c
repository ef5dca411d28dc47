/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files of policy compile. */
#include "config.h"

#include "core/advice/doctor_private.h"

#include <string.h>

#include "core/base/fsutil.h"
#include "core/base/text.h"

void
amr_doctor_file_free(AmrDoctorFile *file)
{
    g_free(file->name);
    g_free(file->digest);
    g_free(file);
}

/* ---- what there is to compile --------------------------------------------------------------- */

static const char *
digest_of(GHashTable *digests, const AmrIndex *index, const char *name)
{
    char *digest = g_hash_table_lookup(digests, name);

    if (!digest) {
        digest = amr_fs_digest(amr_index_bytes(index, name));
        g_hash_table_insert(digests, (gpointer)name, digest);
    }
    return digest;
}

gboolean
amr_doctor_take_file(GPtrArray *files, GHashTable *digests, const AmrIndex *index,
                     const char *const *names, guint n)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree const char **reads = NULL;
    AmrDoctorFile *file;

    if (!names[n])
        return FALSE;
    if (amr_index_is_disabled(index, names[n]))
        return TRUE;
    reads = amr_index_reads(index, names[n]);
    for (guint i = 0; reads[i]; i++) {
        const char *digest = digest_of(digests, index, reads[i]);
        g_checksum_update(sum, (const guchar *)reads[i], (gssize)strlen(reads[i]) + 1);
        g_checksum_update(sum, (const guchar *)digest, (gssize)strlen(digest) + 1);
    }
    file = g_new0(AmrDoctorFile, 1);
    file->name = g_strdup(names[n]);
    file->digest = g_strdup(g_checksum_get_string(sum));
    g_ptr_array_add(files, file);
    return TRUE;
}

/* ---- what came of it ------------------------------------------------------------------------ */

void
amr_doctor_tell_compiled(AmrDoctor *doctor)
{
    AmrExam exam = {.checks = doctor->checks};
    g_autoptr(GPtrArray) bad = g_ptr_array_new();
    AmrCheck *check;
    guint n = doctor->files->len;

    for (guint i = 0; i < n; i++) {
        const AmrDoctorFile *file = doctor->files->pdata[i];
        const char *said = g_hash_table_lookup(doctor->known, file->digest);
        if (!said)
            return;
        if (said[0])
            g_ptr_array_add(bad, (gpointer)file);
    }
    if (n == 0)
        return;
    if (bad->len == 0) {
        amr_exam_add(&exam, AMR_CHECK_ID_COMPILE, AMR_CHECK_OK,
                     n == 1 ? g_strdup("The one file of policy compiles.")
                            : g_strdup_printf("All %u files of policy compile.", n),
                     NULL);
        return;
    }
    check = amr_exam_add(
        &exam, AMR_CHECK_ID_COMPILE, AMR_CHECK_TROUBLE,
        g_strdup_printf("%u of %u files of policy %s not compile: what is loaded of them stays "
                        "until the machine starts again, and then their programs run unconfined.",
                        bad->len, n, bad->len == 1 ? "does" : "do"),
        g_strdup("Mend the lines that are named, then apparmor_parser -r FILE."));
    for (guint i = 0; i < bad->len; i++) {
        const AmrDoctorFile *file = bad->pdata[i];
        const char *said = g_hash_table_lookup(doctor->known, file->digest);
        g_autofree char *shown = amr_display_string(file->name);
        /* the compiler names the file where the line is: another one, if that is included */
        if (g_str_has_prefix(said, shown) && said[strlen(shown)] == ' ')
            amr_check_detail(check, "%s", said);
        else
            amr_check_detail(check, "%s: %s", shown, said);
    }
}

/* ---- one after the other -------------------------------------------------------------------- */

typedef struct {
    AmrDoctor *doctor;
    guint at; /* the file that is compiled */
    AmrDoctorProgress progress;
    gpointer progress_data;
} Compilation;

static void compile_next(GTask *task);

static void
forget_check(AmrDoctor *doctor)
{
    for (guint i = 0; i < doctor->checks->len; i++) {
        if (((const AmrCheck *)doctor->checks->pdata[i])->id == AMR_CHECK_ID_COMPILE) {
            g_ptr_array_remove_index(doctor->checks, i);
            return;
        }
    }
}

static char *
what_it_said(const AmrCompileResult *result, const GError *failure)
{
    g_autoptr(GError) error = NULL;

    if (!result)
        return g_strdup(failure->message);
    if (result->ok)
        return g_strdup("");
    amr_compile_result_to_error(result, AMR_ERROR_COMPILER, &error);
    return g_strdup(error->message);
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    Compilation *compilation = g_task_get_task_data(task);
    AmrDoctor *doctor = compilation->doctor;
    const AmrDoctorFile *file;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompileResult) compiled = NULL;

    if (g_task_return_error_if_cancelled(task)) {
        doctor->compile = NULL;
        g_object_unref(task);
        return;
    }
    compiled = amr_compiler_run_finish(doctor->compiler, result, &error);
    file = doctor->files->pdata[compilation->at++];
    if (!compiled)
        g_hash_table_add(doctor->unsure, g_strdup(file->digest));
    g_hash_table_insert(doctor->known, g_strdup(file->digest), what_it_said(compiled, error));
    compile_next(task);
}

/* Takes the task's reference on. */
static void
compile_next(GTask *task)
{
    Compilation *compilation = g_task_get_task_data(task);
    AmrDoctor *doctor = compilation->doctor;
    const AmrDoctorFile *file = NULL;

    for (; compilation->at < doctor->files->len; compilation->at++) {
        file = doctor->files->pdata[compilation->at];
        if (!g_hash_table_contains(doctor->known, file->digest))
            break;
    }
    if (compilation->at == doctor->files->len) {
        doctor->compile = NULL;
        forget_check(doctor);
        amr_doctor_tell_compiled(doctor);
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
        return;
    }
    if (compilation->progress)
        compilation->progress(compilation->at, doctor->files->len, compilation->progress_data);
    AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .file = file->name};
    amr_compiler_run_async(doctor->compiler, &job, g_task_get_cancellable(task), on_compiled, task);
}

static gboolean
is_unsure(gpointer digest, gpointer said, gpointer doctor)
{
    return g_hash_table_contains(((const AmrDoctor *)doctor)->unsure, digest);
}

void
amr_doctor_compile_async(AmrDoctor *doctor, GCancellable *cancellable, AmrDoctorProgress progress,
                         gpointer progress_data, GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    Compilation *compilation = g_new0(Compilation, 1);

    *compilation = (Compilation){doctor, 0, progress, progress_data};
    g_task_set_source_tag(task, amr_doctor_compile_async);
    g_task_set_task_data(task, compilation, g_free);
    if (doctor->compile) {
        g_task_return_new_error(task, AMR_ERROR, AMR_ERROR_BUSY, "It is being compiled already");
        g_object_unref(task);
        return;
    }
    g_hash_table_foreach_remove(doctor->known, is_unsure, doctor);
    g_hash_table_remove_all(doctor->unsure);
    doctor->compile = task;
    compile_next(task);
}

gboolean
amr_doctor_compile_finish(AmrDoctor *doctor, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
