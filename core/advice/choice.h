/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where denials can be read from on this system, what is used of it, and why. The same denial from
 * two sources is counted once (core/source), so the choice may take two that overlap: one for the
 * past, one that is faster or loses less.
 */
#ifndef AMR_ADVICE_CHOICE_H
#define AMR_ADVICE_CHOICE_H

#include "core/source/ingest.h"

G_BEGIN_DECLS

/* X(NAME, word): what became of a source that was considered. */
#define AMR_CHOICE_STATES(X)                                                     \
    X(USED, "used")                                                              \
    X(SPARE, "spare")       /* could be read; another that holds more is used */ \
    X(REFUSED, "refused")   /* is there, and may not be read */                  \
    X(ABSENT, "absent")     /* is not there */                                   \
    X(LEFT_OUT, "left out") /* not of this target, or not in this build */

typedef enum {
    AMR_CHOICE_UNKNOWN,
#define AMR_CHOICE_ENUM(name, word) AMR_CHOICE_##name,
    AMR_CHOICE_STATES(AMR_CHOICE_ENUM)
#undef AMR_CHOICE_ENUM
} AmrChoiceState;

const char *amr_choice_state_word(AmrChoiceState state);

/* One source that was considered. */
typedef struct {
    AmrSourceKind kind;
    const char *name; /* what it is called: "var/log/audit/audit.log", below the root, for a file;
                         "audit netlink", "journal", "/dev/kmsg" */
    const char *short_name; /* for the status line: "audit.log", "netlink", "journal", "kmsg" */
    const char *holds;      /* what it is worth: "all that the kernel's backlog let through" */
    AmrChoiceState state;
    gboolean complete;   /* it is known to hold all that the kernel's backlog lets through */
    gboolean asked;      /* for by its name */
    gboolean lent;       /* we may not read it; the opener's lender does it for us */
    gboolean past, live; /* what it is used for; both FALSE unless USED */
    char *place;         /* of the journal: its directory below the root; else NULL */
    gint64 written;      /* microseconds since the epoch; 0: unknown */
    char *reason;        /* why that state, display form; never NULL */
    char *remedy;        /* the one step that would give it, display form; NULL: none is needed */
} AmrChoiceSource;

typedef struct {
    GArray *sources;       /* of AmrChoiceSource, the one that holds most first */
    const char *why_stale; /* why auditd's log does not hold what was denied last; NULL: it does */
} AmrChoice;

/* Looks at what there is: opens and closes each source, reads none. With @follow live sources are
 * wanted too, else the past alone. Never NULL; nothing may be USED. */
AmrChoice *amr_choice_new(const AmrTarget *target, AmrOpener *opener, gboolean follow);
/* The same, but what is used is @only: short names, whether or not others hold more; what may not
 * be read of it stays REFUSED. Names that are none are passed over. */
AmrChoice *amr_choice_new_only(const AmrTarget *target, AmrOpener *opener, gboolean follow,
                               const char *const *only);
/* The @n-th of these names; NULL behind the last. */
const char *amr_choice_name(guint n);
gboolean amr_choice_is_name(const char *short_name);
void amr_choice_free(AmrChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrChoice, amr_choice_free)

/* What of @choice is there to be lent: an array of AMR_LEND_SOURCE, floating. */
GVariant *amr_choice_lend(const AmrChoice *choice);

/* Adds what is USED to @ingest; returns how many. */
guint amr_choice_add(const AmrChoice *choice, AmrIngest *ingest, gboolean follow);

/* "audit.log + netlink"; "" where nothing is used. The caller frees. */
char *amr_choice_summary(const AmrChoice *choice);
/* Where nothing is used: which were looked at and what stood in the way of each, in one line. The
 * caller frees. */
char *amr_choice_why_none(const AmrChoice *choice);
/* Whether something is used that is known to hold all. */
gboolean amr_choice_is_complete(const AmrChoice *choice);
/* The best remedy: that of the first source that would give more than what is used; NULL if there
 * is none, or what is used holds all. Borrowed. */
const char *amr_choice_remedy(const AmrChoice *choice);

G_END_DECLS
#endif
