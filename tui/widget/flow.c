/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/flow.h"

#include <string.h>

#include "core/base/text.h"
#include "tui/table/table.h"

#define LABEL_MAX 15 /* cells of the column of labels, at most */

typedef struct {
    char *label; /* NULL: none */
    char *text;
    TuiRole role;
    gboolean exact;
    TuiSpan *spans; /* NULL: all of it has its role */
    guint n_spans;
    guint lead; /* bytes of a fixed lead, under which its further rows do not go; 0: none */
    /* How many rows it takes, and where that holds: a width, and the flow's labels; 0: unknown. */
    guint rows;
    int width, labels;
} Paragraph;

struct TuiFlow {
    GPtrArray *paragraphs;
    int labels; /* cells of the widest label, and a gap */
    guint scroll, height, total;
    guint marked; /* a row, from 1; 0: none */
    int width;    /* of the last draw */
};

static void
paragraph_free(gpointer data)
{
    Paragraph *paragraph = data;
    g_free(paragraph->label);
    g_free(paragraph->text);
    g_free(paragraph->spans);
    g_free(paragraph);
}

TuiFlow *
tui_flow_new(void)
{
    TuiFlow *flow = g_new0(TuiFlow, 1);
    flow->paragraphs = g_ptr_array_new_with_free_func(paragraph_free);
    return flow;
}

void
tui_flow_free(TuiFlow *flow)
{
    if (!flow)
        return;
    g_ptr_array_unref(flow->paragraphs);
    g_free(flow);
}

void
tui_flow_clear(TuiFlow *flow)
{
    g_ptr_array_set_size(flow->paragraphs, 0);
    flow->labels = 0;
}

static Paragraph *
add(TuiFlow *flow, const char *label, TuiRole role, const char *text, gboolean exact)
{
    Paragraph *paragraph = g_new0(Paragraph, 1);
    paragraph->label = g_strdup(label);
    paragraph->text = g_strdup(text ? text : "");
    paragraph->role = role;
    paragraph->exact = exact;
    if (label)
        flow->labels = MAX(flow->labels, MIN(tui_canvas_text_width(label), LABEL_MAX) + 1);
    g_ptr_array_add(flow->paragraphs, paragraph);
    return paragraph;
}

void
tui_flow_add(TuiFlow *flow, TuiRole role, const char *text)
{
    add(flow, NULL, role, text, FALSE);
}

void
tui_flow_add_exact(TuiFlow *flow, TuiRole role, const char *text)
{
    add(flow, NULL, role, text, TRUE);
}

void
tui_flow_add_field(TuiFlow *flow, const char *label, TuiRole role, const char *value)
{
    add(flow, label, role, value, TRUE);
}

void
tui_flow_add_words(TuiFlow *flow, const char *label, TuiRole role, const char *words)
{
    add(flow, label, role, words, FALSE);
}

void
tui_flow_add_list(TuiFlow *flow, const char *label, TuiRole role, char *const *values)
{
    for (guint i = 0; values && values[i]; i++) {
        g_autofree char *shown = amr_display_lines(amr_bytes(values[i]));
        add(flow, i == 0 ? label : "", role, shown, TRUE);
    }
}

/* The lead is part of the text, so that rows break as ever. */
void
tui_flow_add_spans(TuiFlow *flow, const char *lead, const char *text, const TuiSpan *spans, guint n)
{
    const guint shift = lead ? (guint)strlen(lead) : 0;
    g_autofree char *whole = g_strconcat(lead ? lead : "", text, NULL);
    Paragraph *paragraph = add(flow, NULL, TUI_ROLE_TEXT, whole, TRUE);

    paragraph->lead = shift;
    paragraph->spans = g_new0(TuiSpan, n + 2);
    paragraph->spans[paragraph->n_spans++] = (TuiSpan){0, TUI_ROLE_QUIET};
    paragraph->spans[paragraph->n_spans++] = (TuiSpan){shift, TUI_ROLE_TEXT};
    for (guint i = 0; i < n; i++)
        paragraph->spans[paragraph->n_spans++] = (TuiSpan){shift + spans[i].from, spans[i].role};
}

void
tui_flow_add_format(TuiFlow *flow, TuiRole role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    add(flow, NULL, role, text, FALSE);
}

static TuiRole
diff_role(const char *line)
{
    if (g_str_has_prefix(line, "+++") || g_str_has_prefix(line, "---"))
        return TUI_ROLE_TITLE;
    switch (line[0]) {
    case '+':
        return TUI_ROLE_ADDED;
    case '-':
        return TUI_ROLE_REMOVED;
    case '@':
        return TUI_ROLE_BORDER;
    default:
        return TUI_ROLE_TEXT;
    }
}

void
tui_flow_add_diff(TuiFlow *flow, const char *diff)
{
    g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (**line || line[1])
            tui_flow_add_exact(flow, diff_role(*line), *line);
    }
}

/* ---- wrapping ------------------------------------------------------------------------------- */

/* Where a row of @paragraph from @p on may break at a blank at the earliest: behind the lead and
 * what the text is set in by. */
static gsize
first_break(const Paragraph *paragraph, const char *p)
{
    gsize at = p == paragraph->text ? paragraph->lead : 0;
    while (p[at] == ' ')
        at++;
    return at;
}

/* Bytes of @text that make one row of @width cells, and in *next where the following one begins; at
 * a blank, if there is one from @least on and it is not @exact. */
static gsize
break_row(const char *text, int width, gboolean exact, gsize least, gsize *next)
{
    int used = 0;
    const char *blank = NULL;
    const char *p = text;
    for (; *p; p = g_utf8_next_char(p)) {
        gunichar ch = g_utf8_get_char(p);
        int cells = tui_char_width(ch);
        if (used + cells > width && p > text)
            break;
        if (ch == ' ' && (gsize)(p - text) > least)
            blank = p;
        used += cells;
    }
    if (*p && !exact && *p == ' ')
        blank = p;
    if (*p && !exact && blank) {
        *next = (gsize)(blank + 1 - text);
        return (gsize)(blank - text);
    }
    *next = (gsize)(p - text);
    return *next;
}

/* A column of labels needs room beside it, else values go below their labels. */
static gboolean
has_column(const TuiFlow *flow, int width)
{
    return width >= 2 * flow->labels + 10;
}

/* The indent of rows after the first, and of the first behind a label. */
static int
indent_of(const TuiFlow *flow, const Paragraph *paragraph, int width, gboolean first)
{
    if (paragraph->label)
        return has_column(flow, width) ? flow->labels : 2;
    if (paragraph->lead && !first)
        return MIN((int)paragraph->lead, width / 4);
    return paragraph->exact && !first && width > 20 ? 2 : 0;
}

/* Bytes @from to @to of a paragraph's text, each in its role. */
static void
put_row(const Paragraph *paragraph, TuiCanvas *canvas, TuiRect rect, int x, int y, gsize from,
        gsize to)
{
    TuiRole role = paragraph->role;
    gsize at = from;

    for (guint i = 0; i < paragraph->n_spans && at < to; i++) {
        const TuiSpan *span = &paragraph->spans[i];
        if (span->from > at) {
            g_autofree char *text = g_strndup(paragraph->text + at, MIN(span->from, to) - at);
            x = tui_canvas_put(canvas, rect, x, y, text, role);
            at = MIN(span->from, to);
        }
        role = span->role;
    }
    g_autofree char *rest = g_strndup(paragraph->text + at, to - at);
    tui_canvas_put(canvas, rect, x, y, rest, role);
}

/* Draws (or with @canvas NULL only counts) a paragraph whose first row is @row of the flow. */
static guint
flow_paragraph(const TuiFlow *flow, const Paragraph *paragraph, TuiCanvas *canvas, TuiRect rect,
               int row)
{
    const char *p = paragraph->text;
    guint rows = 0;
    if (paragraph->label && canvas)
        tui_canvas_put(canvas, rect, 0, row, paragraph->label, TUI_ROLE_QUIET);
    if (paragraph->label &&
        (!has_column(flow, rect.width) || tui_canvas_text_width(paragraph->label) >= flow->labels))
        rows++;
    do {
        int indent = indent_of(flow, paragraph, rect.width, p == paragraph->text);
        gsize next = 0;
        gsize len = break_row(p, MAX(1, rect.width - indent), paragraph->exact && !paragraph->lead,
                              first_break(paragraph, p), &next);
        gsize from = (gsize)(p - paragraph->text);
        if (canvas && row + (int)rows >= 0 && row + (int)rows < rect.height)
            put_row(paragraph, canvas, rect, indent, row + (int)rows, from, from + len);
        p += next;
        rows++;
    } while (*p);
    return rows;
}

/* Counted once for each width: a long text is scrolled row by row. */
static guint
rows_of(const TuiFlow *flow, Paragraph *paragraph, int width)
{
    if (paragraph->rows == 0 || paragraph->width != width || paragraph->labels != flow->labels) {
        paragraph->rows = flow_paragraph(flow, paragraph, NULL, (TuiRect){0, 0, width, 1}, 0);
        paragraph->width = width;
        paragraph->labels = flow->labels;
    }
    return paragraph->rows;
}

guint
tui_flow_rows(const TuiFlow *flow, int width)
{
    guint rows = 0;
    for (guint i = 0; i < flow->paragraphs->len; i++)
        rows += rows_of(flow, flow->paragraphs->pdata[i], MAX(1, width));
    return rows;
}

void
tui_flow_draw(TuiFlow *flow, TuiCanvas *canvas, TuiRect rect)
{
    if (rect.width < 1 || rect.height < 1)
        return;
    flow->total = tui_flow_rows(flow, rect.width);
    flow->height = (guint)rect.height;
    flow->width = rect.width;
    guint most = flow->total > flow->height ? flow->total - flow->height : 0;
    flow->scroll = MIN(flow->scroll, most);
    int row = -(int)flow->scroll;
    for (guint i = 0; i < flow->paragraphs->len && row < rect.height; i++) {
        Paragraph *paragraph = flow->paragraphs->pdata[i];
        int rows = (int)rows_of(flow, paragraph, rect.width);
        if (row + rows > 0)
            (void)flow_paragraph(flow, paragraph, canvas, rect, row);
        row += rows;
    }
    row = (int)flow->marked - 1 - (int)flow->scroll;
    if (flow->marked > 0 && row >= 0 && row < rect.height)
        tui_canvas_paint(canvas, (TuiRect){rect.x, rect.y + row, rect.width, 1}, TUI_ROLE_MARKED);
}

gboolean
tui_flow_act(TuiFlow *flow, TuiAction action)
{
    guint page = flow->height > 1 ? flow->height - 1 : 1;
    switch (action) {
    case TUI_ACTION_UP:
        flow->scroll -= flow->scroll > 0;
        break;
    case TUI_ACTION_DOWN:
        flow->scroll++;
        break;
    case TUI_ACTION_PAGE_UP:
        flow->scroll -= MIN(flow->scroll, page);
        break;
    case TUI_ACTION_PAGE_DOWN:
        flow->scroll += page;
        break;
    case TUI_ACTION_FIRST:
        flow->scroll = 0;
        break;
    case TUI_ACTION_LAST:
        flow->scroll = flow->total;
        break;
    default:
        return FALSE;
    }
    flow->marked = 0;
    flow->scroll = MIN(flow->scroll, flow->total > flow->height ? flow->total - flow->height : 0);
    return TRUE;
}

void
tui_flow_scroll_to(TuiFlow *flow, guint row)
{
    flow->scroll = row;
    flow->marked = 0;
}

guint
tui_flow_total(const TuiFlow *flow)
{
    return flow->total;
}

guint
tui_flow_top(const TuiFlow *flow)
{
    return flow->marked > 0 ? flow->marked - 1 : flow->scroll;
}

gboolean
tui_flow_has_text(const TuiFlow *flow, guint row, const char *text)
{
    guint at = 0;

    for (guint i = 0; i < flow->paragraphs->len && at <= row; i++) {
        Paragraph *paragraph = flow->paragraphs->pdata[i];
        if (at == row)
            return tui_text_has(paragraph->text, text) ||
                   (paragraph->label && tui_text_has(paragraph->label, text));
        at += rows_of(flow, paragraph, flow->width);
    }
    return FALSE;
}

void
tui_flow_show(TuiFlow *flow, guint row)
{
    const guint before = flow->height / 3; /* some of what stands above it */
    if (row < flow->scroll || row >= flow->scroll + flow->height)
        flow->scroll = row > before ? row - before : 0;
    flow->marked = row + 1;
}

gboolean
tui_flow_has_more(const TuiFlow *flow)
{
    return flow->scroll + flow->height < flow->total;
}
