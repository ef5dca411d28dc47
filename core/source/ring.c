/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/ring.h"

#include <string.h>

guint64
amr_ring_put(AmrRing *ring, const char *record, gsize size)
{
    const guint64 start = ring->end;
    const gsize at = (gsize)(start % AMR_RING_SIZE);
    const gsize first = MIN(size, AMR_RING_SIZE - at);

    if (!ring->bytes)
        ring->bytes = g_malloc(AMR_RING_SIZE);
    memcpy(ring->bytes + at, record, first);
    memcpy(ring->bytes, record + first, size - first);
    ring->end += size;
    return start;
}

GBytes *
amr_ring_get(const AmrRing *ring, guint64 at, gsize size)
{
    const gsize from = (gsize)(at % AMR_RING_SIZE);
    const gsize first = MIN(size, AMR_RING_SIZE - from);
    char *bytes;

    if (size == 0 || at > ring->end || size > ring->end - at || ring->end - at > AMR_RING_SIZE)
        return NULL;
    bytes = g_malloc(size);
    memcpy(bytes, ring->bytes + from, first);
    memcpy(bytes + first, ring->bytes, size - first);
    return g_bytes_new_take(bytes, size);
}

void
amr_ring_clear(AmrRing *ring)
{
    g_clear_pointer(&ring->bytes, g_free);
}
