/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer status: profiles loaded and on disk, their modes, processes and denials. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "tui/command/command.h"

typedef struct {
    AmrLoadedProfile profile; /* borrowed strings */
    char *full;               /* "name" or ":ns:name" */
    gboolean loaded;
    guint processes, denials;
} Row;

typedef struct {
    AmrSession *session;
    GArray *rows;        /* Row */
    GHashTable *by_name; /* full name -> index + 1 */
    gboolean has_processes, has_denials;
} Status;

static void
row_clear(gpointer data)
{
    g_free(((Row *)data)->full);
}

static char *
full_name(const char *ns, const char *name)
{
    return ns && ns[0] ? g_strdup_printf(":%s:%s", ns, name) : g_strdup(name);
}

static void
status_clear(Status *status)
{
    g_hash_table_unref(status->by_name);
    g_array_unref(status->rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Status, status_clear)

static void
add_row(Status *status, const AmrLoadedProfile *profile, gboolean loaded)
{
    Row row = {.profile = *profile, .loaded = loaded};

    row.full = full_name(profile->ns, profile->name);
    if (g_hash_table_contains(status->by_name, row.full)) {
        g_free(row.full);
        return;
    }
    g_array_append_val(status->rows, row);
    g_hash_table_insert(status->by_name, row.full, GUINT_TO_POINTER(status->rows->len));
}

static Row *
find_row(const Status *status, const char *full)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(status->by_name, full));

    return place ? &g_array_index(status->rows, Row, place - 1) : NULL;
}

/* ---- gather ---------------------------------------------------------------------------------- */

static void
add_profiles(Status *status)
{
    const AmrSession *session = status->session;

    for (guint i = 0; session->loaded && i < amr_loaded_count(session->loaded); i++)
        add_row(status, amr_loaded_profile(session->loaded, i), TRUE);
    for (guint i = 0; session->index && i < amr_index_count(session->index); i++) {
        const AmrBlock *block = amr_index_block(session->index, i);
        AmrLoadedProfile profile = {
            .name = block->name,
            .ns = block->ns,
            .mode_word = (char *)(session->loaded ? "not loaded" : "unknown"),
        };
        if (!block->variables)
            add_row(status, &profile, FALSE);
    }
}

/* A stack "a//&b" runs under both; ":ns://name" is the kernel's long form of ":ns:name". */
static void
count_label(Status *status, const char *label)
{
    g_auto(GStrv) parts = g_strsplit(label, "//&", 64);

    for (guint i = 0; parts[i]; i++) {
        g_autofree char *ns = NULL;
        g_autofree char *full = NULL;
        const char *name;
        Row *row;
        tui_split_profile(parts[i], &ns, &name);
        full = full_name(ns, name);
        row = find_row(status, full);
        if (row)
            row->processes++;
    }
}

static void
count_processes(Status *status)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) processes = amr_processes_read(status->session->opener, &error);

    if (!processes) {
        tui_say("processes: %s", error->message);
        return;
    }
    status->has_processes = TRUE;
    for (guint i = 0; i < processes->len; i++)
        count_label(status, ((const AmrProcess *)g_ptr_array_index(processes, i))->label);
}

static void
count_denials(Status *status)
{
    AmrStore *store = status->session->store;
    guint n = amr_store_count(store);

    status->has_denials = amr_ingest_source_count(status->session->ingest) > 0;
    for (guint id = 1; id <= n; id++) {
        AmrEvent event;
        g_autofree char *full = NULL;
        Row *row;
        if (!amr_store_event(store, id, &event))
            continue;
        full = amr_event_profile(&event);
        row = find_row(status, full);
        if (row)
            row->denials++;
    }
}

/* ---- show ------------------------------------------------------------------------------------ */

typedef struct {
    const Status *status;
    const GPtrArray *chosen; /* Row, borrowed */
} Shown;

static void
fill_row(guint n, gpointer data, TuiCell *cells)
{
    const Shown *shown = data;
    const Row *row = g_ptr_array_index(shown->chosen, n);

    tui_table_profiles_row(shown->status->session, &row->profile, row->processes, row->denials,
                           cells);
    /* "0" would be an answer. */
    if (!shown->status->has_processes) {
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

static gboolean
out_row(const Status *status, const Row *row)
{
    const AmrIndex *index = status->session->index;
    const AmrBlock *block =
        index ? amr_index_find(index, row->profile.ns, row->profile.name) : NULL;
    AmrLocal local = {0};
    TuiJson *json = tui_json_new();

    if (block && !amr_index_local(index, block, &local))
        local.target = NULL;
    tui_json_name(json, "profile", row->profile.name);
    tui_json_name(json, "namespace", row->profile.ns);
    if (row->loaded)
        tui_json_name(json, "mode",
                      row->profile.mode ? amr_mode_word(row->profile.mode)
                                        : row->profile.mode_word);
    else
        tui_json_null(json, "mode");
    tui_json_bool(json, "loaded", row->loaded);
    add_count(json, "processes", status->has_processes, row->processes);
    add_count(json, "denials", status->has_denials, row->denials);
    tui_json_name(json, "file", block ? block->file : NULL);
    tui_json_name(json, "local", local.target);
    return tui_out_json(json);
}

static void
out_summary(const Status *status)
{
    const AmrLoaded *loaded = status->session->loaded;
    g_autoptr(GString) line = g_string_new(NULL);

    if (!loaded)
        return;
    g_string_append_printf(line, "%u profiles loaded", amr_loaded_count(loaded));
    for (guint mode = 1; mode < AMR_MODE_COUNT; mode++) {
        guint n = amr_loaded_in_mode(loaded, (AmrMode)mode);
        if (n)
            g_string_append_printf(line, ", %u %s", n, amr_mode_word((AmrMode)mode));
    }
    tui_out_line(line->str);
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

    for (guint i = 0; !words && i < status->rows->len; i++)
        g_ptr_array_add(chosen, &g_array_index(status->rows, Row, i));
    for (guint i = 0; words && words[i]; i++) {
        Row *row = find_row(status, words[i]);
        const AmrBlock *block = row || !status->session->index
                                    ? NULL
                                    : amr_index_find_typed(status->session->index, words[i]);
        if (block) {
            g_autofree char *full = full_name(block->ns, block->name);
            row = find_row(status, full);
        }
        if (row) {
            g_ptr_array_add(chosen, row);
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

    add_profiles(status);
    count_processes(status);
    if (command->options->logs) {
        tui_command_read_logs(command, NULL);
    } else if (amr_session_add_logs(session, NULL, FALSE, NULL)) {
        amr_ingest_load_async(session->ingest, command->cancellable, tui_wait_done, &wait);
        result = tui_wait_result(&wait);
        if (!amr_ingest_load_finish(session->ingest, result, &error))
            tui_say("denials: %s", error->message);
    }
    count_denials(status);
}

int
tui_command_status(TuiCommand *command, int argc, char **argv)
{
    g_auto(Status) status = {0};
    g_auto(GStrv) words = NULL;
    g_autoptr(GPtrArray) chosen = NULL;
    gboolean missing = FALSE;
    int code;

    status.rows = g_array_new(FALSE, TRUE, sizeof(Row));
    g_array_set_clear_func(status.rows, row_clear);
    status.by_name = g_hash_table_new(g_str_hash, g_str_equal);
    if (!tui_command_parse(command, tui_verb_find("status"), NULL, &argc, &argv, &words, &code))
        return code;
    code = tui_command_open(command, TRUE);
    if (code != TUI_EXIT_DONE)
        return code;
    status.session = command->session;
    gather(command, &status);
    say_missing(command->session);
    chosen = choose(&status, words, &missing);
    out_status(command, &status, chosen, !words);
    return missing || !chosen->len ? TUI_EXIT_NOTHING : TUI_EXIT_DONE;
}
