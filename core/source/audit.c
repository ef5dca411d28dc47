/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit subsystem's netlink: what it multicasts, and its datagrams as text. */
#include "config.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/source/ingest.h"
#include "core/source/live.h"
#include "core/source/serials.h"

enum {
    DATAGRAM = 32 * 1024, /* MAX_AUDIT_MESSAGE_LENGTH is 8970 */
    KEPT = 8 * 1024 * 1024,
    AT_ONCE = 64
};

typedef struct {
    AmrLive live;
    AmrSerials serials;
    guint64 overruns, lost_told; /* since the last rest; of the serials' */
    gboolean assumed;            /* one was counted for want of a number */
    char datagram[DATAGRAM];
} Audit;

/* ---- a datagram --------------------------------------------------------------------------------
 */

typedef struct {
    guint type;
    const char *text;
    gsize len;
} Message;

/* Moves *@at to the next message; FALSE at the end, or with *@damaged if it is not whole. */
static gboolean
next_message(const char *bytes, gsize size, gsize *at, Message *message, gboolean *damaged)
{
    struct nlmsghdr header;

    *damaged = FALSE;
    if (*at >= size)
        return FALSE;
    *damaged = TRUE;
    if (size - *at < sizeof header)
        return FALSE;
    memcpy(&header, bytes + *at, sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - *at)
        return FALSE;
    *message =
        (Message){header.nlmsg_type, bytes + *at + sizeof header, header.nlmsg_len - sizeof header};
    *at += MIN((gsize)NLMSG_ALIGN(header.nlmsg_len), size - *at);
    *damaged = FALSE;
    return TRUE;
}

static void
give_message(const Message *message, AmrTextSink sink, gpointer data)
{
    const char *text = message->text;
    gsize len = message->len;
    char head[24];

    while (len > 0 && (text[len - 1] == '\0' || text[len - 1] == '\n'))
        len--;
    (void)g_snprintf(head, sizeof head, "type=%u ", message->type);
    sink(data, head, strlen(head));
    while (len > 0) {
        const char *newline = memchr(text, '\n', len);
        const gsize n = newline ? (gsize)(newline - text) : len;
        if (n > 0)
            sink(data, text, n);
        if (newline)
            sink(data, " ", 1);
        text += MIN(n + 1, len);
        len -= MIN(n + 1, len);
    }
    sink(data, "\n", 1);
}

gboolean
amr_decode_netlink(const void *datagram, gsize size, AmrTextSink sink, gpointer data)
{
    Message message;
    gboolean damaged;
    gsize at = 0;

    while (next_message(datagram, size, &at, &message, &damaged)) {
        if (message.type >= NLMSG_MIN_TYPE)
            give_message(&message, sink, data);
    }
    return !damaged;
}

/* ---- the socket --------------------------------------------------------------------------------
 */

int
amr_audit_open(GError **error)
{
    const struct sockaddr_nl group = {.nl_family = AF_NETLINK,
                                      .nl_groups = 1U << (AUDIT_NLGRP_READLOG - 1)};
    const int kept = KEPT;
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
    int errsv;

    if (fd < 0) {
        errsv = errno;
        if (errsv == EPROTONOSUPPORT || errsv == EAFNOSUPPORT)
            (void)amr_error_set(error, AMR_ERROR_NOT_ENABLED, "This kernel has no audit subsystem");
        else
            (void)amr_error_errno(error, errsv, "Opening");
        return -1;
    }
    /* A stall of ours must not lose records (FACTS section 1). */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kept, sizeof kept) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kept, sizeof kept);
    if (bind(fd, (const struct sockaddr *)&group, sizeof group) == 0)
        return fd;
    errsv = errno;
    (void)close(fd);
    if (errsv == EPERM || errsv == EACCES)
        (void)amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                            "The capability CAP_AUDIT_READ is missing");
    else
        (void)amr_error_errno(error, errsv, "Joining the group of readers");
    return -1;
}

/* ---- loss --------------------------------------------------------------------------------------
 */

static void
note_serial(Audit *audit, const Message *message)
{
    const char *at = memchr(message->text, ':', MIN(message->len, 48));
    guint64 serial = 0;

    if (!at || message->len < 6 || memcmp(message->text, "audit(", 6) != 0)
        return;
    for (at++; at < message->text + message->len && g_ascii_isdigit(*at); at++)
        serial = serial * 10 + (guint64)(*at - '0');
    if (serial > 0 && serial <= G_MAXUINT32)
        amr_serials_take(&audit->serials, (guint32)serial);
}

static void
count_lost(Audit *audit)
{
    const guint64 more = audit->serials.lost - audit->lost_told;

    if (more == 0)
        return;
    /* The number has come: with the first record after a stall, as a rule. */
    audit->live.lost[AMR_LOSS_OVERRUN] += more - audit->assumed;
    audit->assumed = FALSE;
    audit->overruns = 0;
    audit->lost_told = audit->serials.lost;
}

static void
rest(AmrLive *live)
{
    Audit *audit = (Audit *)live;

    amr_serials_settle(&audit->serials);
    count_lost(audit);
    /* The kernel said that there was no room, and no number tells for how many. */
    if (audit->overruns > 0 && !audit->assumed) {
        live->lost[AMR_LOSS_OVERRUN]++;
        audit->assumed = TRUE;
    }
    audit->overruns = 0;
    live->restless = FALSE;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static void
take(Audit *audit, gsize size, AmrTextSink sink, gpointer data)
{
    Message message;
    gboolean damaged;
    gsize at = 0;

    while (next_message(audit->datagram, size, &at, &message, &damaged)) {
        if (message.type >= AUDIT_FIRST_USER_MSG) {
            audit->live.bytes += message.len;
            audit->live.restless = TRUE;
            note_serial(audit, &message);
            give_message(&message, sink, data);
        }
    }
    audit->live.counts.torn += damaged;
}

/* TRUE if it is the kernel's: who may may send to this socket, too. */
static gboolean
is_kernels(const struct sockaddr_nl *from, socklen_t len)
{
    return len < sizeof *from || from->nl_family != AF_NETLINK || from->nl_pid == 0;
}

static AmrLiveStep
step(AmrLive *live, AmrTextSink sink, gpointer data, GError **error)
{
    Audit *audit = (Audit *)live;

    for (guint i = 0; i < AT_ONCE; i++) {
        struct sockaddr_nl from = {0};
        socklen_t len = sizeof from;
        const ssize_t got = recvfrom(live->fd, audit->datagram, sizeof audit->datagram, 0,
                                     (struct sockaddr *)&from, &len);
        if (got > 0) {
            if (is_kernels(&from, len))
                take(audit, (gsize)got, sink, data);
        } else if (got < 0 && errno == ENOBUFS) {
            audit->overruns++;
            live->restless = TRUE;
        } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            count_lost(audit);
            return AMR_LIVE_EMPTY;
        } else {
            (void)amr_error_errno(error, got < 0 ? errno : ENODATA, "Receiving");
            return AMR_LIVE_FAILED;
        }
    }
    count_lost(audit);
    return AMR_LIVE_GAVE;
}

static void
free_audit(AmrLive *live)
{
    (void)close(live->fd);
    g_free(live);
}

AmrLive *
amr_live_audit_new(int fd)
{
    Audit *audit = g_new0(Audit, 1);

    audit->live = (AmrLive){.fd = fd, .step = step, .rest = rest, .free = free_audit};
    return &audit->live;
}
