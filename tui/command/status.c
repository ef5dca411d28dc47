/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer status: profiles loaded and on disk, their modes, processes and denials. */
#include "config.h"

#include <unistd.h>

#include "core/policy/ask.h"
#include "tui/command/command.h"
#include "tui/command/wait.h"

typedef struct {
    AmrSession *session;
    TuiProfiles *profiles;
    gboolean has_denials;
    GHashTable *drifts; /* full name -> AmrAskDrift, with --compare; else NULL */
} Status;

/* ---- show ------------------------------------------------------------------------------------ */

typedef struct {
    const Status *status;
    const GPtrArray *chosen; /* TuiProfile, borrowed */
} Shown;

static void
fill_row(guint n, gpointer data, TuiCell *cells)
{
    const Shown *shown = data;
    const TuiProfile *row = g_ptr_array_index(shown->chosen, n);

    tui_table_profiles_row(shown->status->session, row, FALSE, cells);
    /* "0" would be an answer. */
    if (!shown->status->profiles->has_processes) {
        g_free(cells[2].text);
        cells[2].text = g_strdup("-");
    }
    if (!shown->status->has_denials) {
        g_free(cells[3].text);
        cells[3].text = g_strdup("-");
    }
}

static void
add_count(TuiJson *json, const char *key, gboolean known, guint count)
{
    if (known)
        tui_json_uint(json, key, count);
    else
        tui_json_null(json, key);
}

static void
add_differences(TuiJson *json, const AmrAskDrift *drift)
{
    if (!drift || !drift->known) {
        tui_json_null(json, "differences");
        tui_json_text(json, "differences_reason", drift ? drift->why : "It was not compared");
        return;
    }
    tui_json_open_array(json, "differences");
    for (guint i = 0; i < drift->differences->len; i++)
        tui_json_text(json, NULL, drift->differences->pdata[i]);
    tui_json_close_array(json);
    tui_json_null(json, "differences_reason");
}

static void
add_origin(TuiJson *json, const TuiOrigin *origin)
{
    const AmrBlock *block = origin->block;
    const AmrPackaged *packaged = origin->packaged;

    tui_json_text(json, "origin", origin->word);
    tui_json_name(json, "file", block ? block->file : NULL);
    add_count(json, "line", block != NULL, block ? block->line : 0);
    tui_json_name(json, "attachment", block ? block->attachment : NULL);
    tui_json_name(json, "flags", block && block->flags[0] ? block->flags : NULL);
    tui_json_name(json, "package", packaged ? packaged->package : NULL);
    if (packaged && packaged->digest)
        tui_json_bool(json, "package_edited", origin->edited);
    else
        tui_json_null(json, "package_edited");
}

/* Who runs under it, alone or in a stack. */
static void
add_running(TuiJson *json, const Status *status, const TuiProfile *row)
{
    const GPtrArray *processes = status->profiles->processes;

    if (!status->profiles->has_processes) {
        tui_json_null(json, "running");
        return;
    }
    tui_json_open_array(json, "running");
    for (guint i = 0; i < processes->len; i++) {
        const AmrProcess *process = processes->pdata[i];
        if (!tui_profiles_runs_under(process, row))
            continue;
        tui_json_open_object(json, NULL);
        tui_json_uint(json, "pid", process->pid);
        tui_json_name(json, "comm", process->comm);
        tui_json_name(json, "exe", process->exe);
        tui_json_name(json, "label", process->label);
        tui_json_close_object(json);
    }
    tui_json_close_array(json);
}

static gboolean
out_row(const Status *status, const TuiProfile *row)
{
    const TuiOrigin origin = tui_table_origin(status->session, row);
    const AmrBlock *block = origin.block;
    AmrLocal local = {0};
    TuiJson *json = tui_json_new();

    if (block && !amr_index_local(status->session->index, block, &local))
        local.target = NULL;
    tui_json_name(json, "profile", row->name);
    tui_json_name(json, "namespace", row->ns);
    if (row->loaded)
        tui_json_name(json, "mode", row->mode ? amr_mode_word(row->mode) : row->mode_word);
    else
        tui_json_null(json, "mode");
    tui_json_bool(json, "loaded", row->loaded);
    add_count(json, "processes", status->profiles->has_processes, row->processes);
    add_count(json, "denials", status->has_denials, row->denials);
    add_count(json, "denials_per_minute", status->has_denials, row->rate);
    add_origin(json, &origin);
    tui_json_name(json, "local", local.target);
    tui_json_bool(json, "local_exists", local.target && local.exists);
    if (row->drift == AMR_DRIFT_UNKNOWN)
        tui_json_null(json, "drift");
    else
        tui_json_text(json, "drift", amr_drift_word(row->drift));
    add_running(json, status, row);
    const AmrHistory *history = status->session->history;
    const AmrChange *ending = history ? amr_history_ending(history, row->full) : NULL;
    if (ending)
        tui_json_time(json, "until", ending->until);
    else
        tui_json_null(json, "until");
    if (status->drifts)
        add_differences(json, g_hash_table_lookup(status->drifts, row->full));
    return tui_out_json(json);
}

/* Below the table: what of it ends by itself. */
static void
out_ends(const Status *status, const GPtrArray *chosen)
{
    const AmrHistory *history = status->session->history;

    for (guint i = 0; history && i < chosen->len; i++) {
        const TuiProfile *row = g_ptr_array_index(chosen, i);
        const AmrChange *ending = amr_history_ending(history, row->full);
        if (!ending)
            continue;
        g_autofree char *shown = amr_display_string(row->full);
        g_autofree char *when =
            amr_clock_show(amr_target_clock(status->session->target), ending->until);
        g_autofree char *line =
            g_strdup_printf("%s: until %s, then %s is taken back (change %s)", shown, when,
                            ending->kind == AMR_PLAN_COMPLAIN_FOR ? "complain mode" : "a rule",
                            ending->id);
        if (!tui_out_line(line))
            return;
    }
}

static void
out_summary(const Status *status)
{
    const AmrLoaded *loaded = status->session->loaded;
    g_autoptr(GString) line = g_string_new(NULL);
    guint named = 0;

    if (!loaded)
        return;
    g_string_append_printf(line, "%u profiles loaded", amr_loaded_count(loaded));
    for (guint mode = 1; mode < AMR_MODE_COUNT; mode++) {
        guint n = amr_loaded_in_mode(loaded, (AmrMode)mode);
        if (n)
            g_string_append_printf(line, ", %u %s", n, amr_mode_word((AmrMode)mode));
        named += n;
    }
    if (named < amr_loaded_count(loaded))
        g_string_append_printf(line, ", %u in another mode", amr_loaded_count(loaded) - named);
    tui_out_line(line->str);
}

/* Below the table, a line a difference. */
static void
out_drifts(const Status *status, const GPtrArray *chosen)
{
    for (guint i = 0; status->drifts && i < chosen->len; i++) {
        const TuiProfile *row = g_ptr_array_index(chosen, i);
        const AmrAskDrift *drift = g_hash_table_lookup(status->drifts, row->full);
        g_autofree char *shown = amr_display_string(row->full);
        if (drift && !drift->known)
            tui_say("%s: not compared: %s", shown, drift->why);
        for (guint k = 0; drift && k < drift->differences->len; k++) {
            g_autofree char *line =
                g_strdup_printf("%s: %s", shown, (char *)drift->differences->pdata[k]);
            if (!tui_out_line(line))
                return;
        }
    }
}

static void
out_status(const TuiCommand *command, const Status *status, const GPtrArray *chosen, gboolean all)
{
    Shown shown = {status, chosen};

    if (!command->options->json) {
        if (all)
            out_summary(status);
        if (chosen->len)
            tui_out_table(&tui_table_profiles, chosen->len, fill_row, &shown);
        out_drifts(status, chosen);
        out_ends(status, chosen);
        return;
    }
    for (guint i = 0; i < chosen->len; i++) {
        if (!out_row(status, g_ptr_array_index(chosen, i)))
            return;
    }
}

/* ---- the verb -------------------------------------------------------------------------------- */

/* The profiles that were named, or all; a name that is none is said. */
static GPtrArray *
choose(const Status *status, char **words, gboolean *missing)
{
    GPtrArray *chosen = g_ptr_array_new();

    for (guint i = 0; !words && i < status->profiles->rows->len; i++)
        g_ptr_array_add(chosen, (gpointer)tui_profiles_at(status->profiles, i));
    for (guint i = 0; words && words[i]; i++) {
        const TuiProfile *row = tui_profiles_find(status->profiles, words[i]);
        const AmrBlock *block = row || !status->session->index
                                    ? NULL
                                    : amr_index_find_typed(status->session->index, words[i]);
        if (block) {
            g_autofree char *full = block->ns[0] ? g_strdup_printf(":%s:%s", block->ns, block->name)
                                                 : g_strdup(block->name);
            row = tui_profiles_find(status->profiles, full);
        }
        if (row) {
            g_ptr_array_add(chosen, (gpointer)row);
        } else {
            g_autofree char *shown = amr_display_string(words[i]);
            tui_say("there is no profile %s, neither loaded nor on disk", shown);
            *missing = TRUE;
        }
    }
    return chosen;
}

/* What cannot be seen, and the one step that helps. */
static void
say_missing(const AmrSession *session)
{
    if (session->loaded_error)
        tui_say("loaded profiles: %s", session->loaded_error->message);
    if (session->index_error)
        tui_say("policy: %s", session->index_error->message);
    if (geteuid() != 0 && amr_target_is_live(session->target))
        tui_say("without root not all processes and logs can be seen: run this with sudo");
}

static void
gather(TuiCommand *command, Status *status)
{
    AmrSession *session = command->session;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    TuiWait wait = {0};

    tui_profiles_read(status->profiles, session);
    if (!status->profiles->has_processes)
        tui_say("processes: %s", status->profiles->processes_error);
    if (command->options->logs) {
        tui_command_read_logs(command, NULL);
    } else if (amr_session_add_logs(session, NULL, FALSE, NULL)) {
        amr_ingest_load_async(session->ingest, command->cancellable, tui_wait_done, &wait);
        result = tui_wait_result(&wait);
        if (!amr_ingest_load_finish(session->ingest, result, &error))
            tui_say("denials: %s", error->message);
    }
    if (!command->options->logs)
        tui_command_say_lost(command);
    status->has_denials = amr_ingest_source_count(session->ingest) > 0;
    (void)tui_profiles_count_denials(status->profiles, session->store, G_MAXUINT);
    (void)tui_profiles_count_rates(status->profiles, session->store,
                                   amr_clock_now(amr_target_clock(session->target)));
}

static void
drift_free(gpointer data)
{
    amr_ask_drift_free(data);
}

/* Compiles what of @chosen is loaded, and sets its drift to what comes of it. */
static void
compare(TuiCommand *command, Status *status, GPtrArray *chosen)
{
    g_autoptr(AmrAsker) asker = amr_session_asker(status->session, AMR_ASK_BOTH, FALSE);

    status->drifts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, drift_free);
    for (guint i = 0; i < status->profiles->rows->len; i++) {
        const TuiProfile *row = tui_profiles_at(status->profiles, i);
        g_autoptr(GAsyncResult) result = NULL;
        TuiWait wait = {0};
        if (!g_ptr_array_find(chosen, row, NULL) || !row->loaded || !status->session->index)
            continue;
        amr_asker_compare_async(asker, row->full, command->cancellable, tui_wait_done, &wait);
        result = tui_wait_result(&wait);
        AmrAskDrift *drift = amr_asker_compare_finish(result, NULL);
        if (!drift)
            return;
        g_hash_table_insert(status->drifts, row->full, drift);
        tui_profiles_take_comparison(status->profiles, row->full, drift);
    }
}

/* For who picks one, as a shell that completes them: quick, and nothing said beside. */
static int
out_names(TuiCommand *command, const Status *status, char **words)
{
    gboolean missing = FALSE;
    g_autoptr(GPtrArray) chosen = NULL;

    if (command->options->json) {
        tui_say("--names are no objects: not with --json");
        return TUI_EXIT_USAGE;
    }
    tui_profiles_read(status->profiles, command->session);
    chosen = choose(status, words, &missing);
    for (guint i = 0; i < chosen->len; i++) {
        g_autofree char *shown = amr_display_string(((const TuiProfile *)chosen->pdata[i])->full);
        if (!tui_out_line(shown))
            break;
    }
    return missing || !chosen->len ? TUI_EXIT_NOTHING : TUI_EXIT_DONE;
}

int
tui_command_status(TuiCommand *command, int argc, char **argv)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GPtrArray) chosen = NULL;
    g_autoptr(TuiProfiles) profiles = tui_profiles_new_rows();
    Status status = {.profiles = profiles};
    gboolean missing = FALSE, compares = FALSE, names = FALSE;
    const GOptionEntry entries[] = {
        {"compare", 0, 0, G_OPTION_ARG_NONE, &compares,
         "compile what is on disk, and compare it with what is loaded", NULL},
        {"names", 0, 0, G_OPTION_ARG_NONE, &names,
         "only the names, one a line; logs are not read for it", NULL},
        {0},
    };
    int code;

    if (!tui_command_parse(command, tui_verb_find("status"), entries, &argc, &argv, &words, &code))
        return code;
    code = tui_command_open(command, TRUE);
    if (code != TUI_EXIT_DONE)
        return code;
    status.session = command->session;
    if (names)
        return out_names(command, &status, words);
    gather(command, &status);
    say_missing(command->session);
    chosen = choose(&status, words, &missing);
    if (compares)
        compare(command, &status, chosen);
    out_status(command, &status, chosen, !words);
    g_clear_pointer(&status.drifts, g_hash_table_unref);
    return missing || !chosen->len ? TUI_EXIT_NOTHING : TUI_EXIT_DONE;
}
