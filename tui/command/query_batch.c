/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions from standard input, one a line, each answered before the next is waited for. */
#include "config.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/policy/rule_lex.h"
#include "tui/command/query.h"

/* A profile and a question, each at its longest. */
#define LINE_MAX_BYTES ((gsize)2 * AMR_RULE_TEXT_MAX)

/* Where the profile at the begin of @line ends: at a blank, or behind its closing quote. */
static gsize
profile_length(const char *line)
{
    gsize i = 1;

    if (line[0] != '"')
        return strcspn(line, " \t");
    while (line[i] && line[i] != '"')
        i += line[i] == '\\' && line[i + 1] ? 2 : 1;
    return line[i] ? i + 1 : i;
}

/* The question of one line; NULL with an error, or without one if there is none in it. */
static AmrQuestion *
read_line(char *line, gsize len, char **profile, GError **error)
{
    g_autofree char *spelled = NULL;
    g_autofree char *name = NULL;
    gsize end;

    if (memchr(line, '\0', len) || len > LINE_MAX_BYTES) {
        amr_error_set(error, AMR_ERROR_PARSE, len > LINE_MAX_BYTES ? "too long" : "a NUL");
        return NULL;
    }
    g_strstrip(line);
    if (line[0] == '\0' || line[0] == '#')
        return NULL;
    end = profile_length(line);
    spelled = g_strndup(line, end);
    name = amr_rule_unspell(spelled, error);
    if (!name) {
        g_prefix_error(error, "the profile: ");
        return NULL;
    }
    if (line[end] != ' ' && line[end] != '\t') {
        amr_error_set(error, AMR_ERROR_PARSE, "PROFILE QUESTION, with a blank between");
        return NULL;
    }
    *profile = g_steal_pointer(&name);
    return amr_question_read(line + end, error);
}

static int
answer_line(TuiQuery *query, char *line, gsize len, guint64 number)
{
    g_autofree char *profile = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrQuestion) question = read_line(line, len, &profile, &error);

    if (error) {
        g_autofree char *shown = amr_display_lines(amr_bytes(error->message));
        tui_say("standard input line %" G_GUINT64_FORMAT ": %s", number, shown);
        return TUI_EXIT_USAGE;
    }
    if (!question)
        return TUI_EXIT_DONE;
    if (query->owner || query->other)
        (void)amr_question_set_owner(question, query->owner);
    return tui_query_ask(query, profile, question, number);
}

int
tui_query_batch(TuiQuery *query)
{
    GCancellable *cancellable = query->command->cancellable;
    g_autoptr(GInputStream) base = g_unix_input_stream_new(STDIN_FILENO, FALSE);
    g_autoptr(GDataInputStream) lines = g_data_input_stream_new(base);
    int status = TUI_EXIT_DONE;

    for (guint64 number = 1;; number++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GAsyncResult) result = NULL;
        g_autofree char *line = NULL;
        TuiWait wait = {0};
        gsize len = 0;
        int own;

        /* Who asks and waits gets his answer; who pours them in is not slowed down. */
        if (g_buffered_input_stream_get_available(G_BUFFERED_INPUT_STREAM(lines)) == 0)
            (void)fflush(stdout);
        g_data_input_stream_read_line_async(lines, G_PRIORITY_DEFAULT, cancellable, tui_wait_done,
                                            &wait);
        result = tui_wait_result(&wait);
        line = g_data_input_stream_read_line_finish(lines, result, &len, &error);
        if (error) {
            g_prefix_error(&error, "Reading standard input: ");
            own = tui_fail(error);
            return MAX(status, own);
        }
        if (!line || ferror(stdout))
            return status;
        own = answer_line(query, line, len, number);
        status = MAX(status, own);
    }
}
