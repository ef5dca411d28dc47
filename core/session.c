/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/session.h"

#include <string.h>

#include "core/base/fsutil.h"
#include "core/session-gate.h"

/* What is there and cannot be read is told, and has its defaults. */
static AmrConfig *
read_config(const AmrTarget *target)
{
    AmrConfig *config = amr_config_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        amr_fs_read(amr_target_root_fd(target), AMR_CONFIG_FILE, AMR_CONFIG_MAX, &error);
    gsize len;
    const char *text = bytes ? g_bytes_get_data(bytes, &len) : NULL;

    if (text)
        amr_config_take(config, text, len, "/" AMR_CONFIG_FILE, FALSE);
    if (error && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        g_prefix_error(&error, "/" AMR_CONFIG_FILE ": ");
        amr_config_warn(config, error->message);
    }
    return config;
}

AmrSession *
amr_session_new(const AmrTargetOptions *options, guint most, GError **error)
{
    g_autoptr(AmrSession) session = g_new0(AmrSession, 1);

    session->target = amr_target_new(options, error);
    if (!session->target)
        return NULL;
    session->config = read_config(session->target);
    session->origins = amr_origins_new();
    session->recipes = amr_recipes_new(session->origins);
    session->sentences = amr_sentences_new();
    session->refusals = amr_refusals_new();
    session->risks = amr_risks_new();
    session->sensitive = amr_sensitive_new();
    session->opener = amr_opener_new(session->target);
    session->store = amr_store_new(most);
    amr_store_set_clock(session->store, amr_target_clock(session->target));
    session->answered = amr_answered_new(session->store);
    session->ingest = amr_ingest_new(session->opener, session->store);
    session->compiler = amr_compiler_new(session->target);
    session->probe = amr_probe_new(session->compiler);
    session->programs = amr_programs_new(session->target);
    session->abstractions = amr_abstractions_new(session->compiler, session->risks);
    session->breadths = amr_breadths_new(session->sensitive);
    return g_steal_pointer(&session);
}

void
amr_session_free(AmrSession *session)
{
    if (!session)
        return;
    g_clear_pointer(&session->gate, amr_gate_free);
    g_clear_pointer(&session->replay, amr_replay_free);
    g_clear_pointer(&session->executor, amr_executor_free);
    g_clear_pointer(&session->history, amr_history_free);
    g_clear_pointer(&session->loaded, amr_loaded_free);
    g_clear_pointer(&session->revision, amr_revision_free);
    g_clear_pointer(&session->watch, amr_index_watch_free);
    g_clear_pointer(&session->packages, amr_packages_free);
    if (session->compiler)
        amr_compiler_set_index(session->compiler, NULL);
    g_clear_pointer(&session->index, amr_index_free);
    g_clear_pointer(&session->breadths, amr_breadths_free);
    g_clear_pointer(&session->abstractions, amr_abstractions_free);
    g_clear_pointer(&session->probe, amr_probe_free);
    g_clear_pointer(&session->programs, amr_programs_free);
    g_clear_pointer(&session->compiler, amr_compiler_free);
    g_clear_pointer(&session->choice, amr_choice_free);
    g_strfreev(session->only);
    g_free(session->rpm);
    g_free(session->timer);
    g_strfreev(session->timer_command);
    g_clear_pointer(&session->ingest, amr_ingest_free);
    g_clear_pointer(&session->answered, amr_answered_free);
    g_clear_pointer(&session->store, amr_store_free);
    g_clear_pointer(&session->opener, amr_opener_free);
    g_clear_pointer(&session->sensitive, amr_sensitive_free);
    g_clear_pointer(&session->risks, amr_risks_free);
    g_clear_pointer(&session->refusals, amr_refusals_free);
    g_clear_pointer(&session->sentences, amr_sentences_free);
    g_clear_pointer(&session->recipes, amr_recipes_free);
    g_clear_pointer(&session->origins, amr_origins_free);
    g_clear_pointer(&session->config, amr_config_free);
    g_clear_pointer(&session->target, amr_target_free);
    g_clear_error(&session->index_error);
    g_clear_error(&session->loaded_error);
    g_clear_error(&session->history_error);
    g_free(session);
}

guint
amr_session_add_logs(AmrSession *session, const char *const *files, gboolean follow, char **why)
{
    guint n = 0;

    if (files && files[0]) {
        for (; files[n]; n++)
            amr_ingest_add_file(session->ingest, AMR_OPEN_GIVEN, files[n], follow);
        return n;
    }
    g_clear_pointer(&session->choice, amr_choice_free);
    session->choice = session->only ? amr_choice_new_only(session->target, session->opener, follow,
                                                          (const char *const *)session->only)
                                    : amr_choice_new(session->target, session->opener, follow);
    n = amr_choice_add(session->choice, session->ingest, follow);
    if (follow && amr_target_is_live(session->target))
        amr_ingest_count_audit(session->ingest, -1);
    if (n == 0 && why)
        *why = amr_choice_why_none(session->choice);
    return n;
}

static void
tell_timer(AmrSession *session)
{
    if (session->executor)
        amr_executor_set_timer(session->executor, session->timer,
                               (const char *const *)session->timer_command);
}

void
amr_session_set_rpm(AmrSession *session, char *program)
{
    g_free(session->rpm);
    session->rpm = program;
}

void
amr_session_set_timer(AmrSession *session, char *program, char **command)
{
    g_free(session->timer);
    g_strfreev(session->timer_command);
    session->timer = program;
    session->timer_command = command;
    tell_timer(session);
}

/* ---- load ---------------------------------------------------------------------------------- */

static void
on_index(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    AmrSession *session = g_task_get_task_data(task);
    GError *error = NULL;
    AmrIndex *index = amr_index_load_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        if (session->watch)
            amr_index_watch_release(session->watch);
        g_task_return_error(task, error);
        return;
    }
    if (session->gate)
        amr_gate_forget(session->gate);
    g_clear_pointer(&session->index, amr_index_free);
    g_clear_error(&session->index_error);
    session->index = index;
    session->index_error = error;
    amr_compiler_set_index(session->compiler, index);
    if (session->watch)
        amr_index_watch_take(session->watch, index);
    amr_probe_forget(session->probe);
    amr_programs_forget(session->programs);
    amr_abstractions_forget(session->abstractions);
    amr_breadths_forget(session->breadths);
    amr_answered_update(session->answered, session->history);
    if (session->gate)
        amr_gate_renew(session->gate);
    g_task_return_boolean(task, TRUE);
}

/* Before the policy, so that all is told anew once that is read. */
static void
on_packages(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    AmrSession *session = g_task_get_task_data(task);
    GError *error = NULL;
    AmrPackages *packages = amr_packages_read_finish(result, &error);

    if (!packages) {
        if (session->watch)
            amr_index_watch_release(session->watch);
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_clear_pointer(&session->packages, amr_packages_free);
    session->packages = packages;
    amr_index_load_async(session->target, g_task_get_cancellable(task), on_index, task);
}

void
amr_session_load_async(AmrSession *session, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);

    g_task_set_source_tag(task, amr_session_load_async);
    g_task_set_task_data(task, session, NULL);

    if (session->revision)
        amr_revision_renew(session->revision);
    g_clear_pointer(&session->loaded, amr_loaded_free);
    g_clear_error(&session->loaded_error);
    session->loaded = amr_loaded_read(session->opener, &session->loaded_error);

    g_clear_pointer(&session->executor, amr_executor_free);
    g_clear_pointer(&session->history, amr_history_free);
    g_clear_error(&session->history_error);
    session->history = amr_history_load(session->target, &session->history_error);
    if (session->history)
        session->executor =
            amr_executor_new(session->target, session->opener, session->compiler, session->history);
    tell_timer(session);

    if (session->watch)
        amr_index_watch_hold(session->watch);
    amr_packages_read_async(session->target, session->rpm, cancellable, on_packages, task);
}

gboolean
amr_session_load_finish(AmrSession *session, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

void
amr_session_watch(AmrSession *session, AmrNewsSink sink, gpointer data)
{
    g_clear_pointer(&session->watch, amr_index_watch_free);
    g_clear_pointer(&session->revision, amr_revision_free);
    if (!sink)
        return;
    session->revision = amr_revision_new(session->opener, sink, data);
    if (session->loaded)
        amr_revision_renew(session->revision);
    session->watch = amr_index_watch_new(session->target, sink, data);
    if (session->index)
        amr_index_watch_take(session->watch, session->index);
}

gboolean
amr_session_is_outdated(const AmrSession *session)
{
    return (session->watch && amr_index_watch_is_outdated(session->watch)) ||
           (session->revision && amr_revision_is_outdated(session->revision));
}

/* ---- what is knowledge ---------------------------------------------------------------------- */

const char *const amr_session_data_names[] = {"recipes", "notes",     "sentences", "refusals",
                                              "risks",   "sensitive", "origins",   NULL};

AmrData *
amr_session_data(const AmrSession *session, const char *name)
{
    if (strcmp(name, "sentences") == 0)
        return amr_sentences_data(session->sentences);
    if (strcmp(name, "refusals") == 0)
        return amr_refusals_data(session->refusals);
    if (strcmp(name, "risks") == 0)
        return amr_risks_data(session->risks);
    if (strcmp(name, "sensitive") == 0)
        return amr_sensitive_data(session->sensitive);
    if (strcmp(name, "origins") == 0)
        return amr_origins_data(session->origins);
    return amr_recipes_data(session->recipes);
}

/* ---- what rooms are given ------------------------------------------------------------------- */

AmrProposeContext
amr_session_propose_context(const AmrSession *session)
{
    return (AmrProposeContext){.index = session->index,
                               .loaded = session->loaded,
                               .probe = session->probe,
                               .programs = session->programs,
                               .refusals = session->refusals,
                               .risks = session->risks};
}

AmrAsker *
amr_session_asker(const AmrSession *session, AmrAskPlaces places, gboolean why)
{
    gboolean loaded = places != AMR_ASK_DISK;
    const AmrAskContext context = {
        .target = session->target,
        .opener = session->opener,
        .compiler = session->compiler,
        .index = session->index,
        .index_error = session->index_error,
        .loaded = loaded ? session->loaded : NULL,
        .loaded_error = loaded ? session->loaded_error : NULL,
        .loaded_only = places == AMR_ASK_LOADED,
        .why = why,
    };

    return amr_asker_new(&context);
}

AmrPlanContext
amr_session_plan_context(const AmrSession *session)
{
    return (AmrPlanContext){
        .target = session->target,
        .index = session->index,
        .loaded = session->loaded,
        .comments = amr_config_flag(session->config, AMR_SETTING_COMMENTS),
        .history = session->history,
        .packages = session->packages,
    };
}

AmrDoctorContext
amr_session_doctor_context(const AmrSession *session)
{
    return (AmrDoctorContext){
        .target = session->target,
        .opener = session->opener,
        .index = session->index,
        .index_error = session->index_error,
        .loaded = session->loaded,
        .loaded_error = session->loaded_error,
        .ingest = session->ingest,
    };
}

/* The letters that the kernel's file query knows. */
static char *
query_letters(guint32 perms)
{
    static const struct {
        guint32 perms;
        char letter;
    } letters[] = {
        {AMR_PERM_READ, 'r'},
        {AMR_PERM_WRITE | AMR_PERM_APPEND | AMR_PERM_CREATE | AMR_PERM_DELETE, 'w'},
        {AMR_PERM_EXEC, 'x'},
        {AMR_PERM_MMAP_EXEC, 'm'},
        {AMR_PERM_LOCK, 'k'},
        {AMR_PERM_LINK, 'l'},
    };
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(letters); i++) {
        if (perms & letters[i].perms)
            g_string_append_c(out, letters[i].letter);
    }
    return g_string_free(out, FALSE);
}

AmrExecutorQuestion *
amr_session_question(const AmrEvent *event)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    g_autofree char *access = query_letters(event->denied);
    AmrExecutorQuestion *question;

    if (event->klass != AMR_CLASS_FILE || !name.len || !access[0] ||
        (event->denied & AMR_PERM_LINK))
        return NULL;
    question = g_new0(AmrExecutorQuestion, 1);
    question->label = amr_event_profile(event);
    question->access = g_steal_pointer(&access);
    question->path = amr_bytes_dup(name);
    question->path_len = name.len;
    question->owner = event->owner;
    return question;
}

/* ---- what is played ------------------------------------------------------------------------- */

void
amr_session_replay(AmrSession *session, const AmrReplayOptions *options)
{
    g_return_if_fail(!session->replay);
    session->replay = amr_replay_new(session->opener, session->ingest, options);
    session->gate = amr_gate_new(session, session->replay);
    if (session->index || session->index_error)
        amr_gate_renew(session->gate);
}
