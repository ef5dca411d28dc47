/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What got lost on the way, of all sources together. */
#include "config.h"

#include "core/source/audit.h"
#include "core/source/ingest-private.h"

/* Whether all that comes by the audit subsystem is read from a log too, which waits. */
static gboolean
has_audit_log(const AmrIngest *ingest)
{
    for (guint i = 0; i < ingest->inputs->len; i++) {
        const AmrInput *input = amr_ingest_input(ingest, i);
        AmrIngestStats stats = {0};
        amr_input_add_stats(input, &stats);
        if (input->kind == AMR_SOURCE_KIND_FILE && input->state == AMR_SOURCE_FOLLOWING &&
            stats.audited > 0)
            return TRUE;
    }
    return FALSE;
}

/* Two logs that somebody named may be of two machines, or one the past of the other. */
static void
join(guint64 *all, guint64 one, const AmrInput *input)
{
    *all = input->place == AMR_OPEN_GIVEN ? *all + one : MAX(*all, one);
}

/* The kernel's notices of what its backlog lost share the limit of the records that it prints:
 * those that it left out are none. Since it follows; nobody knows of the past which were printed.
 */
static guint64
unprinted_notices(const AmrIngest *ingest, guint64 lost)
{
    guint64 printed = 0;

    for (guint i = 0; i < ingest->inputs->len; i++) {
        guint64 one = 0;
        for (const AmrInput *input = amr_ingest_input(ingest, i); input; input = input->older)
            one += input->notices;
        printed = MAX(printed, one);
    }
    return AMR_LOSS_NOTICES * lost > printed ? AMR_LOSS_NOTICES * lost - printed : 0;
}

/* Before it began to follow, and since. */
static void
sum_up(const AmrIngest *ingest, guint64 *before, guint64 *since)
{
    for (guint i = 0; i < ingest->inputs->len; i++) {
        const AmrInput *input = amr_ingest_input(ingest, i);
        AmrIngestStats stats = {0};
        amr_input_add_stats(input, &stats);
        for (guint j = 0; j < AMR_LOSS_COUNT; j++) {
            join(&before[j], stats.before[j], input);
            join(&since[j], stats.lost[j] - stats.before[j], input);
        }
    }
    if (has_audit_log(ingest)) {
        before[AMR_LOSS_OVERRUN] = 0;
        since[AMR_LOSS_OVERRUN] = MIN(since[AMR_LOSS_OVERRUN], ingest->overrun_unwritten);
    }
    if (ingest->count)
        since[AMR_LOSS_BACKLOG] = MAX(since[AMR_LOSS_BACKLOG], amr_audit_count_lost(ingest->count));
    since[AMR_LOSS_SUPPRESSED] -=
        MIN(since[AMR_LOSS_SUPPRESSED], unprinted_notices(ingest, since[AMR_LOSS_BACKLOG]));
}

guint64
amr_ingest_lost(const AmrIngest *ingest, guint64 *lost)
{
    guint64 before[AMR_LOSS_COUNT] = {0}, since[AMR_LOSS_COUNT] = {0}, sum = 0;

    sum_up(ingest, before, since);
    for (guint i = 0; i < AMR_LOSS_COUNT; i++) {
        sum += before[i] + since[i];
        if (lost)
            lost[i] = before[i] + since[i];
    }
    return sum;
}

guint64
amr_ingest_lost_before(const AmrIngest *ingest)
{
    guint64 before[AMR_LOSS_COUNT] = {0}, since[AMR_LOSS_COUNT] = {0}, sum = 0;

    sum_up(ingest, before, since);
    for (guint i = 0; i < AMR_LOSS_COUNT; i++)
        sum += before[i];
    return sum;
}

void
amr_ingest_begin_losing(AmrIngest *ingest)
{
    for (guint i = 0; i < ingest->inputs->len; i++) {
        for (AmrInput *input = amr_ingest_input(ingest, i); input; input = input->older) {
            for (guint j = 0; j < AMR_LOSS_COUNT; j++)
                input->stats.before[j] = input->stats.lost[j];
        }
    }
}

/* The audit multicast's alone. */
static guint64
overrun_since(const AmrIngest *ingest)
{
    guint64 sum = 0;

    for (guint i = 0; i < ingest->inputs->len; i++) {
        const AmrIngestStats *stats = &amr_ingest_input(ingest, i)->stats;
        sum += stats->lost[AMR_LOSS_OVERRUN] - stats->before[AMR_LOSS_OVERRUN];
    }
    return sum;
}

static void
on_counted(gpointer data)
{
    AmrIngest *ingest = data;
    const guint64 overrun = overrun_since(ingest);
    guint64 sum;

    /* What came while one daemon was there all the time stands in its log. */
    if (!has_audit_log(ingest) || !amr_audit_count_daemon_stays(ingest->count))
        ingest->overrun_unwritten += overrun - ingest->overrun;
    ingest->overrun = overrun;
    sum = amr_ingest_lost(ingest, NULL);
    if (sum == ingest->lost_told)
        return;
    ingest->lost_told = sum;
    amr_ingest_tell(ingest);
}

void
amr_ingest_count_audit(AmrIngest *ingest, int fd)
{
    g_return_if_fail(!ingest->count);
    ingest->count = amr_audit_count_new(fd, amr_audit_keeps(ingest->opener), on_counted, ingest);
}

char *
amr_ingest_foreign(const AmrIngestStats *stats)
{
    const gboolean one = stats->foreign == 1;

    if (stats->foreign == 0)
        return NULL;
    return g_strdup_printf("%" G_GUINT64_FORMAT " line%s of AppArmor, but %s no record in a form "
                           "that can be read: what another program says, or a log that was "
                           "rewritten (by ausearch -i; ausearch --raw leaves it)",
                           stats->foreign, one ? " speaks" : "s speak", one ? "is" : "are");
}
