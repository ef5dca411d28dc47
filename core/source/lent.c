/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source that armorer-helper reads for us: it hands on AppArmor's records, and what it counts. */
#include "config.h"

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/lend.h"
#include "core/source/live.h"

#define AT_ONCE 8 /* messages a step: well within a slice */

typedef struct {
    AmrLive live;
    int socket;
    gboolean follow;
    gboolean present; /* its past is over */
    gboolean skipped; /* and what is left of it is not wanted */
} Lent;

/* What is counted goes up; what does not is no count. */
static void
take_counts(Lent *lent, GVariant *content)
{
    gsize n;
    const guint64 *counts = g_variant_get_fixed_array(content, &n, sizeof *counts);
    AmrLive *live = &lent->live;

    if (n != AMR_LOSS_COUNT + 3)
        return;
    for (guint i = 0; i < AMR_LOSS_COUNT; i++)
        live->lost[i] = MAX(live->lost[i], counts[i]);
    live->counts.torn = MAX(live->counts.torn, counts[AMR_LOSS_COUNT]);
    live->counts.overlong = MAX(live->counts.overlong, counts[AMR_LOSS_COUNT + 1]);
    live->bytes = MAX(live->bytes, counts[AMR_LOSS_COUNT + 2]);
}

static AmrLiveStep
take(Lent *lent, AmrLend kind, GVariant *content, AmrTextSink sink, gpointer data, GError **error)
{
    gsize len;
    const char *text;

    switch (kind) {
    case AMR_LEND_RECORDS:
        text = g_variant_get_fixed_array(content, &len, 1);
        if (lent->present || !lent->skipped)
            sink(data, text, len);
        return AMR_LIVE_GAVE;
    case AMR_LEND_COUNTS:
        take_counts(lent, content);
        return AMR_LIVE_GAVE;
    case AMR_LEND_PRESENT:
        lent->present = TRUE;
        return AMR_LIVE_GAVE;
    case AMR_LEND_REFUSED:
        (void)amr_lend_refused(content, error);
        return AMR_LIVE_FAILED;
    default:
        (void)amr_error_set(error, AMR_ERROR_PARSE, "armorer-helper says something else");
        return AMR_LIVE_FAILED;
    }
}

/* What it means that no message came. */
static AmrLiveStep
heard_nothing(const Lent *lent, GError *local, GError **error)
{
    const gboolean over = lent->present || (lent->skipped && lent->follow);

    /* All was said that there is. */
    if (g_error_matches(local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
        (lent->present && !lent->follow)) {
        g_error_free(local);
        return over ? AMR_LIVE_EMPTY : AMR_LIVE_LATE;
    }
    g_propagate_error(error, local);
    return AMR_LIVE_FAILED;
}

static AmrLiveStep
step(AmrLive *live, AmrTextSink sink, gpointer data, GError **error)
{
    Lent *lent = (Lent *)live;

    for (guint n = 0; n < AT_ONCE; n++) {
        g_autoptr(GVariant) content = NULL;
        GError *local = NULL;
        const AmrLend kind = amr_lend_receive(lent->socket, 0, &content, NULL, &local);

        if (local)
            return heard_nothing(lent, local, error);
        if (take(lent, kind, content, sink, data, error) == AMR_LIVE_FAILED)
            return AMR_LIVE_FAILED;
    }
    return AMR_LIVE_GAVE;
}

static void
skip(AmrLive *live)
{
    ((Lent *)live)->skipped = TRUE;
}

static void
free_lent(AmrLive *live)
{
    Lent *lent = (Lent *)live;
    amr_fs_close_fd(&lent->socket);
    g_free(lent);
}

AmrLive *
amr_live_lent_new(int socket, gboolean follow)
{
    Lent *lent = g_new0(Lent, 1);

    lent->socket = socket;
    lent->follow = follow;
    lent->live =
        (AmrLive){.fd = socket, .remote = TRUE, .step = step, .skip = skip, .free = free_lent};
    return &lent->live;
}
