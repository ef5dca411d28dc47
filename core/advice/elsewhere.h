/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Profiles that are not ours to change, for no file of the policy defines them: who makes them, and
 * what to do there instead.
 */
#ifndef AMR_ADVICE_ELSEWHERE_H
#define AMR_ADVICE_ELSEWHERE_H

#include "core/advice/recipe.h"
#include "core/kernel/loaded.h"
#include "core/policy/index.h"

G_BEGIN_DECLS

typedef struct {
    char *profile;      /* as it was asked for; raw bytes */
    gboolean held;      /* the kernel has it; FALSE: it does not, or is not known */
    const char *origin; /* of data/origins; NULL: nobody who is known. Borrowed, display form */
    const char *text;   /* who makes it, and of what; NULL. The same */
    GPtrArray *recipes; /* AmrRecipe */
} AmrElsewhere;

void amr_elsewhere_free(AmrElsewhere *elsewhere);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrElsewhere, amr_elsewhere_free)

/* What it is looked up in; all borrowed. */
typedef struct {
    const AmrIndex *index;
    const AmrLoaded *loaded; /* NULL: what the kernel holds is not known */
    const AmrOrigins *origins;
    const AmrRecipes *recipes;
} AmrElsewhereContext;

/* Of @typed ("name", ":ns:name"), where rules for it were asked for, or with @mode a mode. NULL
 * where a file defines it, and where nothing is known of it at all. */
AmrElsewhere *amr_elsewhere_find(const AmrElsewhereContext *context, const char *typed,
                                 gboolean mode);

G_END_DECLS
#endif
