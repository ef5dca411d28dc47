/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/lender.h"

#include <errno.h>
#include <sys/socket.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

#define PATIENCE 2000 /* milliseconds */

struct AmrLender {
    int socket; /* -1: it is gone */
};

gboolean
amr_lender_socket(int *ours, int *theirs, GError **error)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return amr_error_errno(error, errno, "Making a socket");
    *ours = ends[0];
    *theirs = ends[1];
    return TRUE;
}

AmrLender *
amr_lender_new(int socket)
{
    AmrLender *lender = g_new0(AmrLender, 1);
    lender->socket = socket;
    return lender;
}

void
amr_lender_free(AmrLender *lender)
{
    if (!lender)
        return;
    amr_fs_close_fd(&lender->socket);
    g_free(lender);
}

/* Who does not answer, or answers something else, is not asked again: an answer that comes late
 * would be taken for that of the next question. */
static GVariant *
ask(AmrLender *lender, AmrLend kind, GVariant *question, AmrLend wanted, int *fd, GError **error)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(question);
    g_autoptr(GVariant) answer = NULL;
    g_autoptr(GError) local = NULL;
    AmrLend got;

    if (lender->socket < 0) {
        (void)amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                            "armorer-helper, which had the rights, is gone");
        return NULL;
    }
    got = amr_lend_send(lender->socket, kind, owned, -1, &local)
              ? amr_lend_receive(lender->socket, PATIENCE, &answer, fd, &local)
              : AMR_LEND_UNKNOWN;
    if (got == wanted && (!fd || *fd >= 0))
        return g_steal_pointer(&answer);
    if (fd)
        amr_fs_close_fd(fd);
    if (got == AMR_LEND_REFUSED) {
        (void)amr_lend_refused(answer, error);
        return NULL;
    }
    amr_fs_close_fd(&lender->socket);
    (void)amr_error_set(error, AMR_ERROR_NOT_PERMITTED, "Asking armorer-helper: %s",
                        local ? local->message : "It answers something else");
    return NULL;
}

int
amr_lender_open(AmrLender *lender, AmrLend kind, const char *name, GError **error)
{
    int fd = -1;
    g_autoptr(GVariant) answer = ask(lender, kind, amr_lend_name(name), AMR_LEND_GIVEN, &fd, error);

    return answer ? fd : -1;
}

char *
amr_lender_read_link(AmrLender *lender, const char *name, GError **error)
{
    g_autoptr(GVariant) answer =
        ask(lender, AMR_LEND_LINK, amr_lend_name(name), AMR_LEND_SAYS, NULL, error);
    char *link = answer ? amr_lend_named(answer) : NULL;

    if (answer && !link)
        (void)amr_error_set(error, AMR_ERROR_PARSE, "Asking armorer-helper: That is no name");
    return link;
}

GVariant *
amr_lender_look(AmrLender *lender, GError **error)
{
    return ask(lender, AMR_LEND_LOOK, g_variant_new("()"), AMR_LEND_FOUND, NULL, error);
}

int
amr_lender_records(AmrLender *lender, const char *short_name, gboolean follow, GError **error)
{
    int fd = -1;
    g_autoptr(GVariant) answer = ask(lender, follow ? AMR_LEND_FOLLOW : AMR_LEND_PAST,
                                     g_variant_new_string(short_name), AMR_LEND_GIVEN, &fd, error);

    return answer ? fd : -1;
}
