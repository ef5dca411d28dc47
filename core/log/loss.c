/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/loss.h"

#include "core/log/prefix.h"

static const char *const words[AMR_LOSS_COUNT] = {
#define AMR_LOSS_WORD(name, word, where) [AMR_LOSS_##name] = (word),
    AMR_LOSSES(AMR_LOSS_WORD)
#undef AMR_LOSS_WORD
};

static const char *const places[AMR_LOSS_COUNT] = {
#define AMR_LOSS_WHERE(name, word, where) [AMR_LOSS_##name] = (where),
    AMR_LOSSES(AMR_LOSS_WHERE)
#undef AMR_LOSS_WHERE
};

const char *
amr_loss_word(AmrLossKind kind)
{
    return kind > AMR_LOSS_UNKNOWN && kind < AMR_LOSS_COUNT ? words[kind] : "unknown";
}

const char *
amr_loss_where(AmrLossKind kind)
{
    return kind > AMR_LOSS_UNKNOWN && kind < AMR_LOSS_COUNT ? places[kind] : "somewhere";
}

/* 0 for none, and for one that is no number of records. */
static uint64_t
read_number(AmrCursor *line)
{
    uint64_t number = 0;
    size_t digits = 0;

    for (; line->at < line->end && *line->at >= '0' && *line->at <= '9'; line->at++) {
        if (++digits > 10)
            return 0;
        number = number * 10 + (uint64_t)(*line->at - '0');
    }
    return number;
}

bool
amr_loss_read(AmrLoss *loss, const char *block, AmrSpan span)
{
    static const char *const suppressors[] = {AMR_SUPPRESSORS};
    AmrCursor line = {block + span.off, block + span.off + span.len};
    const AmrSpeaker speaker = amr_prefix_skip(&line);

    if (speaker != AMR_SPEAKER_KERNEL && speaker != AMR_SPEAKER_NOBODY)
        return false;
    (void)amr_cursor_skip(&line, "audit: ");
    if (amr_cursor_skip(&line, "audit_lost=")) {
        *loss = (AmrLoss){AMR_LOSS_BACKLOG, read_number(&line), true};
        return true;
    }
    if (amr_cursor_skip(&line, "backlog limit exceeded") ||
        amr_cursor_skip(&line, "audit_backlog=")) {
        *loss = (AmrLoss){AMR_LOSS_BACKLOG, 0, false};
        return true;
    }
    for (size_t i = 0; i < sizeof suppressors / sizeof *suppressors; i++) {
        if (amr_cursor_skip(&line, suppressors[i])) {
            *loss = (AmrLoss){AMR_LOSS_SUPPRESSED, read_number(&line), false};
            return true;
        }
    }
    return false;
}
