/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer denials --follow: what is refused, as it happens. */
#include "config.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#include "tui/command/denials.h"
#include "tui/trouble.h"

/* How often it is told at most that more were lost. */
#define LOST_SECONDS 1

enum {
    PRINTED = 1, /* in its row or object */
    WAITING = 2, /* in a slice that is not told yet */
    BACK = 4     /* printed since it came back */
};

typedef struct {
    TuiCommand *command;
    const AmrFilter *filter;
    GByteArray *marks; /* by id: PRINTED, WAITING, BACK */
    GArray *taken;     /* ids, in the order that they came */
    TuiOutWidths widths;
    guint64 lost; /* as was told last */
    guint lost_timer;
    TuiTrouble *trouble; /* with the sources */
    gboolean ended;      /* nothing can come any more, or nobody reads it */
} Follow;

static guint8 *
mark_of(Follow *follow, AmrDenialId id)
{
    while (follow->marks->len <= id) {
        static const guint8 none[256];
        g_byte_array_append(follow->marks, none, sizeof none);
    }
    return &follow->marks->data[id];
}

static gboolean
came_back(const AmrStore *store, AmrDenialId id)
{
    const AmrDenial *denial = amr_store_get(store, id);
    return denial && denial->state == AMR_DENIAL_STATE_CAME_BACK;
}

/* ---- printing -------------------------------------------------------------------------------- */

static void
out_rows(Follow *follow, const AmrDenialId *ids, guint n, const char *event)
{
    TuiDenialRows rows = {follow->command->session, ids};

    for (guint i = 0; i < n; i++)
        *mark_of(follow, ids[i]) |= PRINTED | (came_back(rows.session->store, ids[i]) ? BACK : 0);
    if (!follow->command->options->json) {
        follow->ended |=
            !tui_out_rows(&tui_table_denials, &follow->widths, n, tui_denials_fill_row, &rows);
        return;
    }
    for (guint i = 0; i < n; i++)
        follow->ended |= !tui_denials_out_json(rows.session, ids[i], event);
}

static void
out_taken(Follow *follow)
{
    AmrStore *store = follow->command->session->store;

    while (amr_answered_work(follow->command->session->answered, G_USEC_PER_SEC))
        ;
    for (guint i = 0; i < follow->taken->len && !follow->ended; i++) {
        const AmrDenialId id = g_array_index(follow->taken, AmrDenialId, i);
        guint8 *mark = mark_of(follow, id);
        const gboolean again = *mark & PRINTED;
        const gboolean news = !again || (!(*mark & BACK) && came_back(store, id));
        AmrEvent event;

        *mark &= (guint8)~WAITING;
        if ((!news && !follow->command->options->json) || !amr_store_event(store, id, &event) ||
            !amr_filter_match(follow->filter, &event, amr_store_get(store, id)))
            continue;
        out_rows(follow, &id, 1, again ? "again" : "new");
    }
    g_array_set_size(follow->taken, 0);
}

static void
out_lost_json(const guint64 *lost, guint64 sum, guint64 before)
{
    TuiJson *json = tui_json_new();

    tui_json_text(json, "event", "lost");
    tui_json_uint(json, "total", sum);
    tui_json_uint(json, "before", before);
    for (int kind = 1; kind < AMR_LOSS_COUNT; kind++)
        tui_json_uint(json, amr_loss_word((AmrLossKind)kind), lost[kind]);
    (void)tui_out_json(json);
}

static void
out_lost(Follow *follow)
{
    guint64 lost[AMR_LOSS_COUNT];
    const guint64 sum = amr_ingest_lost(follow->command->session->ingest, lost);

    if (sum == follow->lost)
        return;
    follow->lost = sum;
    if (follow->command->options->json)
        out_lost_json(lost, sum, amr_ingest_lost_before(follow->command->session->ingest));
    else
        tui_command_say_lost(follow->command);
}

static gboolean
on_lost(gpointer data)
{
    Follow *follow = data;

    follow->lost_timer = 0;
    out_lost(follow);
    return G_SOURCE_REMOVE;
}

/* ---- what comes ------------------------------------------------------------------------------ */

static void
on_taken(gpointer data, AmrDenialId id)
{
    Follow *follow = data;
    guint8 *mark = id == AMR_DENIAL_NONE ? NULL : mark_of(follow, id);

    if (!mark || *mark & WAITING)
        return;
    *mark |= WAITING;
    g_array_append_val(follow->taken, id);
}

static gboolean
has_source(const AmrIngest *ingest)
{
    for (guint i = 0; i < amr_ingest_source_count(ingest); i++) {
        AmrSourceInfo info;
        amr_ingest_source_info(ingest, i, &info);
        if (info.state != AMR_SOURCE_DONE && info.state != AMR_SOURCE_FAILED)
            return TRUE;
    }
    return FALSE;
}

static void
on_changed(gpointer data)
{
    Follow *follow = data;
    AmrIngest *ingest = follow->command->session->ingest;
    char *news;

    out_taken(follow);
    while ((news = tui_trouble_next(follow->trouble)) != NULL) {
        tui_say("%s", news);
        g_free(news);
    }
    if (follow->lost_timer == 0 && amr_ingest_lost(ingest, NULL) != follow->lost)
        follow->lost_timer = g_timeout_add_seconds(LOST_SECONDS, on_lost, follow);
    follow->ended |= !has_source(ingest);
}

/* A pipe says so when its reader goes away; a file never. */
static gboolean
on_reader_gone(gint fd, GIOCondition condition, gpointer data)
{
    Follow *follow = data;

    follow->ended = TRUE;
    return G_SOURCE_CONTINUE;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void
out_past(Follow *follow)
{
    AmrStore *store = follow->command->session->store;
    guint n = amr_store_count(store);
    g_autofree AmrDenialId *ids = g_new(AmrDenialId, MAX(n, 1));

    n = amr_store_window(store, AMR_ORDER_LAST, 0, n, ids);
    n = amr_filter_ids(follow->filter, store, ids, n);
    out_rows(follow, ids, n, "past");
    follow->lost = amr_ingest_lost(follow->command->session->ingest, NULL); /* it is told */
}

static void
wait_for_more(Follow *follow)
{
    AmrIngest *ingest = follow->command->session->ingest;
    const guint gone = g_unix_fd_add(STDOUT_FILENO, G_IO_ERR, on_reader_gone, follow);

    amr_ingest_set_taken(ingest, on_taken, follow);
    amr_ingest_set_changed(ingest, on_changed, follow);
    on_changed(follow);
    while (!follow->ended && !g_cancellable_is_cancelled(follow->command->cancellable))
        g_main_context_iteration(NULL, TRUE);
    amr_ingest_set_changed(ingest, NULL, NULL);
    amr_ingest_set_taken(ingest, NULL, NULL);
    g_source_remove(gone);
    if (follow->lost_timer)
        g_source_remove(follow->lost_timer);
    out_lost(follow);
}

int
tui_denials_follow(TuiCommand *command, const AmrFilter *filter, char **files)
{
    Follow follow = {.command = command, .filter = filter};
    int status;

    /* Each line is there for its reader when it is written. */
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    status = tui_command_start_logs(command, files, TRUE);
    if (g_cancellable_is_cancelled(command->cancellable) || !has_source(command->session->ingest))
        return status;
    follow.marks = g_byte_array_new();
    follow.taken = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    follow.trouble = tui_trouble_new(command->session->ingest);
    tui_command_judge(command, TRUE);
    out_past(&follow);
    wait_for_more(&follow);
    g_byte_array_unref(follow.marks);
    g_array_unref(follow.taken);
    tui_trouble_free(follow.trouble);
    return status;
}
