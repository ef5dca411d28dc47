/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which denials are meant: words that all must match. `!` before a word negates it.
 *
 *   profile: op: class: path: mask: comm: uid: host: verdict: state:
 *            the whole value, with the wildcards of core/denial/wildcard.h
 *   since:   the last occurrence is not older; see core/denial/since.h. What has no time is never
 *            since
 *   other    stands anywhere in the profile's name, the operation, what was acted on or comm; one
 *            with wildcards matches the whole of one of them. ASCII letters of either case are one
 *
 * Values are compared as bytes, as they were decoded, not as they are shown. A word whose colon
 * comes after something that can be no key (":ns:name", "/a:b") has none.
 */
#ifndef AMR_DENIAL_FILTER_H
#define AMR_DENIAL_FILTER_H

#include "core/base/clock.h"
#include "core/denial/since.h"
#include "core/denial/store.h"

G_BEGIN_DECLS

/* X(NAME, key, help) */
#define AMR_FILTER_KEYS(X)                                                    \
    X(PROFILE, "profile", "the profile's name, alone or as :namespace:name")  \
    X(OP, "op", "the operation: open, exec, capable, ...")                    \
    X(CLASS, "class", "file, capability, network, ...")                       \
    X(PATH, "path", "the file or other path, or a link's or rename's target") \
    X(MASK, "mask", "what was denied: r, wc, send, ...")                      \
    X(COMM, "comm", "the program's own name")                                 \
    X(UID, "uid", "the number of the user who tried (fsuid)")                 \
    X(HOST, "host", "the host, where a log holds those of many")              \
    X(VERDICT, "verdict", "denied, allowed, audit or killed")                 \
    X(STATE, "state", "new, proposed, fixed, came-back or ignored")           \
    X(SINCE, "since", "last seen since " AMR_SINCE_HELP)

typedef enum {
    AMR_FILTER_KEY_NONE, /* a word without key */
#define AMR_FILTER_KEY_ENUM(name, key, help) AMR_FILTER_KEY_##name,
    AMR_FILTER_KEYS(AMR_FILTER_KEY_ENUM)
#undef AMR_FILTER_KEY_ENUM
    AMR_FILTER_KEY_COUNT
} AmrFilterKey;

/* NULL for AMR_FILTER_KEY_NONE. For completion and help. */
const char *amr_filter_key_word(AmrFilterKey key);
const char *amr_filter_key_help(AmrFilterKey key);

typedef struct AmrFilter AmrFilter;

/* @words ends with NULL; none at all match everything. @clock is asked once, now. Fails with
 * AMR_ERROR_PARSE and the word: an unknown key, no value, a time that is none. */
AmrFilter *amr_filter_new(const char *const *words, const AmrClock *clock, GError **error);
/* The words of a line: they stand between blanks, "double quotes" keep blanks (whole words or parts
 * of them) and are taken off. AMR_ERROR_PARSE for a quote that does not close. NULL-terminated. */
char **amr_filter_split(const char *line, GError **error);
/* A filter from one line. */
AmrFilter *amr_filter_read(const char *line, const AmrClock *clock, GError **error);
void amr_filter_free(AmrFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrFilter, amr_filter_free)

/* Whether it has no words: all denials match. */
gboolean amr_filter_is_empty(const AmrFilter *filter);

/* Whether a denial that matches may cease to, or one that does not begin to, as it happens again or
 * its state changes. */
gboolean amr_filter_varies(const AmrFilter *filter);

/* Spans such as since:10m stay where they were when they were read, until they are moved: the @n-th
 * of them (from 0) is so long before @now then, never earlier than before. FALSE: there is none.
 * Else what was last seen from *from on and before *to may match now and not before, or the other
 * way round. */
gboolean amr_filter_move(AmrFilter *filter, guint n, gint64 now, gint64 *from, gint64 *to);

/* @denial may be NULL: then there is no state, and the event's own time is that of since. */
gboolean amr_filter_match(const AmrFilter *filter, const AmrEvent *event, const AmrDenial *denial);

/* Keeps in @ids, in their order, those of @store that match; returns how many. */
guint amr_filter_ids(const AmrFilter *filter, const AmrStore *store, AmrDenialId *ids, guint n);

/* On a command line, where files stand too: whether @argument is a word of a filter. It is if it
 * begins with `!` or has a known key before its first colon. */
gboolean amr_filter_is_word(const char *argument);

G_END_DECLS
#endif
