/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/copies.h"

#include <string.h>

enum {
    SETS = 2048,
    WAYS = 4,
    ENRICHED = 0x1d
};

typedef struct {
    guint64 stamp, serial, hash;
    guint32 seen[2]; /* by the audit log, by the kernel's */
} Copy;

typedef struct {
    Copy way[WAYS];
    guint next; /* to be forgotten */
} Set;

struct AmrCopies {
    guint64 seed; /* so that nobody can choose names that pass for one another */
    Set set[SETS];
};

AmrCopies *
amr_copies_new(guint64 seed)
{
    AmrCopies *copies = g_new0(AmrCopies, 1);
    copies->seed = seed;
    return copies;
}

void
amr_copies_free(AmrCopies *copies)
{
    g_free(copies);
}

static guint64
mix(guint64 hash, guint64 word)
{
    hash = (hash ^ word) * G_GUINT64_CONSTANT(0x9fb21c651e98df25);
    return hash ^ hash >> 29;
}

/* Of what stands after the stamp, up to what auditd adds; trailing blanks are lost on the way. */
static guint64
hash_text(guint64 hash, const AmrHead *head, const char *block)
{
    const char *text = block + head->text.off, *end = text + head->text.len;
    const char *close = memchr(text, ')', (size_t)(end - text));
    const char *enriched;

    text = close ? close + 1 : text;
    enriched = memchr(text, ENRICHED, (size_t)(end - text));
    end = enriched ? enriched : end;
    while (text < end && (*text == ':' || *text == ' '))
        text++;
    while (end > text && end[-1] == ' ')
        end--;
    hash = mix(hash, (guint64)(end - text));
    for (; end - text >= 8; text += 8) {
        guint64 word;
        memcpy(&word, text, 8);
        hash = mix(hash, word);
    }
    for (; text < end; text++)
        hash = mix(hash, (guchar)*text);
    return hash;
}

gboolean
amr_copies_take(AmrCopies *copies, const AmrHead *head, const char *block)
{
    const guint log = head->from_kernel ? 1 : 0;
    guint64 hash;
    Set *set;
    Copy *copy;

    if (head->stamp_ms == 0 || head->serial == 0)
        return FALSE;
    hash = hash_text(mix(mix(copies->seed, head->stamp_ms), head->serial), head, block);
    set = &copies->set[hash % SETS];
    for (gsize i = 0; i < WAYS; i++) {
        copy = &set->way[i];
        if (copy->stamp == head->stamp_ms && copy->serial == head->serial && copy->hash == hash) {
            /* A log that has it more often than the other has one more occurrence. */
            copy->seen[log]++;
            return copy->seen[log] <= copy->seen[1 - log];
        }
    }
    copy = &set->way[set->next++ % WAYS];
    *copy = (Copy){.stamp = head->stamp_ms, .serial = head->serial, .hash = hash};
    copy->seen[log] = 1;
    return FALSE;
}
