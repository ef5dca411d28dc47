/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/wildcard.h"

#include <string.h>

/* A token is a byte, or one of these; SET + n is the n-th set. */
enum {
    ANY = 256,
    STAR,
    SET,
};

typedef struct {
    guint32 bits[8];
} ByteSet;

struct AmrWildcard {
    gboolean fold;
    GArray *tokens; /* of guint32 */
    GArray *sets;   /* of ByteSet */
};

static void
add_token(AmrWildcard *wildcard, guint32 token)
{
    const guint len = wildcard->tokens->len;
    /* Stars in a row are one: fewer places to come back to. */
    if (token == STAR && len > 0 && g_array_index(wildcard->tokens, guint32, len - 1) == STAR)
        return;
    g_array_append_val(wildcard->tokens, token);
}

static void
set_add(ByteSet *set, guint byte)
{
    set->bits[byte / 32] |= 1u << byte % 32;
}

static gboolean
set_has(const ByteSet *set, guint byte)
{
    return (set->bits[byte / 32] >> byte % 32 & 1) != 0;
}

static void
set_add_range(ByteSet *set, guint first, guint last, gboolean fold)
{
    for (guint byte = first; byte <= last; byte++) {
        set_add(set, byte);
        if (fold) {
            set_add(set, (guchar)g_ascii_tolower((gchar)byte));
            set_add(set, (guchar)g_ascii_toupper((gchar)byte));
        }
    }
}

/* The set that opens at @at; where it ends, or 0 if it does not: then it is a literal [. */
static gsize
add_set(AmrWildcard *wildcard, AmrBytes pattern, gsize at)
{
    const guchar *byte = (const guchar *)pattern.data;
    ByteSet set = {{0}};
    gsize i = at + 1;
    gboolean negated = FALSE;

    if (i < pattern.len && (byte[i] == '!' || byte[i] == '^')) {
        negated = TRUE;
        i++;
    }
    for (gsize first = i; i < pattern.len && (byte[i] != ']' || i == first); i++) {
        guint last = byte[i];
        const guint begin = last;
        if (i + 2 < pattern.len && byte[i + 1] == '-' && byte[i + 2] != ']') {
            last = byte[i + 2];
            i += 2;
        }
        set_add_range(&set, begin, last, wildcard->fold);
    }
    if (i >= pattern.len)
        return 0;
    for (guint word = 0; negated && word < G_N_ELEMENTS(set.bits); word++)
        set.bits[word] = ~set.bits[word];
    add_token(wildcard, SET + wildcard->sets->len);
    g_array_append_val(wildcard->sets, set);
    return i;
}

static guint32
fold_byte(const AmrWildcard *wildcard, char byte)
{
    return (guchar)(wildcard->fold ? g_ascii_tolower(byte) : byte);
}

AmrWildcard *
amr_wildcard_new(AmrBytes pattern, guint flags)
{
    AmrWildcard *wildcard = g_new0(AmrWildcard, 1);
    gboolean plain = TRUE, sets = TRUE;

    wildcard->fold = (flags & AMR_WILDCARD_FOLD) != 0;
    wildcard->tokens = g_array_new(FALSE, FALSE, sizeof(guint32));
    wildcard->sets = g_array_new(FALSE, FALSE, sizeof(ByteSet));
    for (gsize i = 0; i < pattern.len; i++) {
        const char byte = pattern.data[i];
        const gsize end = byte == '[' && sets ? add_set(wildcard, pattern, i) : 0;
        if (byte == '[' && end == 0)
            sets = FALSE; /* no ] follows: none will close a later one */
        plain = plain && end == 0 && byte != '*' && byte != '?';
        if (end > 0)
            i = end;
        else if (byte == '*')
            add_token(wildcard, STAR);
        else
            add_token(wildcard, byte == '?' ? ANY : fold_byte(wildcard, byte));
    }
    if (plain && (flags & AMR_WILDCARD_ANYWHERE) != 0) {
        const guint32 star = STAR;
        g_array_prepend_val(wildcard->tokens, star);
        add_token(wildcard, STAR);
    }
    return wildcard;
}

void
amr_wildcard_free(AmrWildcard *wildcard)
{
    if (!wildcard)
        return;
    g_array_unref(wildcard->tokens);
    g_array_unref(wildcard->sets);
    g_free(wildcard);
}

static gboolean
takes(const AmrWildcard *wildcard, guint32 token, char byte)
{
    if (token >= SET)
        return set_has(&g_array_index(wildcard->sets, ByteSet, token - SET), (guchar)byte);
    return token == ANY || token == fold_byte(wildcard, byte);
}

gboolean
amr_wildcard_match(const AmrWildcard *wildcard, AmrBytes value)
{
    const guint32 *tokens = (const guint32 *)(const void *)wildcard->tokens->data;
    const guint n = wildcard->tokens->len;
    guint token = 0, after_star = 0;
    gsize at = 0, retry = 0;

    /* Only the last star need ever give back: what stands before it was matched as early as could
     * be, and nothing is gained by matching it later. */
    while (at < value.len) {
        if (token < n && tokens[token] == STAR) {
            after_star = ++token;
            retry = at;
        } else if (token < n && takes(wildcard, tokens[token], value.data[at])) {
            token++;
            at++;
        } else if (after_star > 0) {
            token = after_star;
            at = ++retry;
        } else {
            return FALSE;
        }
        if (after_star == n && after_star > 0)
            return TRUE; /* a star at the end takes all that is left */
    }
    while (token < n && tokens[token] == STAR)
        token++;
    return token == n;
}
