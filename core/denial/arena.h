/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the store keeps bytes in: an arena that only grows, a hash that an attacker cannot aim at,
 * and one copy of each string that many denials share.
 */
#ifndef AMR_DENIAL_ARENA_H
#define AMR_DENIAL_ARENA_H

#include "core/base/text.h"

G_BEGIN_DECLS

typedef struct {
    GPtrArray *blocks; /* owned */
    guint8 *at;        /* free bytes of the newest */
    gsize left;
} AmrArena;

void amr_arena_init(AmrArena *arena);
void amr_arena_clear(AmrArena *arena);
/* @size bytes that stay where they are until amr_arena_clear(); not aligned. */
guint8 *amr_arena_take(AmrArena *arena, gsize size);

/* The folded product of two words: cheap, and every bit of both reaches every bit of the result.
 * With a secret seed nobody can aim at a collision from within a log. */
static inline guint64
amr_hash_fold(guint64 a, guint64 b)
{
#ifdef __SIZEOF_INT128__
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (guint64)product ^ (guint64)(product >> 64);
#else
    const guint64 product = a * b;
    return (product ^ product >> 29 ^ a >> 32) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
#endif
}

/* Mixes @data into @hash; begin with a random seed of the table's own. */
guint64 amr_hash_bytes(guint64 hash, const void *data, gsize len);
/* The same for a number. */
guint64 amr_hash_number(guint64 hash, guint64 number);

/* Numbers for strings: 1 and up, 0 for "not held". */
typedef struct {
    AmrArena *arena; /* borrowed */
    guint64 seed;
    guint limit;     /* the most strings held */
    GArray *strings; /* of AmrBytes */
    guint32 *slots;  /* open addressing */
    guint mask;
} AmrIntern;

void amr_intern_init(AmrIntern *intern, AmrArena *arena, guint64 seed, guint limit);
void amr_intern_clear(AmrIntern *intern);
/* The number of @bytes, entered if it is new; 0 if there is no room for a new one. */
guint32 amr_intern_add(AmrIntern *intern, AmrBytes bytes);
/* @number must be one that was given out. */
AmrBytes amr_intern_get(const AmrIntern *intern, guint32 number);

G_END_DECLS
#endif
