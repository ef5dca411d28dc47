/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What will be done, shown before it is; and the question, where loading does more than was asked.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/fsutil.h"
#include "tui/command/agree.h"

#define ANSWER_MAX 256
#define QUESTION   "armorer: write and load all of this? [y/N] "

/* ---- the terminal ---------------------------------------------------------------------------- */

/* Somebody sits there: one of the three is a terminal, and it is ours to read. Standard input may
 * well hold the rules. */
static int
open_terminal(void)
{
    if (!isatty(STDIN_FILENO) && !isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO))
        return -1;
    return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static gboolean
put(int fd, const char *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        ssize_t n = write(fd, text, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FALSE;
        text += n;
        left -= (gsize)n;
    }
    return TRUE;
}

typedef struct {
    int fd;
    char line[ANSWER_MAX];
    gssize len; /* -1: nothing was read yet */
} Answer;

static gboolean
on_answer(gint fd, GIOCondition condition, gpointer data)
{
    Answer *answer = data;
    ssize_t n = read(fd, answer->line, sizeof answer->line - 1);

    if (n < 0 && errno == EINTR)
        return G_SOURCE_CONTINUE;
    answer->len = MAX(n, 0);
    return G_SOURCE_REMOVE;
}

static gboolean
is_yes(const char *line)
{
    g_autofree char *word = g_strstrip(g_ascii_strdown(line, -1));

    return g_str_equal(word, "y") || g_str_equal(word, "yes");
}

static gboolean
is_whole_yes(const char *line)
{
    g_autofree char *word = g_strstrip(g_strdup(line));

    return g_str_equal(word, "yes");
}

/* What was typed before the question is no answer to it. */
static gboolean
ask(int fd, const char *what, gboolean (*agrees)(const char *line), GCancellable *cancellable,
    GError **error)
{
    Answer answer = {.fd = fd, .len = -1};
    gboolean yes;
    guint source;

    (void)tcflush(fd, TCIFLUSH);
    if (!put(fd, what))
        return amr_error_errno(error, errno, "Asking on the terminal");
    source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_answer, &answer);
    while (answer.len < 0 && !g_cancellable_is_cancelled(cancellable))
        g_main_context_iteration(NULL, TRUE);
    if (answer.len < 0) {
        g_source_remove(source);
        (void)put(fd, "\n");
        return !g_cancellable_set_error_if_cancelled(cancellable, error);
    }
    answer.line[answer.len] = '\0';
    yes = strlen(answer.line) == (gsize)answer.len && agrees(answer.line);
    return yes || amr_error_set(error, AMR_ERROR_REFUSED, "Not agreed to: nothing was written");
}

/* ---- what is shown --------------------------------------------------------------------------- */

static void
append_lines(GString *text, const char *label, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(text, "armorer: %s%s\n", label,
                               (const char *)g_ptr_array_index(lines, i));
}

/* Its diff may have gone out of sight: what it comes to is said below it. */
static gboolean
is_long(const AmrPlan *plan)
{
    guint rules = 0;

    for (guint i = 0; i < plan->parts->len; i++)
        rules += ((const AmrPlanPart *)g_ptr_array_index(plan->parts, i))->rules->len;
    return plan->parts->len > 1 || rules > 10;
}

/* The whole, for a terminal that has not seen it. */
static gboolean
show_all(int fd, const AmrPlan *plan, const GPtrArray *notes)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *diff = amr_plan_diff(plan);
    g_autofree char *sum = amr_plan_sum(plan);

    g_string_append(text, diff);
    if (is_long(plan))
        g_string_append_printf(text, "armorer: %s\n", sum);
    append_lines(text, "", plan->notes);
    append_lines(text, "", notes);
    return put(fd, text->str);
}

void
tui_say_besides(const GPtrArray *besides)
{
    for (guint i = 0; besides && i < besides->len; i++)
        tui_say("besides: %s", (const char *)g_ptr_array_index(besides, i));
}

static gboolean
question(const TuiAgreement *agreement, const AmrPlan *plan, const GPtrArray *notes,
         const GPtrArray *besides, GError **error)
{
    amr_autofd int fd = open_terminal();
    gboolean seen = agreement->tells && isatty(STDERR_FILENO);
    g_autoptr(GString) text = g_string_new(NULL);

    if (fd < 0 && besides->len) {
        tui_say_besides(besides);
        return amr_error_set(error, AMR_ERROR_ACTIVATES_MORE,
                             "Loading activates more than was asked for: nothing was written; with "
                             "--activate it goes on");
    }
    if (fd < 0)
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "There is no terminal to ask on: nothing was written");
    append_lines(text, "besides: ", besides);
    if ((!seen && !show_all(fd, plan, notes)) || !put(fd, text->str))
        return amr_error_errno(error, errno, "Asking on the terminal");
    return ask(fd, QUESTION, is_yes, agreement->cancellable, error);
}

gboolean
tui_agree_shown(const char *diff, const char *sum, const GPtrArray *notes, const GPtrArray *besides,
                GCancellable *cancellable, GError **error)
{
    amr_autofd int fd = open_terminal();
    g_autoptr(GString) text = g_string_new(diff);

    if (fd < 0)
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "There is no terminal to ask on: nothing was written");
    g_string_append_printf(text, "armorer: %s\n", sum);
    append_lines(text, "", notes);
    append_lines(text, "besides: ", besides);
    if (!put(fd, text->str))
        return amr_error_errno(error, errno, "Asking on the terminal");
    return ask(fd, QUESTION, is_yes, cancellable, error);
}

/* The word, in full, for what @text says; @lacking: what it is without a terminal. */
static gboolean
agree_fully(const char *text, const char *lacking, GCancellable *cancellable, GError **error)
{
    amr_autofd int fd = open_terminal();

    if (fd < 0) {
        g_printerr("%s", text);
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s", lacking);
    }
    if (!put(fd, text))
        return amr_error_errno(error, errno, "Asking on the terminal");
    return ask(fd, "armorer: type yes, in full, to go on: ", is_whole_yes, cancellable, error);
}

gboolean
tui_agree_broad(const GPtrArray *rules, GCancellable *cancellable, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < rules->len; i++) {
        g_autofree char *rule = amr_rule_print(g_ptr_array_index(rules, i));
        g_autofree char *shown = amr_display_lines(amr_bytes(rule));
        g_string_append_printf(text,
                               "armorer: broad: %s reaches all of a place that many programs "
                               "share\n",
                               shown);
    }
    return agree_fully(text->str,
                       "A rule opens more than any program needs: nothing was written; with "
                       "--broad it goes on",
                       cancellable, error);
}

gboolean
tui_agree_guards(const GPtrArray *guards, GCancellable *cancellable, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    append_lines(text, "careful: ", guards);
    return agree_fully(text->str,
                       "The mode may cut something off: nothing was written; with --force it goes "
                       "on",
                       cancellable, error);
}

gboolean
tui_agree(const AmrPlan *plan, const GPtrArray *notes, const GPtrArray *besides, gpointer data,
          GError **error)
{
    TuiAgreement *agreement = data;

    tui_progress_clear(agreement->progress);
    agreement->notes_said = notes->len;
    for (guint i = 0; i < besides->len; i++)
        g_ptr_array_add(agreement->besides, g_strdup(g_ptr_array_index(besides, i)));
    if (agreement->tells) {
        g_autofree char *diff = amr_plan_diff(plan);
        g_autofree char *sum = amr_plan_sum(plan);
        (void)fflush(stdout);
        fputs(diff, stderr);
        if (is_long(plan))
            tui_say("%s", sum);
        tui_say_notes(notes);
    }
    if (agreement->carry->ask || (besides->len && !agreement->carry->activate))
        return question(agreement, plan, notes, besides, error);
    if (!agreement->json)
        tui_say_besides(besides);
    return TRUE;
}
