/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that had the name of a followed log, one after the other. */
#include "config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/source/input.h"

enum {
    OLDER = 4 /* files that had the name before and are kept open, so that their records can be
                 shown; one that is deleted is not: its space would stay taken */
};

static AmrInput *
new_alike(const AmrInput *input)
{
    AmrInput *alike = amr_input_new(input->number, input->place, input->name, input->follow);

    alike->others_from = input->others_from;
    return alike;
}

AmrInput *
amr_input_renew(AmrInput *newest, int fd)
{
    AmrInput *input = new_alike(newest);

    input->base = newest->base + AMR_INPUT_SPACE;
    input->names = g_steal_pointer(&newest->names);
    input->older = newest;
    newest->superseded = TRUE;
    (void)amr_input_attach(input, fd);
    return input;
}

void
amr_input_recover(AmrInput *newest, int fd)
{
    AmrInput *copy = new_alike(newest);
    const AmrInputTail cut = newest->cut;

    newest->cut.len = 0;
    copy->superseded = TRUE;
    copy->follow = FALSE;
    copy->older = newest->older;
    newest->older = copy;
    /* All that was read before the cut stands in it too, at the same offsets. */
    copy->base = newest->base - AMR_INPUT_SPACE;
    if (!amr_input_attach(copy, fd))
        return;
    copy->started = TRUE;
    copy->offset = cut.offset;
}

gboolean
amr_input_knows(gconstpointer data, int fd)
{
    struct stat other, own;

    if (fstat(fd, &other) != 0)
        return TRUE;
    for (const AmrInput *input = data; input; input = input->older) {
        if (input->fd >= 0 && fstat(input->fd, &own) == 0 && own.st_dev == other.st_dev &&
            own.st_ino == other.st_ino)
            return TRUE;
    }
    return FALSE;
}

void
amr_input_release(AmrInput *input)
{
    input->follow = FALSE;
    input->pending = input->pending || input->state == AMR_SOURCE_FOLLOWING;
}

static gboolean
is_deleted(const AmrInput *input)
{
    struct stat status;
    return input->fd < 0 || fstat(input->fd, &status) != 0 || status.st_nlink == 0;
}

AmrInput *
amr_input_prune(AmrInput *newest)
{
    guint n = 0;

    for (AmrInput *at = newest; at->older; at = at->older) {
        AmrInput *older = at->older;
        const gboolean surplus = n++ >= OLDER || is_deleted(older);
        if (surplus && older->state == AMR_SOURCE_FOLLOWING)
            amr_input_release(older);
        if (surplus && !older->pending) {
            at->older = older->older;
            older->older = NULL;
            amr_input_add_stats(older, &newest->stats);
            return older;
        }
    }
    return NULL;
}

AmrSourceState
amr_input_state(const AmrInput *newest)
{
    for (const AmrInput *input = newest->older; input; input = input->older) {
        if (input->state == AMR_SOURCE_READING)
            return AMR_SOURCE_READING;
    }
    return newest->state;
}

void
amr_input_add_stats(const AmrInput *newest, AmrIngestStats *sum)
{
    for (const AmrInput *input = newest; input; input = input->older) {
        sum->bytes += input->stats.bytes;
        sum->unread += input->stats.unread;
        sum->records += input->stats.records;
        sum->torn += input->stats.torn;
        sum->overlong += input->stats.overlong;
        sum->foreign += input->stats.foreign;
        sum->audited += input->stats.audited;
        for (guint i = 0; i < AMR_LOSS_COUNT; i++) {
            sum->lost[i] += input->stats.lost[i];
            sum->before[i] += input->stats.before[i];
        }
    }
}
