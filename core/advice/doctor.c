/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/advice/doctor_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

#define TEXT_MAX    65536
#define NAMES_MAX   65536
#define DETAILS_MAX 100
#define SLICE_US    1000

static const char *const state_words[] = {"unknown",
#define STATE_WORD(name, word) word,
                                          AMR_CHECK_STATES(STATE_WORD)
#undef STATE_WORD
};

static const struct {
    const char *word, *title;
    gboolean hides;
} infos[] = {{"unknown", "", FALSE},
#define INFO_ROW(name, id, title, hides) {id, title, hides},
             AMR_CHECKS(INFO_ROW)
#undef INFO_ROW
};

const char *
amr_check_state_word(AmrCheckState state)
{
    return state_words[(guint)state < G_N_ELEMENTS(state_words) ? state : AMR_CHECK_UNKNOWN];
}

const char *
amr_check_word(AmrCheckId id)
{
    return infos[(guint)id < G_N_ELEMENTS(infos) ? id : AMR_CHECK_NONE].word;
}

const char *
amr_check_title(AmrCheckId id)
{
    return infos[(guint)id < G_N_ELEMENTS(infos) ? id : AMR_CHECK_NONE].title;
}

/* ---- what the checks share ------------------------------------------------------------------ */

void
amr_check_free(AmrCheck *check)
{
    g_free(check->sentence);
    g_free(check->remedy);
    g_ptr_array_unref(check->details);
    g_free(check);
}

AmrCheck *
amr_exam_add(AmrExam *exam, AmrCheckId id, AmrCheckState state, char *sentence, char *remedy)
{
    AmrCheck *check = g_new0(AmrCheck, 1);

    *check = (AmrCheck){id, state, sentence, remedy, g_ptr_array_new_with_free_func(g_free)};
    g_ptr_array_add(exam->checks, check);
    return check;
}

void
amr_check_detail(AmrCheck *check, const char *format, ...)
{
    va_list args;

    if (check->details->len > DETAILS_MAX)
        return;
    if (check->details->len == DETAILS_MAX) {
        g_ptr_array_add(check->details, g_strdup("and more"));
        return;
    }
    va_start(args, format);
    g_ptr_array_add(check->details, g_strdup_vprintf(format, args));
    va_end(args);
}

char *
amr_exam_text(const AmrExam *exam, AmrOpenPlace place, const char *name, GError **error)
{
    g_autoptr(GBytes) bytes = amr_opener_read(exam->context.opener, place, name, TEXT_MAX, error);
    gsize len;
    const char *data;

    if (!bytes)
        return NULL;
    data = g_bytes_get_data(bytes, &len);
    return g_strchomp(g_strndup(data ? data : "", len));
}

gboolean
amr_exam_has_word(const char *text, const char *separators, const char *word)
{
    gsize len = strlen(word);

    for (const char *at = text; at && *at; at += strspn(at, separators)) {
        gsize n = strcspn(at, separators);
        if (n == len && memcmp(at, word, n) == 0)
            return TRUE;
        at += n;
    }
    return FALSE;
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
amr_exam_policy_names(const AmrExam *exam, const char *dir)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    int policy = amr_target_policy_fd(exam->context.target);
    amr_autofd int fd = policy < 0 ? -1 : amr_fs_open(policy, dir, O_RDONLY | O_DIRECTORY, NULL);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (!stream)
        return names;
    (void)amr_fs_steal_fd(&fd); /* closedir() closes it */
    while (names->len < NAMES_MAX && (entry = readdir(stream))) {
        if (amr_index_takes(entry->d_name))
            g_ptr_array_add(names, g_strdup(entry->d_name));
    }
    (void)closedir(stream);
    g_ptr_array_sort(names, by_text);
    return names;
}

char *
amr_exam_join(const GPtrArray *names, guint most)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < names->len && i < most; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", (const char *)names->pdata[i]);
    if (names->len > most)
        g_string_append_printf(text, " and %u more", names->len - most);
    return g_string_free(text, FALSE);
}

/* ---- the doctor ----------------------------------------------------------------------------- */

AmrDoctor *
amr_doctor_new(AmrCompiler *compiler)
{
    AmrDoctor *doctor = g_new0(AmrDoctor, 1);

    doctor->compiler = compiler;
    doctor->checks = g_ptr_array_new_with_free_func((GDestroyNotify)amr_check_free);
    doctor->files = g_ptr_array_new_with_free_func((GDestroyNotify)amr_doctor_file_free);
    doctor->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    doctor->unsure = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return doctor;
}

void
amr_doctor_free(AmrDoctor *doctor)
{
    if (!doctor)
        return;
    g_ptr_array_unref(doctor->checks);
    g_ptr_array_unref(doctor->files);
    g_hash_table_unref(doctor->known);
    g_hash_table_unref(doctor->unsure);
    g_free(doctor);
}

const GPtrArray *
amr_doctor_checks(const AmrDoctor *doctor)
{
    return doctor->checks;
}

const AmrCheck *
amr_doctor_check(const AmrDoctor *doctor, AmrCheckId id)
{
    for (guint i = 0; i < doctor->checks->len; i++) {
        const AmrCheck *check = doctor->checks->pdata[i];
        if (check->id == id)
            return check;
    }
    return NULL;
}

static const AmrCheck *
first_hiding(const AmrDoctor *doctor, AmrCheckState state)
{
    for (guint i = 0; i < doctor->checks->len; i++) {
        const AmrCheck *check = doctor->checks->pdata[i];
        if (check->state == state && infos[check->id].hides)
            return check;
    }
    return NULL;
}

const AmrCheck *
amr_doctor_reason(const AmrDoctor *doctor)
{
    const AmrCheck *check = first_hiding(doctor, AMR_CHECK_TROUBLE);

    if (!check)
        check = first_hiding(doctor, AMR_CHECK_WARNING);
    return check ? check : amr_doctor_check(doctor, AMR_CHECK_ID_POLICY);
}

AmrCheckState
amr_doctor_worst(const AmrDoctor *doctor)
{
    /* by how bad it is; the enum has unknown first, as all have */
    static const AmrCheckState order[] = {AMR_CHECK_TROUBLE, AMR_CHECK_WARNING, AMR_CHECK_UNKNOWN};

    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        for (guint n = 0; n < doctor->checks->len; n++) {
            if (((const AmrCheck *)doctor->checks->pdata[n])->state == order[i])
                return order[i];
        }
    }
    return AMR_CHECK_OK;
}

/* ---- examination ---------------------------------------------------------------------------- */

/* In the order of AMR_CHECKS. */
static const AmrExamine steps[] = {
    amr_exam_kernel,     amr_exam_securityfs, amr_exam_policy,   amr_exam_audit,  amr_exam_quiet,
    amr_exam_exclude,    amr_exam_auditd,     amr_exam_logs,     amr_exam_printk, amr_exam_lost,
    amr_exam_unconfined, amr_exam_not_loaded, amr_exam_disabled, amr_exam_local,
};

typedef struct {
    AmrDoctor *doctor;
    AmrExam exam;
    guint step;
    const char **names; /* of the files of policy */
    guint file;
    GPtrArray *files;
    GHashTable *digests;
} Examination;

static void
free_examination(gpointer data)
{
    Examination *examination = data;

    g_clear_pointer(&examination->exam.checks, g_ptr_array_unref);
    g_clear_pointer(&examination->exam.choice, amr_choice_free);
    g_clear_pointer(&examination->exam.audit, amr_audit_state_free);
    g_clear_pointer(&examination->files, g_ptr_array_unref);
    g_hash_table_unref(examination->digests);
    g_free(examination->names);
    g_free(examination);
}

/* FALSE when nothing is left to look at. */
static gboolean
examine_more(Examination *examination)
{
    const AmrIndex *index = examination->exam.context.index;

    if (examination->step < G_N_ELEMENTS(steps)) {
        steps[examination->step++](&examination->exam);
        return TRUE;
    }
    if (!index)
        return FALSE;
    if (!examination->names)
        examination->names = amr_index_files(index);
    return amr_doctor_take_file(examination->files, examination->digests, index, examination->names,
                                examination->file++);
}

static void
take(AmrDoctor *doctor, Examination *examination)
{
    g_ptr_array_unref(doctor->checks);
    doctor->checks = g_steal_pointer(&examination->exam.checks);
    if (doctor->compile)
        return; /* what runs goes on with the files that it began with */
    g_ptr_array_unref(doctor->files);
    doctor->files = g_steal_pointer(&examination->files);
    amr_doctor_tell_compiled(doctor);
}

static gboolean
on_step(gpointer data)
{
    GTask *task = data;
    Examination *examination = g_task_get_task_data(task);
    gint64 end = g_get_monotonic_time() + SLICE_US;

    if (g_task_return_error_if_cancelled(task))
        return G_SOURCE_REMOVE;
    do {
        if (!examine_more(examination)) {
            take(examination->doctor, examination);
            g_task_return_boolean(task, TRUE);
            return G_SOURCE_REMOVE;
        }
    } while (g_get_monotonic_time() < end);
    return G_SOURCE_CONTINUE;
}

static void
begin(GTask *task)
{
    g_autoptr(GSource) source = g_idle_source_new();
    g_task_attach_source(task, source, on_step);
}

static void
on_audit(GObject *object, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Examination *examination = g_task_get_task_data(task);

    /* Who may not ask it looks at what stands on disk. */
    examination->exam.audit = amr_audit_ask_finish(result, NULL);
    begin(task);
}

void
amr_doctor_examine_async(AmrDoctor *doctor, const AmrDoctorContext *context,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Examination *examination = g_new0(Examination, 1);
    const int audit = context->audit > 0 ? context->audit : -1;

    examination->doctor = doctor;
    examination->exam.context = *context;
    examination->exam.checks = g_ptr_array_new_with_free_func((GDestroyNotify)amr_check_free);
    examination->exam.auditd = amr_process_named(context->opener, "auditd");
    examination->files = g_ptr_array_new_with_free_func((GDestroyNotify)amr_doctor_file_free);
    examination->digests = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_task_set_source_tag(task, amr_doctor_examine_async);
    g_task_set_priority(task, G_PRIORITY_DEFAULT_IDLE); /* beside logs and frames, below keys */
    g_task_set_task_data(task, examination, free_examination);
    if (audit >= 0 || amr_target_is_live(context->target))
        amr_audit_ask_async(audit, cancellable, on_audit, g_steal_pointer(&task));
    else
        begin(task);
}

gboolean
amr_doctor_examine_finish(AmrDoctor *doctor, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
