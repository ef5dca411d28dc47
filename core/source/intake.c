/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/intake.h"

#include <string.h>

#include "core/denial/memo.h"
#include "core/log/record.h"
#include "core/log/scan.h"
#include "core/log/shapes.h"
#include "core/source/copies.h"
#include "core/source/ring.h"

enum {
    BATCH = 16
};

/* A record whose head is read, and what the memo knows it by. */
typedef struct {
    AmrSpan line;
    AmrHead head;
    AmrMemoText text;
} Pending;

/* What is being taken in. */
typedef struct {
    AmrInput *input;
    const char *block;
    guint64 offset; /* of the block */
} Place;

struct AmrIntake {
    AmrStore *store;
    AmrMemo *memo; /* NULL: nothing is remembered, heads neither */
    AmrShapes shapes;
    AmrRing ring;
    AmrCopies *copies; /* NULL until something can be one */
    guint64 seed;
    gint64 past_over; /* monotonic microseconds; 0: not yet */
    gboolean covered;
    AmrIngestTaken taken;
    gpointer taken_data;
    AmrIngestRelay relay;
    gpointer relay_data;
    Pending pending[BATCH];
    guint count;
    char scratch[AMR_EVENT_SCRATCH];
};

AmrIntake *
amr_intake_new(AmrStore *store)
{
    AmrIntake *intake = g_new0(AmrIntake, 1);
    intake->store = store;
    intake->memo = amr_memo_new(store);
    intake->seed = (guint64)g_random_int() << 32 | g_random_int();
    return intake;
}

void
amr_intake_free(AmrIntake *intake)
{
    amr_memo_free(intake->memo);
    amr_copies_free(intake->copies);
    amr_ring_clear(&intake->ring);
    g_free(intake);
}

void
amr_intake_forget(AmrIntake *intake)
{
    g_clear_pointer(&intake->memo, amr_memo_free);
}

void
amr_intake_seed(AmrIntake *intake, guint64 seed)
{
    intake->seed = seed;
}

void
amr_intake_set_taken(AmrIntake *intake, AmrIngestTaken taken, gpointer data)
{
    intake->taken = taken;
    intake->taken_data = data;
}

void
amr_intake_set_relay(AmrIntake *intake, AmrIngestRelay relay, gpointer data)
{
    intake->relay = relay;
    intake->relay_data = data;
}

void
amr_intake_past_is_over(AmrIntake *intake)
{
    if (intake->past_over == 0)
        intake->past_over = g_get_monotonic_time();
}

void
amr_intake_set_covered(AmrIntake *intake, gboolean covered)
{
    intake->covered = covered;
}

/* The moment that @head came, for what has no stamp of its own. What was read last of the past is
 * still said by others a while after. */
static gint64
moment(const AmrIntake *intake)
{
    const gint64 now = g_get_monotonic_time();
    return intake->past_over > 0 && now - intake->past_over > 2 * G_USEC_PER_SEC ? now : 0;
}

static gboolean
is_copy(AmrIntake *intake, const AmrInput *input, const AmrHead *head, const char *block)
{
    const guint source = input->number * 2 + (head->from_kernel ? 1 : 0);

    if (input->others_from == G_MAXUINT64 ||
        (head->stamp_ms != 0 && head->stamp_ms < input->others_from))
        return FALSE;
    if (!intake->copies)
        intake->copies = amr_copies_new(intake->seed);
    return amr_copies_take(intake->copies, head, block, source,
                           head->stamp_ms == 0 ? moment(intake) : 0);
}

/* Whether it is to be counted; then @origin says where it is kept. */
static gboolean
is_counted(AmrIntake *intake, const Place *place, const Pending *pending, AmrOrigin *origin)
{
    AmrInput *input = place->input;
    const AmrSpan line = pending->line;

    input->stats.audited += pending->head.printed == 0 && pending->head.serial != 0;
    input->printed |= pending->head.printed != 0 && intake->past_over > 0;
    if (is_copy(intake, input, &pending->head, place->block))
        return FALSE;
    input->stats.records++;
    if (intake->relay)
        intake->relay(intake->relay_data, place->block + line.off, line.len);
    *origin = (AmrOrigin){input->number, line.len, place->offset + line.off};
    if (!amr_input_is_kept(input))
        origin->offset = amr_ring_put(&intake->ring, place->block + line.off, line.len);
    return TRUE;
}

/* Slices, decodes and stores. */
static void
take_new(AmrIntake *intake, const Place *place, const Pending *pending)
{
    AmrIngestStats *stats = &place->input->stats;
    AmrOrigin origin;
    AmrRecord record;
    AmrEvent event;

    if (!amr_record_slice_body(&record, &pending->head, place->block)) {
        stats->foreign++;
    } else if (record.torn) {
        stats->torn++; /* half a name is another name: nothing is made of it */
    } else if (!amr_event_decode(&event, &record, place->block, intake->scratch)) {
        stats->overlong++;
    } else if (is_counted(intake, place, pending, &origin)) {
        const AmrDenialId id = amr_store_add(intake->store, &event, &origin);
        if (intake->taken)
            intake->taken(intake->taken_data, id);
        if (intake->memo)
            amr_memo_keep(intake->memo, &pending->text, &record, place->block, id);
    }
}

static void
take_repeat(AmrIntake *intake, const AmrOccurrence *occurrence, const AmrOrigin *origin)
{
    amr_store_repeat(intake->store, occurrence, origin);
    if (intake->taken)
        intake->taken(intake->taken_data, occurrence->id);
}

/* Takes what is pending, in the order that it came. */
static void
take_pending(AmrIntake *intake, const Place *place)
{
    if (intake->memo) {
        for (guint i = 0; i < intake->count; i++)
            amr_memo_expect(intake->memo, &intake->pending[i].text);
    }
    for (guint i = 0; i < intake->count; i++) {
        const Pending *pending = &intake->pending[i];
        AmrOccurrence occurrence;
        AmrOrigin origin;

        if (!intake->memo ||
            !amr_memo_find(intake->memo, &pending->text, &pending->head, &occurrence))
            take_new(intake, place, pending);
        else if (is_counted(intake, place, pending, &origin))
            take_repeat(intake, &occurrence, &origin);
    }
    intake->count = 0;
}

/* Reads the head of a line of interest. The rest waits until there are some such lines, so that
 * what is known of them is on its way from memory when it is needed. */
static void
take_line(AmrIntake *intake, const Place *place, AmrSpan line)
{
    Pending *pending = &intake->pending[intake->count];

    if (!(intake->memo ? amr_shapes_read(&intake->shapes, &pending->head, place->block, line)
                       : amr_head_read(&pending->head, place->block, line))) {
        place->input->stats.foreign++;
        return;
    }
    pending->line = line;
    if (intake->memo)
        amr_memo_read(intake->memo, &pending->head, place->block, &pending->text);
    if (++intake->count == BATCH)
        take_pending(intake, place);
}

/* Of the kernel's count, which is told now and then: how many are new, and in @before how many of
 * these may have been lost before there was anyone to hear. */
static guint64
count_total(AmrInput *input, guint64 records, guint64 *before)
{
    /* After a boot it counts from the start. */
    const guint64 since = records < input->lost_total ? 0 : input->lost_total;
    const guint64 named = records - since, unnamed = MIN(named, input->lost_unnamed);

    /* One is lost when it says so. */
    *before = input->lost_total == 0 && named > unnamed ? named - unnamed - 1 : 0;
    input->lost_total = records;
    input->lost_unnamed = 0;
    return named - unnamed;
}

/* The kernel's notice that it lost some. */
static void
take_loss(AmrIntake *intake, const Place *place, AmrSpan line)
{
    AmrInput *input = place->input;
    guint64 more, before = 0;
    AmrLoss loss;

    if (!amr_loss_read(&loss, place->block, line))
        return;
    take_pending(intake, place); /* in the order that they came */
    /* What printk leaves out the audit stream has; where that began later, not of the past. */
    if (loss.kind == AMR_LOSS_SUPPRESSED &&
        ((intake->covered && intake->past_over > 0) || input->stats.audited > 0))
        return;
    input->notices += loss.kind == AMR_LOSS_BACKLOG && intake->past_over > 0;
    more = MAX(loss.records, 1);
    if (loss.total) {
        more = count_total(input, loss.records, &before);
    } else if (loss.kind == AMR_LOSS_BACKLOG) {
        more = input->lost_named ? 0 : 1; /* 0: the second of a pair of notices */
        input->lost_unnamed += more;
    } else if (!input->printed) {
        /* It comes with the next record that is printed, however late: a record that was printed
         * stands between us and what was suppressed, or it was suppressed before. */
        before = more;
    }
    input->stats.lost[loss.kind] += more;
    input->stats.before[loss.kind] += intake->past_over > 0 ? before : 0;
    input->lost_named = loss.total;
}

gsize
amr_intake_block(gpointer data, AmrInput *input, const char *block, gsize size, guint64 offset,
                 gboolean last)
{
    AmrIntake *intake = data;
    gsize start = 0;
    AmrScanResult found;
    AmrScan scan;
    AmrSpan line;
    Place place;

    if (input->dropping) {
        const char *newline = memchr(block, '\n', size);
        if (!newline)
            return size;
        start = (gsize)(newline + 1 - block);
        input->dropping = FALSE;
    }
    place = (Place){input, block + start, offset + start};
    amr_scan_init(&scan, place.block, size - start, last);
    while ((found = amr_scan_next(&scan, &line)) != AMR_SCAN_END) {
        if (found == AMR_SCAN_RECORD)
            take_line(intake, &place, line);
        else if (found == AMR_SCAN_OVERLONG)
            input->stats.overlong++;
        else if (found == AMR_SCAN_TORN)
            input->stats.torn++;
        else
            take_loss(intake, &place, line);
    }
    take_pending(intake, &place);
    input->dropping = amr_scan_is_cut(&scan);
    return start + amr_scan_rest(&scan);
}

GBytes *
amr_intake_raw(const AmrIntake *intake, const AmrOrigin *origin)
{
    return amr_ring_get(&intake->ring, origin->offset, origin->len);
}
