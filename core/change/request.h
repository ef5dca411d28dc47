/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked for, before it is a plan: one change, as a front end puts it, or as it is handed to
 * who has the rights. It names profiles and changes, never a file: what stands where, the plan
 * finds out from the index and the history of whoever makes it.
 */
#ifndef AMR_CHANGE_REQUEST_H
#define AMR_CHANGE_REQUEST_H

#include "core/change/history.h"

G_BEGIN_DECLS

/* ---- rules of several profiles ----------------------------------------------------------------
 */

typedef struct {
    const GPtrArray *groups; /* AmrRuleGroup, of rulefile.h; borrowed */
    gboolean reload;         /* load what is granted on disk; write nothing */
    AmrPlanPlace place;
    gboolean listed; /* written down before, so that profiles may be gone by now */
} AmrGroupsRequest;

/* As amr_plan_add() and amr_plan_reload(). *left: what is said of the profiles that are gone (char
 * *, display form), also where there is no plan; its notes have it, too. */
AmrPlan *amr_plan_groups(const AmrPlanContext *context, const AmrGroupsRequest *request,
                         GPtrArray **left, GError **error);

/* The rules of @plan (AmrRule, borrowed) that open all of a place that many share: they want a word
 * of their own. None for a reload. */
GPtrArray *amr_plan_broad(const AmrIndex *index, const AmrPlan *plan);

/* ---- the whole --------------------------------------------------------------------------------
 */

typedef struct {
    AmrPlanKind kind;
    char *undoes;         /* of an undo: the change, 16 hex digits; NULL: none */
    char **profiles;      /* of a mode: as typed; of a new profile: the program's path, alone */
    char *rules;          /* of rules and of a load: the text of rulefile.h */
    gboolean add_include; /* where a block has none */
    gboolean inside;      /* into the text of profiles that we made (AMR_PLAN_PLACE_INSIDE) */
    gboolean meant;       /* the word was said for what is dangerous: broad rules, guard.h */
    char *seal;           /* of the plan that was shown (seal.h); NULL: none was */
    char **besides;       /* what loading activates, as it was shown and agreed to; display form */
    gint64 until; /* when it is taken back by itself, microseconds since the epoch; 0: never */
} AmrRequest;

AmrRequest *amr_request_new(AmrPlanKind kind);
AmrRequest *amr_request_copy(const AmrRequest *request);
void amr_request_free(AmrRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRequest, amr_request_free)

#define AMR_REQUEST_TYPE "(ussaayaybbsasbx)"
/* Floating. */
GVariant *amr_request_to_variant(const AmrRequest *request);
/* What is for a while lasts for no longer than this, microseconds. */
#define AMR_REQUEST_LONGEST (G_GINT64_CONSTANT(366) * 24 * 3600 * G_USEC_PER_SEC)
/* Believes nothing: a known kind, bounded lists, an id and a seal that are ones, text that is no
 * longer than a rule file may be. AMR_ERROR_PARSE. */
AmrRequest *amr_request_from_variant(GVariant *variant, GError **error);

/* The plan of @request, made anew in @context (whose id and time are set for the seal, if there is
 * one) from @history, and the same one that was shown, else CHANGED_UNDERNEATH. What each kind may
 * do, and why no more, stands in the code. REFUSED for a broad rule without its word. *left: as
 * above. */
AmrPlan *amr_request_plan(const AmrRequest *request, const AmrPlanContext *context,
                          GPtrArray **left, GError **error);

G_END_DECLS
#endif
