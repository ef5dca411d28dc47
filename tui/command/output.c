/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard output and standard error of the commands. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/command/command.h"

gboolean
tui_out_text(const char *text)
{
    return !ferror(stdout) && fputs(text, stdout) >= 0;
}

gboolean
tui_out_line(const char *line)
{
    return tui_out_text(line) && putc('\n', stdout) != EOF;
}

gboolean
tui_out_json(TuiJson *json)
{
    g_autofree char *line = tui_json_end(json);

    return tui_out_line(line);
}

/* A pipe that nobody reads any more; errno of the write that found out is long gone. */
static gboolean
reader_is_gone(void)
{
    struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}

int
tui_out_finish(int status)
{
    gboolean failed = ferror(stdout);
    int errsv = 0;

    if (fflush(stdout) != 0) {
        errsv = errno;
        failed = TRUE;
    }
    if (!failed || errsv == EPIPE || reader_is_gone())
        return status;
    tui_say("Writing to standard output: %s", errsv ? g_strerror(errsv) : "not all was taken");
    return TUI_EXIT_PARTLY;
}

void
tui_say(const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    /* Data that was printed before comes before; an error there shows at the end. */
    (void)fflush(stdout);
    fprintf(stderr, "armorer: %s\n", message);
}

void
tui_say_notes(const GPtrArray *notes)
{
    for (guint i = 0; notes && i < notes->len; i++)
        tui_say("%s", (const char *)g_ptr_array_index(notes, i));
}

int
tui_fail(const GError *error)
{
    /* GLib's own messages may quote what they were given. */
    g_autofree char *shown = amr_display_lines(amr_bytes(error->message));

    tui_say("%s", shown);
    return tui_exit_status(error);
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define WIDTH_MAX     48   /* a longer cell pushes its row to the right instead of all rows */
#define ROWS_MEASURED 4096 /* those behind are as wide as these, or push theirs */

static void
append_padded(GString *line, const TuiColumn *column, const char *text, guint width, gboolean last)
{
    guint cells = tui_text_width(text);
    guint pad = cells < width ? width - cells : 0;

    if (column->right)
        g_string_append_printf(line, "%*s", (int)pad, "");
    g_string_append(line, text);
    if (!column->right && !last)
        g_string_append_printf(line, "%*s", (int)pad, "");
    if (!last)
        g_string_append(line, "  ");
}

static gboolean
out_row(const TuiTable *table, const guint *widths, const char *const *texts)
{
    g_autoptr(GString) line = g_string_new(NULL);

    for (guint i = 0; i < table->n; i++)
        append_padded(line, &table->columns[i], texts[i], widths[i], i + 1 == table->n);
    while (line->len && line->str[line->len - 1] == ' ')
        g_string_truncate(line, line->len - 1);
    return tui_out_line(line->str);
}

/* As wide as the first rows and the header ask for. */
static gboolean
out_header(const TuiTable *table, guint *widths, guint rows, TuiFillRow fill, gpointer data)
{
    const char *texts[TUI_TABLE_COLUMNS_MAX];
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {0};

    for (guint i = 0; i < table->n; i++) {
        texts[i] = table->columns[i].title;
        widths[i] = MAX(1, tui_text_width(texts[i]));
        if (rows == 0) /* what will come does not say yet */
            widths[i] = MAX(widths[i], table->columns[i].width);
    }
    for (guint row = 0; row < MIN(rows, ROWS_MEASURED); row++) {
        fill(row, data, cells);
        for (guint i = 0; i < table->n; i++)
            widths[i] = MAX(widths[i], MIN(tui_text_width(cells[i].text), WIDTH_MAX));
        tui_cells_clear(cells, table->n);
    }
    return out_row(table, widths, texts);
}

gboolean
tui_out_rows(const TuiTable *table, TuiOutWidths *widths, guint rows, TuiFillRow fill,
             gpointer data)
{
    const char *texts[TUI_TABLE_COLUMNS_MAX];
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {0};
    gboolean more = TRUE;

    if (widths->column[0] == 0)
        more = out_header(table, widths->column, rows, fill, data);
    for (guint row = 0; row < rows && more; row++) {
        fill(row, data, cells);
        for (guint i = 0; i < table->n; i++)
            texts[i] = cells[i].text;
        more = out_row(table, widths->column, texts);
        tui_cells_clear(cells, table->n);
    }
    return more;
}

void
tui_out_table(const TuiTable *table, guint rows, TuiFillRow fill, gpointer data)
{
    TuiOutWidths widths = {0};

    (void)tui_out_rows(table, &widths, rows, fill, data);
}

gboolean
tui_out_denial_row(const AmrSession *session, AmrDenialId id)
{
    const TuiTable *table = &tui_table_denials;
    guint widths[TUI_TABLE_COLUMNS_MAX];
    const char *texts[TUI_TABLE_COLUMNS_MAX];
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {0};
    gboolean ok;

    tui_table_denials_row(session, id, cells);
    for (guint i = 0; i < table->n; i++) {
        widths[i] = table->columns[i].width;
        texts[i] = cells[i].text;
    }
    ok = out_row(table, widths, texts);
    tui_cells_clear(cells, table->n);
    return ok;
}

void
tui_json_cause(TuiJson *json, const char *key, const AmrCause *cause)
{
    if (!cause) {
        tui_json_null(json, key);
        return;
    }
    tui_json_open_object(json, key);
    tui_json_name(json, "file", cause->file);
    tui_json_uint(json, "line", cause->line);
    tui_json_name(json, "rule", cause->text);
    tui_json_text(json, "through", cause->through);
    tui_json_uint(json, "more", cause->more);
    tui_json_text(json, "proof", amr_cause_proof_word(cause->proof));
    tui_json_close_object(json);
}

void
tui_json_recipes(TuiJson *json, const GPtrArray *recipes)
{
    tui_json_open_array(json, "recipes");
    for (guint i = 0; i < recipes->len; i++) {
        const AmrRecipe *recipe = recipes->pdata[i];
        tui_json_open_object(json, NULL);
        tui_json_text(json, "id", recipe->id);
        tui_json_text(json, "title", recipe->title);
        tui_json_text(json, "why", recipe->why);
        tui_json_open_array(json, "do");
        for (char **line = recipe->lines; *line; line++)
            tui_json_text(json, NULL, *line);
        tui_json_close_array(json);
        tui_json_close_object(json);
    }
    tui_json_close_array(json);
}

int
tui_out_flush(void)
{
    return fflush(stdout);
}
