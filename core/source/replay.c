/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/source/copies.h"
#include "core/source/ingest-private.h"

#define SLICE_US       2000
#define WAIT_MAX       (60 * 60 * 1000) /* milliseconds of one timer */
#define SPEED_MAX      1e6
#define LOOP_SPEED_MAX 256.0
#define LOOP_GAP       3000 /* milliseconds between the last of a round and the first of the next */

/* One denial as it stands in the log. */
typedef struct {
    char *text;
    gsize len;
    guint64 stamp; /* milliseconds, 0: none */
} Item;

struct AmrReplay {
    AmrOpener *opener;
    AmrIngest *ingest;
    AmrInput *input; /* what is read; NULL: to be opened */
    guint source;    /* what it is given to */
    AmrCopies *copies;
    char *name, *block;
    AmrReplayOptions options;
    AmrReplayGate gate;
    gpointer gate_data;
    AmrReplayChanged changed;
    gpointer changed_data;

    GQueue items;
    guint64 first, last; /* stamps of this round, the least and the greatest */
    guint64 shift;       /* milliseconds that this round is later than the log */
    guint64 played;      /* the stamp, shifted, of the one played last; 0: none */
    gint64 due;          /* monotonic, of the next one */
    gint64 left;         /* while paused: what was left until then */
    GSource *timer;

    char *text; /* of the one that the gate is asked about; NULL: none */
    gsize text_len;
    AmrEvent event;
    char *scratch;
    gboolean started, asking, busy;
    guint steps; /* still to be played before it is paused; 0: it is not stepped */
    AmrReplayInfo info;
    GError *error;
};

static void go_on(AmrReplay *replay);

static void
free_item(gpointer data)
{
    Item *item = data;
    g_free(item->text);
    g_free(item);
}

static void
tell(AmrReplay *replay)
{
    if (replay->changed)
        replay->changed(replay->changed_data);
}

static void
drop_timer(AmrReplay *replay)
{
    if (!replay->timer)
        return;
    g_source_destroy(replay->timer);
    g_clear_pointer(&replay->timer, g_source_unref);
}

static void
set_timer(AmrReplay *replay, GSource *source, GSourceFunc function)
{
    drop_timer(replay);
    replay->timer = source;
    g_source_set_priority(source, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(source, function, replay, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Only what the store keeps is played; the rest costs no time. */
static gboolean
is_played(AmrVerdict verdict)
{
    return verdict == AMR_VERDICT_DENIED || verdict == AMR_VERDICT_ALLOWED ||
           verdict == AMR_VERDICT_AUDIT || verdict == AMR_VERDICT_KILLED;
}

static void
take_line(AmrReplay *replay, AmrInput *input, const char *block, AmrSpan line)
{
    AmrRecord record;
    Item *item;

    if (!amr_record_slice(&record, block, line) || record.torn || !is_played(record.verdict))
        return;
    /* a journal has many a record twice */
    if (amr_copies_take(replay->copies, &record.head, block, record.head.from_kernel, 0))
        return;
    input->stats.records++;
    item = g_new0(Item, 1);
    item->text = g_strndup(block + line.off, line.len);
    item->len = line.len;
    item->stamp = record.head.stamp_ms;
    g_queue_push_tail(&replay->items, item);
}

static gsize
take_block(gpointer data, AmrInput *input, const char *block, gsize size, guint64 offset,
           gboolean last)
{
    AmrScanResult found;
    AmrScan scan;
    AmrSpan line;
    gsize start = 0;

    if (input->dropping) {
        const char *newline = memchr(block, '\n', size);
        if (!newline)
            return size;
        start = (gsize)(newline + 1 - block);
        input->dropping = FALSE;
    }
    amr_scan_init(&scan, block + start, size - start, last);
    while ((found = amr_scan_next(&scan, &line)) != AMR_SCAN_END) {
        if (found == AMR_SCAN_RECORD)
            take_line(data, input, block + start, line);
    }
    input->dropping = amr_scan_is_cut(&scan);
    return start + amr_scan_rest(&scan);
}

static void
fail(AmrReplay *replay, const GError *error)
{
    replay->info.state = AMR_REPLAY_FAILED;
    replay->error = g_error_copy(error);
    drop_timer(replay);
}

static gboolean
open_input(AmrReplay *replay)
{
    g_autoptr(GError) error = NULL;
    const gboolean is_stdin =
        replay->options.place == AMR_OPEN_GIVEN && g_str_equal(replay->name, "-");
    int fd = is_stdin
                 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                 : amr_opener_open(replay->opener, replay->options.place, replay->name, &error);

    if (fd < 0 && is_stdin)
        amr_error_errno(&error, errno, "Reading standard input");
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY)) {
        g_autofree char *shown = amr_display_string(replay->name);
        g_clear_error(&error); /* as wrong as any other file that is no log */
        (void)amr_error_set(&error, AMR_ERROR_PARSE, "Reading %s: Not a text log but a directory",
                            shown);
    }
    if (fd < 0) {
        fail(replay, error);
        return FALSE;
    }
    g_clear_pointer(&replay->copies, amr_copies_free);
    replay->copies = amr_copies_new((guint64)g_random_int() << 32 | g_random_int());
    replay->input = amr_input_new(replay->source, replay->options.place, replay->name, FALSE);
    if (amr_input_attach(replay->input, fd))
        return TRUE;
    fail(replay, replay->input->error);
    return FALSE;
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    AmrReplay *replay = data;
    drop_timer(replay);
    go_on(replay);
    return G_SOURCE_REMOVE;
}

/* The stamps of the next round follow those of this one. FALSE: it is over. */
static gboolean
begin_round(AmrReplay *replay)
{
    guint64 length = replay->last - replay->first + LOOP_GAP;

    if (!replay->options.loop || !replay->input->regular || replay->last == 0)
        return FALSE;
    g_clear_pointer(&replay->input, amr_input_free);
    replay->shift += length;
    replay->info.round++;
    return TRUE;
}

/* Reads until there is one; FALSE if there is none now: it waits, has ended or failed. */
static gboolean
read_more(AmrReplay *replay)
{
    while (g_queue_is_empty(&replay->items)) {
        AmrInput *input;
        if (!replay->input && !open_input(replay))
            return FALSE;
        input = replay->input;
        if (input->regular && input->pending) {
            (void)amr_input_read_file(input, replay->block, take_block, replay);
        } else if (!input->regular && input->state == AMR_SOURCE_READING) {
            if (!input->pending && !amr_input_is_ready(input)) {
                GSource *source = g_unix_fd_source_new(input->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
                set_timer(replay, source, G_SOURCE_FUNC(on_readable));
                return FALSE;
            }
            (void)amr_input_read_stream(input, take_block, replay);
        } else if (input->state == AMR_SOURCE_FAILED) {
            fail(replay, input->error);
            return FALSE;
        } else if (!begin_round(replay)) {
            replay->info.state = AMR_REPLAY_ENDED;
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- playing -------------------------------------------------------------------------------- */

static void
pass(AmrReplay *replay, AmrVerdict verdict, gsize profile)
{
    g_autofree char *text = amr_replay_text(replay->text, replay->text_len, 0, verdict, profile);
    amr_ingest_feed(replay->ingest, replay->source, text, strlen(text));
}

static void
end_step(AmrReplay *replay)
{
    if (replay->steps > 0 && --replay->steps == 0)
        replay->info.state = AMR_REPLAY_PAUSED;
}

void
amr_replay_answer(AmrReplay *replay, AmrReplayFate fate, AmrVerdict verdict, gsize profile)
{
    g_return_if_fail(replay->asking);
    replay->asking = FALSE;
    end_step(replay);
    switch (fate) {
    case AMR_REPLAY_PASSES:
        replay->info.passed++;
        pass(replay, verdict, profile);
        break;
    case AMR_REPLAY_ALLOWED:
        replay->info.allowed++;
        break;
    case AMR_REPLAY_QUIET:
        replay->info.quiet++;
        break;
    }
    g_clear_pointer(&replay->text, g_free);
    if (replay->busy)
        return; /* the loop below goes on */
    tell(replay);
    go_on(replay);
}

static void
play(AmrReplay *replay)
{
    Item *item = g_queue_pop_head(&replay->items);
    AmrRecord record;

    if (item->stamp > 0) {
        replay->first = replay->first ? MIN(replay->first, item->stamp) : item->stamp;
        replay->last = MAX(replay->last, item->stamp);
        replay->played = MAX(replay->played, item->stamp + replay->shift);
        if (replay->options.clock)
            amr_clock_set(replay->options.clock, (gint64)replay->played * 1000);
    }
    replay->text = amr_replay_text(item->text, item->len, (gint64)replay->shift, 0, 0);
    replay->text_len = strlen(replay->text);
    free_item(item);
    replay->asking = TRUE;
    if (replay->gate &&
        amr_record_slice(&record, replay->text, (AmrSpan){0, (uint32_t)replay->text_len}) &&
        amr_event_decode(&replay->event, &record, replay->text, replay->scratch))
        replay->gate(replay, &replay->event, replay->gate_data);
    else
        amr_replay_answer(replay, AMR_REPLAY_PASSES, AMR_VERDICT_UNKNOWN, 0);
}

/* Microseconds from the one played last to the next one. */
static gint64
gap(const AmrReplay *replay)
{
    const Item *item = g_queue_peek_head((GQueue *)&replay->items);
    const guint64 at = item->stamp + replay->shift;
    double us;

    if (replay->info.speed <= 0 || item->stamp == 0 || replay->played == 0 || at <= replay->played)
        return 0;
    us = (double)(at - replay->played) * 1000 / replay->info.speed;
    return us < (double)G_MAXINT64 / 4 ? (gint64)us : G_MAXINT64 / 4;
}

static gboolean
on_due(gpointer data)
{
    AmrReplay *replay = data;
    drop_timer(replay);
    go_on(replay);
    return G_SOURCE_REMOVE;
}

static void
wait_until_due(AmrReplay *replay, gint64 now)
{
    const gint64 ms = MIN((replay->due - now + 999) / 1000, WAIT_MAX);
    set_timer(replay, ms > 0 ? g_timeout_source_new((guint)ms) : g_idle_source_new(), on_due);
}

/* Plays what is due, for a slice; then waits for the next one, or for more time. */
static void
go_on(AmrReplay *replay)
{
    const gint64 end = g_get_monotonic_time() + SLICE_US;
    gint64 now = end - SLICE_US;

    if (!replay->started || replay->busy || replay->asking || replay->timer ||
        replay->info.state != AMR_REPLAY_PLAYING)
        return;
    replay->busy = TRUE;
    while (replay->info.state == AMR_REPLAY_PLAYING && !replay->asking && read_more(replay)) {
        if (replay->due == 0)
            replay->due = now + gap(replay);
        if ((replay->due > now && replay->steps == 0) || now >= end) {
            wait_until_due(replay, now);
            break;
        }
        replay->due = 0;
        play(replay);
        now = g_get_monotonic_time();
    }
    replay->busy = FALSE;
    if (!replay->asking)
        tell(replay);
}

/* ---- the interface -------------------------------------------------------------------------- */

/* What goes round must not do so without a rest. */
static double
sane_speed(const AmrReplay *replay, double speed)
{
    const double most = replay->options.loop ? LOOP_SPEED_MAX : SPEED_MAX;

    if (isfinite(speed) && speed > 0)
        return MIN(speed, most);
    return replay->options.loop ? most : AMR_REPLAY_SPEED_MAX;
}

AmrReplay *
amr_replay_new(AmrOpener *opener, AmrIngest *ingest, const AmrReplayOptions *options)
{
    AmrReplay *replay = g_new0(AmrReplay, 1);

    replay->opener = opener;
    replay->ingest = ingest;
    replay->options = *options;
    replay->name = g_strdup(options->name);
    replay->source = amr_ingest_add_feed(ingest, options->name);
    replay->block = g_malloc(AMR_INPUT_BLOCK);
    replay->scratch = g_malloc(AMR_EVENT_SCRATCH);
    replay->info.speed = sane_speed(replay, options->speed);
    replay->info.state = options->paused ? AMR_REPLAY_PAUSED : AMR_REPLAY_PLAYING;
    replay->info.round = 1;
    g_queue_init(&replay->items);
    return replay;
}

void
amr_replay_free(AmrReplay *replay)
{
    if (!replay)
        return;
    drop_timer(replay);
    g_clear_pointer(&replay->input, amr_input_free);
    g_clear_pointer(&replay->copies, amr_copies_free);
    g_queue_clear_full(&replay->items, free_item);
    g_clear_error(&replay->error);
    g_free(replay->text);
    g_free(replay->scratch);
    g_free(replay->block);
    g_free(replay->name);
    g_free(replay);
}

void
amr_replay_set_gate(AmrReplay *replay, AmrReplayGate gate, gpointer data)
{
    replay->gate = gate;
    replay->gate_data = data;
}

void
amr_replay_set_changed(AmrReplay *replay, AmrReplayChanged changed, gpointer data)
{
    replay->changed = changed;
    replay->changed_data = data;
}

void
amr_replay_start(AmrReplay *replay)
{
    replay->started = TRUE;
    go_on(replay);
}

void
amr_replay_set_paused(AmrReplay *replay, gboolean paused)
{
    const gint64 now = g_get_monotonic_time();

    replay->steps = 0;
    if (paused && replay->info.state == AMR_REPLAY_PLAYING) {
        replay->info.state = AMR_REPLAY_PAUSED;
        replay->left = replay->due > now ? replay->due - now : 0;
        drop_timer(replay);
    } else if (!paused && replay->info.state == AMR_REPLAY_PAUSED) {
        replay->info.state = AMR_REPLAY_PLAYING;
        if (replay->due > 0)
            replay->due = now + replay->left;
        go_on(replay);
    }
}

void
amr_replay_step(AmrReplay *replay)
{
    if (replay->info.state == AMR_REPLAY_ENDED || replay->info.state == AMR_REPLAY_FAILED)
        return;
    drop_timer(replay);
    replay->info.state = AMR_REPLAY_PLAYING;
    replay->steps++;
    go_on(replay);
}

void
amr_replay_set_speed(AmrReplay *replay, double speed)
{
    const gint64 now = g_get_monotonic_time();
    const double before = replay->info.speed;
    const gboolean paused = replay->info.state == AMR_REPLAY_PAUSED;
    gint64 left = paused ? replay->left : replay->due - now;

    replay->info.speed = sane_speed(replay, speed);
    if (replay->due == 0)
        return;
    left = replay->info.speed <= 0 || left < 0 ? 0
           : before <= 0                       ? left
                         : (gint64)((double)left * before / replay->info.speed);
    replay->left = left;
    replay->due = now + left;
    if (replay->timer && !paused) {
        drop_timer(replay);
        go_on(replay);
    }
}

void
amr_replay_info(const AmrReplay *replay, AmrReplayInfo *info)
{
    const gint64 wait = replay->due - g_get_monotonic_time();

    *info = replay->info;
    info->error = replay->error;
    info->wait = replay->info.state == AMR_REPLAY_PAUSED ? replay->left
                 : replay->due > 0 && wait > 0           ? wait
                                                         : 0;
}
