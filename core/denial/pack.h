/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What makes a denial distinct, packed: four bytes (verdict, class, who is known, owner), the
 * number of fields, and for each its number and its bytes, or the number of a word that many share.
 */
#ifndef AMR_DENIAL_PACK_H
#define AMR_DENIAL_PACK_H

#include "core/denial/arena.h"
#include "core/denial/event.h"

G_BEGIN_DECLS

enum {
    AMR_PACK_VERDICT,
    AMR_PACK_CLASS,
    AMR_PACK_WHO, /* AMR_PACK_HAS_*; of the last occurrence, so it changes */
    AMR_PACK_OWNER,
    AMR_PACK_FIELDS,
    AMR_PACK_HEAD,
};

enum {
    AMR_PACK_HAS_FSUID = 1,
    AMR_PACK_HAS_OUID = 2
};

/* A bit for each field of @event that is packed, to be asked once an event. */
guint64 amr_pack_fields(const AmrEvent *event);
/* Of all that makes @event, which has @fields, distinct; its profile and namespace included. */
guint64 amr_pack_hash(const AmrEvent *event, guint64 fields, guint64 seed);
/* Without profile and namespace, which the store keeps once for all denials of a profile. */
guint8 *amr_pack(const AmrEvent *event, AmrArena *arena, AmrIntern *words);
gboolean amr_pack_equal(const guint8 *packed, const AmrIntern *words, const AmrEvent *event,
                        guint64 fields);
/* Fills the fields, verdict, class, owner, masks and error. */
void amr_pack_unpack(const guint8 *packed, const AmrIntern *words, AmrEvent *event);
/* Of a row that has nothing but a profile. */
guint8 *amr_pack_nothing(AmrArena *arena);

G_END_DECLS
#endif
