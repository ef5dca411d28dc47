/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/screen_private.h"

#include "tui/view/changes.h"
#include "tui/view/commandline.h"
#include "tui/view/denials.h"
#include "tui/view/doctor.h"
#include "tui/view/help.h"
#include "tui/view/newprofile.h"
#include "tui/view/player.h"
#include "tui/view/profiles.h"

#define TAB_DOCTOR 3

static void
view_free(gpointer data)
{
    TuiView *view = data;
    view->class->free(view);
}

TuiScreen *
tui_screen_new(const TuiScreenOptions *options)
{
    TuiScreen *screen = g_new0(TuiScreen, 1);
    screen->options = *options;
    screen->host = amr_display_string(options->host);
    screen->options.host = screen->host;
    screen->keymap = options->keymap ? options->keymap : tui_keymap_new(options->read_only);
    screen->warnings =
        options->warnings ? options->warnings : g_ptr_array_new_with_free_func(g_free);
    screen->stack = g_ptr_array_new_with_free_func(view_free);
    screen->closed = g_ptr_array_new_with_free_func(view_free);
    screen->marks = g_hash_table_new(NULL, NULL);
    screen->cancellable = g_cancellable_new();
    screen->ask = tui_ask_new();
    screen->tasks = tui_tasks_new(screen);
    screen->tabs[0] = tui_denials_new(screen);
    screen->tabs[1] = tui_profiles_new(screen);
    screen->tabs[2] = tui_changes_new(screen);
    screen->tabs[TAB_DOCTOR] = tui_doctor_new(screen);
    amr_session_watch(options->session, tui_screen_policy_changed, screen);
    return screen;
}

void
tui_screen_free(TuiScreen *screen)
{
    if (!screen)
        return;
    screen->dying = TRUE;
    if (screen->work)
        g_source_remove(screen->work);
    if (screen->rate_falls)
        g_source_remove(screen->rate_falls);
    g_ptr_array_unref(screen->closed);
    g_ptr_array_unref(screen->stack);
    for (guint i = 0; i < TUI_SCREEN_TABS; i++)
        view_free(screen->tabs[i]);
    g_cancellable_cancel(screen->cancellable);
    while (screen->loading || screen->working > 0)
        g_main_context_iteration(NULL, TRUE);
    amr_session_watch(screen->options.session, NULL, NULL);
    g_object_unref(screen->cancellable);
    tui_tasks_free(screen->tasks);
    g_hash_table_unref(screen->marks);
    tui_keymap_free(screen->keymap);
    tui_ask_free(screen->ask);
    g_ptr_array_unref(screen->warnings);
    g_clear_pointer(&screen->commands, g_ptr_array_unref);
    g_free(screen->argument);
    g_free(screen->copied);
    g_free(screen->trouble);
    g_free(screen->message);
    g_free(screen->host);
    g_free(screen);
}

TuiView *
tui_screen_top(const TuiScreen *screen)
{
    if (screen->stack->len > 0)
        return screen->stack->pdata[screen->stack->len - 1];
    return screen->tabs[screen->tab];
}

void
tui_screen_dirty(TuiScreen *screen)
{
    if (screen->options.dirty && !screen->dying)
        screen->options.dirty(screen->options.data);
}

/* ---- actions -------------------------------------------------------------------------------- */

static void
clear_message(TuiScreen *screen)
{
    g_clear_pointer(&screen->message, g_free);
}

static void
close_top(TuiScreen *screen)
{
    if (screen->stack->len > 0)
        g_ptr_array_add(screen->closed,
                        g_ptr_array_steal_index(screen->stack, screen->stack->len - 1));
}

gboolean
tui_screen_is_busy(const TuiScreen *screen)
{
    for (guint i = 0; i < screen->stack->len; i++) {
        const TuiView *view = screen->stack->pdata[i];
        if (view->class->busy && view->class->busy(view))
            return TRUE;
    }
    return FALSE;
}

static void
go_to_tab(TuiScreen *screen, guint tab)
{
    if (tui_screen_is_busy(screen)) {
        tui_screen_say(screen, TUI_ROLE_WARNING, "A change is being written: wait for its end");
        return;
    }
    while (screen->stack->len > 0)
        close_top(screen);
    screen->tab = tab;
    if (screen->tabs[tab]->class->shown)
        screen->tabs[tab]->class->shown(screen->tabs[tab]);
}

static TuiAction
leave(TuiScreen *screen)
{
    if (!tui_screen_is_busy(screen))
        return TUI_ACTION_QUIT;
    tui_screen_say(screen, TUI_ROLE_WARNING, "A change is being written: wait for its end");
    return TUI_ACTION_NONE;
}

/* Esc with nothing to go back from: one too many must not lose what was marked and found. */
static void
say_how_to_leave(TuiScreen *screen)
{
    g_autofree char *key = tui_keymap_show(screen->keymap, TUI_ACTION_LEAVE, FALSE);

    if (!key[0]) {
        g_free(key);
        key = tui_keymap_show(screen->keymap, TUI_ACTION_QUIT, FALSE);
    }
    tui_screen_say(screen, TUI_ROLE_QUIET, "Nothing to go back from: %s quits", key);
}

void
tui_screen_tell_views(TuiScreen *screen, TuiNews news)
{
    for (guint i = 0; i < TUI_SCREEN_TABS; i++) {
        if (screen->tabs[i]->class->news)
            screen->tabs[i]->class->news(screen->tabs[i], news);
    }
    for (guint i = 0; i < screen->stack->len; i++) {
        TuiView *view = screen->stack->pdata[i];
        if (view->class->news)
            view->class->news(view, news);
    }
    tui_screen_dirty(screen);
}

/* Actions that hold everywhere. */
static TuiAction
act_everywhere(TuiScreen *screen, TuiAction action)
{
    switch (action) {
    case TUI_ACTION_TAB_DENIALS:
    case TUI_ACTION_TAB_PROFILES:
    case TUI_ACTION_TAB_CHANGES:
    case TUI_ACTION_TAB_DOCTOR:
        go_to_tab(screen, (guint)(action - TUI_ACTION_TAB_DENIALS));
        return TUI_ACTION_NONE;
    case TUI_ACTION_NEXT_TAB:
        go_to_tab(screen, (screen->tab + 1) % TUI_SCREEN_TABS);
        return TUI_ACTION_NONE;
    case TUI_ACTION_PREVIOUS_TAB:
        go_to_tab(screen, (screen->tab + TUI_SCREEN_TABS - 1) % TUI_SCREEN_TABS);
        return TUI_ACTION_NONE;
    case TUI_ACTION_HELP:
        tui_screen_push(screen, tui_help_new(screen));
        return TUI_ACTION_NONE;
    case TUI_ACTION_FREEZE:
        tui_screen_freeze(screen);
        return TUI_ACTION_NONE;
    case TUI_ACTION_REFRESH:
        tui_screen_reload(screen);
        return TUI_ACTION_NONE;
    case TUI_ACTION_BACK:
        if (!tui_tasks_stop(screen->tasks, tui_screen_top(screen), FALSE))
            say_how_to_leave(screen);
        return TUI_ACTION_NONE;
    case TUI_ACTION_LEAVE:
    case TUI_ACTION_QUIT:
        return leave(screen);
    case TUI_ACTION_COPY:
        tui_screen_copy(screen);
        return TUI_ACTION_NONE;
    case TUI_ACTION_NEW:
        tui_newprofile_ask(screen);
        return TUI_ACTION_NONE;
    case TUI_ACTION_COMMAND:
        tui_commandline_open(screen);
        return TUI_ACTION_NONE;
    case TUI_ACTION_SUSPEND:
    case TUI_ACTION_THEME:
    case TUI_ACTION_REDRAW:
    case TUI_ACTION_MOUSE:
    case TUI_ACTION_RIGHTS:
        return action;
    default:
        if (!tui_player_act(screen, action) && screen->aloud && action != TUI_ACTION_NONE)
            tui_screen_say(screen, TUI_ROLE_WARNING, "%s: there is nothing to do that with here",
                           tui_action_info(action)->id);
        return TUI_ACTION_NONE;
    }
}

/* What @action is about is for the view, or for the program. */
static TuiAction
argue(TuiScreen *screen, TuiAction action)
{
    TuiView *top = tui_screen_top(screen);
    TuiStale stale = TUI_STALE_FOREIGN;

    if (top->class->argue)
        stale = top->class->argue(top, action, screen->argument);
    if (stale & TUI_STALE_FOREIGN && action == TUI_ACTION_THEME)
        return action;
    if (stale & TUI_STALE_FOREIGN && action == TUI_ACTION_NEW) {
        tui_screen_push(screen, tui_newprofile_new(screen, screen->argument));
        return TUI_ACTION_NONE;
    }
    if (stale & TUI_STALE_FOREIGN)
        tui_screen_say(screen, TUI_ROLE_WARNING, "%s takes no words here",
                       tui_action_info(action)->id);
    return TUI_ACTION_NONE;
}

static TuiAction
act_on(TuiScreen *screen, TuiAction action)
{
    TuiView *top = tui_screen_top(screen);
    TuiStale stale = TUI_STALE_FOREIGN;

    if (screen->argument)
        return argue(screen, action);
    if (action == TUI_ACTION_BACK && tui_tasks_stop(screen->tasks, top, TRUE))
        return TUI_ACTION_NONE;
    /* To a view the key that leaves in the end is one that goes back. */
    if (action != TUI_ACTION_NONE && top->class->act)
        stale = top->class->act(top, action == TUI_ACTION_LEAVE ? TUI_ACTION_BACK : action);
    if (stale & TUI_STALE_CLOSED)
        close_top(screen);
    return stale & TUI_STALE_FOREIGN ? act_everywhere(screen, action) : TUI_ACTION_NONE;
}

/* What is typed at the bottom has every key but those that are the program's affair. */
static void
key_for_line(TuiScreen *screen, TuiKey key)
{
    TuiAction action = tui_keymap_action(screen->keymap, key);
    if (action == TUI_ACTION_SUSPEND || action == TUI_ACTION_REDRAW)
        screen->next = action;
    else
        tui_ask_key(screen->ask, key);
}

static void
key_for_view(TuiScreen *screen, TuiKey key)
{
    TuiView *top = tui_screen_top(screen);
    TuiStale stale = top->class->key ? TUI_STALE_NOTHING : TUI_STALE_FOREIGN;

    if (key & TUI_KEY_PASTED) { /* text that somebody else wrote: no key of ours */
        tui_screen_say(screen, TUI_ROLE_WARNING, "What is pasted does nothing here");
        return;
    }
    if (top->class->key)
        stale = top->class->key(top, key);
    if (stale & TUI_STALE_CLOSED)
        close_top(screen);
    else if (stale & TUI_STALE_FOREIGN)
        screen->next = tui_keymap_action(screen->keymap, key);
}

static TuiAction
do_next(TuiScreen *screen)
{
    TuiAction result = TUI_ACTION_NONE;

    while (screen->next != TUI_ACTION_NONE && result == TUI_ACTION_NONE) {
        TuiAction action = screen->next;
        screen->next = TUI_ACTION_NONE;
        result = act_on(screen, action);
        if (screen->next == TUI_ACTION_NONE)
            screen->aloud = FALSE;
        if (result == TUI_ACTION_NONE && screen->next == TUI_ACTION_NONE)
            g_clear_pointer(&screen->argument, g_free);
    }
    g_ptr_array_set_size(screen->closed, 0);
    return result;
}

TuiAction
tui_screen_key(TuiScreen *screen, TuiKey key)
{
    gboolean asked = tui_ask_is_open(screen->ask);

    clear_message(screen);
    g_clear_pointer(&screen->argument, g_free);
    if (!asked && key & TUI_KEY_ALT && !tui_keymap_action(screen->keymap, key)) {
        /* Esc and a key that came at once, where Alt means nothing: one after the other. */
        TuiAction result = tui_screen_key(screen, TUI_KEY_ESCAPE);
        return result ? result : tui_screen_key(screen, key & ~(TuiKey)TUI_KEY_ALT);
    }
    if (asked)
        key_for_line(screen, key);
    else
        key_for_view(screen, key);
    return do_next(screen);
}

TuiAction
tui_screen_act(TuiScreen *screen, TuiAction action)
{
    clear_message(screen);
    g_clear_pointer(&screen->argument, g_free);
    tui_screen_do(screen, action);
    return do_next(screen);
}

void
tui_screen_do(TuiScreen *screen, TuiAction action)
{
    if (tui_keymap_allows(screen->keymap, action))
        screen->next = action;
}

void
tui_screen_do_with(TuiScreen *screen, TuiAction action, const char *argument)
{
    tui_screen_do(screen, action);
    screen->aloud = screen->next != TUI_ACTION_NONE;
    g_free(screen->argument);
    screen->argument = g_strdup(argument);
}

const char *
tui_screen_argument(const TuiScreen *screen)
{
    return screen->argument;
}

void
tui_screen_store_changed(TuiScreen *screen)
{
    tui_screen_read_rate(screen);
    tui_ignored_apply(screen->options.ignored);
    tui_screen_wants_work(screen);
    tui_screen_tell_views(screen, TUI_NEWS_STORE);
}

const AmrCheck *
tui_screen_reason(const TuiScreen *screen)
{
    return tui_doctor_reason(screen->tabs[TAB_DOCTOR]);
}

void
tui_screen_say(TuiScreen *screen, TuiRole role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    clear_message(screen);
    screen->message = g_strdup_vprintf(format, args);
    screen->message_role = role;
    va_end(args);
}
