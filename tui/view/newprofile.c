/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/newprofile.h"

#include <string.h>

#include "core/advice/units.h"
#include "core/policy/programs.h"
#include "tui/invoker.h"
#include "tui/view/chooser.h"
#include "tui/view/newprofile_private.h"
#include "tui/view/proposal.h"
#include "tui/view/reload.h"
#include "tui/view/undo.h"

/* ---- how far it is ----------------------------------------------------------------------------
 */

static void
look(TuiNewProfile *view)
{
    const AmrSession *session = tui_newprofile_session(view);
    AmrPlanContext context = amr_session_plan_context(session);
    g_autofree char *path = NULL;

    g_clear_pointer(&view->new, amr_new_free);
    g_clear_error(&view->error);
    g_clear_pointer(&view->units, g_strfreev);
    amr_new_seen_clear(&view->seen);
    amr_new_seen_init(&view->seen);
    if (!session->index || !session->history) {
        amr_error_set(&view->error, AMR_ERROR_BUSY, "Policy and history are still being read");
        return;
    }
    path = amr_program_find(session->target, view->program, &view->error);
    view->new = path ? amr_new_look(&context, path, &view->error) : NULL;
    if (view->new)
        view->units = amr_units_of(session->target, path);
}

/* ---- the first step: a plan, to be signed -----------------------------------------------------
 */

static void
plan(TuiSigning *base)
{
    TuiNewProfile *view = (TuiNewProfile *)base;
    AmrPlanContext context = amr_session_plan_context(tui_newprofile_session(view));
    const AmrPlanKind kind = view->stub ? AMR_PLAN_STUB : AMR_PLAN_NEW;
    AmrRequest *request = NULL;
    AmrPlan *made = NULL;
    GError *error = NULL;

    look(view);
    tui_newprofile_ask_stub(view);
    if (tui_newprofile_is_at(view, AMR_NEW_NONE))
        made = amr_plan_new_profile(&context, kind, view->new->program, &error);
    else if (view->error)
        error = g_error_copy(view->error);
    if (made) {
        const char *const profiles[] = {view->new->program, NULL};
        request = amr_request_new(kind);
        request->profiles = g_strdupv((char **)profiles);
    }
    tui_sign_set_danger(base->sign, NULL);
    tui_sign_set_request(base->sign, request);
    tui_sign_set_plan(base->sign, made, error);
}

/* ---- showing ----------------------------------------------------------------------------------
 */

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    TuiNewProfile *view = (TuiNewProfile *)base;

    /* Without a plan there is nothing to sign here: each step has a view of its own. */
    if (!view->new || tui_newprofile_is_at(view, AMR_NEW_NONE) ||
        tui_sign_state(view->base.sign) >= TUI_SIGN_WRITING) {
        tui_signing_draw(base, canvas, rect);
        return;
    }
    tui_flow_clear(view->base.flow);
    tui_newprofile_describe(&view->base);
    tui_flow_draw(view->base.flow, canvas, rect);
}

/* ---- what can be done -------------------------------------------------------------------------
 */

static void
propose(TuiNewProfile *view)
{
    (void)tui_newprofile_count(view);
    if (view->seen.ids->len == 0)
        tui_screen_say(tui_newprofile_screen(view), TUI_ROLE_WARNING,
                       "Nothing was denied to it so far that the logs tell of");
    else
        tui_screen_push(tui_newprofile_screen(view),
                        tui_proposal_new_set(tui_newprofile_screen(view),
                                             (AmrDenialId *)(void *)view->seen.ids->data,
                                             view->seen.ids->len));
}

static void
enforce(TuiNewProfile *view)
{
    tui_screen_push(tui_newprofile_screen(view),
                    tui_reload_new(tui_newprofile_screen(view), view->new->profile,
                                   AMR_PLAN_ENFORCE));
}

static void
undo(TuiNewProfile *view)
{
    const AmrChange *change =
        amr_history_find(tui_newprofile_session(view)->history, view->new->change);

    if (change)
        tui_screen_push(tui_newprofile_screen(view),
                        tui_undo_new(tui_newprofile_screen(view), change));
}

static void
on_arguments(const char *line, gpointer data)
{
    TuiNewProfile *view = data;
    TuiScreen *screen = tui_newprofile_screen(view);
    g_auto(GStrv) words = NULL;
    g_autofree char *ended = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    if (!line)
        return;
    if (*line && !g_shell_parse_argv(line, NULL, &words, &error)) {
        tui_screen_say(screen, TUI_ROLE_WARNING, "Not understood: %s", error->message);
        return;
    }
    if (!tui_screen_run(screen, view->new->program, (const char *const *)words, &status, &error)) {
        tui_screen_say(screen, TUI_ROLE_ERROR, "%s", error->message);
        return;
    }
    ended = tui_invoker_ended(status);
    tui_screen_say(screen, TUI_ROLE_GOOD, "It ended: %s", ended);
}

static void
run(TuiNewProfile *view)
{
    const TuiAskOptions options = {.label = "Arguments: ", .done = on_arguments, .data = view};

    tui_ask_open(tui_screen_line(tui_newprofile_screen(view)), &options);
}

/* The key that names the unit is the consent to what it says. */
static void
restart(TuiNewProfile *view)
{
    TuiScreen *screen = tui_newprofile_screen(view);
    g_autoptr(GError) error = NULL;

    if (!view->units[0])
        tui_screen_say(screen, TUI_ROLE_WARNING, "No unit of systemd starts it");
    for (guint i = 0; view->units[i] && !error; i++)
        if (!tui_screen_restart(screen, view->units[i], &error))
            tui_screen_say(screen, TUI_ROLE_ERROR, "%s", error->message);
}

/* A stub in place of a profile, or a profile again. */
static void
turn_stub(TuiNewProfile *view)
{
    view->stub = !view->stub;
    tui_sign_forget_try(view->base.sign);
    plan(&view->base);
}

/* Why @action is not for now; NULL: it is. */
static const char *
not_now(const TuiNewProfile *view, TuiAction action)
{
    gboolean live = amr_target_is_live(tui_newprofile_session(view)->target);

    if (action == TUI_ACTION_STUB)
        return tui_newprofile_no_stub(view);
    if (!view->new || !view->new->change)
        return "There is no profile for it yet.";
    if (action == TUI_ACTION_PROPOSE && tui_newprofile_is_at(view, AMR_NEW_STUB))
        return "It is unconfined, so that nothing is denied to it.";
    if (action == TUI_ACTION_ENFORCE && !tui_newprofile_is_at(view, AMR_NEW_COMPLAIN))
        return "It is not in complain mode.";
    if ((action == TUI_ACTION_RUN || action == TUI_ACTION_RESTART) && !live)
        return "It belongs to another system: run it there.";
    if ((action == TUI_ACTION_RUN || action == TUI_ACTION_RESTART) && !view->new->in_kernel)
        return "The profile is not loaded.";
    return NULL;
}

static const struct {
    TuiAction action;
    void (*run)(TuiNewProfile *view);
    const char *label;
} steps[] = {
    {TUI_ACTION_RUN, run, "run it"},
    {TUI_ACTION_RESTART, restart, "restart its unit"},
    {TUI_ACTION_PROPOSE, propose, "its rules"},
    {TUI_ACTION_ENFORCE, enforce, "enforce"},
    {TUI_ACTION_UNDO, undo, "take all back"},
    {TUI_ACTION_STUB, turn_stub, "a stub instead, or a profile again"},
};

static void
show_menu(TuiNewProfile *view)
{
    TuiMenu *menu = tui_menu_new("New profile");

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (tui_keymap_allows(tui_screen_keymap(tui_newprofile_screen(view)), steps[i].action))
            tui_menu_add(menu, steps[i].action, steps[i].label, not_now(view, steps[i].action));
    tui_screen_push(tui_newprofile_screen(view),
                    tui_chooser_new(tui_newprofile_screen(view), menu));
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    TuiNewProfile *view = (TuiNewProfile *)base;

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        const char *why;
        if (steps[i].action != action)
            continue;
        why = not_now(view, action);
        if (why)
            tui_screen_say(tui_newprofile_screen(view), TUI_ROLE_WARNING, "%s", why);
        else
            steps[i].run(view);
        return TUI_STALE_FRAME;
    }
    if (action == TUI_ACTION_OPEN && tui_newprofile_is_at(view, AMR_NEW_COMPLAIN)) {
        propose(view);
        return TUI_STALE_FRAME;
    }
    if (action == TUI_ACTION_MENU) {
        show_menu(view);
        return TUI_STALE_FRAME;
    }
    return tui_signing_act(base, action);
}

static void
hints(const TuiView *base, GArray *out)
{
    const TuiNewProfile *view = (const TuiNewProfile *)base;

    if (!view->new || tui_newprofile_is_at(view, AMR_NEW_NONE)) {
        tui_signing_hints(base, out);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        const TuiHint hint = {steps[i].action, steps[i].label};
        if (!not_now(view, steps[i].action) &&
            (steps[i].action != TUI_ACTION_RESTART || view->units[0]))
            g_array_append_val(out, hint);
    }
    const TuiHint back[] = {{TUI_ACTION_MENU, NULL}, {TUI_ACTION_BACK, NULL}};
    g_array_append_vals(out, back, G_N_ELEMENTS(back));
}

static void
news(TuiView *base, TuiNews what)
{
    TuiNewProfile *view = (TuiNewProfile *)base;

    tui_signing_news(base, what);
    /* What was made is known now: on to the next step, which is planned anew. */
    if (what == TUI_NEWS_SESSION && !tui_sign_is_writing(view->base.sign)) {
        look(view);
        if (view->new && view->new->stage != AMR_NEW_NONE)
            tui_sign_set_plan(view->base.sign, NULL, NULL);
    }
}

static void
clear(TuiSigning *base)
{
    TuiNewProfile *view = (TuiNewProfile *)base;

    tui_newprofile_drop_stub(view);
    g_clear_error(&view->stub_error);
    tui_ask_drop(tui_screen_line(tui_newprofile_screen(view)), view);
    g_free(view->program);
    g_clear_pointer(&view->new, amr_new_free);
    g_clear_error(&view->error);
    g_clear_pointer(&view->units, g_strfreev);
    amr_new_seen_clear(&view->seen);
}

static const char *
verb(const TuiSigning *base)
{
    return "make it";
}

static const TuiViewClass view_class = {
    .title = "New profile",
    .draw = draw,
    .key = tui_signing_key,
    .act = act,
    .hints = hints,
    .news = news,
    .busy = tui_signing_busy,
    .free = tui_signing_free,
};
static const TuiSigningClass class = {plan, tui_newprofile_describe, verb, clear};

/* As a shell takes what is typed. */
static char *
expand_home(TuiScreen *screen, const char *program)
{
    return g_str_has_prefix(program, "~/") && amr_target_is_live(tui_screen_session(screen)->target)
               ? g_strconcat(g_get_home_dir(), program + 1, NULL)
               : g_strdup(program);
}

TuiView *
tui_newprofile_new(TuiScreen *screen, const char *program)
{
    TuiNewProfile *view = g_new0(TuiNewProfile, 1);

    view->program = expand_home(screen, program);
    amr_new_seen_init(&view->seen);
    return tui_signing_init(&view->base, screen, &view_class, &class);
}

/* ---- which program ----------------------------------------------------------------------------
 */

static void
on_program(const char *line, gpointer data)
{
    g_autofree char *program = g_strstrip(g_strdup(line ? line : ""));

    if (*program)
        tui_screen_do_with(data, TUI_ACTION_NEW, program);
}

void
tui_newprofile_ask(TuiScreen *screen)
{
    const TuiAskOptions options = {.label = "Program: ", .done = on_program, .data = screen};

    tui_ask_open(tui_screen_line(screen), &options);
}
