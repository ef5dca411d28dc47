/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/command/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define PATIENCE 500 /* milliseconds without a word */
#define BETWEEN  100 /* from one line to the next */

struct TuiProgress {
    gboolean terminal, shown;
    char *text;   /* what is to be shown, display form; NULL: nothing yet */
    guint source; /* when it is */
};

/* As much of @text as one line takes: what wraps could not be taken away again. */
static char *
fit(const char *text)
{
    struct winsize size;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    const char *end = text;

    for (int x = 0; *end; end = g_utf8_next_char(end)) {
        x += g_unichar_iswide(g_utf8_get_char(end)) ? 2 : 1;
        if (x >= columns)
            break;
    }
    return g_strndup(text, (gsize)(end - text));
}

static void
draw(TuiProgress *progress)
{
    g_autofree char *line = fit(progress->text);

    g_printerr("\r\033[K%s", line);
    progress->shown = TRUE;
    g_clear_pointer(&progress->text, g_free);
}

static gboolean
on_time(gpointer data)
{
    TuiProgress *progress = data;

    progress->source = 0;
    if (!progress->text)
        return G_SOURCE_REMOVE;
    draw(progress);
    progress->source = g_timeout_add(BETWEEN, on_time, progress);
    return G_SOURCE_REMOVE;
}

TuiProgress *
tui_progress_new(void)
{
    TuiProgress *progress = g_new0(TuiProgress, 1);

    progress->terminal = isatty(STDERR_FILENO) == 1;
    if (progress->terminal)
        progress->source = g_timeout_add(PATIENCE, on_time, progress);
    return progress;
}

void
tui_progress_step(AmrStep step, const char *what, gpointer data)
{
    TuiProgress *progress = data;

    if (!progress->terminal)
        return;
    g_free(progress->text);
    progress->text =
        g_strdup_printf("armorer: %s%s%s", amr_step_word(step), what ? " " : "", what ? what : "");
    if (!progress->source)
        (void)on_time(progress);
}

void
tui_progress_clear(TuiProgress *progress)
{
    if (progress->shown)
        g_printerr("\r\033[K");
    progress->shown = FALSE;
    g_clear_pointer(&progress->text, g_free);
}

void
tui_progress_free(TuiProgress *progress)
{
    if (!progress)
        return;
    tui_progress_clear(progress);
    if (progress->source)
        g_source_remove(progress->source);
    g_free(progress->text);
    g_free(progress);
}
