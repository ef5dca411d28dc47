/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/arena.h"

#include <string.h>

enum {
    BLOCK = 64 * 1024,
    FIRST_SLOTS = 64
};

void
amr_arena_init(AmrArena *arena)
{
    *arena = (AmrArena){.blocks = g_ptr_array_new_with_free_func(g_free)};
}

void
amr_arena_clear(AmrArena *arena)
{
    g_clear_pointer(&arena->blocks, g_ptr_array_unref);
    arena->at = NULL;
    arena->left = 0;
}

guint8 *
amr_arena_take(AmrArena *arena, gsize size)
{
    guint8 *bytes;

    if (size > BLOCK / 8) {
        bytes = g_malloc(size);
        g_ptr_array_add(arena->blocks, bytes);
        return bytes;
    }
    if (size > arena->left) {
        arena->at = g_malloc(BLOCK);
        arena->left = BLOCK;
        g_ptr_array_add(arena->blocks, arena->at);
    }
    bytes = arena->at;
    arena->at += size;
    arena->left -= size;
    return bytes;
}

guint64
amr_hash_number(guint64 hash, guint64 number)
{
    return amr_hash_fold(hash ^ number ^ G_GUINT64_CONSTANT(0x9e3779b97f4a7c15),
                         G_GUINT64_CONSTANT(0xd6e8feb86659fd93) ^ hash >> 32);
}

/* The last one to eight bytes as a number; their count goes into the hash besides. */
static guint64
tail(const guint8 *at, gsize len)
{
    guint64 word = 0;
    guint32 first = 0, last = 0;

    if (len == 8) {
        memcpy(&word, at, 8);
        return word;
    }
    if (len >= 4) { /* the two halves overlap */
        memcpy(&first, at, 4);
        memcpy(&last, at + len - 4, 4);
        return (guint64)first << 32 | last;
    }
    if (len > 0)
        word = (guint64)at[0] << 16 | (guint64)at[len / 2] << 8 | at[len - 1];
    return word;
}

guint64
amr_hash_bytes(guint64 hash, const void *data, gsize len)
{
    const guint8 *at = data;
    const gsize whole = len;
    guint64 word = 0;

    for (; len > 8; at += 8, len -= 8) {
        memcpy(&word, at, 8);
        hash = amr_hash_number(hash, word);
    }
    return amr_hash_number(hash ^ (guint64)whole << 56 ^ whole, tail(at, len));
}

void
amr_intern_init(AmrIntern *intern, AmrArena *arena, guint64 seed, guint limit)
{
    *intern = (AmrIntern){
        .arena = arena,
        .seed = seed,
        .limit = limit,
        .strings = g_array_new(FALSE, FALSE, sizeof(AmrBytes)),
        .slots = g_new0(guint32, FIRST_SLOTS),
        .mask = FIRST_SLOTS - 1,
    };
}

void
amr_intern_clear(AmrIntern *intern)
{
    g_clear_pointer(&intern->strings, g_array_unref);
    g_clear_pointer(&intern->slots, g_free);
}

AmrBytes
amr_intern_get(const AmrIntern *intern, guint32 number)
{
    return g_array_index(intern->strings, AmrBytes, number - 1);
}

static guint
find(const AmrIntern *intern, AmrBytes bytes)
{
    guint slot = (guint)amr_hash_bytes(intern->seed, bytes.data, bytes.len) & intern->mask;
    for (; intern->slots[slot] != 0; slot = (slot + 1) & intern->mask) {
        const AmrBytes held = amr_intern_get(intern, intern->slots[slot]);
        if (held.len == bytes.len && (bytes.len == 0 || !memcmp(held.data, bytes.data, bytes.len)))
            break;
    }
    return slot;
}

static void
grow(AmrIntern *intern)
{
    g_free(intern->slots);
    intern->mask = intern->mask * 2 + 1;
    intern->slots = g_new0(guint32, intern->mask + 1);
    for (guint32 number = 1; number <= intern->strings->len; number++)
        intern->slots[find(intern, amr_intern_get(intern, number))] = number;
}

guint32
amr_intern_add(AmrIntern *intern, AmrBytes bytes)
{
    guint slot = find(intern, bytes);
    AmrBytes copy = {"", 0};

    if (intern->slots[slot] != 0)
        return intern->slots[slot];
    if (intern->strings->len >= intern->limit)
        return 0;
    if (bytes.len > 0) {
        guint8 *data = amr_arena_take(intern->arena, bytes.len);
        memcpy(data, bytes.data, bytes.len);
        copy = (AmrBytes){(const char *)data, bytes.len};
    }
    g_array_append_val(intern->strings, copy);
    intern->slots[slot] = intern->strings->len;
    if (intern->strings->len > intern->mask / 2)
        grow(intern);
    return intern->strings->len;
}
