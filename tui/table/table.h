/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Columns that a view and a command both show, defined once: cells of text and role. Text comes
 * through the display sink of core/base/text.h.
 */
#ifndef TUI_TABLE_TABLE_H
#define TUI_TABLE_TABLE_H

#include "core/session.h"
#include "tui/table/gather.h"
#include "tui/terminal/theme.h"

G_BEGIN_DECLS

typedef struct {
    const char *title;
    guint8 width;    /* the least in cells; 0: takes what is left */
    guint8 priority; /* 0 is kept to the last; higher ones go first when it is narrow */
    gboolean right;  /* aligned to the right */
} TuiColumn;

typedef struct {
    char *text; /* owned, display form */
    TuiRole role;
} TuiCell;

#define TUI_TABLE_COLUMNS_MAX 8

typedef struct {
    const TuiColumn *columns;
    guint n;
} TuiTable;

/* Fill cells[table->n]; the caller clears them with tui_cells_clear(). */
extern const TuiTable
    tui_table_denials; /* mark, count, last seen, verdict, profile, tried, object */
void tui_table_denials_row(const AmrSession *session, AmrDenialId id, TuiCell *cells);
/* Whether @text stands in what is shown of one. */
gboolean tui_table_denials_has(const AmrSession *session, AmrDenialId id, const char *text);
/* Where a profile comes from. All borrowed. */
typedef struct {
    const AmrBlock *block;       /* of the policy; NULL: it is only in the kernel */
    const char *word;            /* "file", "kernel", or who makes it ("snap"); NULL: not known */
    const char *text;            /* who makes it, behind "made by"; display form; NULL */
    const AmrPackaged *packaged; /* which package brought its file; NULL: none that is known */
    gboolean edited;             /* and the file is another by now */
} TuiOrigin;
TuiOrigin tui_table_origin(const AmrSession *session, const TuiProfile *profile);

/* mode, name, processes, denials, how many a minute, drift, local, file */
extern const TuiTable tui_table_profiles;
extern const TuiTable tui_table_changes; /* id, time, state, profile, file, rules */
extern const TuiTable tui_table_checks;  /* state, check, answer */
void tui_table_checks_row(const AmrCheck *check, TuiCell *cells);
TuiRole tui_check_role(AmrCheckState state);
/* Whether what @change answers was quiet since, as far as is known; NULL: nothing is. Display form;
 * the caller frees. */
char *tui_table_since(const AmrSession *session, const AmrChange *change);
/* The same columns for what another hand did; and that in words, display form, owned. */
void tui_table_outside_row(const AmrSession *session, const AmrOutside *outside, TuiCell *cells);
char *tui_table_outside_words(const AmrOutside *outside);
void tui_table_changes_row(const AmrSession *session, const AmrChange *change, TuiCell *cells);
/* With @below, its figures count those of what is below it too. */
void tui_table_profiles_row(const AmrSession *session, const TuiProfile *profile, gboolean below,
                            TuiCell *cells);
void tui_cells_clear(TuiCell *cells, guint n);

/* Whether @text begins with @with, and whether @needle stands in @text; ASCII letters of either
 * case are one. */
gboolean tui_text_begins(const char *text, const char *with);
gboolean tui_text_has(const char *text, const char *needle);
/* "613.2 MB", in powers of ten; ASCII. The caller frees. */
char *tui_text_size(guint64 bytes);
/* Width in terminal cells of display-form text, and its longest beginning within @width cells (in
 * bytes). */
guint tui_text_width(const char *text);
gsize tui_text_fit(const char *text, guint width);

G_END_DECLS
#endif
