/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /dev/kmsg, read live: Documentation/ABI/testing/dev-kmsg of the kernel. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/source/live.h"

enum {
    RECORD = 16 * 1024, /* CONSOLE_EXT_LOG_MAX is 8 KiB */
    AT_ONCE = 64
};

typedef struct {
    AmrLive live;
    AmrDecoder *decoder;
    AmrTextSink sink; /* while it steps */
    gpointer data;
    gboolean any;
    gboolean dropping; /* what is in the ring is not wanted */
    guint64 next;      /* the sequence number to come */
} Kmsg;

static void
put(gpointer data, const char *text, gsize size)
{
    const Kmsg *kmsg = data;
    kmsg->sink(kmsg->data, text, size);
}

/* "5,387,16641419,-;text": FALSE if it is not the kernel's own, but what some program wrote there:
 * those have another facility. */
static gboolean
read_header(const char *record, guint64 *sequence)
{
    char *end;
    const guint64 priority = g_ascii_strtoull(record, &end, 10);

    if (*end != ',')
        return FALSE;
    *sequence = g_ascii_strtoull(end + 1, NULL, 10);
    return priority >> 3 == 0;
}

static void
take(Kmsg *kmsg, const char *record, gsize size)
{
    guint64 sequence = kmsg->next;
    const gboolean own = read_header(record, &sequence);

    if (kmsg->any && sequence > kmsg->next)
        kmsg->live.lost[AMR_LOSS_OVERWRITTEN] += sequence - kmsg->next;
    kmsg->any = TRUE;
    kmsg->next = sequence + 1;
    if (own && !kmsg->dropping)
        amr_decoder_feed(kmsg->decoder, record, size);
}

static AmrLiveStep
step(AmrLive *live, AmrTextSink sink, gpointer data, GError **error)
{
    Kmsg *kmsg = (Kmsg *)live;
    char record[RECORD];

    kmsg->sink = sink;
    kmsg->data = data;
    for (guint i = 0; i < AT_ONCE; i++) {
        const ssize_t got = read(live->fd, record, sizeof record - 1);
        if (got > 0) {
            live->bytes += (guint64)got;
            record[got] = '\0';
            take(kmsg, record, (gsize)got);
        } else if (got < 0 && errno == EPIPE) {
            continue; /* overwritten; the next one's number says how many */
        } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            kmsg->dropping = FALSE;
            return AMR_LIVE_EMPTY;
        } else {
            (void)amr_error_errno(error, got < 0 ? errno : ENODATA, "Receiving");
            return AMR_LIVE_FAILED;
        }
    }
    return AMR_LIVE_GAVE;
}

/* Read all the same, which takes no time: the numbers have no gap then that looks like a loss. */
static void
skip(AmrLive *live)
{
    ((Kmsg *)live)->dropping = TRUE;
}

static void
free_kmsg(AmrLive *live)
{
    Kmsg *kmsg = (Kmsg *)live;
    amr_decoder_free(kmsg->decoder);
    (void)close(live->fd);
    g_free(kmsg);
}

AmrLive *
amr_live_kmsg_new(int fd)
{
    Kmsg *kmsg = g_new0(Kmsg, 1);
    const int flags = fcntl(fd, F_GETFL);

    (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    kmsg->live = (AmrLive){.fd = fd, .step = step, .skip = skip, .free = free_kmsg};
    kmsg->decoder = amr_decoder_new(AMR_FORM_KMSG, put, kmsg);
    return &kmsg->live;
}
