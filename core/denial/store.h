/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distinct denials of a session: counted, bounded, in stable order.
 *
 * What makes two occurrences one denial: verdict, class, namespace, profile, operation, masks,
 * owner or not, info and error, and what was acted on (name, target, peer, family, type, protocol,
 * capability, addresses, dbus fields, ...). Not: time, serial, pid, comm, fsuid and ouid
 * themselves.
 */
#ifndef AMR_DENIAL_STORE_H
#define AMR_DENIAL_STORE_H

#include "core/base/clock.h"
#include "core/denial/event.h"

G_BEGIN_DECLS

typedef struct AmrStore AmrStore;

/* Stable for the life of the store; ids count up from 1 in the order of first arrival. */
typedef guint32 AmrDenialId;
#define AMR_DENIAL_NONE 0

#define AMR_STORE_LIMIT 262144

/* X(NAME, word, mark): what became of it. */
#define AMR_DENIAL_STATES(X)       \
    X(NEW, "new", ' ')             \
    X(PROPOSED, "proposed", 'p')   \
    X(FIXED, "fixed", '+')         \
    X(CAME_BACK, "came back", '!') \
    X(IGNORED, "ignored", '-')

typedef enum {
    AMR_DENIAL_STATE_UNKNOWN,
#define AMR_DENIAL_STATE_ENUM(name, word, mark) AMR_DENIAL_STATE_##name,
    AMR_DENIAL_STATES(AMR_DENIAL_STATE_ENUM)
#undef AMR_DENIAL_STATE_ENUM
} AmrDenialState;

const char *amr_denial_state_word(AmrDenialState state);
char amr_denial_state_mark(AmrDenialState state);

/* Where the raw record of the last occurrence stands. */
typedef struct {
    guint32 source; /* the number of the source, as ingest gives it */
    guint32 len;
    guint64 offset;
} AmrOrigin;

typedef struct {
    AmrDenialId id;
    AmrDenialState state;
    gint64 first, last; /* microseconds since the epoch, 0 unknown */
    guint32 count;      /* occurrences; stays at G_MAXUINT32 */
    guint32 last_pid;
    guint32 folded; /* for the row that stands for what did not fit: how many were folded in */
    AmrOrigin origin;
} AmrDenial;

/* What differs between the occurrences of one denial. */
typedef struct {
    AmrDenialId id;
    guint32 pid;
    gint64 time; /* microseconds since the epoch, 0 unknown */
    guint64 serial;
    guint32 fsuid, ouid;
    guint32 comm; /* the store's own number for it */
    guint8 known; /* the store's own: which of fsuid and ouid are */
} AmrOccurrence;

/* @limit: the most distinct denials held; 0 for AMR_STORE_LIMIT. When full, new ones of the
 * profile that holds most are folded into one counted row of that profile; a new one of another
 * profile takes the place of the newest of the profile that holds most, which is folded too: its id
 * is then none. Folded rows stand beside the limit, one a profile at most; what belongs to no
 * profile that is held is folded into one row without profile. */
AmrStore *amr_store_new(guint limit);
void amr_store_free(AmrStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrStore, amr_store_free)

/* Counts one occurrence; copies what it keeps, and allocates nothing for a repeat. Only
 * DENIED, ALLOWED, AUDIT and KILLED are kept; others return AMR_DENIAL_NONE. */
AmrDenialId amr_store_add(AmrStore *store, const AmrEvent *event, const AmrOrigin *origin);

/* The last occurrence of @id; FALSE for an id that is none. */
gboolean amr_store_last(const AmrStore *store, AmrDenialId id, AmrOccurrence *occurrence);
/* Counts @occurrence as amr_store_add() would its event. Its id must be held, and of one denial, no
 * folded row; its comm and known as they were in another occurrence of that id. */
void amr_store_repeat(AmrStore *store, const AmrOccurrence *occurrence, const AmrOrigin *origin);

guint amr_store_count(const AmrStore *store);   /* distinct */
guint64 amr_store_total(const AmrStore *store); /* occurrences */
/* The highest id so far; some below it may be none by now. */
AmrDenialId amr_store_newest(const AmrStore *store);
/* Changes with every add and state; a view compares it to know whether it is stale. */
guint64 amr_store_generation(const AmrStore *store);

/* The one that was counted last, a folded row too; NONE before the first. */
AmrDenialId amr_store_latest(const AmrStore *store);

/* What is stamped more than a step of ten seconds after @clock counts for no rate: it would hide
 * what comes until then. It is borrowed and outlives the store. */
void amr_store_set_clock(AmrStore *store, const AmrClock *clock);

/* How many occurrences the minute before @now (microseconds since the epoch) had, by their own
 * stamps; the minute goes in steps of ten seconds. *until (may be NULL): when it becomes less, if
 * nothing comes; 0: it is none. What came while the store is frozen counts too. */
guint amr_store_rate(const AmrStore *store, gint64 now, gint64 *until);
/* The same for each profile that has some: @whose has profile and namespace and nothing else, and
 * is borrowed for the call. */
typedef void (*AmrStoreRate)(const AmrEvent *whose, guint n, gpointer data);
void amr_store_rates(const AmrStore *store, gint64 now, AmrStoreRate each, gpointer data);

/* Borrowed; valid until the next add. NULL for an id that is none. */
const AmrDenial *amr_store_get(const AmrStore *store, AmrDenialId id);
/* Fills @event as of the last occurrence; its bytes are borrowed from the store and live as long
 * as it. FALSE for an id that is none. The folded row has only its profile. Of who it was, pid,
 * fsuid and ouid are kept as numbers and comm as a field; parent, peer_pid, sauid, hostname and exe
 * stand in the raw record only. */
gboolean amr_store_event(const AmrStore *store, AmrDenialId id, AmrEvent *event);
void amr_store_set_state(AmrStore *store, AmrDenialId id, AmrDenialState state);
/* Answered by what was loaded at @since (microseconds since the epoch): FIXED while it stays quiet,
 * CAME_BACK once an occurrence is stamped later, whether it was counted already or comes yet. One
 * without a stamp is as late as it comes, given two seconds to be of before; where the store is
 * younger than @since nothing is known of one that has none, and nothing is set. Any other state
 * ends that. */
void amr_store_set_fixed(AmrStore *store, AmrDenialId id, gint64 since);

/* Until it thaws, a frozen store shows what it held when it froze: what comes is counted as ever,
 * kept back, and folded where there is no room, but never in the place of what is shown. States are
 * set as ever. Only amr_store_last(), which is the reader's of the log, knows what is kept back. */
void amr_store_freeze(AmrStore *store);
void amr_store_thaw(AmrStore *store);
gboolean amr_store_is_frozen(const AmrStore *store);
/* What is kept back: distinct denials that are not shown, and occurrences of any. */
void amr_store_waiting(const AmrStore *store, guint *distinct, guint64 *occurrences);

typedef enum {
    AMR_ORDER_ARRIVAL, /* by id */
    AMR_ORDER_LAST,    /* by last seen, oldest first */
    AMR_ORDER_COUNT,   /* most often first */
    AMR_ORDER_PROFILE, /* namespace, profile, then id */
} AmrOrder;

/* The ids at places first .. first+n-1 of @order; returns how many were written. An order costs
 * nothing until it is first asked for, and is kept up to date from then on. */
/* An order that is asked for the first time is made then, all at once. Who cannot wait for that has
 * @rows more of it made: TRUE, as long as it is not whole. */
gboolean amr_store_prepare(AmrStore *store, AmrOrder order, guint rows);
guint amr_store_window(AmrStore *store, AmrOrder order, guint first, guint n, AmrDenialId *ids);
/* The place of @id in @order; FALSE if there is none. */
gboolean amr_store_place(AmrStore *store, AmrOrder order, AmrDenialId id, guint *place);

G_END_DECLS
#endif
