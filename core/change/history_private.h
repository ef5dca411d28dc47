/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the history share. */
#ifndef AMR_CHANGE_HISTORY_PRIVATE_H
#define AMR_CHANGE_HISTORY_PRIVATE_H

#include "core/change/history.h"

G_BEGIN_DECLS

struct AmrHistory {
    const AmrTarget *target;
    GPtrArray *changes; /* AmrChange, oldest first */
    GHashTable *by_id;  /* borrowed from changes */
    guint damaged;      /* lines that are none */
};

/* history_settle.c: whether a change is carried out and ended well. */
gboolean amr_change_is_standing(AmrChangeState state);
/* Marks what was undone. */
void amr_history_settle(AmrHistory *history);

/* The state directory. */
int amr_history_open_state(const AmrHistory *history, GError **error);
/* Removes the directory @path of a change of which the intent could not be written: it would stay
 * for good, and keep the same change from being tried again. */
void amr_history_drop(int state, const char *path);
/* The file @name that is kept of change @id. */
GBytes *amr_history_read_of(const AmrHistory *history, const char *id, const char *name, gsize max,
                            GError **error);

G_END_DECLS
#endif
