/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What takes long: shown in one line above the keys, in the same way whatever it is, once it has
 * taken half a second, and stopped by Esc where it can be. Nothing here wakes up by itself but the
 * one timer of that half second: who has news of its own draws the screen anew.
 */
#ifndef TUI_VIEW_TASK_H
#define TUI_VIEW_TASK_H

#include "tui/view/view.h"

G_BEGIN_DECLS

typedef struct {
    const char *name; /* "Reading logs" */
    /* How far it is ("3 of 40, usr.bin.man"), display form; may be NULL, and return NULL: that is
     * not known. The caller frees. */
    char *(*tell)(gpointer data);
    /* Whether it can be stopped now; NULL: whenever stop is there. */
    gboolean (*can_stop)(gpointer data);
    /* Stops it, and says what was left. NULL: it cannot be stopped. It may end the task. */
    void (*stop)(gpointer data);
} TuiTaskClass;

typedef struct TuiTask TuiTask;
typedef struct TuiTasks TuiTasks;

/* @class and @data are borrowed until it ends. @view: it is of that view, and while that is on top
 * Esc stops it before all else; NULL: Esc stops it where there is nothing to go back from. */
TuiTask *tui_task_begin(TuiScreen *screen, const TuiTaskClass *class, const TuiView *view,
                        gpointer data);
/* NULL is let be. */
void tui_task_end(TuiTask *task);

/* ---- for the screen ------------------------------------------------------------------------- */

TuiTasks *tui_tasks_new(TuiScreen *screen);
void tui_tasks_free(TuiTasks *tasks); /* all must have ended */
/* What Esc stops now: with @back only what is of @top. NULL: nothing that was shown. */
const TuiTask *tui_tasks_stoppable(const TuiTasks *tasks, const TuiView *top, gboolean back);
/* Stops that, and what else is of the same view; FALSE if there is nothing. */
gboolean tui_tasks_stop(TuiTasks *tasks, const TuiView *top, gboolean back);
/* Whether there is something to show, and the line: @stop is what would be stopped now, @key the
 * key for that. */
gboolean tui_tasks_shown(const TuiTasks *tasks);
void tui_tasks_draw(const TuiTasks *tasks, const TuiTask *stop, const char *key, TuiCanvas *canvas,
                    TuiRect row);

G_END_DECLS
#endif
