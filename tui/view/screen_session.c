/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen and its session: reading it again, freezing it, what is left to do. */
#include "config.h"

#include "tui/view/screen_private.h"

#include <string.h>

#include "tui/view/pager.h"

/* ---- how often ------------------------------------------------------------------------------ */

static gboolean
on_rate_falls(gpointer data)
{
    TuiScreen *screen = data;
    screen->rate_falls = 0;
    tui_screen_store_changed(screen);
    return G_SOURCE_REMOVE;
}

/* While something comes it is read with that; then one timer at a time, the last of which finds
 * none left. What is frozen stays as it was. */
void
tui_screen_read_rate(TuiScreen *screen)
{
    const AmrSession *session = screen->options.session;
    gint64 now = amr_clock_now(amr_target_clock(session->target)), until;

    if (screen->dying || amr_store_is_frozen(session->store))
        return;
    screen->rate = amr_store_rate(session->store, now, &until);
    if (until == 0 || screen->rate_falls)
        return;
    screen->rate_falls =
        g_timeout_add((guint)((MAX(until, now) - now) / 1000) + 1, on_rate_falls, screen);
}

/* ---- freezing ------------------------------------------------------------------------------- */

void
tui_screen_freeze(TuiScreen *screen)
{
    AmrStore *store = screen->options.session->store;
    if (amr_store_is_frozen(store))
        amr_store_thaw(store);
    else
        amr_store_freeze(store);
    tui_screen_store_changed(screen);
}

char *
tui_screen_frozen(const TuiScreen *screen)
{
    const AmrStore *store = screen->options.session->store;
    guint64 occurrences;
    guint distinct;

    if (!amr_store_is_frozen(store))
        return NULL;
    amr_store_waiting(store, &distinct, &occurrences);
    if (occurrences == 0)
        return g_strdup("FROZEN");
    return g_strdup_printf("FROZEN +%u new, %" G_GUINT64_FORMAT " times", distinct, occurrences);
}

/* ---- work between keys and frames ----------------------------------------------------------- */

static gboolean
work_on(TuiView *view)
{
    return view->class->work && view->class->work(view);
}

static gboolean
on_work(gpointer data)
{
    TuiScreen *screen = data;
    gboolean more = tui_screen_judge(screen);

    for (guint i = 0; i < TUI_SCREEN_TABS; i++)
        more = work_on(screen->tabs[i]) || more;
    for (guint i = 0; i < screen->stack->len; i++)
        more = work_on(screen->stack->pdata[i]) || more;
    if (!more)
        screen->work = 0;
    tui_screen_dirty(screen);
    return more;
}

void
tui_screen_wants_work(TuiScreen *screen)
{
    if (!screen->work && !screen->dying)
        screen->work = g_idle_add(on_work, screen);
}

/* ---- reading the session again -------------------------------------------------------------- */

static void start_loading(TuiScreen *screen);

/* What is shown of policy is what was read last; without any, it says why. */
static void
stop_loading(gpointer data)
{
    TuiScreen *screen = data;
    g_autofree char *key = tui_keymap_show(screen->keymap, TUI_ACTION_REFRESH, FALSE);

    g_cancellable_cancel(screen->cancellable);
    tui_screen_say(screen, TUI_ROLE_WARNING, "Policy was not read to its end: %s reads it", key);
}

static const TuiTaskClass load_class = {.name = "Reading policy", .stop = stop_loading};

static void
loading_stopped(TuiScreen *screen)
{
    AmrSession *session = screen->options.session;

    g_object_unref(screen->cancellable);
    screen->cancellable = g_cancellable_new();
    if (!session->index && !session->index_error)
        session->index_error =
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "Reading policy: Stopped");
}

/* Who reads on sees what was read, until he reads it again. */
static void
say_unwatched(TuiScreen *screen)
{
    const AmrSession *session = screen->options.session;
    const GError *error = session->watch ? amr_index_watch_error(session->watch) : NULL;
    g_autofree char *key = tui_keymap_show(screen->keymap, TUI_ACTION_REFRESH, FALSE);

    if (error && !screen->unwatched)
        tui_screen_say(screen, TUI_ROLE_WARNING,
                       "Nobody tells when policy is changed elsewhere (%s): %s reads it again",
                       error->message, key);
    screen->unwatched = error != NULL;
}

static void
on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiScreen *screen = data;
    g_autoptr(GError) error = NULL;

    /* What fails is kept in the session; the call itself fails only if cancelled. */
    gboolean ok = amr_session_load_finish(screen->options.session, result, &error);
    screen->loading = FALSE;
    g_clear_pointer(&screen->load, tui_task_end);
    if (screen->dying)
        return;
    if (!ok)
        loading_stopped(screen);
    say_unwatched(screen);
    if (tui_screen_judge(screen))
        tui_screen_wants_work(screen);
    tui_screen_tell_views(screen, TUI_NEWS_SESSION);
    start_loading(screen);
}

static void
start_loading(TuiScreen *screen)
{
    if (!screen->load_wanted || screen->loading || screen->working > 0 || screen->dying)
        return;
    screen->load_wanted = FALSE;
    screen->loading = TRUE;
    screen->load = tui_task_begin(screen, &load_class, NULL, screen);
    amr_session_load_async(screen->options.session, screen->cancellable, on_loaded, screen);
    tui_screen_dirty(screen);
}

void
tui_screen_reload(TuiScreen *screen)
{
    screen->load_wanted = TRUE;
    start_loading(screen);
}

void
tui_screen_policy_changed(AmrNews news, gpointer data)
{
    TuiScreen *screen = data;

    if (screen->dying || tui_screen_is_busy(screen)) /* our own: it is read after that anyway */
        return;
    if (news == AMR_NEWS_SETTLED) {
        tui_screen_reload(screen);
        return;
    }
    if (!screen->message)
        tui_screen_say(screen, TUI_ROLE_WARNING,
                       "Policy was changed or loaded by somebody else: it is read and asked anew");
    tui_screen_tell_views(screen, TUI_NEWS_STALE);
}

gboolean
tui_screen_is_loading(const TuiScreen *screen)
{
    return screen->loading || screen->load_wanted;
}

gboolean
tui_screen_begin_work(TuiScreen *screen)
{
    if (screen->loading || screen->load_wanted || screen->dying)
        return FALSE;
    screen->working++;
    return TRUE;
}

void
tui_screen_end_work(TuiScreen *screen)
{
    screen->working--;
    start_loading(screen);
}

char *
tui_screen_rights(const TuiScreen *screen)
{
    g_autofree char *key = tui_keymap_show(screen->keymap, TUI_ACTION_RIGHTS, FALSE);

    return screen->options.lacks_rights && key[0]
               ? g_strdup_printf("%s asks for the right to read what only root may", key)
               : NULL;
}

gboolean
tui_screen_elevates(const TuiScreen *screen)
{
    return screen->options.elevate != NULL;
}

gboolean
tui_screen_elevate(TuiScreen *screen, const AmrRequest *request, TuiPrivileged *privileged,
                   GError **error)
{
    return screen->options.elevate(request, privileged, error, screen->options.data);
}

static gboolean
no_terminal(GError **error)
{
    return amr_error_set(error, AMR_ERROR_REFUSED, "There is no terminal here to run it on");
}

gboolean
tui_screen_run(TuiScreen *screen, const char *program, const char *const *arguments, int *status,
               GError **error)
{
    return screen->options.run
               ? screen->options.run(program, arguments, NULL, status, error, screen->options.data)
               : no_terminal(error);
}

gboolean
tui_screen_restart(TuiScreen *screen, const char *unit, GError **error)
{
    int status;

    return screen->options.run
               ? screen->options.run(NULL, NULL, unit, &status, error, screen->options.data)
               : no_terminal(error);
}

void
tui_screen_ignore(TuiScreen *screen, AmrDenialId id, gboolean on)
{
    if (screen->options.ignored)
        tui_ignored_set(screen->options.ignored, id, on);
    else
        amr_store_set_state(screen->options.session->store, id,
                            on ? AMR_DENIAL_STATE_IGNORED : AMR_DENIAL_STATE_NEW);
}

/* ---- for the views -------------------------------------------------------------------------- */

AmrSession *
tui_screen_session(const TuiScreen *screen)
{
    return screen->options.session;
}

const TuiKeymap *
tui_screen_keymap(const TuiScreen *screen)
{
    return screen->keymap;
}

const GPtrArray *
tui_screen_warnings(const TuiScreen *screen)
{
    return screen->warnings;
}

GHashTable *
tui_screen_marks(TuiScreen *screen)
{
    return screen->marks;
}

void
tui_screen_set_trouble(TuiScreen *screen, const char *trouble)
{
    g_free(screen->trouble);
    screen->trouble = g_strdup(trouble);
}

const char *
tui_screen_trouble(const TuiScreen *screen)
{
    return screen->trouble;
}

void
tui_screen_push(TuiScreen *screen, TuiView *view)
{
    g_ptr_array_add(screen->stack, view);
}

TuiAsk *
tui_screen_line(const TuiScreen *screen)
{
    return screen->ask;
}

/* ---- taking along --------------------------------------------------------------------------- */

/* Nobody answers whether a clipboard took it; so the same again shows it, to be selected by hand.
 */
void
tui_screen_copy(TuiScreen *screen)
{
    TuiView *top = tui_screen_top(screen);
    g_autofree char *text = top->class->copy ? top->class->copy(top) : NULL;
    gboolean again = g_strcmp0(text, screen->copied) == 0;
    g_autofree char *key = tui_keymap_show(screen->keymap, TUI_ACTION_COPY, FALSE);

    if (!text || !text[0]) {
        tui_screen_say(screen, TUI_ROLE_WARNING, "There is nothing to copy here");
        return;
    }
    g_clear_pointer(&screen->copied, g_free);
    if (!again && screen->options.copy && screen->options.copy(text, screen->options.data)) {
        tui_screen_say(screen, TUI_ROLE_QUIET,
                       "Sent to the clipboard: %" G_GSIZE_FORMAT " bytes. Not there? %s shows them",
                       strlen(text), key);
        screen->copied = g_steal_pointer(&text);
        return;
    }
    tui_screen_push(screen, tui_pager_new(screen, "Copy by hand", text));
    if (!again)
        tui_screen_say(screen, TUI_ROLE_WARNING,
                       "This terminal takes no clipboard, or not so much: select it by hand");
}
