/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/request.h"

#include <limits.h>
#include <string.h>

#include "core/base/error.h"
#include "core/change/newprofile.h"
#include "core/change/rulefile.h"
#include "core/change/seal.h"
#include "core/policy/risk.h"

#define FORMAT      3
#define ENTRIES_MAX 4096 /* profiles, or lines of what was agreed to */
#define ID_LEN      16

/* ---- rules of several profiles ----------------------------------------------------------------
 */

/* What was written down is asked of the policy as it is now: a profile that is gone by then holds
 * no other up. */
AmrPlan *
amr_plan_groups(const AmrPlanContext *context, const AmrGroupsRequest *request, GPtrArray **left,
                GError **error)
{
    const GPtrArray *groups = request->groups;
    g_autofree AmrPlanRequest *requests = g_new0(AmrPlanRequest, groups->len + 1);
    guint n = groups->len;
    AmrPlan *plan;

    for (guint i = 0; i < n; i++) {
        const AmrRuleGroup *group = groups->pdata[i];
        requests[i] = (AmrPlanRequest){group->profile, group->rules};
    }
    *left = request->listed ? amr_plan_leave_vanished(context, requests, &n)
                            : g_ptr_array_new_with_free_func(g_free);
    plan = request->reload ? amr_plan_reload(context, requests, n, error)
                           : amr_plan_add(context, requests, n, request->place, error);
    for (guint i = 0; plan && i < (*left)->len; i++)
        g_ptr_array_add(plan->notes, g_strdup((*left)->pdata[i]));
    return plan;
}

GPtrArray *
amr_plan_broad(const AmrIndex *index, const AmrPlan *plan)
{
    GPtrArray *broad = g_ptr_array_new();

    for (guint i = 0; plan->kind == AMR_PLAN_ADD && i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        g_autoptr(AmrTunables) tunables = amr_tunables_new(index, part->profile);
        for (guint n = 0; n < part->rules->len; n++)
            if (amr_risk_is_everything(tunables, part->rules->pdata[n]))
                g_ptr_array_add(broad, part->rules->pdata[n]);
    }
    return broad;
}

/* ---- life -------------------------------------------------------------------------------------
 */

AmrRequest *
amr_request_new(AmrPlanKind kind)
{
    AmrRequest *request = g_new0(AmrRequest, 1);

    request->kind = kind;
    return request;
}

AmrRequest *
amr_request_copy(const AmrRequest *request)
{
    AmrRequest *copy = amr_request_new(request->kind);

    copy->undoes = g_strdup(request->undoes);
    copy->profiles = g_strdupv(request->profiles);
    copy->rules = g_strdup(request->rules);
    copy->add_include = request->add_include;
    copy->inside = request->inside;
    copy->meant = request->meant;
    copy->seal = g_strdup(request->seal);
    copy->besides = g_strdupv(request->besides);
    copy->until = request->until;
    return copy;
}

void
amr_request_free(AmrRequest *request)
{
    if (!request)
        return;
    g_free(request->undoes);
    g_strfreev(request->profiles);
    g_free(request->rules);
    g_free(request->seal);
    g_strfreev(request->besides);
    g_free(request);
}

/* ---- as a message -----------------------------------------------------------------------------
 */

static const char *
or_empty(const char *string)
{
    return string ? string : "";
}

GVariant *
amr_request_to_variant(const AmrRequest *request)
{
    static const char *const none[] = {NULL};
    const char *const *profiles = (const char *const *)request->profiles;
    const char *const *besides = (const char *const *)request->besides;

    return g_variant_new("(uss^aay^aybbs^asbx)", (guint)FORMAT, amr_plan_kind_word(request->kind),
                         or_empty(request->undoes), profiles ? profiles : none,
                         or_empty(request->rules), request->add_include, request->meant,
                         or_empty(request->seal), besides ? besides : none, request->inside,
                         request->until);
}

static gboolean
bad(GError **error, const char *what)
{
    return amr_error_set(error, AMR_ERROR_PARSE, "A request that is none: %s", what);
}

static char *
or_null(char *string)
{
    if (string && !string[0])
        g_clear_pointer(&string, g_free);
    return string;
}

static gboolean
is_id(const char *id)
{
    return strlen(id) == ID_LEN && strspn(id, "0123456789abcdef") == ID_LEN;
}

static gboolean
is_new(AmrPlanKind kind)
{
    return kind == AMR_PLAN_NEW || kind == AMR_PLAN_STUB;
}

/* Rules may have one, what is made for a while must. */
static gboolean
has_end(const AmrRequest *request)
{
    if (request->kind == AMR_PLAN_COMPLAIN_FOR)
        return request->until > 0;
    return request->until == 0 || (request->until > 0 && request->kind == AMR_PLAN_ADD);
}

/* Each kind has what it needs, and nothing that it would not look at. */
static gboolean
is_whole(const AmrRequest *request, GError **error)
{
    AmrPlanKind kind = request->kind;
    gboolean rules = kind == AMR_PLAN_ADD || kind == AMR_PLAN_RELOAD;
    gboolean undo = kind == AMR_PLAN_UNDO;

    if (kind == AMR_PLAN_UNKNOWN)
        return bad(error, "an operation that is not known");
    if (undo != (request->undoes != NULL) || (undo && !is_id(request->undoes)))
        return bad(error, "the change to take back");
    if (rules != (request->rules != NULL) || (rules && strlen(request->rules) > AMR_RULEFILE_MAX))
        return bad(error, "the rules");
    if ((!rules && !undo) != (request->profiles && request->profiles[0]))
        return bad(error, "the profiles");
    if (is_new(kind) && (request->profiles[1] || request->profiles[0][0] != '/' ||
                         strlen(request->profiles[0]) >= PATH_MAX))
        return bad(error, "the program");
    if (((request->add_include || request->inside) && kind != AMR_PLAN_ADD) ||
        (request->meant && kind == AMR_PLAN_RELOAD))
        return bad(error, "what holds for rules alone");
    return has_end(request) || bad(error, "the end");
}

/* A bytestring may hold NULs, and end without one: what would be written otherwise than it came
 * is none of ours. */
static gboolean
is_canonical(const AmrRequest *request, GVariant *variant)
{
    g_autoptr(GVariant) again = g_variant_ref_sink(amr_request_to_variant(request));

    return g_variant_equal(again, variant);
}

AmrRequest *
amr_request_from_variant(GVariant *variant, GError **error)
{
    g_autoptr(AmrRequest) request = amr_request_new(AMR_PLAN_UNKNOWN);
    g_autofree char *word = NULL;
    guint version = 0;

    if (!g_variant_is_of_type(variant, G_VARIANT_TYPE(AMR_REQUEST_TYPE)) ||
        !g_variant_is_normal_form(variant)) {
        bad(error, "not of its type");
        return NULL;
    }
    g_autoptr(GVariant) profiles = g_variant_get_child_value(variant, 3);
    g_autoptr(GVariant) besides = g_variant_get_child_value(variant, 8);
    if (g_variant_n_children(profiles) > ENTRIES_MAX ||
        g_variant_n_children(besides) > ENTRIES_MAX) {
        bad(error, "too many entries");
        return NULL;
    }
    g_variant_get_child(variant, 0, "u", &version);
    g_variant_get_child(variant, 1, "s", &word);
    g_variant_get_child(variant, 2, "s", &request->undoes);
    request->profiles = g_variant_dup_bytestring_array(profiles, NULL);
    g_variant_get_child(variant, 4, "^ay", &request->rules);
    g_variant_get_child(variant, 5, "b", &request->add_include);
    g_variant_get_child(variant, 6, "b", &request->meant);
    g_variant_get_child(variant, 7, "s", &request->seal);
    g_variant_get_child(variant, 9, "b", &request->inside);
    g_variant_get_child(variant, 10, "x", &request->until);
    request->besides = g_variant_dup_strv(besides, NULL);
    request->undoes = or_null(request->undoes);
    request->rules = or_null(request->rules);
    request->seal = or_null(request->seal);
    request->kind = amr_plan_kind_of_word(word);
    if (version != FORMAT) {
        bad(error, "of another version");
        return NULL;
    }
    if (request->kind != AMR_PLAN_UNKNOWN && !is_canonical(request, variant)) {
        bad(error, "a NUL in a text, or none at its end");
        return NULL;
    }
    return is_whole(request, error) ? g_steal_pointer(&request) : NULL;
}

/* ---- its plan ---------------------------------------------------------------------------------
 */

typedef AmrPlan *(*Operation)(const AmrRequest *request, const AmrPlanContext *context,
                              GPtrArray **left, GError **error);

/* Safe, for of the text nothing is written but rules that our own reader took apart and printed
 * again, no more than one file of rules holds, into the local file that the profile's own block
 * includes, or into the text of a profile that the history, which root alone writes, says was made
 * by us: the index finds the profile by its name, and the caller names no file. Nothing is removed.
 */
static AmrPlan *
plan_rules(const AmrRequest *request, const AmrPlanContext *context, GPtrArray **left,
           GError **error)
{
    g_autoptr(GPtrArray) groups = amr_rulefile_read(amr_bytes(request->rules), "the request",
                                                    request->kind == AMR_PLAN_RELOAD, error);
    AmrPlanPlace place = (request->add_include ? AMR_PLAN_PLACE_ADD_INCLUDE : 0) |
                         (request->inside ? AMR_PLAN_PLACE_INSIDE : 0);
    AmrGroupsRequest asked = {groups, request->kind == AMR_PLAN_RELOAD, place, TRUE};
    g_autoptr(AmrPlan) plan = groups ? amr_plan_groups(context, &asked, left, error) : NULL;
    g_autoptr(GPtrArray) broad = plan ? amr_plan_broad(context->index, plan) : NULL;

    if (broad && broad->len && !request->meant) {
        amr_error_set(error, AMR_ERROR_REFUSED,
                      "A rule opens more than any program needs, and nobody said that it is meant");
        return NULL;
    }
    return g_steal_pointer(&plan);
}

/* Safe, for it removes only lines that the history, which root alone writes, says were added by
 * that change, and that stand there to the byte. */
static AmrPlan *
plan_undo(const AmrRequest *request, const AmrPlanContext *context, GPtrArray **left,
          GError **error)
{
    const AmrChange *change =
        context->history ? amr_history_find(context->history, request->undoes) : NULL;
    g_autoptr(AmrPlan) done = NULL;

    if (!change) {
        amr_error_set(error, AMR_ERROR_NOT_FOUND, "No change has the id %s", request->undoes);
        return NULL;
    }
    if (!amr_change_may_undo(change, error) ||
        !(done = amr_history_plan(context->history, change, error)))
        return NULL;
    return amr_plan_undo(context, done, error);
}

/* Safe, for it changes the mode of profiles that the index finds by their names, by what the plan
 * of a mode writes and nothing else: no rule, no text of the caller. */
static AmrPlan *
plan_mode(const AmrRequest *request, const AmrPlanContext *context, GPtrArray **left,
          GError **error)
{
    return amr_plan_mode(context, request->kind, (const char *const *)request->profiles, error);
}

/* Safe, for it writes nothing to disk: what is loaded is what root has written, in complain mode;
 * the end is a timer of systemd's, which runs armorer by its own path with the change's id. */
static AmrPlan *
plan_complain_for(const AmrRequest *request, const AmrPlanContext *context, GPtrArray **left,
                  GError **error)
{
    return amr_plan_complain_for(context, (const char *const *)request->profiles, request->until,
                                 error);
}

/* Safe, for all of the text is made here: of the path of a program that is there, is a regular file
 * and may be executed, and to which nothing attaches; the caller says no word of it. The file is a
 * new one, in complain mode or unconfined, and none is overwritten. */
static AmrPlan *
plan_new(const AmrRequest *request, const AmrPlanContext *context, GPtrArray **left, GError **error)
{
    return amr_plan_new_profile(context, request->kind, request->profiles[0], error);
}

/* All that can be asked for. A load (plan_rules, which then reads names alone) writes nothing: what
 * root has written to disk is given to the kernel. */
static Operation
operation_of(AmrPlanKind kind)
{
    switch (kind) {
    case AMR_PLAN_ADD:
    case AMR_PLAN_RELOAD:
        return plan_rules;
    case AMR_PLAN_UNDO:
        return plan_undo;
    case AMR_PLAN_ENFORCE:
    case AMR_PLAN_COMPLAIN:
    case AMR_PLAN_KILL:
    case AMR_PLAN_DISABLE:
    case AMR_PLAN_ENABLE:
        return plan_mode;
    case AMR_PLAN_NEW:
    case AMR_PLAN_STUB:
        return plan_new;
    case AMR_PLAN_COMPLAIN_FOR:
        return plan_complain_for;
    case AMR_PLAN_UNKNOWN:
    case AMR_PLAN_KINDS:
        break;
    }
    return NULL;
}

/* By our own clock: who asks may have another. */
static gboolean
is_soon(const AmrRequest *request, const AmrTarget *target, GError **error)
{
    const gint64 now = amr_clock_now(amr_target_clock(target));

    return !request->until ||
           (request->until > now && request->until <= now + AMR_REQUEST_LONGEST) ||
           amr_error_set(error, AMR_ERROR_REFUSED, "Its end is over, or more than a year off");
}

AmrPlan *
amr_request_plan(const AmrRequest *request, const AmrPlanContext *context, GPtrArray **left,
                 GError **error)
{
    AmrPlanContext own = *context;
    Operation operation = operation_of(request->kind);
    g_autofree char *id = NULL;
    g_autoptr(AmrPlan) plan = NULL;

    *left = NULL;
    if (!operation) {
        amr_error_set(error, AMR_ERROR_USAGE, "There is no such operation");
        return NULL;
    }
    if (!is_soon(request, context->target, error) ||
        (request->seal && !amr_seal_read(request->seal, &id, &own.made, error)))
        return NULL;
    own.id = id;
    plan = operation(request, &own, left, error);
    if (!*left)
        *left = g_ptr_array_new_with_free_func(g_free);
    if (plan)
        plan->until = request->until;
    if (plan && request->seal && !amr_seal_check(context->target, plan, request->seal, error))
        return NULL;
    return g_steal_pointer(&plan);
}
