/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/copies.h"

#include <string.h>

#define STAMP "audit("

enum {
    WAYS = 16,
    SETS_FIRST = 256, /* how many are used at first, and at last */
    SETS = 16384,
    WITNESSES = 4,
    MOMENT_MS = 2000, /* how long a text without a stamp is the same */
    ENRICHED = 0x1d
};

/* Who has it, and how often. */
typedef struct {
    guint32 when;             /* milliseconds, of one without a stamp; 0: in the past */
    guint8 source[WITNESSES]; /* plus one; 0: free */
    guint16 seen[WITNESSES];
} Copy;

/* The newest first. */
typedef struct {
    guint64 key[WAYS]; /* of stamp, serial and text; 0: free */
    Copy copy[WAYS];
} Set;

struct AmrCopies {
    guint64 seed; /* so that nobody can choose names that pass for one another */
    guint sets;   /* in use; a power of two */
    guint filled; /* records since they were doubled */
    Set *set;
};

AmrCopies *
amr_copies_new(guint64 seed)
{
    AmrCopies *copies = g_new0(AmrCopies, 1);
    copies->seed = seed;
    copies->sets = SETS_FIRST;
    copies->set = g_new0(Set, SETS);
    return copies;
}

void
amr_copies_free(AmrCopies *copies)
{
    if (!copies)
        return;
    g_free(copies->set);
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

/* ---- the table ---------------------------------------------------------------------------------
 */

static Copy *
insert(Set *set, guint64 key, const Copy *copy)
{
    memmove(set->key + 1, set->key, (WAYS - 1) * sizeof *set->key);
    memmove(set->copy + 1, set->copy, (WAYS - 1) * sizeof *set->copy);
    set->key[0] = key;
    set->copy[0] = *copy;
    return set->copy;
}

static Set *
set_of(const AmrCopies *copies, guint64 key)
{
    return &copies->set[key & (copies->sets - 1)];
}

/* Each set parts in two by the next bit of its keys, in place. */
static void
grow(AmrCopies *copies)
{
    const guint sets = copies->sets;

    copies->sets = 2 * sets;
    copies->filled = 0;
    for (guint i = 0; i < sets; i++) {
        const Set old = copies->set[i];
        memset(&copies->set[i], 0, sizeof old);
        for (guint way = WAYS; way > 0; way--) {
            const guint64 key = old.key[way - 1];
            if (key)
                (void)insert(set_of(copies, key), key, &old.copy[way - 1]);
        }
    }
}

static Copy *
find_or_add(AmrCopies *copies, guint64 key)
{
    Set *set = set_of(copies, key);

    for (guint i = 0; i < WAYS; i++) {
        if (set->key[i] == key)
            return &set->copy[i];
    }
    if (++copies->filled > copies->sets * WAYS / 4 && copies->sets < SETS) {
        grow(copies);
        set = set_of(copies, key);
    }
    return insert(set, key, &(Copy){0});
}

/* Its place among the witnesses; where there is none left, the last one is shared. */
static guint
witness(Copy *copy, guint source)
{
    guint i;
    for (i = 0; i < WITNESSES - 1; i++) {
        if (copy->source[i] == source || copy->source[i] == 0)
            break;
    }
    copy->source[i] = (guint8)source;
    return i;
}

gboolean
amr_copies_take(AmrCopies *copies, const AmrHead *head, const char *block, guint source, gint64 now)
{
    const gboolean stamped = head->stamp_ms != 0 && head->serial != 0;
    guint64 key;
    guint own, most = 0;
    Copy *copy;

    if (head->text.len < strlen(STAMP) || memcmp(block + head->text.off, STAMP, strlen(STAMP)) != 0)
        return FALSE;
    key = mix(mix(copies->seed, stamped ? head->stamp_ms : 0), stamped ? head->serial : 0);
    key = hash_text(key, head, block);
    copy = find_or_add(copies, key ? key : 1);
    if (!stamped) {
        const guint32 ms = (guint32)(now / 1000);
        if (copy->when != ms && ms - copy->when > MOMENT_MS) {
            memset(copy->source, 0, sizeof copy->source);
            memset(copy->seen, 0, sizeof copy->seen);
        }
        copy->when = ms;
    }
    own = witness(copy, source % 255 + 1);
    if (copy->seen[own] < G_MAXUINT16)
        copy->seen[own]++;
    for (guint i = 0; i < WITNESSES; i++) {
        if (i != own)
            most = MAX(most, copy->seen[i]);
    }
    return copy->seen[own] <= most;
}
