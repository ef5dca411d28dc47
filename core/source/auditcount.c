/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/auditcount.h"

#include <errno.h>
#include <glib-unix.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/source/live.h"

struct AmrAuditCount {
    int fd; /* -1: nobody answers */
    gboolean keeps;
    void (*told)(gpointer data);
    gpointer data;
    GSource *ready, *soon;
    gboolean heard;    /* while it waits for the time to ask */
    gboolean answered; /* once at least */
    guint32 daemon;    /* the process that gets all, as it was told last; 0: there is none */
    gboolean stays;
    guint32 total; /* as it was told last, since the machine was started; it wraps */
    guint64 lost;
};

static void
drop(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static void
give_up(AmrAuditCount *count)
{
    drop(&count->ready);
    drop(&count->soon);
    if (count->fd >= 0)
        (void)close(count->fd);
    count->fd = -1;
}

static void
ask(AmrAuditCount *count)
{
    const struct nlmsghdr request = {.nlmsg_len = NLMSG_LENGTH(0),
                                     .nlmsg_type = AUDIT_GET,
                                     .nlmsg_flags = NLM_F_REQUEST};

    if (count->fd >= 0 &&
        send(count->fd, &request, request.nlmsg_len, MSG_NOSIGNAL) != (ssize_t)request.nlmsg_len)
        give_up(count);
}

/* What was lost before we began is none of ours. */
static gboolean
take_status(AmrAuditCount *count, const char *bytes, gsize size)
{
    struct audit_status status = {0};
    guint32 more;

    if (size < offsetof(struct audit_status, lost) + sizeof status.lost)
        return FALSE;
    memcpy(&status, bytes, MIN(size, sizeof status));
    more = status.lost - count->total;
    count->total = status.lost;
    if (!count->answered || (count->keeps && status.enabled && status.pid == 0))
        more = 0;
    count->stays = count->answered && status.pid != 0 && status.pid == count->daemon;
    count->daemon = status.pid;
    count->answered = TRUE;
    count->lost += more;
    return TRUE;
}

static gboolean
on_answer(gint fd, GIOCondition condition, gpointer data)
{
    AmrAuditCount *count = data;
    char datagram[1024];
    struct sockaddr_nl from = {0};
    struct nlmsghdr header;
    socklen_t len = sizeof from;
    const ssize_t got = recvfrom(fd, datagram, sizeof datagram, 0, (struct sockaddr *)&from, &len);

    if (got < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
        return G_SOURCE_CONTINUE;
    /* Whoever may may send to this socket. */
    if (got > 0 && len >= sizeof from && from.nl_family == AF_NETLINK && from.nl_pid != 0)
        return G_SOURCE_CONTINUE;
    if (got < (ssize_t)sizeof header) {
        give_up(count);
        return G_SOURCE_REMOVE;
    }
    memcpy(&header, datagram, sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR) {
        give_up(count); /* the capability is missing */
        return G_SOURCE_REMOVE;
    }
    if (header.nlmsg_type == AUDIT_GET &&
        take_status(count, datagram + sizeof header, (gsize)got - sizeof header))
        count->told(count->data); /* who may free all this */
    return G_SOURCE_CONTINUE;
}

static GSource *
attach(GSource *source, GSourceFunc function, AmrAuditCount *count)
{
    g_source_set_priority(source, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(source, function, count, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

AmrAuditCount *
amr_audit_count_new(int fd, gboolean keeps, void (*told)(gpointer data), gpointer data)
{
    AmrAuditCount *count = g_new0(AmrAuditCount, 1);

    *count = (AmrAuditCount){.fd = fd, .keeps = keeps, .told = told, .data = data};
    if (count->fd < 0) {
        const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
        count->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
        if (count->fd >= 0 &&
            connect(count->fd, (const struct sockaddr *)&kernel, sizeof kernel) != 0)
            give_up(count);
    }
    if (count->fd >= 0)
        count->ready = attach(g_unix_fd_source_new(count->fd, G_IO_IN | G_IO_HUP | G_IO_ERR),
                              G_SOURCE_FUNC(on_answer), count);
    ask(count);
    return count;
}

void
amr_audit_count_free(AmrAuditCount *count)
{
    if (!count)
        return;
    give_up(count);
    g_free(count);
}

static gboolean
on_soon(gpointer data)
{
    AmrAuditCount *count = data;

    g_clear_pointer(&count->soon, g_source_unref);
    if (count->heard)
        amr_audit_count_hear(count);
    ask(count);
    return G_SOURCE_REMOVE;
}

void
amr_audit_count_hear(AmrAuditCount *count)
{
    count->heard = count->soon != NULL;
    if (count->fd >= 0 && !count->soon)
        count->soon = attach(g_timeout_source_new(AMR_LIVE_REST_MS), on_soon, count);
}

guint64
amr_audit_count_lost(const AmrAuditCount *count)
{
    return count->lost;
}

gboolean
amr_audit_count_daemon_stays(const AmrAuditCount *count)
{
    return count->stays;
}
