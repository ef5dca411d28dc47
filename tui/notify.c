/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/notify.h"

#include <string.h>
#include <unistd.h>

#ifdef HAVE_NOTIFY
#include <libnotify/notify.h>

static gboolean
show(const char *summary, const char *body, GError **error)
{
    g_autoptr(GObject) object = G_OBJECT(notify_notification_new(summary, body, "armorer"));
    NotifyNotification *notice = NOTIFY_NOTIFICATION(object);

    notify_notification_set_app_name(notice, "armorer");
    notify_notification_set_category(notice, "device.error");
    return notify_notification_show(notice, error);
}

/* A line for our parent; only the first, since the rest would say the same. */
static void
say_once(gboolean *said, const char *message)
{
    g_autofree char *line = g_strdup_printf("%s\n", message);

    if (!*said && write(STDOUT_FILENO, line, strlen(line)) < 0)
        _exit(1); /* nobody listens any more */
    *said = TRUE;
}

/* Shows the whole notices at the start of @buffer; how many bytes they took. */
static gsize
show_whole(const char *buffer, gsize held, gboolean *said)
{
    gsize done = 0;

    for (;;) {
        g_autoptr(GError) error = NULL;
        const char *summary = buffer + done;
        const char *body = memchr(summary, '\0', held - done);
        const char *end = body ? memchr(body + 1, '\0', held - (gsize)(body + 1 - buffer)) : NULL;
        if (!end)
            return done;
        if (!show(summary, body + 1, &error))
            say_once(said, error->message);
        done = (gsize)(end + 1 - buffer);
    }
}

int
tui_notify_worker(void)
{
    char buffer[2 * TUI_NOTIFY_MAX];
    gsize held = 0;
    gboolean said = FALSE;
    ssize_t n;

    if (!notify_init("armorer"))
        say_once(&said, "libnotify does not start");
    while ((n = read(STDIN_FILENO, buffer + held, sizeof buffer - held)) > 0) {
        held += (gsize)n;
        gsize done = show_whole(buffer, held, &said);
        memmove(buffer, buffer + done, held - done);
        held -= done;
        if (held == sizeof buffer)
            return 2; /* no notice of ours is so long */
    }
    return 0;
}
#else
int
tui_notify_worker(void)
{
    return 2;
}
#endif
