/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/status.h"

#include "tui/table/table.h"
#include "tui/view/player.h"
#include "tui/widget/bar.h"

static void
add_profiles(TuiBar *bar, const AmrSession *session)
{
    static const struct {
        AmrMode mode;
        guint priority;
    } modes[] = {{AMR_MODE_ENFORCE, 4}, {AMR_MODE_COMPLAIN, 5}, {AMR_MODE_KILL, 7},
                 {AMR_MODE_PROMPT, 7},  {AMR_MODE_MIXED, 8},    {AMR_MODE_UNCONFINED, 8}};

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        guint n = amr_loaded_in_mode(session->loaded, modes[i].mode);
        g_autofree char *text = g_strdup_printf("%u %s", n, amr_mode_word(modes[i].mode));
        if (n > 0)
            tui_bar_add(bar, modes[i].priority, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, text);
    }
}

static void
add_count(TuiBar *bar, guint priority, const char *word, guint n)
{
    g_autofree char *text = g_strdup_printf("%s %u %s", word, n, n == 1 ? "log" : "logs");
    if (n > 0)
        tui_bar_add(bar, priority, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, text);
}

static void
add_sources(TuiBar *bar, const AmrSession *session)
{
    const AmrIngest *ingest = session->ingest;
    g_autofree char *chosen = session->choice ? amr_choice_summary(session->choice) : NULL;
    guint states[AMR_SOURCE_FAILED + 1] = {0};
    guint n = amr_ingest_source_count(ingest);
    for (guint i = 0; i < n; i++) {
        AmrSourceInfo info;
        amr_ingest_source_info(ingest, i, &info);
        if (info.state <= AMR_SOURCE_FAILED)
            states[info.state]++;
    }
    add_count(bar, 3, "reading", states[AMR_SOURCE_READING]);
    if (chosen && chosen[0] && states[AMR_SOURCE_FOLLOWING] > 0)
        tui_bar_add(bar, 6, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, chosen);
    else
        add_count(bar, 6, "following", states[AMR_SOURCE_FOLLOWING]);
    add_count(bar, 6, "awaiting", states[AMR_SOURCE_AWAITED]);
    add_count(bar, 3, "failed", states[AMR_SOURCE_FAILED]);
    if (!session->choice) /* nothing more comes of these: a pipe whose writer is gone */
        add_count(bar, 6, "ended", states[AMR_SOURCE_DONE]);
    if (n == 0)
        tui_bar_add(bar, 6, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, "no logs");
}

/* What was left out when the loading was stopped. */
static void
add_unread(TuiBar *bar, guint64 bytes)
{
    g_autofree char *size = tui_text_size(bytes);
    g_autofree char *text = g_strdup_printf("%s UNREAD", size);
    if (bytes > 0)
        tui_bar_add(bar, 4, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, text);
}

static const char *
apparmor_word(const AmrSession *session)
{
    if (session->loaded)
        return "AppArmor on";
    if (g_error_matches(session->loaded_error, AMR_ERROR, AMR_ERROR_NOT_ENABLED))
        return "AppArmor off";
    return session->loaded_error ? "AppArmor unknown" : "";
}

void
tui_status_draw(const AmrSession *session, const char *host, gboolean loading, guint rate,
                TuiCanvas *canvas, TuiRect rect)
{
    g_autoptr(TuiBar) bar = tui_bar_new(TUI_ROLE_STATUS);
    const char *word = loading && !session->loaded ? "" : apparmor_word(session);
    guint distinct = amr_store_count(session->store);
    guint64 total = amr_store_total(session->store);
    g_autofree char *times =
        total > distinct ? g_strdup_printf(", %" G_GUINT64_FORMAT " times", total) : g_strdup("");
    g_autofree char *denials =
        g_strdup_printf("%u %s%s", distinct, distinct == 1 ? "denial" : "denials", times);

    tui_bar_add(bar, 2, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, host);
    if (word[0])
        tui_bar_add(bar, 1, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, word);
    if (session->loaded)
        add_profiles(bar, session);
    if (!tui_player_add_status(bar, session) && session->ingest)
        add_sources(bar, session);
    g_autofree char *often = g_strdup_printf("%u a minute", rate);
    tui_bar_add(bar, 5, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, denials);
    if (rate > 0)
        tui_bar_add(bar, 5, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, often);
    if (session->ingest) {
        guint64 lost = amr_ingest_lost(session->ingest, NULL);
        g_autofree char *text = g_strdup_printf("LOST %" G_GUINT64_FORMAT, lost);
        if (lost > 0)
            tui_bar_add(bar, 2, TUI_ROLE_STATUS, NULL, TUI_ROLE_STATUS, text);
        add_unread(bar, amr_ingest_stats(session->ingest).unread);
    }
    tui_bar_draw(bar, canvas, rect, 0);
}
