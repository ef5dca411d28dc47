/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/player.h"

#define SPEED_LEAST (1.0 / 64)
#define SPEED_MOST  1024.0

static void
append_speed(GString *text, double speed)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    if (speed <= 0)
        g_string_append(text, " at full speed");
    else if (speed >= 1)
        g_string_append_printf(text, " x%s", g_ascii_formatd(number, sizeof number, "%.4g", speed));
    else
        g_string_append_printf(text, " x1/%s",
                               g_ascii_formatd(number, sizeof number, "%.4g", 1 / speed));
}

static char *
describe(const AmrReplayInfo *info)
{
    GString *text = g_string_new("replay");

    switch (info->state) {
    case AMR_REPLAY_PLAYING:
        append_speed(text, info->speed);
        break;
    case AMR_REPLAY_PAUSED:
        g_string_append(text, " PAUSED");
        append_speed(text, info->speed);
        break;
    case AMR_REPLAY_ENDED:
        g_string_append(text, " ended");
        break;
    case AMR_REPLAY_FAILED:
        g_string_append(text, " FAILED");
        break;
    }
    if (info->state == AMR_REPLAY_PLAYING && info->wait >= 10 * G_USEC_PER_SEC)
        g_string_append_printf(text, ", long gap");
    return g_string_free(text, FALSE);
}

/* How long one waits for the next one: told where it was paused or is slow. */
static char *
describe_wait(gint64 wait)
{
    const gint64 seconds = (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;

    if (seconds < 120)
        return g_strdup_printf("%" G_GINT64_FORMAT " s", seconds);
    if (seconds < 7200)
        return g_strdup_printf("%" G_GINT64_FORMAT " min", seconds / 60);
    return g_strdup_printf("%" G_GINT64_FORMAT " h", seconds / 3600);
}

/* Of what was recorded as denied and does not come now. */
static void
add_figure(TuiBar *bar, guint64 n, const char *words)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT " %s", n, words);
    if (n > 0)
        tui_bar_add(bar, 5, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, text);
}

gboolean
tui_player_add_status(TuiBar *bar, const AmrSession *session)
{
    AmrReplayInfo info;

    if (!session->replay)
        return FALSE;
    amr_replay_info(session->replay, &info);
    g_autofree char *text = describe(&info);
    tui_bar_add(bar, 3, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, text);
    add_figure(bar, info.allowed, "allowed now");
    add_figure(bar, info.quiet, "denied quietly");
    return TRUE;
}

void
tui_player_add_hints(GArray *hints, const AmrSession *session)
{
    static const TuiHint paused[] = {{TUI_ACTION_PAUSE, "go on"}, {TUI_ACTION_STEP, NULL}};
    static const TuiHint playing[] = {{TUI_ACTION_PAUSE, NULL}};
    AmrReplayInfo info;

    if (!session->replay)
        return;
    amr_replay_info(session->replay, &info);
    if (info.state == AMR_REPLAY_PAUSED)
        g_array_append_vals(hints, paused, G_N_ELEMENTS(paused));
    else if (info.state == AMR_REPLAY_PLAYING)
        g_array_append_vals(hints, playing, G_N_ELEMENTS(playing));
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void
set_speed(TuiScreen *screen, AmrReplay *replay, gboolean faster)
{
    g_autoptr(GString) text = g_string_new("Replay");
    AmrReplayInfo info;
    double speed;

    amr_replay_info(replay, &info);
    if (info.speed <= 0)
        speed = faster ? AMR_REPLAY_SPEED_MAX : SPEED_MOST;
    else if (faster)
        speed = info.speed >= SPEED_MOST ? AMR_REPLAY_SPEED_MAX : info.speed * 2;
    else
        speed = MAX(info.speed / 2, SPEED_LEAST);
    amr_replay_set_speed(replay, speed);
    amr_replay_info(replay, &info);
    append_speed(text, info.speed);
    tui_screen_say(screen, TUI_ROLE_QUIET, "%s", text->str);
}

static void
toggle(TuiScreen *screen, AmrReplay *replay, const AmrReplayInfo *info)
{
    if (info->state == AMR_REPLAY_PLAYING) {
        g_autofree char *wait = describe_wait(info->wait);
        amr_replay_set_paused(replay, TRUE);
        tui_screen_say(screen, TUI_ROLE_QUIET, "Paused; the next record is %s away", wait);
    } else {
        amr_replay_set_paused(replay, FALSE);
    }
}

gboolean
tui_player_act(TuiScreen *screen, TuiAction action)
{
    AmrReplay *replay = tui_screen_session(screen)->replay;
    AmrReplayInfo info;

    if (action != TUI_ACTION_PAUSE && action != TUI_ACTION_STEP && action != TUI_ACTION_FASTER &&
        action != TUI_ACTION_SLOWER)
        return FALSE;
    if (!replay) {
        tui_screen_say(screen, TUI_ROLE_WARNING, "Nothing is replayed: see armorer replay, --demo");
        return TRUE;
    }
    amr_replay_info(replay, &info);
    if (info.state == AMR_REPLAY_ENDED)
        tui_screen_say(screen, TUI_ROLE_QUIET, "The recording has ended");
    else if (action == TUI_ACTION_PAUSE)
        toggle(screen, replay, &info);
    else if (action == TUI_ACTION_STEP)
        amr_replay_step(replay);
    else
        set_speed(screen, replay, action == TUI_ACTION_FASTER);
    return TRUE;
}
