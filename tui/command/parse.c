/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options, before the verb and behind it. */
#include "config.h"

#include <string.h>

#include "tui/command/command.h"

const TuiVerb tui_verbs[] = {
    {"status", "[PROFILE…]", "loaded profiles, their modes, processes and denials",
     tui_command_status},
    {"denials", "[FILTER…] [FILE…]", "what was denied, from logs", tui_command_denials},
    {"propose", "[FILTER…] [FILE…]", "the rules that answer the denials", tui_command_propose},
    {"apply", "PROFILE RULE… | --from FILE", "add rules to local policy and load it",
     tui_command_apply},
    {"query",
     "PROFILE PERMISSIONS PATH | PROFILE CLASS ARGUMENTS… | - | --denials [FILTER…] [FILE…]",
     "would it be allowed, on disk and as loaded", tui_command_query},
    {"mode", "enforce|complain|kill|disable|enable PROFILE...", "put profiles into another mode",
     tui_command_mode},
    {"new", "PROGRAM [-- ARGUMENT…]", "a profile for a program that has none, step by step",
     tui_command_new},
    {"undo", "[ID]", "take back a change, the last one by default", tui_command_undo},
    {"replay", "FILE", "play a recorded log again, at its own pace", tui_command_replay},
    {"doctor", "", "why do I see nothing? what is wrong, and what helps", tui_command_doctor},
    {"changes", "", "what was changed, and how it ended", tui_command_changes},
    {NULL, NULL, NULL, NULL},
};

const TuiVerb *
tui_verb_find(const char *name)
{
    for (const TuiVerb *verb = tui_verbs; verb->name; verb++) {
        if (g_str_equal(verb->name, name))
            return verb;
    }
    return NULL;
}

/* ---- what holds for all ---------------------------------------------------------------------- */

typedef struct {
    TuiOptions *options;
    gboolean help, version;
} Parse;

static void
add_value(char ***list, const char *value)
{
    const guint n = *list ? g_strv_length(*list) : 0;

    *list = g_renew(char *, *list, n + 2);
    (*list)[n] = g_strdup(value);
    (*list)[n + 1] = NULL;
}

/* GOption has no way to keep what an earlier pass stored, so the strings are set here: the last one
 * holds, and --log and --source are added to. */
#define MOST_MAX (16 * 1024 * 1024)

static gboolean
take_most(TuiOptions *options, const char *value, GError **error)
{
    guint64 most;

    if (!amr_bytes_to_uint64(amr_bytes(value), &most) || most < 1 || most > MOST_MAX) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--most takes a number from 1 to %d", MOST_MAX);
        return FALSE;
    }
    options->most = (guint)most;
    return TRUE;
}

static gboolean
on_value(const char *option, const char *value, gpointer data, GError **error)
{
    TuiOptions *options = ((Parse *)data)->options;
    const struct {
        const char *name;
        char **slot;
    } slots[] = {
        {"--root", &options->root},         {"--policy", &options->policy},
        {"--parser", &options->parser},     {"--timer", &options->timer},
        {"--features", &options->features}, {"--theme", &options->theme},
        {"--notify", &options->notify},
    };

    for (guint i = 0; i < G_N_ELEMENTS(slots); i++) {
        if (g_str_equal(option, slots[i].name)) {
            g_free(*slots[i].slot);
            *slots[i].slot = g_strdup(value ? value : "");
            return TRUE;
        }
    }
    if (g_str_equal(option, "--most"))
        return take_most(options, value, error);
    if (g_str_equal(option, "--source") && !g_str_equal(value, "help") &&
        !amr_choice_is_name(value)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "There is no source %s",
                    value);
        return FALSE;
    }
    add_value(g_str_equal(option, "--source") ? &options->sources : &options->logs, value);
    return TRUE;
}

#define VALUE(name, help, what)                                                                \
    {                                                                                          \
        name, 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer)on_value, help, what \
    }
#define FLAG(name, slot, help)                          \
    {                                                   \
        name, 0, 0, G_OPTION_ARG_NONE, slot, help, NULL \
    }

static GOptionGroup *
global_group(Parse *parse)
{
    TuiOptions *options = parse->options;
    const GOptionEntry entries[] = {
        VALUE("root", "another root: its policy, kernel files and logs", "DIR"),
        VALUE("policy", "another /etc/apparmor.d", "DIR"),
        VALUE("parser", "another apparmor_parser", "PROGRAM"),
        VALUE("timer", "another systemd-run, which sets the timers of what is made for a while",
              "PROGRAM"),
        VALUE("features", "the kernel features to propose for", "FILE"),
        VALUE("log", "read this log; may be repeated, - is standard input", "FILE"),
        VALUE("source",
              "of the system's own sources only this one; may be repeated; help lists them",
              "NAME"),
        VALUE("most", "hold that many distinct denials at most (262144)", "N"),
        VALUE("theme", "the colours of the screen; help lists them", "NAME"),
        {"notify", 0, G_OPTION_FLAG_FILENAME | G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK,
         (gpointer)on_value, "tell new denials: desktop (by default), bell, title", "HOW"},
        FLAG("plain", &options->plain, "line by line: screen readers, logs, poor links"),
        FLAG("read-only", &options->read_only, "no action that writes"),
        FLAG("ask-rights", &options->ask_rights,
             "ask for the right to read what only root may: logs, the kernel's list"),
        FLAG("demo", &options->demo, "a sandbox with policy and denials of its own"),
        {"help", 'h', 0, G_OPTION_ARG_NONE, &parse->help, "show this help", NULL},
        FLAG("version", &parse->version, "show the version"),
        {0},
    };
    GOptionGroup *group = g_option_group_new("armorer", "", "", parse, NULL);

    g_option_group_add_entries(group, entries);
    return group;
}

/* ---- help ------------------------------------------------------------------------------------ */

static char *
describe_verbs(void)
{
    GString *text = g_string_new("Commands (armorer COMMAND --help says more):\n");

    for (const TuiVerb *verb = tui_verbs; verb->name; verb++)
        g_string_append_printf(text, "  %-10s %s\n", verb->name, verb->help);
    g_string_append(text, "\nWithout a command: the screen. armorer(1) has the exit statuses.");
    return g_string_free(text, FALSE);
}

static GOptionContext *
new_context(const TuiVerb *verb)
{
    g_autofree char *usage = NULL;
    g_autofree char *summary = NULL;
    GOptionContext *context;

    if (verb)
        usage = g_strdup_printf("%s %s", verb->name, verb->args);
    else
        usage = g_strdup("[COMMAND [ARGUMENT…]]");
    context = g_option_context_new(usage);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, !verb);
    summary = verb ? g_strdup(verb->help) : describe_verbs();
    g_option_context_set_summary(context, summary);
    return context;
}

gboolean
tui_command_parse(TuiCommand *command, const TuiVerb *verb, const GOptionEntry *entries, int *argc,
                  char ***argv, char ***words, int *status)
{
    TuiOptions *options = command->options;
    Parse parse = {.options = options};
    g_autoptr(GOptionContext) context = new_context(verb);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) rest = NULL;
    const GOptionEntry verb_entries[] = {
        FLAG("json", &options->json, "one JSON object a line, see armorer-json(5)"),
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL},
        {0},
    };
    GOptionGroup *group = global_group(&parse);

    if (entries)
        g_option_group_add_entries(group, entries);
    if (verb)
        g_option_group_add_entries(group, verb_entries);
    g_option_context_set_main_group(context, group);

    if (!g_option_context_parse(context, argc, argv, &error)) {
        g_autofree char *shown = amr_display_string(error->message);
        tui_say("%s", shown);
        tui_say("armorer %s%s--help says what is known", verb ? verb->name : "", verb ? " " : "");
        *status = TUI_EXIT_USAGE;
        return FALSE;
    }
    if (parse.help) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        tui_out_text(help);
    } else if (parse.version) {
        tui_out_line(PACKAGE_STRING);
    } else {
        if (words)
            *words = g_steal_pointer(&rest);
        return TRUE;
    }
    *status = TUI_EXIT_DONE;
    return FALSE;
}
