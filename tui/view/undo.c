/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/undo.h"

#include "tui/view/sign.h"
#include "tui/widget/flow.h"

typedef struct {
    TuiView view;
    char *id; /* of the change to take back */
    TuiSign *sign;
    TuiFlow *flow;
    gboolean unseen; /* the record is root's */
} Undo;

static AmrSession *
session_of(const Undo *view)
{
    return tui_screen_session(view->view.screen);
}

static const AmrChange *
find_change(const Undo *view)
{
    const AmrHistory *history = session_of(view)->history;
    return history ? amr_history_find(history, view->id) : NULL;
}

/* ---- the plan ------------------------------------------------------------------------------- */

static AmrPlan *
make_plan(const Undo *view, GError **error)
{
    AmrSession *session = session_of(view);
    const AmrChange *change = find_change(view);
    AmrPlanContext context = amr_session_plan_context(session);

    if (!change || !session->index) {
        amr_error_set(error, AMR_ERROR_BUSY, "Policy and history are still being read");
        return NULL;
    }
    if (!amr_change_may_undo(change, error))
        return NULL;
    g_autoptr(AmrPlan) done = amr_history_plan(session->history, change, error);
    if (!done)
        return NULL;
    return amr_plan_undo(&context, done, error);
}

static void
plan(Undo *view)
{
    AmrRequest *request = NULL;
    GError *error = NULL;
    AmrPlan *made = NULL;

    if (tui_sign_is_writing(view->sign))
        return;
    made = make_plan(view, &error);
    /* The record of a change may be root's alone: then who has the rights makes the plan, and it is
     * shown and asked about on the terminal. */
    view->unseen = tui_screen_elevates(view->view.screen) &&
                   g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    if (made || view->unseen) {
        request = amr_request_new(AMR_PLAN_UNDO);
        request->undoes = g_strdup(view->id);
    }
    (void)tui_sign_guard(view->sign, made);
    tui_sign_set_request(view->sign, request);
    if (view->unseen) {
        g_clear_error(&error);
        tui_sign_set_unseen(view->sign);
    } else {
        tui_sign_set_plan(view->sign, made, error);
    }
}

/* ---- showing -------------------------------------------------------------------------------- */

static void
fill(Undo *view)
{
    const AmrChange *change = find_change(view);

    tui_flow_clear(view->flow);
    tui_sign_describe_try(view->sign, view->flow);
    tui_flow_add_format(view->flow, TUI_ROLE_TITLE, "Take back change %s", view->id);
    if (change) {
        tui_flow_add_list(view->flow, "profile", TUI_ROLE_PROFILE, change->profiles);
        tui_flow_add_list(view->flow, "file", TUI_ROLE_PATH, change->files);
        tui_flow_add_list(view->flow, "takes back", TUI_ROLE_REMOVED, change->rules);
    }
    if (view->unseen)
        tui_flow_add(view->flow, TUI_ROLE_WARNING,
                     "The record of this change is root's: not everybody may read each file that "
                     "it quotes, or an older armorer kept it so. The command with more rights "
                     "shows the diff, and asks before it writes.");
    tui_sign_describe(view->sign, view->flow);
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Undo *view = (Undo *)base;
    fill(view);
    rect.height -= tui_sign_draw_prompt(view->sign, canvas, rect);
    tui_flow_draw(view->flow, canvas, rect);
}

/* ---- actions -------------------------------------------------------------------------------- */

static TuiStale
act(TuiView *base, TuiAction action)
{
    Undo *view = (Undo *)base;
    TuiStale stale = tui_sign_act(view->sign, action);
    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    if (tui_flow_act(view->flow, action))
        return TUI_STALE_VIEW;
    if (action == TUI_ACTION_BACK)
        return TUI_STALE_CLOSED;
    return action == TUI_ACTION_OPEN ? TUI_STALE_NOTHING : TUI_STALE_FOREIGN;
}

static TuiStale
key(TuiView *base, TuiKey pressed)
{
    return tui_sign_key(((Undo *)base)->sign, pressed);
}

static void
news(TuiView *base, TuiNews what)
{
    Undo *view = (Undo *)base;
    if (what == TUI_NEWS_STALE)
        tui_sign_set_stale(view->sign);
    if (what != TUI_NEWS_SESSION)
        return;
    if (tui_sign_state(view->sign) == TUI_SIGN_FAILED)
        tui_sign_try_again(view->sign);
    if (tui_sign_state(view->sign) < TUI_SIGN_WRITING)
        plan(view);
    else if (tui_sign_state(view->sign) == TUI_SIGN_DONE)
        tui_screen_taken_back(view->view.screen, view->id);
}

static gboolean
busy(const TuiView *base)
{
    return tui_sign_is_writing(((const Undo *)base)->sign);
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint write = {TUI_ACTION_WRITE, "undo and reload"};
    static const TuiHint list[] = {{TUI_ACTION_BACK, NULL}, {TUI_ACTION_DOWN, "scroll"}};
    if (tui_sign_is_ready(((const Undo *)base)->sign))
        g_array_append_val(out, write);
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static void
undo_free(TuiView *base)
{
    Undo *view = (Undo *)base;
    tui_sign_free(view->sign);
    tui_flow_free(view->flow);
    g_free(view->id);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Undo",
    .draw = draw,
    .key = key,
    .act = act,
    .hints = hints,
    .news = news,
    .busy = busy,
    .free = undo_free,
};

TuiView *
tui_undo_new(TuiScreen *screen, const AmrChange *change)
{
    Undo *view = g_new0(Undo, 1);
    view->view = (TuiView){&class, screen};
    view->id = g_strdup(change->id);
    view->sign = tui_sign_new(&view->view);
    view->flow = tui_flow_new();
    plan(view);
    return &view->view;
}
