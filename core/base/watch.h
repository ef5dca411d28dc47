/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * inotify in the main loop: of open descriptors, since the opener may have got them from elsewhere,
 * and since a path would leave another root. (GFileMonitor asks every few seconds for what is not
 * there, and lags.)
 */
#ifndef AMR_BASE_WATCH_H
#define AMR_BASE_WATCH_H

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct AmrWatch AmrWatch;

typedef struct {
    int watch;        /* -1: the queue overflowed, anything may have happened */
    guint32 mask;     /* IN_MODIFY, ... */
    const char *name; /* in the directory that is watched; NULL for what is watched itself */
} AmrWatchEvent;

typedef void (*AmrWatchSink)(gpointer data, const AmrWatchEvent *event);
/* After the events of one reading; may free the watch. */
typedef void (*AmrWatchDone)(gpointer data);

AmrWatch *amr_watch_new(AmrWatchSink sink, AmrWatchDone done, gpointer data);
void amr_watch_free(AmrWatch *watch);

/* Watches what @fd is open on, or the directory @path; two watches of one file are the same number,
 * so @mask must be the same for both. -1 and @error, as errno said, on failure. */
int amr_watch_add(AmrWatch *watch, int fd, guint32 mask, GError **error);
int amr_watch_add_path(AmrWatch *watch, const char *path, guint32 mask, GError **error);
/* Once for each time that it was added; nothing for -1. */
void amr_watch_remove(AmrWatch *watch, int number);

G_END_DECLS
#endif
