/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What answered.c, which judges, and answered_ask.c, which compiles, share. */
#ifndef AMR_CHANGE_ANSWERED_PRIVATE_H
#define AMR_CHANGE_ANSWERED_PRIVATE_H

#include "core/change/answered.h"
#include "core/policy/ask_rules.h"

G_BEGIN_DECLS

/* One change, for one profile that it reaches. */
typedef struct {
    char *change, *profile;
    gint64 loaded;    /* 0: it was not */
    gboolean wanted;  /* a denial asks for its rules */
    GPtrArray *rules; /* AmrRule; none where its record may not be read, or is of an older form */
    GPtrArray *machines; /* AmrAskRule, borrowed: of its rules; NULL: not compiled yet */
} AmrAnswering;

struct AmrAnswered {
    AmrStore *store;
    GPtrArray *all;         /* AmrAnswering, oldest first */
    GHashTable *by_profile; /* profile -> GPtrArray of these, borrowed */
    GHashTable *by_change;  /* change -> the first of these, borrowed */
    GPtrArray *compiled;    /* AmrAskRules: what machines are borrowed from. A rule means what it
                               meant when it was compiled: tunables that change are not followed */
    GHashTable *said;       /* denial -> change: what amr_answered_say() was told */
    GHashTable *answers;    /* change -> GArray of AmrDenialId */
    GHashTable *by_denial;  /* denial -> change, whose string is that of answers */
    GHashTable *stale;      /* denials that were answered before the update, and not judged since */
    AmrDenialId next;       /* to be judged */
};

/* answered.c: all denials, as if nothing had been said of them. */
void amr_answered_judge_again(AmrAnswered *answered);

G_END_DECLS
#endif
