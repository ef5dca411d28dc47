/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bursts of events, told twice: at the first one, and when it is quiet again. A package writes many
 * files and loads many profiles; who reads it all again does so once.
 */
#ifndef AMR_BASE_SETTLE_H
#define AMR_BASE_SETTLE_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AmrSettle AmrSettle;

typedef enum {
    AMR_NEWS_UNKNOWN,
    AMR_NEWS_OUTDATED, /* it is another than was read; more may follow */
    AMR_NEWS_SETTLED,  /* it is quiet again: time to read it anew. Nothing more comes until then */
} AmrNews;

typedef void (*AmrNewsSink)(AmrNews news, gpointer data);

/* Costs nothing until something happens. */
AmrSettle *amr_settle_new(AmrNewsSink sink, gpointer data);
void amr_settle_free(AmrSettle *settle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrSettle, amr_settle_free)

/* It is about to be read: nothing is told until amr_settle_take(). */
void amr_settle_hold(AmrSettle *settle);
/* It was not read to its end: what was outdated before still is, and was told. */
void amr_settle_release(AmrSettle *settle);
/* It was read. */
void amr_settle_take(AmrSettle *settle);
/* Whether nothing is told now; then amr_settle_happen() is not to be called. */
gboolean amr_settle_is_held(const AmrSettle *settle);
/* Whether a burst was told that is not over. */
gboolean amr_settle_is_begun(const AmrSettle *settle);
/* Whether something happened since it was read. */
gboolean amr_settle_is_outdated(const AmrSettle *settle);
/* Something happened. */
void amr_settle_happen(AmrSettle *settle);

G_END_DECLS
#endif
