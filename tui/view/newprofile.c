/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/newprofile.h"

#include <string.h>

#include "core/advice/units.h"
#include "core/change/newprofile.h"
#include "core/policy/programs.h"
#include "tui/invoker.h"
#include "tui/view/chooser.h"
#include "tui/view/proposal.h"
#include "tui/view/reload.h"
#include "tui/view/signing.h"
#include "tui/view/undo.h"

typedef struct {
    TuiSigning base;
    char *program;    /* as it was asked for */
    AmrNew *new;      /* NULL: it cannot be; see error */
    GError *error;    /* why */
    GArray *ids;      /* AmrDenialId: what it was denied */
    AmrDenialId next; /* the first that was not looked at */
    char **units;     /* that start it */
} NewProfile;

static TuiScreen *
screen_of(const NewProfile *view)
{
    return view->base.view.screen;
}

static AmrSession *
session_of(const NewProfile *view)
{
    return tui_screen_session(screen_of(view));
}

static gboolean
is_at(const NewProfile *view, AmrNewStage stage)
{
    return view->new && view->new->stage == stage;
}

/* ---- how far it is ----------------------------------------------------------------------------
 */

static void
look(NewProfile *view)
{
    const AmrSession *session = session_of(view);
    AmrPlanContext context = amr_session_plan_context(session);
    g_autofree char *path = NULL;

    g_clear_pointer(&view->new, amr_new_free);
    g_clear_error(&view->error);
    g_clear_pointer(&view->units, g_strfreev);
    g_array_set_size(view->ids, 0);
    view->next = 1;
    if (!session->index || !session->history) {
        amr_error_set(&view->error, AMR_ERROR_BUSY, "Policy and history are still being read");
        return;
    }
    path = amr_program_find(session->target, view->program, &view->error);
    view->new = path ? amr_new_look(&context, path, &view->error) : NULL;
    if (view->new)
        view->units = amr_units_of(session->target, path);
}

/* What came since it was looked at last; returns how often it was denied in all. */
static guint64
count(NewProfile *view)
{
    const AmrStore *store = session_of(view)->store;
    guint64 total = 0;

    if (view->new)
        amr_new_denials_more(store, view->new, FALSE, &view->next, view->ids);
    for (guint i = 0; i < view->ids->len; i++) {
        const AmrDenial *denial = amr_store_get(store, g_array_index(view->ids, AmrDenialId, i));
        total += denial ? denial->count : 0;
    }
    return total;
}

/* ---- the first step: a plan, to be signed -----------------------------------------------------
 */

static void
plan(TuiSigning *base)
{
    NewProfile *view = (NewProfile *)base;
    AmrPlanContext context = amr_session_plan_context(session_of(view));
    AmrRequest *request = NULL;
    AmrPlan *made = NULL;
    GError *error = NULL;

    look(view);
    if (is_at(view, AMR_NEW_NONE))
        made = amr_plan_new_profile(&context, AMR_PLAN_NEW, view->new->program, &error);
    else if (view->error)
        error = g_error_copy(view->error);
    if (made) {
        const char *const profiles[] = {view->new->program, NULL};
        request = amr_request_new(AMR_PLAN_NEW);
        request->profiles = g_strdupv((char **)profiles);
    }
    tui_sign_set_danger(base->sign, NULL);
    tui_sign_set_request(base->sign, request);
    tui_sign_set_plan(base->sign, made, error);
}

/* ---- showing ----------------------------------------------------------------------------------
 */

static void
add_step(TuiFlow *flow, guint number, guint now, const char *what)
{
    tui_flow_add_format(flow, number == now ? TUI_ROLE_TITLE : TUI_ROLE_QUIET, "%s %u  %s",
                        number < now    ? "done"
                        : number == now ? " now"
                                        : "    ",
                        number, what);
}

static void
describe_steps(NewProfile *view)
{
    const AmrNew *new = view->new;
    TuiFlow *flow = view->base.flow;
    guint64 total = count(view);
    guint now = new->stage == AMR_NEW_NONE                          ? 1
                : new->stage == AMR_NEW_CONFINED                    ? 5
                : new->stage == AMR_NEW_COMPLAIN && !view->ids->len ? 2
                : new->rules                                        ? 4
                                                                    : 3;
    g_autofree char *made =
        g_strdup_printf("the profile \"%s\" in %s, in complain mode", new->profile, new->file);
    g_autofree char *often = g_strdup_printf(": %u distinct denials, %" G_GUINT64_FORMAT " times",
                                             view->ids->len, total);
    g_autofree char *seen =
        g_strconcat("run it, let it do all that it is to do", now > 1 ? often : "", NULL);
    g_autofree char *rules = g_strdup_printf("its rules for that%s",
                                             new->rules ? "; some are written, more may come" : "");

    add_step(flow, 1, now, made);
    add_step(flow, 2, now, seen);
    add_step(flow, 3, now, rules);
    add_step(flow, 4, now, "enforce: what no rule allows is denied");
}

static void
add_key(NewProfile *view, TuiAction action, const char *what)
{
    g_autofree char *key = tui_keymap_show(tui_screen_keymap(screen_of(view)), action, FALSE);

    if (*key)
        tui_flow_add_format(view->base.flow, TUI_ROLE_TEXT, "%s  %s", key, what);
    else
        tui_flow_add_format(view->base.flow, TUI_ROLE_TEXT, ":%s  %s", tui_action_info(action)->id,
                            what);
}

static void
describe_run(NewProfile *view)
{
    g_auto(TuiInvoker) invoker = {0};
    g_autoptr(GError) error = NULL;

    if (tui_invoker_find(&invoker, &error)) {
        g_autofree char *name = amr_display_string(invoker.name);
        g_autofree char *text =
            g_strdup_printf("run it here as %s, with arguments; or run it elsewhere", name);
        add_key(view, TUI_ACTION_RUN, text);
    } else {
        tui_flow_add(view->base.flow, TUI_ROLE_TEXT, error->message);
    }
    for (guint i = 0; view->units[i]; i++) {
        g_autofree char *unit = amr_display_string(view->units[i]);
        g_autofree char *text = g_strdup_printf("systemctl restart %s", unit);
        add_key(view, TUI_ACTION_RESTART, text);
    }
}

static void
describe(TuiSigning *base)
{
    NewProfile *view = (NewProfile *)base;
    g_autofree char *shown = amr_display_string(view->new ? view->new->program : view->program);

    tui_flow_add_format(base->flow, TUI_ROLE_TITLE, "A profile for %s", shown);
    if (!view->new)
        return;
    describe_steps(view);
    tui_flow_add(base->flow, TUI_ROLE_TEXT, NULL);
    if (is_at(view, AMR_NEW_COMPLAIN)) {
        describe_run(view);
        add_key(view, TUI_ACTION_PROPOSE, "the rules for what it did: look, leave out, write");
        add_key(view, TUI_ACTION_ENFORCE, "deny it all else");
    }
    if (is_at(view, AMR_NEW_CONFINED))
        tui_flow_add(base->flow, TUI_ROLE_GOOD,
                     "It is confined. What it is denied now is counted.");
    if (is_at(view, AMR_NEW_CONFINED) && view->ids->len)
        add_key(view, TUI_ACTION_PROPOSE, "rules for more");
    if (view->new->change)
        add_key(view, TUI_ACTION_UNDO, "take all of it back");
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    NewProfile *view = (NewProfile *)base;

    /* Without a plan there is nothing to sign here: each step has a view of its own. */
    if (!view->new || is_at(view, AMR_NEW_NONE) ||
        tui_sign_state(view->base.sign) >= TUI_SIGN_WRITING) {
        tui_signing_draw(base, canvas, rect);
        return;
    }
    tui_flow_clear(view->base.flow);
    describe(&view->base);
    tui_flow_draw(view->base.flow, canvas, rect);
}

/* ---- what can be done -------------------------------------------------------------------------
 */

static void
propose(NewProfile *view)
{
    (void)count(view);
    if (view->ids->len == 0)
        tui_screen_say(screen_of(view), TUI_ROLE_WARNING,
                       "Nothing was denied to it so far that the logs tell of");
    else
        tui_screen_push(screen_of(view),
                        tui_proposal_new_set(screen_of(view),
                                             (AmrDenialId *)(void *)view->ids->data,
                                             view->ids->len));
}

static void
enforce(NewProfile *view)
{
    tui_screen_push(screen_of(view),
                    tui_reload_new(screen_of(view), view->new->profile, AMR_PLAN_ENFORCE));
}

static void
undo(NewProfile *view)
{
    const AmrChange *change = amr_history_find(session_of(view)->history, view->new->change);

    if (change)
        tui_screen_push(screen_of(view), tui_undo_new(screen_of(view), change));
}

static void
on_arguments(const char *line, gpointer data)
{
    NewProfile *view = data;
    TuiScreen *screen = screen_of(view);
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
run(NewProfile *view)
{
    const TuiAskOptions options = {.label = "Arguments: ", .done = on_arguments, .data = view};

    tui_ask_open(tui_screen_line(screen_of(view)), &options);
}

/* The key that names the unit is the consent to what it says. */
static void
restart(NewProfile *view)
{
    TuiScreen *screen = screen_of(view);
    g_autoptr(GError) error = NULL;

    if (!view->units[0])
        tui_screen_say(screen, TUI_ROLE_WARNING, "No unit of systemd starts it");
    for (guint i = 0; view->units[i] && !error; i++)
        if (!tui_screen_restart(screen, view->units[i], &error))
            tui_screen_say(screen, TUI_ROLE_ERROR, "%s", error->message);
}

/* Why @action is not for now; NULL: it is. */
static const char *
not_now(const NewProfile *view, TuiAction action)
{
    gboolean live = amr_target_is_live(session_of(view)->target);

    if (!view->new || !view->new->change)
        return "There is no profile for it yet.";
    if (action == TUI_ACTION_ENFORCE && !is_at(view, AMR_NEW_COMPLAIN))
        return "It is not in complain mode.";
    if ((action == TUI_ACTION_RUN || action == TUI_ACTION_RESTART) && !live)
        return "It belongs to another system: run it there.";
    if ((action == TUI_ACTION_RUN || action == TUI_ACTION_RESTART) && !view->new->in_kernel)
        return "The profile is not loaded.";
    return NULL;
}

static const struct {
    TuiAction action;
    void (*run)(NewProfile *view);
    const char *label;
} steps[] = {
    {TUI_ACTION_RUN, run, "run it"},
    {TUI_ACTION_RESTART, restart, "restart its unit"},
    {TUI_ACTION_PROPOSE, propose, "its rules"},
    {TUI_ACTION_ENFORCE, enforce, "enforce"},
    {TUI_ACTION_UNDO, undo, "take all back"},
};

static void
show_menu(NewProfile *view)
{
    TuiMenu *menu = tui_menu_new("New profile");

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (tui_keymap_allows(tui_screen_keymap(screen_of(view)), steps[i].action))
            tui_menu_add(menu, steps[i].action, steps[i].label, not_now(view, steps[i].action));
    tui_screen_push(screen_of(view), tui_chooser_new(screen_of(view), menu));
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    NewProfile *view = (NewProfile *)base;

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        const char *why;
        if (steps[i].action != action)
            continue;
        why = not_now(view, action);
        if (why)
            tui_screen_say(screen_of(view), TUI_ROLE_WARNING, "%s", why);
        else
            steps[i].run(view);
        return TUI_STALE_FRAME;
    }
    if (action == TUI_ACTION_OPEN && is_at(view, AMR_NEW_COMPLAIN)) {
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
    const NewProfile *view = (const NewProfile *)base;

    if (!view->new || is_at(view, AMR_NEW_NONE)) {
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
    NewProfile *view = (NewProfile *)base;

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
    NewProfile *view = (NewProfile *)base;

    tui_ask_drop(tui_screen_line(screen_of(view)), view);
    g_free(view->program);
    g_clear_pointer(&view->new, amr_new_free);
    g_clear_error(&view->error);
    g_clear_pointer(&view->units, g_strfreev);
    g_array_unref(view->ids);
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
static const TuiSigningClass class = {plan, describe, verb, clear};

TuiView *
tui_newprofile_new(TuiScreen *screen, const char *program)
{
    NewProfile *view = g_new0(NewProfile, 1);

    view->program = g_strdup(program);
    view->ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    view->next = 1;
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
