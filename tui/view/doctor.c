/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/doctor.h"

#include "tui/view/split.h"
#include "tui/view/task.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

typedef struct {
    TuiView view;
    TuiList list;
    AmrCheckId id; /* what the cursor stands on; NONE: nothing is there yet */
    TuiFlow *detail;
    gboolean in_detail;
    AmrDoctor *doctor;
    GCancellable *examination, *compilation; /* NULL while none runs */
    TuiTask *task;                           /* of the one that runs */
    gboolean shown;                          /* was looked at: policy is compiled too */
    gboolean again;                          /* to be examined as soon as that is possible */
    guint done, of;                          /* files compiled */
} Doctor;

static void examine(Doctor *view);

static const AmrCheck *
at(const Doctor *view, guint row)
{
    const GPtrArray *checks = amr_doctor_checks(view->doctor);
    return row < checks->len ? checks->pdata[row] : NULL;
}

static guint
count(const Doctor *view)
{
    return amr_doctor_checks(view->doctor)->len;
}

/* ---- the cursor is tied to the check -------------------------------------------------------- */

static void
take_row(Doctor *view)
{
    const AmrCheck *check = at(view, view->list.cursor);
    if (!check || check->id == view->id)
        return;
    view->id = check->id;
    tui_flow_scroll_to(view->detail, 0);
}

static void
find_cursor(Doctor *view)
{
    guint n = count(view);
    for (guint i = 0; view->id != AMR_CHECK_NONE && i < n; i++) {
        const AmrCheck *check = at(view, i);
        if (check && check->id == view->id) {
            tui_list_moved(&view->list, i);
            return;
        }
    }
    view->list.cursor = MIN(view->list.cursor, n > 0 ? n - 1 : 0);
    take_row(view);
}

/* ---- examination ---------------------------------------------------------------------------- */

static char *
tell_compiled(gpointer data)
{
    const Doctor *view = data;
    return view->of > 0 ? g_strdup_printf("%u of %u files", view->done, view->of) : NULL;
}

static char *
refresh_key(const Doctor *view)
{
    return tui_keymap_show(tui_screen_keymap(view->view.screen), TUI_ACTION_REFRESH, FALSE);
}

static void
stop_compiling(gpointer data)
{
    Doctor *view = data;
    g_autofree char *key = refresh_key(view);

    g_cancellable_cancel(view->compilation);
    tui_screen_say(view->view.screen, TUI_ROLE_WARNING,
                   "%u of %u files of policy were not compiled: %s goes on", view->of - view->done,
                   view->of, key);
}

static void
stop_examining(gpointer data)
{
    Doctor *view = data;
    g_autofree char *key = refresh_key(view);

    g_cancellable_cancel(view->examination);
    tui_screen_say(view->view.screen, TUI_ROLE_WARNING, "Not all was looked at: %s looks again",
                   key);
}

static const TuiTaskClass compile_class = {"Compiling policy", tell_compiled, NULL, stop_compiling};
static const TuiTaskClass examine_class = {"Looking at this system", NULL, NULL, stop_examining};

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    Doctor *view = data;

    /* It fails only if it was cancelled; what was compiled so far is kept. */
    (void)amr_doctor_compile_finish(view->doctor, result, NULL);
    g_clear_pointer(&view->task, tui_task_end);
    g_clear_object(&view->compilation);
    if (view->again)
        examine(view);
    tui_screen_dirty(view->view.screen);
}

static void
on_progress(guint done, guint of, gpointer data)
{
    Doctor *view = data;
    view->done = done;
    view->of = of;
    tui_screen_dirty(view->view.screen);
}

static void
compile(Doctor *view)
{
    if (!view->shown || view->compilation || view->again)
        return;
    view->compilation = g_cancellable_new();
    view->done = view->of = 0;
    view->task = tui_task_begin(view->view.screen, &compile_class, NULL, view);
    amr_doctor_compile_async(view->doctor, view->compilation, on_progress, view, on_compiled, view);
}

static void
on_examined(GObject *source, GAsyncResult *result, gpointer data)
{
    Doctor *view = data;
    gboolean ok = amr_doctor_examine_finish(view->doctor, result, NULL);

    g_clear_object(&view->examination);
    g_clear_pointer(&view->task, tui_task_end);
    tui_screen_end_work(view->view.screen);
    if (view->again)
        examine(view);
    else if (ok)
        compile(view);
    tui_screen_dirty(view->view.screen);
}

/* Now, or when what runs is over, or when the session was read. */
static void
examine(Doctor *view)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    const AmrDoctorContext context = amr_session_doctor_context(session);

    view->again = TRUE;
    if (view->compilation)
        g_cancellable_cancel(view->compilation);
    if (view->examination || view->compilation || !tui_screen_begin_work(view->view.screen))
        return;
    view->again = FALSE;
    view->examination = g_cancellable_new();
    view->task = tui_task_begin(view->view.screen, &examine_class, NULL, view);
    amr_doctor_examine_async(view->doctor, &context, view->examination, on_examined, view);
}

static void
shown(TuiView *base)
{
    Doctor *view = (Doctor *)base;
    if (view->shown)
        return;
    view->shown = TRUE;
    examine(view);
}

/* Once it was looked at it keeps itself up to date; before, it is asked why a list is empty. */
static void
news(TuiView *base, TuiNews what)
{
    Doctor *view = (Doctor *)base;
    const AmrSession *session = tui_screen_session(base->screen);
    if (what == TUI_NEWS_SESSION && (view->shown || amr_store_count(session->store) == 0))
        examine(view);
}

const AmrCheck *
tui_doctor_reason(const TuiView *view)
{
    return amr_doctor_reason(((const Doctor *)view)->doctor);
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void
fill_detail(Doctor *view)
{
    const AmrCheck *check = at(view, view->list.cursor);

    tui_flow_clear(view->detail);
    if (!check)
        return;
    tui_flow_add(view->detail, TUI_ROLE_TITLE, amr_check_title(check->id));
    tui_flow_add_words(view->detail, "state", tui_check_role(check->state),
                       amr_check_state_word(check->state));
    tui_flow_add_words(view->detail, "answer", TUI_ROLE_TEXT, check->sentence);
    if (check->remedy)
        tui_flow_add_words(view->detail, "remedy", TUI_ROLE_RULE, check->remedy);
    if (check->details->len == 0)
        return;
    tui_flow_add(view->detail, TUI_ROLE_TEXT, NULL);
    for (guint i = 0; i < check->details->len; i++)
        tui_flow_add_exact(view->detail, TUI_ROLE_TEXT, check->details->pdata[i]);
}

static void
draw_list(Doctor *view, TuiCanvas *canvas, TuiRect rect)
{
    const TuiTable *table = &tui_table_checks;
    guint widths[TUI_TABLE_COLUMNS_MAX];
    int header = rect.height > 3;

    tui_list_fit(&view->list, count(view), (guint)MAX(1, rect.height - header));
    tui_columns_fit(table, rect.width, widths);
    if (header)
        tui_columns_draw_header(table, widths, canvas, rect, 0);
    for (guint i = 0; i < view->list.height; i++) {
        TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
        guint row = view->list.top + i;
        const AmrCheck *check = at(view, row);
        if (!check)
            break;
        tui_table_checks_row(check, cells);
        tui_columns_draw_row(table, widths, cells, canvas, rect, (int)i + header,
                             row == view->list.cursor ? TUI_ROLE_SELECTED : TUI_ROLE_COUNT);
        tui_cells_clear(cells, table->n);
    }
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Doctor *view = (Doctor *)base;
    TuiRect list, detail;

    if (count(view) == 0) {
        g_autoptr(TuiFlow) flow = tui_flow_new();
        tui_flow_add(flow, TUI_ROLE_TITLE,
                     view->examination || view->again ? "Looking at this system."
                                                      : "There is nothing to look at.");
        tui_flow_draw(flow, canvas, rect);
        return;
    }
    find_cursor(view);
    tui_split(canvas, rect, view->in_detail, &list, &detail);
    if (list.height > 0)
        draw_list(view, canvas, list);
    if (detail.height > 0) {
        fill_detail(view);
        tui_flow_draw(view->detail, canvas, detail);
    }
}

/* ---- actions -------------------------------------------------------------------------------- */

static TuiStale
act(TuiView *base, TuiAction action)
{
    Doctor *view = (Doctor *)base;

    find_cursor(view);
    if (view->in_detail && tui_flow_act(view->detail, action))
        return TUI_STALE_VIEW;
    if (!view->in_detail && tui_list_act(&view->list, action)) {
        take_row(view);
        return TUI_STALE_VIEW;
    }
    switch (action) {
    case TUI_ACTION_OPEN:
        view->in_detail = count(view) > 0;
        return TUI_STALE_VIEW;
    case TUI_ACTION_BACK:
        if (!view->in_detail)
            return TUI_STALE_FOREIGN;
        view->in_detail = FALSE;
        return TUI_STALE_VIEW;
    default:
        return TUI_STALE_FOREIGN;
    }
}

static void
hints(const TuiView *base, GArray *out)
{
    const Doctor *view = (const Doctor *)base;
    static const TuiHint list[] = {{TUI_ACTION_OPEN, NULL}, {TUI_ACTION_REFRESH, "look again"}};
    static const TuiHint detail[] = {{TUI_ACTION_BACK, NULL},
                                     {TUI_ACTION_REFRESH, "look again"},
                                     {TUI_ACTION_DOWN, "scroll"}};
    if (view->in_detail) {
        g_array_append_vals(out, detail, G_N_ELEMENTS(detail));
        return;
    }
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static char *
place(const TuiView *base)
{
    const Doctor *view = (const Doctor *)base;
    guint n = count(view);

    return n > 0 ? g_strdup_printf("%u of %u", view->list.cursor + 1, n) : NULL;
}

static void
doctor_free(TuiView *base)
{
    Doctor *view = (Doctor *)base;

    view->again = FALSE;
    view->shown = FALSE;
    if (view->examination)
        g_cancellable_cancel(view->examination);
    if (view->compilation)
        g_cancellable_cancel(view->compilation);
    while (view->examination || view->compilation)
        g_main_context_iteration(NULL, TRUE);
    amr_doctor_free(view->doctor);
    tui_flow_free(view->detail);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Doctor",
    .draw = draw,
    .act = act,
    .hints = hints,
    .place = place,
    .news = news,
    .shown = shown,
    .free = doctor_free,
};

TuiView *
tui_doctor_new(TuiScreen *screen)
{
    Doctor *view = g_new0(Doctor, 1);
    view->view = (TuiView){&class, screen};
    view->detail = tui_flow_new();
    view->doctor = amr_doctor_new(tui_screen_session(screen)->compiler);
    return &view->view;
}
