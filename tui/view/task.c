/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/task.h"

#include "tui/view/screen_private.h"

#define PATIENCE 500 /* milliseconds until it is shown */

struct TuiTask {
    TuiTasks *tasks;
    const TuiTaskClass *class;
    const TuiView *view;
    gpointer data;
    guint patience; /* source; 0: it is shown */
};

struct TuiTasks {
    TuiScreen *screen;
    GPtrArray *all; /* TuiTask, the newest last */
};

TuiTasks *
tui_tasks_new(TuiScreen *screen)
{
    TuiTasks *tasks = g_new0(TuiTasks, 1);
    tasks->screen = screen;
    tasks->all = g_ptr_array_new();
    return tasks;
}

void
tui_tasks_free(TuiTasks *tasks)
{
    while (tasks->all->len > 0)
        tui_task_end(tasks->all->pdata[tasks->all->len - 1]);
    g_ptr_array_unref(tasks->all);
    g_free(tasks);
}

static gboolean
on_patience(gpointer data)
{
    TuiTask *task = data;
    task->patience = 0;
    tui_screen_dirty(task->tasks->screen);
    return G_SOURCE_REMOVE;
}

TuiTask *
tui_task_begin(TuiScreen *screen, const TuiTaskClass *class, const TuiView *view, gpointer data)
{
    TuiTask *task = g_new0(TuiTask, 1);

    task->tasks = screen->tasks;
    task->class = class;
    task->view = view;
    task->data = data;
    task->patience = g_timeout_add(PATIENCE, on_patience, task);
    g_ptr_array_add(task->tasks->all, task);
    return task;
}

void
tui_task_end(TuiTask *task)
{
    if (!task)
        return;
    if (task->patience)
        g_source_remove(task->patience);
    else
        tui_screen_dirty(task->tasks->screen);
    g_ptr_array_remove(task->tasks->all, task);
    g_free(task);
}

/* ---- stopping ------------------------------------------------------------------------------- */

static gboolean
can_stop(const TuiTask *task)
{
    return !task->patience && task->class->stop &&
           (!task->class->can_stop || task->class->can_stop(task->data));
}

const TuiTask *
tui_tasks_stoppable(const TuiTasks *tasks, const TuiView *top, gboolean back)
{
    for (guint i = tasks->all->len; i > 0; i--) {
        const TuiTask *task = tasks->all->pdata[i - 1];
        if (can_stop(task) && (task->view == top || (!back && !task->view)))
            return task;
    }
    return NULL;
}

/* The oldest first: what the newest says of it stays. Stopping one may end it, or another. */
gboolean
tui_tasks_stop(TuiTasks *tasks, const TuiView *top, gboolean back)
{
    const TuiTask *found = tui_tasks_stoppable(tasks, top, back);

    if (!found)
        return FALSE;
    if (!found->view) {
        found->class->stop(found->data);
        return TRUE;
    }
    for (guint i = 0; i < tasks->all->len;) {
        TuiTask *task = tasks->all->pdata[i];
        if (task->view == top && can_stop(task))
            task->class->stop(task->data);
        i += i < tasks->all->len && tasks->all->pdata[i] == task;
    }
    return TRUE;
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* The one that Esc stops is the one to tell of; else the newest. */
static const TuiTask *
to_show(const TuiTasks *tasks, const TuiTask *stop, guint *others)
{
    const TuiTask *shown = stop;

    *others = 0;
    for (guint i = tasks->all->len; i > 0; i--) {
        const TuiTask *task = tasks->all->pdata[i - 1];
        if (task->patience)
            continue;
        shown = shown ? shown : task;
        (*others)++;
    }
    *others -= *others > 0;
    return shown;
}

gboolean
tui_tasks_shown(const TuiTasks *tasks)
{
    guint others;
    return to_show(tasks, NULL, &others) != NULL;
}

void
tui_tasks_draw(const TuiTasks *tasks, const TuiTask *stop, const char *key, TuiCanvas *canvas,
               TuiRect row)
{
    guint others;
    const TuiTask *task = to_show(tasks, stop, &others);
    g_autofree char *far = task && task->class->tell ? task->class->tell(task->data) : NULL;
    g_autoptr(GString) text = g_string_new(task ? task->class->name : "");
    g_autofree char *hint = stop && key[0] ? g_strdup_printf("%s stops it", key) : NULL;
    int width = hint ? tui_canvas_text_width(hint) : 0;

    if (far && far[0])
        g_string_append_printf(text, ": %s", far);
    if (others > 0)
        g_string_append_printf(text, " (and %u more)", others);
    tui_canvas_fill(canvas, row, TUI_ROLE_STATUS);
    if (hint && width + 12 <= row.width) { /* who cannot read all of it can still end it */
        tui_canvas_put(canvas, row, row.width - width, 0, hint, TUI_ROLE_STATUS);
        row.width -= width + 1;
    }
    tui_canvas_put_field(canvas, row, 0, 0, row.width, text->str, FALSE, TUI_ROLE_STATUS);
}
