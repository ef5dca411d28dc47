/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/claims.h"

#include <string.h>

/* A change that was undone, and what undid it. */
typedef struct {
    AmrPlan *add, *undo;
} Past;

static void
past_free(gpointer data)
{
    Past *past = data;
    amr_plan_free(past->add);
    amr_plan_free(past->undo);
    g_free(past);
}

struct AmrClaims {
    GPtrArray *adds;  /* AmrPlan: of the changes that stand, oldest first */
    GPtrArray *undos; /* AmrPlan: of the undos that were made after the change at hand */
    GPtrArray *past;  /* Past: what was undone and had to do with the files of the change at hand */
    guint later;      /* the first of adds that was made after it */
    GPtrArray *lines; /* char **, lent to amr_claims_later() */
};

static gboolean
take_plan(const AmrHistory *history, const AmrChange *change, GPtrArray *plans, GPtrArray *notes,
          GError **error)
{
    g_autoptr(GError) problem = NULL;
    AmrPlan *plan = amr_history_plan(history, change, &problem);

    if (plan) {
        g_ptr_array_add(plans, plan);
        return TRUE;
    }
    if (g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    g_ptr_array_add(notes, g_strdup_printf("What change %s needs is not known: %s", change->id,
                                           problem->message));
    return TRUE;
}

static gboolean
shares_local(const AmrChange *change, const AmrPlan *done)
{
    for (guint i = 0; i < done->parts->len; i++) {
        const AmrPlanPart *part = done->parts->pdata[i];
        if (change->files && g_strv_contains((const char *const *)change->files, part->local))
            return TRUE;
    }
    return FALSE;
}

static gboolean
take_past(AmrClaims *claims, const AmrHistory *history, const AmrChange *undo, const AmrPlan *done,
          GPtrArray *notes, GError **error)
{
    const AmrChange *add = undo->undoes ? amr_history_find(history, undo->undoes) : NULL;
    g_autoptr(GPtrArray) both = NULL;
    Past *past;

    if (!add || !(shares_local(add, done) || shares_local(undo, done)))
        return TRUE;
    both = g_ptr_array_new_with_free_func((GDestroyNotify)amr_plan_free);
    if (!take_plan(history, add, both, notes, error) ||
        !take_plan(history, undo, both, notes, error))
        return FALSE;
    if (both->len < 2)
        return TRUE;
    past = g_new0(Past, 1);
    past->undo = g_ptr_array_steal_index(both, 1);
    past->add = g_ptr_array_steal_index(both, 0);
    g_ptr_array_add(claims->past, past);
    return TRUE;
}

AmrClaims *
amr_claims_new(const AmrHistory *history, const AmrPlan *done, GPtrArray *notes, GError **error)
{
    g_autoptr(AmrClaims) claims = g_new0(AmrClaims, 1);
    gboolean after = FALSE;

    claims->adds = g_ptr_array_new_with_free_func((GDestroyNotify)amr_plan_free);
    claims->undos = g_ptr_array_new_with_free_func((GDestroyNotify)amr_plan_free);
    claims->past = g_ptr_array_new_with_free_func(past_free);
    claims->lines = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; history && i < amr_history_count(history); i++) {
        const AmrChange *change = amr_history_get(history, i);
        GPtrArray *plans = NULL;

        if (strcmp(change->id, done->id) == 0) {
            after = TRUE;
            claims->later = claims->adds->len;
        } else if (change->kind == AMR_PLAN_ADD && amr_change_may_stand(change)) {
            plans = claims->adds;
        } else if (change->kind == AMR_PLAN_UNDO && after && amr_change_may_stand(change)) {
            plans = claims->undos;
        }
        if (plans && !take_plan(history, change, plans, notes, error))
            return NULL;
        if (change->kind == AMR_PLAN_UNDO && amr_change_may_stand(change) &&
            !take_past(claims, history, change, done, notes, error))
            return NULL;
    }
    return g_steal_pointer(&claims);
}

void
amr_claims_free(AmrClaims *claims)
{
    if (!claims)
        return;
    g_ptr_array_unref(claims->adds);
    g_ptr_array_unref(claims->undos);
    g_ptr_array_unref(claims->past);
    g_ptr_array_unref(claims->lines);
    g_free(claims);
}

static gboolean
holds_rule(const GPtrArray *rules, const char *line)
{
    for (guint i = 0; i < rules->len; i++) {
        g_autofree char *printed = amr_rule_print(rules->pdata[i]);
        if (strcmp(printed, line) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
amr_plan_has_standing(const AmrPlan *plan, const char *local, const char *line)
{
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (strcmp(part->local, local) == 0 && holds_rule(part->stands, line))
            return TRUE;
    }
    return FALSE;
}

static const AmrPlan *
find_standing(const GPtrArray *plans, const char *local, const char *line)
{
    for (guint i = 0; i < plans->len; i++) {
        if (amr_plan_has_standing(plans->pdata[i], local, line))
            return plans->pdata[i];
    }
    return NULL;
}

const char *
amr_claims_heir(const AmrClaims *claims, const char *local, const char *line)
{
    const AmrPlan *plan = find_standing(claims->adds, local, line);
    return plan ? plan->id : NULL;
}

gboolean
amr_claims_is_handed(const AmrClaims *claims, const char *local, const char *line)
{
    return find_standing(claims->undos, local, line) != NULL;
}

GArray *
amr_claims_later(AmrClaims *claims, const char *local)
{
    GArray *owners = g_array_new(FALSE, FALSE, sizeof(AmrLocalOwner));

    for (guint i = claims->adds->len; i-- > claims->later;) {
        const AmrPlan *plan = claims->adds->pdata[i];
        char **lines = amr_plan_lines(plan, local);
        AmrLocalOwner owner = {plan->id, (const char *const *)lines};

        g_ptr_array_add(claims->lines, lines);
        if (lines[0])
            g_array_append_val(owners, owner);
    }
    return owners;
}

/* ---- includes ----------------------------------------------------------------------------------
 */

const char *
amr_plan_included_in(const AmrPlan *plan, const char *local)
{
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (part->include_in && strcmp(part->local, local) == 0)
            return part->include_in;
    }
    return NULL;
}

const AmrPlan *
amr_claims_left_include(const AmrClaims *claims, const char *local)
{
    const AmrPlan *left = NULL;

    for (guint i = 0; i < claims->adds->len; i++) {
        if (amr_plan_included_in(claims->adds->pdata[i], local))
            return NULL;
    }
    for (guint i = 0; i < claims->past->len; i++) {
        const Past *past = claims->past->pdata[i];
        if (amr_plan_included_in(past->undo, local))
            left = NULL;
        else if (amr_plan_included_in(past->add, local))
            left = past->add;
    }
    return left;
}

/* ---- the last newline ----------------------------------------------------------------------- */

GBytes *
amr_claims_unended(const AmrClaims *claims, const char *local, GBytes *bytes)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    for (guint i = 0; len && i < claims->past->len; i++) {
        const AmrPlanFile *file = amr_plan_find_file(((Past *)claims->past->pdata[i])->add, local);
        gsize was_len;
        const char *was = file && file->before ? g_bytes_get_data(file->before, &was_len) : NULL;
        if (was && was_len == len - 1 && data[len - 1] == '\n' && memcmp(was, data, was_len) == 0)
            return g_bytes_ref(file->before);
    }
    return g_bytes_ref(bytes);
}
