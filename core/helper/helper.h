/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * armorer-helper: what needs root, in a process of its own that ends with its caller. It runs as
 * root for somebody who proved to polkit or sudo that he may do this one thing, and for whoever
 * makes him run it: so nothing of the caller is believed. A role is chosen by the first argument;
 * there are no options, no paths and no environment.
 */
#ifndef CORE_HELPER_HELPER_H
#define CORE_HELPER_HELPER_H

#include "core/base/opener.h"

G_BEGIN_DECLS

enum {
    HELPER_DONE = 0,
    HELPER_NOT_DONE = 1,
    HELPER_USAGE = 2,
    HELPER_REFUSED = 3
};

/* Carries out one change that standard input asks for (core/change/talk.h), tells standard output
 * what comes of it. An exit status. */
int helper_change(void);

/* Opens, for the borrower at the other end of the socket that is standard input, what an ordinary
 * user may not read (core/base/lend.h): the kernel's AppArmor files, and of the sources of denials
 * AppArmor's records alone. Goes on in the background until the borrower is gone. An exit status.
 */
int helper_read(void);

/* Of it: reads one source in this process, which is of its own, until nobody hears it any more, and
 * says what it finds to @socket. */
void helper_stream(const AmrTarget *target, AmrOpener *opener, const char *short_name,
                   gboolean follow, int socket);

/* ---- what the roles share ----------------------------------------------------------------------
 */

/* Cancels @cancellable at SIGINT, SIGTERM, SIGHUP; for the rest of the process. */
void helper_obey_signals(GCancellable *cancellable);

/* A call that is waited for. */
void helper_keep_result(GObject *source, GAsyncResult *result, gpointer data); /* &GAsyncResult */
GAsyncResult *helper_wait(GAsyncResult **result);

G_END_DECLS
#endif
