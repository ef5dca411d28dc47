/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/memo.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/denial/arena.h"

enum {
    SETS = 4096,
    WAYS = 4,
    TEXT_MAX = 512,          /* of one record's fields */
    TEXTS = 2 * 1024 * 1024, /* of all that are remembered, in bytes */
    DIGITS_MAX = 9,          /* that fit a pid without a look */
    LINE = 64,               /* that the processor fetches at once, in bytes */
};

/* One record that is remembered; both parts of its text follow. */
typedef struct {
    guint64 hash;
    guint32 before, after; /* their lengths */
    AmrOccurrence occurrence;
} Held;

/* Where a record is held, with a few bits of its hash: so most others need not be looked at. The
 * place counts all bytes ever written, so that one that was overwritten since can be told. */
typedef struct {
    guint64 place[WAYS];
} Set;

enum {
    TAG_BITS = 16
};

struct AmrMemo {
    AmrStore *store;
    guint64 seed;
    char *texts; /* a ring */
    guint64 end; /* how many bytes were ever written, and one round besides: 0 is no place */
    Set *sets;
};

AmrMemo *
amr_memo_new(AmrStore *store)
{
    AmrMemo *memo = g_new0(AmrMemo, 1);
    memo->store = store;
    memo->seed = (guint64)g_random_int() << 32 | g_random_int();
    memo->texts = g_malloc(TEXTS);
    memo->end = TEXTS;
    memo->sets = g_new0(Set, SETS);
    return memo;
}

void
amr_memo_free(AmrMemo *memo)
{
    if (!memo)
        return;
    g_free(memo->sets);
    g_free(memo->texts);
    g_free(memo);
}

/* ---- a record's text ------------------------------------------------------------------------- */

static const char pid_key[] = " pid=";

#ifdef __SSE2__
/* The places among the 16 from @at on where the key could stand, by three bytes of it. */
static inline unsigned
pid_hits(const char *at)
{
    const __m128i blank = _mm_loadu_si128((const __m128i_u *)at);
    const __m128i p = _mm_loadu_si128((const __m128i_u *)(at + 1));
    const __m128i equal = _mm_loadu_si128((const __m128i_u *)(at + 4));
    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_and_si128(_mm_cmpeq_epi8(blank, _mm_set1_epi8(' ')),
                                    _mm_cmpeq_epi8(p, _mm_set1_epi8('p'))),
                      _mm_cmpeq_epi8(equal, _mm_set1_epi8('='))));
}
#endif

/* Behind the first pid= of @text; NULL if there is none. */
static const char *
find_pid(const char *text, gsize len)
{
    const char *found;
#ifdef __SSE2__
    gsize i = 0;
    for (; i + 16 + 4 <= len; i += 16) {
        for (unsigned hits = pid_hits(text + i); hits != 0; hits &= hits - 1) {
            found = text + i + __builtin_ctz(hits);
            if (memcmp(found, pid_key, strlen(pid_key)) == 0)
                return found + strlen(pid_key);
        }
    }
    text += i;
    len -= i;
#endif
    found = memmem(text, len, pid_key, strlen(pid_key));
    return found ? found + strlen(pid_key) : NULL;
}

/* Every 16 bytes by themselves, so that the processor need not wait for one product to begin the
 * next. Equal hashes prove nothing here: the bytes are compared. */
static guint64
hash_part(guint64 seed, const char *at, gsize len)
{
    guint64 hash = len, a = 0, b = 0;

    for (gsize left = len; left > 0;) {
        const gsize n = MIN(left, 16);
        if (n == 16) {
            memcpy(&a, at, 8);
            memcpy(&b, at + 8, 8);
        } else if (len >= 16) { /* the last 16, some of them a second time */
            memcpy(&a, at + n - 16, 8);
            memcpy(&b, at + n - 8, 8);
        } else {
            char bytes[16] = {0};
            memcpy(bytes, at, n);
            memcpy(&a, bytes, 8);
            memcpy(&b, bytes + 8, 8);
        }
        seed += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
        hash += amr_hash_fold(a ^ seed, b ^ ~seed);
        at += n;
        left -= n;
    }
    return hash;
}

/* One that is long enough to have been cut says more by its length than by its bytes. */
static gboolean
is_served(const AmrHead *head)
{
    return head->body.len <= TEXT_MAX && head->printed + head->body.len < AMR_RECORD_CUT_MIN &&
           head->node.off == 0 && !head->nested && head->verdict == AMR_VERDICT_UNKNOWN;
}

static inline Set *
set_of(const AmrMemo *memo, guint64 hash)
{
    return &memo->sets[hash % SETS];
}

void
amr_memo_read(const AmrMemo *memo, const AmrHead *head, const char *block, AmrMemoText *text)
{
    const char *pid, *at, *end;

    *text = (AmrMemoText){.text = block + head->body.off};
    if (!is_served(head))
        return;
    text->len = text->before = text->after = head->body.len;
    end = text->text + text->len;
    pid = find_pid(text->text, text->len);
    if (pid) {
        for (at = pid; at < end && at - pid < DIGITS_MAX && *at >= '0' && *at <= '9'; at++)
            text->pid = text->pid * 10 + (guint32)(*at - '0');
        text->before = (guint32)(pid - text->text);
        text->after = (guint32)(at - text->text);
        if (at == pid) { /* something else than digits, or nothing: another record */
            text->len = 0;
            return;
        }
    }
    text->hash = hash_part(memo->seed, text->text, text->before) ^
                 hash_part(~memo->seed, text->text + text->after, text->len - text->after);
    __builtin_prefetch(set_of(memo, text->hash));
}

/* ---- finding and keeping --------------------------------------------------------------------- */

static inline guint64
tag_of(guint64 hash)
{
    return hash >> (64 - TAG_BITS);
}

/* What is held at @place, if that may be what hashes to @hash. */
static inline const Held *
held_at(const AmrMemo *memo, guint64 place, guint64 hash)
{
    const guint64 at = place >> TAG_BITS;
    if ((place & ((1 << TAG_BITS) - 1)) != tag_of(hash) || at == 0 || memo->end - at > TEXTS)
        return NULL;
    return (const Held *)(const void *)(memo->texts + at % TEXTS);
}

void
amr_memo_expect(const AmrMemo *memo, const AmrMemoText *text)
{
    const Set *set = set_of(memo, text->hash);

    for (gsize i = 0; i < WAYS; i++) {
        const Held *held = held_at(memo, set->place[i], text->hash);
        if (!held)
            continue;
        for (gsize at = 0; at < sizeof *held + text->len; at += LINE)
            __builtin_prefetch((const char *)held + at);
    }
}

static inline gboolean
is_text(const Held *held, const AmrMemoText *text)
{
    const char *bytes = (const char *)(held + 1);
    return held->hash == text->hash && held->before == text->before &&
           held->after == text->len - text->after && memcmp(bytes, text->text, held->before) == 0 &&
           memcmp(bytes + held->before, text->text + text->after, held->after) == 0;
}

gboolean
amr_memo_find(const AmrMemo *memo, const AmrMemoText *text, const AmrHead *head,
              AmrOccurrence *occurrence)
{
    const Set *set = set_of(memo, text->hash);

    if (text->len == 0)
        return FALSE;
    for (gsize i = 0; i < WAYS; i++) {
        const Held *held = held_at(memo, set->place[i], text->hash);
        /* What was folded away since is none any more, but may be there anew. */
        if (!held || !is_text(held, text) || !amr_store_get(memo->store, held->occurrence.id))
            continue;
        *occurrence = held->occurrence;
        occurrence->time = amr_event_time(head);
        occurrence->serial = head->serial;
        occurrence->pid = text->pid;
        return TRUE;
    }
    return FALSE;
}

/* Whether the digits that were left out are the pid, and all of it. */
static gboolean
is_pid(const AmrMemoText *text, const AmrRecord *record, const char *block)
{
    const AmrSpan pid = record->field[AMR_FIELD_PID];

    if (!amr_record_has(record, AMR_FIELD_PID))
        return text->before == text->len;
    return text->after > text->before && block + pid.off == text->text + text->before &&
           pid.len == text->after - text->before && (record->quoted >> AMR_FIELD_PID & 1) == 0;
}

/* Room for @size bytes in one piece. */
static guint64
take_room(AmrMemo *memo, gsize size)
{
    guint64 at = memo->end;
    if (at % TEXTS + size > TEXTS)
        at += TEXTS - at % TEXTS;
    memo->end = at + size;
    return at;
}

/* The place that is free, or was overwritten, or else was taken first. */
static guint64 *
oldest_place(Set *set)
{
    guint64 *oldest = &set->place[0];
    for (gsize i = 1; i < WAYS; i++) {
        if (set->place[i] >> TAG_BITS < *oldest >> TAG_BITS)
            oldest = &set->place[i];
    }
    return oldest;
}

void
amr_memo_keep(AmrMemo *memo, const AmrMemoText *text, const AmrRecord *record, const char *block,
              AmrDenialId id)
{
    const guint32 after = text->len - text->after, size = text->before + after;
    const gsize align = G_ALIGNOF(Held);
    const AmrDenial *denial;
    guint64 at;
    Held *held;
    char *bytes;

    if (text->len == 0)
        return;
    denial = amr_store_get(memo->store, id);
    if (!denial || denial->count < 2 || denial->folded > 0 || !is_pid(text, record, block))
        return;
    at = take_room(memo, (sizeof *held + size + align - 1) / align * align);
    held = (Held *)(void *)(memo->texts + at % TEXTS);
    *held = (Held){.hash = text->hash, .before = text->before, .after = after};
    (void)amr_store_last(memo->store, id, &held->occurrence);
    bytes = (char *)(held + 1);
    memcpy(bytes, text->text, text->before);
    memcpy(bytes + text->before, text->text + text->after, after);
    *oldest_place(set_of(memo, text->hash)) = at << TAG_BITS | tag_of(text->hash);
}
