/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/plain.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fsutil.h"

#define LIST_ROWS 20   /* unless a number is given */
#define LINE_MAX_ 4096 /* bytes of a line */

/* ---- lines ---------------------------------------------------------------------------------- */

void
tui_plain_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    (void)tui_out_line(line);
}

static gboolean
on_input(gint fd, GIOCondition condition, gpointer data)
{
    TuiPlain *plain = data;
    char block[512];
    ssize_t n = read(fd, block, sizeof block);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (n > 0)
        g_string_append_len(plain->input, block, n);
    plain->ended = n <= 0;
    /* What waits for a line looks at it after each block; it is called again for more. */
    return plain->ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

char *
tui_plain_read(TuiPlain *plain, const char *prompt)
{
    guint source = 0;
    const char *end;
    char *line;

    (void)fputs(prompt, stdout);
    (void)fflush(stdout);
    if (!plain->ended)
        source = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, plain);
    while (!(end = memchr(plain->input->str, '\n', plain->input->len)) && !plain->ended &&
           plain->input->len < LINE_MAX_)
        g_main_context_iteration(NULL, TRUE);
    if (source && !plain->ended)
        g_source_remove(source);
    if (!end && plain->input->len == 0)
        return NULL;
    gsize len = end ? (gsize)(end - plain->input->str) : plain->input->len;
    line = g_strndup(plain->input->str, len);
    g_string_erase(plain->input, 0, (gssize)(len + (end ? 1 : 0)));
    return g_strstrip(line);
}

AmrDenialId
tui_plain_id(const TuiPlain *plain, const char *word)
{
    guint64 number = 0;
    g_autofree char *shown = amr_display_string(word);

    if (word && amr_bytes_to_uint64(amr_bytes(word), &number) && number >= 1 &&
        number <= plain->ids->len)
        return g_array_index(plain->ids, AmrDenialId, number - 1);
    tui_plain_say("There is no number %s in the last list; \"list\" shows one.",
                  word ? shown : "given");
    return AMR_DENIAL_NONE;
}

void
tui_plain_reload(TuiPlain *plain)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    TuiWait wait = {0};

    amr_session_load_async(plain->command->session, plain->command->cancellable, tui_wait_done,
                           &wait);
    result = tui_wait_result(&wait);
    if (!amr_session_load_finish(plain->command->session, result, &error))
        (void)tui_fail(error);
}

/* ---- what is there -------------------------------------------------------------------------- */

static void
say_denial(const TuiPlain *plain, guint number, AmrDenialId id)
{
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
    const AmrDenial *denial = amr_store_get(plain->command->session->store, id);
    const char *state = denial && denial->state > AMR_DENIAL_STATE_NEW
                            ? amr_denial_state_word(denial->state)
                            : NULL;

    gboolean once = denial && denial->count == 1;

    tui_table_denials_row(plain->command->session, id, cells);
    /* What tells them apart comes first: a screen reader is stopped as soon as it is known. */
    tui_plain_say("%u: %s %s, %s, %s, %s%s, last %s%s%s", number, cells[3].text, cells[4].text,
                  cells[5].text, cells[6].text, once ? "once" : cells[1].text, once ? "" : " times",
                  cells[2].text, state ? ", " : "", state ? state : "");
    tui_cells_clear(cells, tui_table_denials.n);
}

/* list [N|all] [FILTER...]: the last N, the newest last, as they would stand on the screen. */
static void
list(TuiPlain *plain, char **words)
{
    AmrStore *store = plain->command->session->store;
    guint n = amr_store_count(store), rows = LIST_ROWS;
    g_autofree AmrDenialId *ids = g_new(AmrDenialId, MAX(n, 1));
    guint64 number;

    if (words[1] && g_str_equal(words[1], "all"))
        rows = n;
    else if (words[1] && amr_bytes_to_uint64(amr_bytes(words[1]), &number))
        rows = (guint)MIN(number, n);
    n = amr_store_window(store, AMR_ORDER_LAST, 0, n, ids);
    if (plain->filter)
        n = amr_filter_ids(plain->filter, store, ids, n);
    g_array_set_size(plain->ids, 0);
    g_array_append_vals(plain->ids, ids, n);
    if (n == 0)
        tui_plain_say(plain->filter ? "No denial matches the filter." : "No denials so far.");
    for (guint i = n > rows ? n - rows : 0; i < n; i++)
        say_denial(plain, i + 1, ids[i]);
    if (n > rows)
        tui_plain_say("These are the last %u of %u: \"list all\" shows all.", rows, n);
}

/* filter [WORD...]: what list shows from now on. */
static void
set_filter(TuiPlain *plain, char **words)
{
    g_autoptr(GError) error = NULL;
    AmrFilter *filter = NULL;

    if (words[1]) {
        filter = amr_filter_new((const char *const *)words + 1,
                                amr_target_clock(plain->command->session->target), &error);
        if (!filter) {
            tui_plain_say("%s", error->message);
            return;
        }
    }
    g_clear_pointer(&plain->filter, amr_filter_free);
    plain->filter = filter;
    list(plain, (char *[]){words[0], NULL});
}

/* show N: the denial in plain words, and all that the record held. */
static void
show(TuiPlain *plain, char **words)
{
    const AmrSession *session = plain->command->session;
    AmrDenialId id = tui_plain_id(plain, words[1]);
    const AmrDenial *denial = amr_store_get(session->store, id);
    AmrEvent event;

    if (!denial || !amr_store_event(session->store, id, &event))
        return;
    g_autofree char *sentence = amr_explain(session->sentences, &event);
    g_autofree char *history = amr_explain_history(denial, amr_target_clock(session->target));
    tui_plain_say("%s", sentence);
    tui_plain_say("%s", history);
    for (guint i = 1; i < AMR_FIELD_COUNT; i++) {
        g_autofree char *value = event.field[i].data ? amr_display(event.field[i]) : NULL;
        if (value)
            tui_plain_say("%s: %s", amr_field_key((AmrField)i), value);
    }
}

/* raw N: the record as it stands in the log. */
static void
raw(TuiPlain *plain, char **words)
{
    const AmrSession *session = plain->command->session;
    const AmrDenial *denial = amr_store_get(session->store, tui_plain_id(plain, words[1]));
    g_autoptr(GBytes) bytes = denial ? amr_ingest_raw(session->ingest, &denial->origin) : NULL;
    gsize len;

    if (denial && !bytes)
        tui_plain_say("The raw record is no longer held.");
    if (!bytes)
        return;
    const char *data = g_bytes_get_data(bytes, &len);
    g_autofree char *shown = amr_display((AmrBytes){data, len});
    tui_plain_say("%s", shown);
}

static void
status(TuiPlain *plain, char **words)
{
    const AmrSession *session = plain->command->session;

    tui_plain_say("%u denials, %" G_GUINT64_FORMAT " times.", amr_store_count(session->store),
                  amr_store_total(session->store));
    if (session->loaded)
        tui_plain_say("%u profiles are loaded: %u enforce, %u complain.",
                      amr_loaded_count(session->loaded),
                      amr_loaded_in_mode(session->loaded, AMR_MODE_ENFORCE),
                      amr_loaded_in_mode(session->loaded, AMR_MODE_COMPLAIN));
    else if (session->loaded_error)
        tui_plain_say("%s", session->loaded_error->message);
    for (guint i = 0; i < amr_ingest_source_count(session->ingest); i++) {
        AmrSourceInfo info;
        amr_ingest_source_info(session->ingest, i, &info);
        g_autofree char *name = amr_display_string(info.name);
        if (info.error)
            tui_plain_say("%s", info.error->message);
        else
            tui_plain_say("Reads %s.", name);
    }
}

/* ---- the words ------------------------------------------------------------------------------ */

static void help(TuiPlain *plain, char **words);

static const struct {
    const char *name, *args, *help;
    void (*run)(TuiPlain *plain, char **words);
    gboolean writes; /* is not there with --read-only */
} commands[] = {
    {"list", "[N|all]", "the last denials, numbered; the newest last", list, FALSE},
    {"filter", "[WORD...]", "list only what matches; without words, all again", set_filter, FALSE},
    {"show", "N", "denial N in plain words, and its fields", show, FALSE},
    {"raw", "N", "its record as it stands in the log", raw, FALSE},
    {"propose", "N...", "rules that answer these denials, from narrow to broad", tui_plain_propose,
     FALSE},
    {"rule", "N [K]", "take rule K for denial N; without K, read them again", tui_plain_rule,
     FALSE},
    {"include", "", "give the profile a local include, where it has none", tui_plain_include, TRUE},
    {"write", "", "show the change, ask, write it and load the profile", tui_plain_write, TRUE},
    {"changes", "", "what was changed", tui_plain_changes, FALSE},
    {"undo", "[ID]", "take a change back, the last one without an id", tui_plain_undo, TRUE},
    {"status", "", "what is loaded, and which logs are read", status, FALSE},
    {"help", "", "these words", help, FALSE},
    {"quit", "", "leave", NULL, FALSE},
};

static void
help(TuiPlain *plain, char **words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (!(commands[i].writes && plain->command->options->read_only))
            tui_plain_say("%s%s%s: %s", commands[i].name, commands[i].args[0] ? " " : "",
                          commands[i].args, commands[i].help);
    }
    tui_plain_say("A number alone shows that denial.");
}

/* Ctrl-C while it works cancels what it does; at the prompt it ends the program, as everywhere. */
static void
run(TuiPlain *plain, gsize which, char **words)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(TuiSignals) signals = tui_signals_new(cancellable);

    plain->command->cancellable = cancellable;
    commands[which].run(plain, words);
    if (tui_signals_caught(signals))
        tui_plain_say("Interrupted.");
    plain->command->cancellable = NULL;
}

/* FALSE: quit. */
static gboolean
obey(TuiPlain *plain, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    g_autofree char *shown = amr_display_string(line);

    if (line[0] == '\0')
        return TRUE;
    if (!g_utf8_validate(line, -1, NULL) || !g_shell_parse_argv(line, NULL, &words, &error)) {
        tui_plain_say("Not understood: %s", shown);
        return TRUE;
    }
    if (g_ascii_isdigit(words[0][0])) {
        show(plain, (char *[]){words[0], words[0], NULL});
        return TRUE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (!g_str_equal(words[0], commands[i].name) ||
            (commands[i].writes && plain->command->options->read_only))
            continue;
        if (!commands[i].run)
            return FALSE;
        run(plain, i, words);
        return TRUE;
    }
    tui_plain_say("There is no word \"%s\"; help lists them.", shown);
    return TRUE;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void
start(TuiPlain *plain)
{
    const AmrSession *session = plain->command->session;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    TuiWait wait = {0};

    if (!amr_session_add_logs(plain->command->session,
                              (const char *const *)plain->command->options->logs, TRUE, &why)) {
        tui_plain_say("No log to read: %s", why ? why : "none is there");
        return;
    }
    amr_ingest_load_async(session->ingest, NULL, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    if (!amr_ingest_load_finish(session->ingest, result, &error))
        tui_plain_say("%s", error->message);
}

static void
tell_new(const TuiPlain *plain, guint *known)
{
    guint n = amr_store_count(plain->command->session->store);
    if (n > *known)
        tui_plain_say("%u new: \"list\" shows them.", n - *known);
    *known = n;
}

int
tui_plain_run(TuiOptions *options)
{
    TuiCommand command = {.options = options};
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    TuiPlain plain = {.command = &command, .input = g_string_new(NULL), .ids = ids};
    int result = tui_command_open(&command, TRUE);
    guint known;

    if (result == TUI_EXIT_DONE) {
        start(&plain);
        status(&plain, NULL);
        tui_plain_say("Type help for the words.");
        known = amr_store_count(command.session->store);
        for (;;) {
            g_autofree char *line = tui_plain_read(&plain, "armorer> ");
            if (!line)
                tui_plain_say("%s", "");
            if (!line || !obey(&plain, line))
                break;
            tell_new(&plain, &known);
        }
    }
    g_clear_pointer(&plain.filter, amr_filter_free);
    g_clear_pointer(&plain.choice, tui_choice_free);
    g_clear_pointer(&plain.opens, amr_opens_free);
    amr_session_free(command.session);
    g_string_free(plain.input, TRUE);
    return tui_out_finish(result);
}
