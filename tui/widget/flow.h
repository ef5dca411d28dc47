/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text that flows: paragraphs of one role each, wrapped to a width, scrolled. What is exact (a
 * rule, a line of a diff, a record) is broken anywhere and loses no blank; prose is broken at
 * blanks.
 */
#ifndef TUI_WIDGET_FLOW_H
#define TUI_WIDGET_FLOW_H

#include "tui/action.h"
#include "tui/terminal/canvas.h"

G_BEGIN_DECLS

typedef struct TuiFlow TuiFlow;

TuiFlow *tui_flow_new(void);
void tui_flow_free(TuiFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiFlow, tui_flow_free)
/* Empties it; the scroll stays. */
void tui_flow_clear(TuiFlow *flow);

/* Texts are UTF-8 in display form; a NULL or empty one is an empty line. */
void tui_flow_add(TuiFlow *flow, TuiRole role, const char *text);
void tui_flow_add_exact(TuiFlow *flow, TuiRole role, const char *text);
/* "label     value", the value's further lines under its first. */
void tui_flow_add_field(TuiFlow *flow, const char *label, TuiRole role, const char *value);
/* The same for prose. */
void tui_flow_add_words(TuiFlow *flow, const char *label, TuiRole role, const char *words);
/* The same for each of @values (raw bytes of rules, names or files; NULL-terminated), one label. */
void tui_flow_add_list(TuiFlow *flow, const char *label, TuiRole role, char *const *values);
/* From byte @from of a text on, it has @role. */
typedef struct {
    guint from;
    TuiRole role;
} TuiSpan;
/* An exact text of several roles behind a fixed @lead (a line's number; may be NULL): what begins
 * before the first span has the role TEXT. @spans in the order of their places; copied. */
void tui_flow_add_spans(TuiFlow *flow, const char *lead, const char *text, const TuiSpan *spans,
                        guint n);
void tui_flow_add_format(TuiFlow *flow, TuiRole role, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* A unified diff in display form, each line by its first character. */
void tui_flow_add_diff(TuiFlow *flow, const char *diff);

/* How many rows it takes at @width. */
guint tui_flow_rows(const TuiFlow *flow, int width);
/* Draws from the row that was scrolled to; clamps the scroll. */
void tui_flow_draw(TuiFlow *flow, TuiCanvas *canvas, TuiRect rect);
/* Scrolls; FALSE if @action does not. */
gboolean tui_flow_act(TuiFlow *flow, TuiAction action);
void tui_flow_scroll_to(TuiFlow *flow, guint row);
/* For finding: rows as of the last draw, the first one shown, whether @text (of display form; ASCII
 * letters of either case are one) stands in the paragraph that begins at @row; and scrolls so that
 * @row is seen, marked until the next scroll. */
guint tui_flow_total(const TuiFlow *flow);
guint tui_flow_top(const TuiFlow *flow);
gboolean tui_flow_has_text(const TuiFlow *flow, guint row, const char *text);
void tui_flow_show(TuiFlow *flow, guint row);
/* Whether more follows below what the last draw showed. */
gboolean tui_flow_has_more(const TuiFlow *flow);

G_END_DECLS
#endif
