/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recipes: where the right answer to a denial is no rule but a setting elsewhere (a snap's
 * interface, a container's options, permissions of files), told with what to copy. They are data
 * (core/base/datafile):
 *
 *   title, why     what to do and why a rule is not the answer, a sentence each; both needed
 *   origin         whose profiles it is about: an id of core/advice/origin; several are
 * alternatives about          mode: told where a mode is asked for that is another program's to
 * set, and of no denial do             a line to copy; several keep their order. {profile},
 * {profile.N} (its Nth part between dots, from 0), {comm}, {program} (its path, where the record
 * has it), {name} (the file) and {target} (the profile that it leads to) stand for what was denied
 *   stub           program: told where a stub for this one program would be stated by the target;
 *                  launcher: the same, but the program starts whatever it is told
 *                  (core/policy/risks), and so a stub for it would be one for all
 *   text           instead of the three: what it means that this was denied, in plain words (a
 * note); of those whose id begins with "place-" only the first that fits is told profile, class,
 * operation... when it fits (core/denial/conditions); at least one is needed
 */
#ifndef AMR_ADVICE_RECIPE_H
#define AMR_ADVICE_RECIPE_H

#include "core/advice/origin.h"
#include "core/denial/event.h"
#include "core/policy/propose.h"

G_BEGIN_DECLS

typedef struct AmrRecipes AmrRecipes;

/* One that fits. All in display form. */
typedef struct {
    char *id, *title, *why;
    char *
        *lines; /* to copy, NULL-terminated; filled in. What the log says stands in it only where it
                   holds nothing but letters, digits and / . _ + -, else a word in capitals does */
} AmrRecipe;

void amr_recipe_free(AmrRecipe *recipe);

/* @origins (borrowed, may be NULL: nobody makes any): who makes what no file defines. */
AmrRecipes *amr_recipes_new(const AmrOrigins *origins);
void amr_recipes_free(AmrRecipes *recipes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRecipes, amr_recipes_free)

/* Where they are read into. Borrowed. */
AmrData *amr_recipes_data(AmrRecipes *recipes);

/* Those that fit, AmrRecipe; of the files taken last first. @proposal: what is offered; NULL is
 * nothing. Where a rule is, none of those that ask for an info, for what the kernel says there is
 * why no rule would do. Never NULL. */
GPtrArray *amr_recipes_for(const AmrRecipes *recipes, const AmrEvent *event,
                           const AmrProposal *proposal);
/* Those that fit the profile @full (":ns:name" or "name") whatever it was denied; @mode: those
 * about its mode instead. Never NULL. */
GPtrArray *amr_recipes_of_profile(const AmrRecipes *recipes, const char *full, gboolean mode);
/* The notes that fit: strings, display form. Never NULL. */
GPtrArray *amr_notes_for(const AmrRecipes *recipes, const AmrEvent *event);

G_END_DECLS
#endif
