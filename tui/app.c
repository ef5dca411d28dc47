/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/app.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#include "tui/app_private.h"
#include "tui/home.h"
#include "tui/keyfile.h"
#include "tui/terminal/clipboard.h"
#include "tui/view/past.h"

#define FRAME        (G_USEC_PER_SEC / 30) /* data alone draws no more often */
#define KEYS_AT_ONCE 64 /* keys taken before a frame is drawn: a paste must not starve it */

/* ---- the one place that draws --------------------------------------------------------------- */

static void
draw(App *app)
{
    int width, height;

    if (app->away || app->gone)
        return;
    tui_term_size(app->term, &width, &height);
    tui_canvas_resize(app->canvas, width, height);
    tui_screen_draw(app->screen, app->canvas);
    tui_term_draw(app->term, app->canvas);
}

static gboolean
on_frame(gpointer data)
{
    App *app = data;
    app->frame = 0;
    draw(app);
    app->drawn = g_get_monotonic_time();
    return G_SOURCE_REMOVE;
}

/* Data came: a frame soon, but not more than thirty a second. */
static void
on_dirty(gpointer data)
{
    App *app = data;
    gint64 wait = app->drawn + FRAME - g_get_monotonic_time();

    if (app->frame || app->away || app->gone)
        return;
    if (wait <= 0)
        app->frame = g_idle_add(on_frame, app);
    else
        app->frame = g_timeout_add((guint)(wait / 1000) + 1, on_frame, app);
}

static void
draw_now(App *app)
{
    if (app->frame)
        g_source_remove(app->frame);
    app->frame = 0;
    draw(app);
}

/* ---- themes --------------------------------------------------------------------------------- */

static void
take_theme(App *app, TuiTheme *theme)
{
    g_clear_pointer(&app->theme, tui_theme_free);
    app->theme = theme;
    tui_term_set_theme(app->term, theme);
}

static void
set_theme(App *app, const char *name)
{
    g_autoptr(GError) error = NULL;
    TuiTheme *theme =
        tui_term_has_colours(app->term) ? tui_theme_load(name, &error) : tui_theme_new_mono();
    if (error)
        tui_screen_say(app->screen, TUI_ROLE_WARNING, "%s", error->message);
    take_theme(app, theme ? theme : tui_theme_new_mono());
}

static void
next_theme(App *app)
{
    g_auto(GStrv) names = tui_theme_list();
    guint n = g_strv_length(names), next = 0;

    if (!tui_term_has_colours(app->term) || n == 0) {
        tui_screen_say(app->screen, TUI_ROLE_WARNING,
                       "No colours here (NO_COLOR, or the terminal)");
        return;
    }
    for (guint i = 0; i < n; i++) {
        if (g_str_equal(names[i], tui_theme_name(app->theme)))
            next = (i + 1) % n;
    }
    g_autofree char *shown = amr_display_string(names[next]);
    tui_screen_say(app->screen, TUI_ROLE_QUIET, "Theme %s", shown);
    set_theme(app, names[next]);
}

static void
toggle_mouse(App *app)
{
    app->mouse = tui_term_set_mouse(app->term, !app->mouse) && !app->mouse;
    tui_screen_say(app->screen, TUI_ROLE_QUIET,
                   app->mouse ? "The mouse clicks here; with Shift it selects text"
                              : "The mouse is the terminal's");
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void
do_action(App *app, TuiAction action)
{
    switch (action) {
    case TUI_ACTION_QUIT:
        g_main_loop_quit(app->loop);
        break;
    case TUI_ACTION_SUSPEND:
        tui_term_suspend(app->term);
        break;
    case TUI_ACTION_THEME:
        if (tui_screen_argument(app->screen))
            set_theme(app, tui_screen_argument(app->screen));
        else
            next_theme(app);
        break;
    case TUI_ACTION_MOUSE:
        toggle_mouse(app);
        break;
    case TUI_ACTION_RIGHTS:
        tui_app_ask_rights(app);
        break;
    case TUI_ACTION_REDRAW:
        tui_term_resize(app->term);
        tui_term_redraw(app->term);
        break;
    default:
        break;
    }
}

static gboolean
on_more_keys(gpointer data)
{
    App *app = data;
    app->more = 0;
    if (!app->away)
        tui_app_on_keys(0, 0, app);
    return G_SOURCE_REMOVE;
}

gboolean
tui_app_on_keys(gint fd, GIOCondition condition, gpointer data)
{
    App *app = data;
    TuiInput input;
    guint taken = 0;

    while (taken < KEYS_AT_ONCE && !app->away && tui_term_read(app->term, &input)) {
        taken++;
        if (input.key >= TUI_KEY_CLICK && input.key <= TUI_KEY_WHEEL_DOWN)
            do_action(app, tui_screen_mouse(app->screen, app->canvas, &input));
        else if (input.key != TUI_KEY_NONE)
            do_action(app, tui_screen_key(app->screen, input.key));
    }
    if (taken == KEYS_AT_ONCE && !app->more) /* the terminal's file may hold some already */
        app->more = g_idle_add(on_more_keys, app);
    /* A terminal that is gone is readable for ever, and gives nothing. */
    if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL) && taken == 0) {
        app->gone = TRUE;
        app->keys = 0;
        g_main_loop_quit(app->loop);
        return G_SOURCE_REMOVE;
    }
    draw_now(app);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_resize(gpointer data)
{
    App *app = data;
    tui_term_resize(app->term);
    draw_now(app);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_end(gpointer data)
{
    g_main_loop_quit(((App *)data)->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer data)
{
    App *app = data;
    app->gone = TRUE;
    g_main_loop_quit(app->loop);
    return G_SOURCE_CONTINUE;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void
on_ingest_changed(gpointer data)
{
    App *app = data;
    char *news;

    tui_screen_store_changed(app->screen);
    tui_tell_store_changed(&app->tell);
    while (app->trouble && (news = tui_trouble_next(app->trouble)) != NULL) {
        tui_screen_say(app->screen, TUI_ROLE_WARNING, "%s", news);
        g_free(news);
    }
}

static void
on_past_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    App *app = data;
    g_autoptr(GError) error = NULL;

    app->loading = FALSE;
    g_clear_pointer(&app->past, tui_task_end);
    app->trouble = tui_trouble_new(app->session->ingest);
    tui_tell_begin(&app->tell);
    if (!amr_ingest_load_finish(app->session->ingest, result, &error) &&
        !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        tui_screen_set_trouble(app->screen, error->message);
        tui_screen_say(app->screen, TUI_ROLE_ERROR, "%s", error->message);
    }
    on_dirty(app);
}

static void
on_replay_changed(gpointer data)
{
    App *app = data;
    AmrReplayInfo info;

    amr_replay_info(app->session->replay, &info);
    if (info.error)
        tui_screen_set_trouble(app->screen, info.error->message);
    on_dirty(app);
}

static void
start_reading(App *app)
{
    g_autofree char *why = NULL;
    const char *const *logs = (const char *const *)app->options->logs;
    AmrReplayOptions replay;
    guint n;

    amr_ingest_set_changed(app->session->ingest, on_ingest_changed, app);
    if (tui_options_replay(app->options, &replay)) {
        amr_session_replay(app->session, &replay);
        amr_replay_set_changed(app->session->replay, on_replay_changed, app);
        tui_screen_reload(app->screen);
        tui_tell_begin(&app->tell);
        return;
    }
    n = amr_session_add_logs(app->session, logs, TRUE, &why);
    tui_screen_reload(app->screen);
    if (n == 0) {
        g_autofree char *text = g_strdup_printf("No log to read: %s", why ? why : "none is there");
        tui_screen_set_trouble(app->screen, text);
        return;
    }
    tui_app_hint_rights(app);
    app->loading = TRUE;
    app->past = tui_past_begin(app->screen);
    amr_ingest_load_async(app->session->ingest, app->cancellable, on_past_loaded, app);
}

static gboolean
copy(const char *text, gpointer data)
{
    App *app = data;
    TuiClipboard way = tui_clipboard_way(g_getenv("TERM"), g_getenv("TMUX"), g_getenv("STY"));
    g_autoptr(GBytes) bytes = tui_clipboard_sequence(way, text);

    if (bytes)
        tui_term_send(app->term, bytes);
    return bytes != NULL;
}

static void
watch(App *app)
{
    /* Before curses, which would take SIGWINCH for itself. */
    app->signals[0] = g_unix_signal_add(SIGWINCH, on_resize, app);
    app->signals[1] = g_unix_signal_add(SIGHUP, on_hangup, app);
    app->signals[2] = g_unix_signal_add(SIGTERM, on_end, app);
    app->signals[3] = g_unix_signal_add(SIGINT, on_end, app);
}

/* What is wrong in the user's files. */
static GPtrArray *
warnings_of(const AmrConfig *config, TuiKeymap *keymap)
{
    GPtrArray *warnings = g_ptr_array_new_with_free_func(g_free);
    const GPtrArray *settings = amr_config_warnings(config);
    g_autoptr(GPtrArray) keys = tui_keyfile_load(keymap);

    for (guint i = 0; i < settings->len; i++)
        g_ptr_array_add(warnings, g_strdup(settings->pdata[i]));
    for (guint i = 0; i < keys->len; i++)
        g_ptr_array_add(warnings, g_strdup_printf("Keys: %s", (const char *)keys->pdata[i]));
    return warnings;
}

static void
make_screen(App *app)
{
    if (!tui_options_replay(app->options, &(AmrReplayOptions){0}))
        app->ignored = tui_ignored_of(app->session->target, app->session->store);
    TuiScreenOptions options = {
        .session = app->session,
        .ignored = app->ignored,
        .host = g_get_host_name(),
        .read_only = amr_target_is_read_only(app->session->target),
        .lacks_rights = tui_app_lacks_rights(app),
        .keymap = tui_keymap_new(amr_target_is_read_only(app->session->target)),
        .run = tui_app_run_aside,
        .elevate = tui_privileged_needed(app->session->target) ? tui_app_elevate : NULL,
        .copy = copy,
        .dirty = on_dirty,
        .data = app,
    };
    int width, height;

    options.warnings = warnings_of(app->session->config, options.keymap);
    app->screen = tui_screen_new(&options);
    tui_term_size(app->term, &width, &height);
    app->canvas = tui_canvas_new(width, height);
    set_theme(app, app->options->theme ? app->options->theme
                                       : amr_config_text(app->session->config, AMR_SETTING_THEME));
    if (amr_config_flag(app->session->config, AMR_SETTING_MOUSE))
        app->mouse = tui_term_set_mouse(app->term, TRUE);
    const GPtrArray *warnings = tui_screen_warnings(app->screen);
    if (warnings->len > 0)
        tui_screen_say(app->screen, TUI_ROLE_WARNING, "%s%s", (const char *)warnings->pdata[0],
                       warnings->len > 1 ? " (and more: see the help)" : "");
    app->keys =
        g_unix_fd_add(tui_term_fd(app->term), G_IO_IN | G_IO_HUP | G_IO_ERR, tui_app_on_keys, app);
}

static void
finish(App *app)
{
    if (app->frame)
        g_source_remove(app->frame);
    if (app->keys)
        g_source_remove(app->keys);
    if (app->more)
        g_source_remove(app->more);
    g_cancellable_cancel(app->cancellable);
    amr_ingest_set_changed(app->session->ingest, NULL, NULL);
    if (app->session->replay)
        amr_replay_set_changed(app->session->replay, NULL, NULL);
    /* What is being written goes on to its end, also where the terminal is gone; the user sees the
     * last frame until then. */
    app->frame = 0;
    app->away = TRUE;
    tui_tell_end(&app->tell);
    g_clear_pointer(&app->past, tui_task_end);
    tui_screen_free(app->screen);
    tui_ignored_free(app->ignored);
    while (app->loading)
        g_main_context_iteration(NULL, TRUE);
    tui_canvas_free(app->canvas);
    tui_theme_free(app->theme);
    tui_term_free(app->term);
    for (guint i = 0; i < G_N_ELEMENTS(app->signals); i++)
        g_source_remove(app->signals[i]);
    tui_trouble_free(app->trouble);
    g_object_unref(app->cancellable);
    g_main_loop_unref(app->loop);
}

static void
complain(const GError *error)
{
    g_printerr("armorer: %s\n", error->message);
    if (g_error_matches(error, AMR_ERROR, AMR_ERROR_USAGE))
        g_printerr("Without a terminal: armorer denials [--log FILE], armorer propose, "
                   "armorer apply, armorer changes; see armorer --help\n");
}

/* How new denials are told. What stands in a file is no reason not to start. */
static gboolean
ways_of(const TuiOptions *options, AmrConfig *config, guint *ways, GError **error)
{
    const char *set = amr_config_text(config, AMR_SETTING_NOTIFY);
    g_autoptr(GError) wrong = NULL;

    if (options->notify)
        return tui_notice_read(options->notify, ways, error);
    if (set && !tui_notice_read(set, ways, &wrong))
        amr_config_warn(config, wrong->message);
    return TRUE;
}

/* Once; *again: with rights that it did not have. */
static int
run_once(TuiOptions *options, gboolean *again)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrSession) session = tui_options_session(options, &error);
    App app = {.options = options, .session = session};
    guint ways = 0;

    if (!session) {
        g_printerr("armorer: %s\n", error->message);
        return tui_exit_status(error);
    }
    if (!ways_of(options, session->config, &ways, &error)) {
        g_printerr("armorer: %s\n", error->message);
        return tui_exit_status(error);
    }
    watch(&app);
    app.term = tui_term_new(&error);
    if (!app.term) {
        for (guint i = 0; i < G_N_ELEMENTS(app.signals); i++)
            g_source_remove(app.signals[i]);
        complain(error);
        return TUI_EXIT_USAGE;
    }
    app.loop = g_main_loop_new(NULL, FALSE);
    app.cancellable = g_cancellable_new();
    make_screen(&app);
    app.tell = (TuiTell){.term = app.term, .screen = app.screen};
    tui_tell_start(&app.tell, ways, session->store);
    draw(&app);
    start_reading(&app);
    g_main_loop_run(app.loop);
    finish(&app);
    *again = app.again && !app.gone;
    return TUI_EXIT_DONE;
}

int
tui_app_run(TuiOptions *options)
{
    gboolean again;
    int status;

    /* Debug messages too: standard output is the screen. Before the first thread, as GLib wants. */
    g_log_writer_default_set_use_stderr(TRUE);
    tui_prompt_prepare(tui_home_is_ours());
    do {
        again = FALSE;
        status = run_once(options, &again);
    } while (again);
    return status;
}
