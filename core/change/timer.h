/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ends a change that is to last for a while: a timer of systemd's, made by systemd-run(1),
 * that runs armorer. It does not outlive a reboot: after one, `armorer undo --expired` sets those
 * again whose time is not over.
 */
#ifndef AMR_CHANGE_TIMER_H
#define AMR_CHANGE_TIMER_H

#include <gio/gio.h>

#include "core/base/target.h"

G_BEGIN_DECLS

/* systemd-run(1) of this machine, by its path, where systemd runs it and it is @target's system;
 * else NULL. */
const char *amr_timer_program(const AmrTarget *target);

/* Has @program (systemd-run, or what stands for it) set the timer armorer-@id, which runs @command
 * (armorer, and what makes it one of the same target) with `undo --expired @id` at @until
 * (microseconds since the epoch). */
void amr_timer_set_async(const char *program, const char *const *command, const char *id,
                         gint64 until, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data);
/* AMR_ERROR_REFUSED with the first line of what it said, where it could not be set. */
gboolean amr_timer_set_finish(GAsyncResult *result, GError **error);

/* Whether systemd of this machine holds the timer of change @id. */
gboolean amr_timer_is_set(const char *id);

G_END_DECLS
#endif
