/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Raw records of sources that cannot be read again: the last 4 MiB of them, of all such sources
 * together. Private to core/source.
 */
#ifndef AMR_SOURCE_RING_H
#define AMR_SOURCE_RING_H

#include <glib.h>

G_BEGIN_DECLS

#define AMR_RING_SIZE (4 * 1024 * 1024)

/* All zero is an empty one. */
typedef struct {
    char *bytes;
    guint64 end; /* how many bytes were ever put */
} AmrRing;

/* Where the record now stands; @size at most AMR_RING_SIZE. */
guint64 amr_ring_put(AmrRing *ring, const char *record, gsize size);
/* NULL if it is no longer held. */
GBytes *amr_ring_get(const AmrRing *ring, guint64 at, gsize size);
void amr_ring_clear(AmrRing *ring);

G_END_DECLS
#endif
