/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/lend.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/base/wire.h"

static const struct {
    char byte;
    const char *type;
} kinds[] = {
#define AMR_LEND_KIND(name, byte, type, help) [AMR_LEND_##name] = {byte, type},
    AMR_LENDS(AMR_LEND_KIND)
#undef AMR_LEND_KIND
};

/* ---- saying ------------------------------------------------------------------------------------
 */

/* Room for one descriptor, aligned as the C library wants it. */
typedef union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
} Beside;

gboolean
amr_lend_send(int socket, AmrLend kind, GVariant *content, int fd, GError **error)
{
    g_autoptr(GBytes) bytes = amr_wire_pack(content);
    char byte = kinds[kind].byte;
    gsize len;
    gconstpointer data = g_bytes_get_data(bytes, &len);
    struct iovec parts[] = {{&byte, 1}, {(gpointer)data, len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = len ? 2 : 1};
    Beside beside = {.bytes = {0}};
    ssize_t sent;

    if (len >= AMR_LEND_MAX)
        return amr_error_set(error, AMR_ERROR_LIMIT, "More than can be said at once");
    if (fd >= 0) {
        message.msg_control = &beside;
        message.msg_controllen = sizeof beside;
        beside.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd),
                                       .cmsg_level = SOL_SOCKET,
                                       .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&beside.head), &fd, sizeof fd);
    }
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0 || amr_error_errno(error, errno, "Speaking to the other side");
}

/* ---- hearing -----------------------------------------------------------------------------------
 */

static gboolean
wait_for(int socket, int timeout, GError **error)
{
    struct pollfd wanted = {.fd = socket, .events = POLLIN};
    int ready;

    do
        ready = poll(&wanted, 1, timeout);
    while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return amr_error_errno(error, errno, "Hearing the other side");
    if (ready == 0)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                            "The other side does not answer");
    return ready > 0;
}

static int
take_descriptor(struct msghdr *message)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    int fd = -1;

    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    return fd;
}

static AmrLend
read_message(const char *data, gsize len, GVariant **content)
{
    for (guint kind = AMR_LEND_UNKNOWN + 1; len > 0 && kind < G_N_ELEMENTS(kinds); kind++) {
        if (kinds[kind].byte != data[0])
            continue;
        *content = amr_wire_unpack(kinds[kind].type, (const guint8 *)data + 1, len - 1);
        return *content ? (AmrLend)kind : AMR_LEND_UNKNOWN;
    }
    return AMR_LEND_UNKNOWN;
}

AmrLend
amr_lend_receive(int socket, int timeout, GVariant **content, int *fd, GError **error)
{
    g_autofree char *data = g_malloc(AMR_LEND_MAX);
    struct iovec part = {data, AMR_LEND_MAX};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    Beside beside;
    AmrLend kind;
    ssize_t len;

    if (fd) {
        *fd = -1;
        message.msg_control = &beside;
        message.msg_controllen = sizeof beside;
    }
    if (!wait_for(socket, timeout, error))
        return AMR_LEND_UNKNOWN;
    do
        len = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (len < 0 && errno == EINTR);
    if (len < 0) {
        (void)amr_error_errno(error, errno, "Hearing the other side");
        return AMR_LEND_UNKNOWN;
    }
    if (len == 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The other side is gone");
        return AMR_LEND_UNKNOWN;
    }
    if (fd)
        *fd = take_descriptor(&message);
    kind =
        message.msg_flags & MSG_TRUNC ? AMR_LEND_UNKNOWN : read_message(data, (gsize)len, content);
    if (kind == AMR_LEND_UNKNOWN) {
        if (fd)
            amr_fs_close_fd(fd);
        (void)amr_error_set(error, AMR_ERROR_PARSE, "The other side says what is no message");
    }
    return kind;
}

/* ---- what is said often ------------------------------------------------------------------------
 */

GVariant *
amr_lend_refusal(const GError *error)
{
    const gboolean ours = error->domain == AMR_ERROR;
    const int code = ours || error->domain == G_IO_ERROR ? error->code : G_IO_ERROR_FAILED;

    return g_variant_new("(bis)", ours, code, error->message);
}

gboolean
amr_lend_refused(GVariant *content, GError **error)
{
    const char *message;
    gboolean ours;
    int code;

    g_variant_get(content, "(bi&s)", &ours, &code, &message);
    /* Whose words these are: root's or not, a terminal is given nothing else. */
    g_autofree char *shown = amr_display_lines(amr_bytes(message));
    if (ours && code > AMR_ERROR_UNKNOWN && code <= AMR_ERROR_LIMIT)
        return amr_error_set(error, (AmrErrorCode)code, "%s", shown);
    g_set_error_literal(error, G_IO_ERROR, !ours && code > 0 ? code : G_IO_ERROR_FAILED, shown);
    return FALSE;
}

GVariant *
amr_lend_name(const char *name)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, name, strlen(name), 1);
}

char *
amr_lend_named(GVariant *content)
{
    gsize len;
    const char *name = g_variant_get_fixed_array(content, &len, 1);

    return len > 0 && len < PATH_MAX && !memchr(name, '\0', len) ? g_strndup(name, len) : NULL;
}
