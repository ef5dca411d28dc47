/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/probe.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define NEEDLE_LEN 4

static inline uint32_t
four_bytes(const char *at)
{
    uint32_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static inline bool
is_needle(const char *at)
{
    const uint32_t bytes = four_bytes(at);
#define TEST(needle) || bytes == four_bytes(needle)
    return false AMR_PROBE_NEEDLES(TEST);
#undef TEST
}

size_t
amr_probe_next_plain(const char *block, size_t from, size_t size)
{
    for (size_t i = from; i + NEEDLE_LEN <= size; i++) {
        if (is_needle(block + i))
            return i;
    }
    return size;
}

#if defined(__x86_64__) && defined(__SSE2__)
#include <immintrin.h>

/* The first of the places in @hits, bits from @at on, that is a needle; NULL if there is none. */
static inline const char *
first_needle(const char *at, uint64_t hits)
{
    for (; hits != 0; hits &= hits - 1) {
        const char *place = at + __builtin_ctzll(hits);
        if (is_needle(place))
            return place;
    }
    return NULL;
}

/* ---- 16 bytes at once, by the first and the last byte of each needle ------------------------- */

static inline uint32_t
hits_16(const char *at)
{
    const __m128i first = _mm_loadu_si128((const __m128i_u *)at);
    const __m128i last = _mm_loadu_si128((const __m128i_u *)(at + 3));
    __m128i hits = _mm_setzero_si128();

#define TEST(needle)                                                                           \
    hits = _mm_or_si128(hits, _mm_and_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8((needle)[0])), \
                                            _mm_cmpeq_epi8(last, _mm_set1_epi8((needle)[3]))));
    AMR_PROBE_NEEDLES(TEST)
#undef TEST
    return (uint32_t)_mm_movemask_epi8(hits);
}

static size_t
next_sse2(const char *block, size_t from, size_t size)
{
    size_t i = from;
    for (; i + 16 + 3 <= size; i += 16) {
        const uint32_t hits = hits_16(block + i);
        const char *needle = hits != 0 ? first_needle(block + i, hits) : NULL;
        if (needle)
            return (size_t)(needle - block);
    }
    return amr_probe_next_plain(block, i, size);
}

/* A bit for each needle. */
enum {
    PARM = 1,
    UPPER = 2, /* PARM */
    E15 = 4,
    N15 = 8,
    LOS = 16,
    KSS = 32,
    KLOG = 64
};

/* ---- 64 bytes at once, the same ---------------------------------------------------------------
 */

/* Which needles each half of a byte could belong to: a byte can be the needle's if both its halves
 * have the bit. Bytes from 0x80 on find nothing, as the shuffle has it. */
typedef struct {
    uint8_t low[16], high[16];
} Halves;

/* p, P, e, N, _, k */
static const Halves first_byte = {
    .low = {[0x0] = PARM | UPPER, [0x5] = E15, [0xb] = KLOG | KSS, [0xe] = N15, [0xf] = LOS},
    .high = {[0x4] = N15, [0x5] = UPPER | LOS, [0x6] = E15 | KLOG | KSS, [0x7] = PARM},
};
/* m, M, 5, s, g */
static const Halves last_byte = {
    .low = {[0x3] = LOS | KSS, [0x5] = E15 | N15, [0x7] = KLOG, [0xd] = PARM | UPPER},
    .high = {[0x3] = E15 | N15, [0x4] = UPPER, [0x6] = PARM | KLOG, [0x7] = LOS | KSS},
};

typedef struct {
    __m256i low, high;
} Tables;

__attribute__((target("avx2"))) static inline Tables
load_tables(const Halves *halves)
{
    return (Tables){
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)halves->low)),
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)halves->high)),
    };
}

/* Which needles each of 32 bytes could belong to. */
__attribute__((target("avx2"))) static inline __m256i
look_up(const Tables *tables, const char *at)
{
    const __m256i bytes = _mm256_loadu_si256((const __m256i_u *)at);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
    return _mm256_and_si256(_mm256_shuffle_epi8(tables->low, bytes),
                            _mm256_shuffle_epi8(tables->high, high));
}

__attribute__((target("avx2"))) static inline uint32_t
not_zero(__m256i bytes)
{
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
}

__attribute__((target("avx2"))) static size_t
next_avx2(const char *block, size_t from, size_t size)
{
    const Tables first = load_tables(&first_byte), last = load_tables(&last_byte);
    size_t i = from;

    for (; i + 64 + 3 <= size; i += 64) {
        const char *at = block + i;
        const __m256i left = _mm256_and_si256(look_up(&first, at), look_up(&last, at + 3));
        const __m256i right = _mm256_and_si256(look_up(&first, at + 32), look_up(&last, at + 35));
        const __m256i both = _mm256_or_si256(left, right);
        const char *needle;
        if (_mm256_testz_si256(both, both))
            continue;
        needle = first_needle(at, not_zero(left) | (uint64_t)not_zero(right) << 32);
        if (needle)
            return (size_t)(needle - block);
    }
    return next_sse2(block, i, size);
}

/* ---- 64 bytes at once, by three bytes of each, where one look does for a byte -----------------
 */

/* By byte, less its highest bit: what that lets pass is_needle() stops. */
static const uint8_t first_of[128] = {
    ['p'] = PARM, ['P'] = UPPER, ['e'] = E15, ['N'] = N15, ['_'] = LOS, ['k'] = KLOG | KSS};
static const uint8_t second_of[128] = {
    ['a'] = PARM, ['A'] = UPPER, ['='] = E15, ['['] = N15, ['l'] = LOS | KLOG, ['s'] = KSS};
static const uint8_t last_of[128] = {
    ['m'] = PARM, ['M'] = UPPER, ['5'] = E15 | N15, ['s'] = LOS | KSS, ['g'] = KLOG};

#define WITH_VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

typedef struct {
    __m512i low, high;
} WideTable;

WITH_VBMI static inline WideTable
load_wide(const uint8_t *table)
{
    return (WideTable){_mm512_loadu_si512(table), _mm512_loadu_si512(table + 64)};
}

WITH_VBMI static inline __m512i
look_up_wide(const WideTable *table, const char *at)
{
    return _mm512_permutex2var_epi8(table->low, _mm512_loadu_si512(at), table->high);
}

WITH_VBMI static size_t
next_vbmi(const char *block, size_t from, size_t size)
{
    const WideTable first = load_wide(first_of), second = load_wide(second_of),
                    last = load_wide(last_of);
    size_t i = from;

    for (; i + 64 + 3 <= size; i += 64) {
        const char *at = block + i;
        const __m512i both =
            _mm512_and_si512(look_up_wide(&first, at), look_up_wide(&second, at + 1));
        const uint64_t hits = _mm512_test_epi8_mask(both, look_up_wide(&last, at + 3));
        const char *needle = hits != 0 ? first_needle(at, hits) : NULL;
        if (needle)
            return (size_t)(needle - block);
    }
    return next_sse2(block, i, size);
}

static inline bool
has_vbmi(void)
{
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi");
}

size_t
amr_probe_next(const char *block, size_t from, size_t size)
{
    if (has_vbmi())
        return next_vbmi(block, from, size);
    return __builtin_cpu_supports("avx2") ? next_avx2(block, from, size)
                                          : next_sse2(block, from, size);
}

size_t
amr_probe_list(AmrProbe probes[AMR_PROBES])
{
    size_t n = 0;
    probes[n++] = amr_probe_next_plain;
    probes[n++] = next_sse2;
    if (__builtin_cpu_supports("avx2"))
        probes[n++] = next_avx2;
    if (has_vbmi())
        probes[n++] = next_vbmi;
    return n;
}

#else

size_t
amr_probe_next(const char *block, size_t from, size_t size)
{
    return amr_probe_next_plain(block, from, size);
}

size_t
amr_probe_list(AmrProbe probes[AMR_PROBES])
{
    probes[0] = amr_probe_next_plain;
    return 1;
}

#endif
