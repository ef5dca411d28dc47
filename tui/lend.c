/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/lend.h"

#include <glib-unix.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "tui/ways.h"

#define PATIENCE 5000 /* milliseconds, once whoever let us in has ended */

typedef struct {
    int socket;
    guint source; /* of it: what is said there wakes who waits for the end */
    gboolean ready;
} Ask;

static gboolean
on_said(gint fd, GIOCondition condition, gpointer data)
{
    ((Ask *)data)->source = 0;
    return G_SOURCE_REMOVE;
}

static void
close_socket(Ask *ask)
{
    g_clear_handle_id(&ask->source, g_source_remove);
    amr_fs_close_fd(&ask->socket);
}

static gboolean
open_socket(gpointer data, int *in, int *out, GError **error)
{
    Ask *ask = data;

    close_socket(ask);
    ask->ready = FALSE;
    if (!amr_lender_socket(&ask->socket, in, error))
        return FALSE;
    ask->source = g_unix_fd_add(ask->socket, G_IO_IN | G_IO_HUP | G_IO_ERR, on_said, ask);
    return TRUE;
}

/* Hears that it is ready. */
static gboolean
hear(Ask *ask, int timeout, GError **error)
{
    g_autoptr(GVariant) content = NULL;
    AmrLend kind;
    guint version = 0;

    if (ask->ready)
        return TRUE;
    kind = amr_lend_receive(ask->socket, timeout, &content, NULL, error);
    if (kind == AMR_LEND_READY)
        g_variant_get(content, "(u)", &version);
    ask->ready = version == AMR_LEND_VERSION;
    if (kind != AMR_LEND_UNKNOWN && !ask->ready)
        (void)amr_error_set(error, AMR_ERROR_PARSE,
                            "armorer-helper is of another version: is armorer installed whole?");
    return ask->ready;
}

static gboolean
is_there(gpointer data)
{
    g_autoptr(GError) error = NULL;

    return hear(data, 0, &error) || !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* Nobody at the other end: it never ran. */
static gboolean
end(gpointer data, gboolean *started, GError **error)
{
    g_autoptr(GError) local = NULL;
    const gboolean ready = hear(data, PATIENCE, &local);

    if (local && !g_error_matches(local, G_IO_ERROR, G_IO_ERROR_CLOSED))
        g_propagate_error(error, g_steal_pointer(&local));
    return ready;
}

AmrLender *
tui_lend_ask(GError **error)
{
    static const TuiWaysClass class = {.role = "read",
                                       .open = open_socket,
                                       .is_there = is_there,
                                       .end = end};
    Ask ask = {.socket = -1};

    AmrLender *lender = NULL;

    if (tui_ways_try(&class, &ask, NULL, error))
        lender = amr_lender_new(amr_fs_steal_fd(&ask.socket));
    close_socket(&ask);
    return lender;
}
