/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new profile: how far it is, and what can be done. */
#include "config.h"

#include "tui/invoker.h"
#include "tui/view/newprofile_private.h"

guint64
tui_newprofile_count(TuiNewProfile *view)
{
    const AmrStore *store = tui_newprofile_session(view)->store;
    guint64 total = 0;

    if (view->new)
        amr_new_seen_more(&view->seen, store, view->new, FALSE);
    for (guint i = 0; i < view->seen.ids->len; i++) {
        const AmrDenial *denial =
            amr_store_get(store, g_array_index(view->seen.ids, AmrDenialId, i));
        total += denial ? denial->count : 0;
    }
    return total;
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
describe_steps(TuiNewProfile *view)
{
    const AmrNew *new = view->new;
    TuiFlow *flow = view->base.flow;
    guint64 total = tui_newprofile_count(view);
    guint now = new->stage == AMR_NEW_NONE                               ? 1
                : new->stage == AMR_NEW_CONFINED                         ? 5
                : new->stage == AMR_NEW_COMPLAIN && !view->seen.ids->len ? 2
                : new->rules                                             ? 4
                                                                         : 3;
    g_autofree char *profile = amr_display_string(new->profile);
    g_autofree char *file = amr_display_string(new->file);
    g_autofree char *made =
        g_strdup_printf("the profile \"%s\" in %s, in complain mode", profile, file);
    g_autofree char *often = g_strdup_printf(": %u distinct denials, %" G_GUINT64_FORMAT " times",
                                             view->seen.ids->len, total);
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
add_key(TuiNewProfile *view, TuiAction action, const char *what)
{
    g_autofree char *key =
        tui_keymap_show(tui_screen_keymap(tui_newprofile_screen(view)), action, FALSE);

    if (*key)
        tui_flow_add_format(view->base.flow, TUI_ROLE_TEXT, "%s  %s", key, what);
    else
        tui_flow_add_format(view->base.flow, TUI_ROLE_TEXT, ":%s  %s", tui_action_info(action)->id,
                            what);
}

static void
describe_run(TuiNewProfile *view)
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

/* The one step of it. */
static void
describe_stub(TuiNewProfile *view)
{
    const AmrNew *new = view->new;
    gboolean made = new->stage == AMR_NEW_STUB;
    g_autofree char *profile = amr_display_string(new->profile);
    g_autofree char *file = amr_display_string(new->file);
    g_autofree char *what =
        g_strdup_printf("the profile \"%s\" in %s, which confines nothing", profile, file);

    add_step(view->base.flow, 1, made ? 2 : 1, what);
    tui_flow_add(view->base.flow, made ? TUI_ROLE_GOOD : TUI_ROLE_TEXT,
                 "It stays unconfined. With a profile of its own it may make user namespaces, "
                 "where others may not.");
}

void
tui_newprofile_describe(TuiSigning *base)
{
    TuiNewProfile *view = (TuiNewProfile *)base;
    g_autofree char *shown = amr_display_string(view->new ? view->new->program : view->program);
    gboolean none = tui_newprofile_is_at(view, AMR_NEW_NONE);
    gboolean stub = tui_newprofile_is_at(view, AMR_NEW_STUB) || (none && view->stub);

    tui_flow_add_format(base->flow, TUI_ROLE_TITLE, "A %s for %s", stub ? "stub" : "profile",
                        shown);
    if (!view->new)
        return;
    if (stub)
        describe_stub(view);
    else
        describe_steps(view);
    if (none && !tui_newprofile_no_stub(view))
        add_key(view, TUI_ACTION_STUB,
                view->stub ? "a profile that confines it, in place of this"
                           : "a stub in its place: unconfined, and may make user namespaces");
    tui_flow_add(base->flow, TUI_ROLE_TEXT, NULL);
    if (tui_newprofile_is_at(view, AMR_NEW_COMPLAIN)) {
        describe_run(view);
        add_key(view, TUI_ACTION_PROPOSE, "the rules for what it did: look, leave out, write");
        add_key(view, TUI_ACTION_ENFORCE, "deny it all else");
    }
    if (tui_newprofile_is_at(view, AMR_NEW_CONFINED))
        tui_flow_add(base->flow, TUI_ROLE_GOOD,
                     "It is confined. What it is denied now is counted.");
    if (tui_newprofile_is_at(view, AMR_NEW_CONFINED) && view->seen.ids->len)
        add_key(view, TUI_ACTION_PROPOSE, "rules for more");
    if (view->new->change)
        add_key(view, TUI_ACTION_UNDO, "take all of it back");
}
