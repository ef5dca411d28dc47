/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recipes: where the right answer to a denial is no rule but a setting elsewhere (a snap's
 * interface, a container's options, permissions of files), told with what to copy. They are data:
 * lines "key = value" below a line "[id]"; a line that begins with # is a comment.
 *
 *   title, why     what to do and why a rule is not the answer, a sentence each; both needed
 *   do             a line to copy; several keep their order. {profile}, {profile.N} (its Nth part
 *                  between dots, from 0) and {comm} stand for what was denied
 *   text           instead of the three: what it means that this was denied, in plain words (a
 *                  note); of those whose id begins with "place-" only the first that fits is told
 *   profile, class, operation, info, name, comm, capability, mask, family, error
 *                  when it fits: wildcards (* ? [a-z]); lines of one key are alternatives, all keys
 *                  that are there must fit; at least one is needed
 */
#ifndef AMR_ADVICE_RECIPE_H
#define AMR_ADVICE_RECIPE_H

#include "core/denial/event.h"

G_BEGIN_DECLS

/* The file of the system, below the target's root; and the largest of any in bytes. */
#define AMR_RECIPES_FILE "etc/armorer/recipes"
#define AMR_NOTES_FILE   "etc/armorer/notes"
#define AMR_RECIPES_MAX  (256 * 1024)

typedef struct AmrRecipes AmrRecipes;

/* One that fits. All in display form. */
typedef struct {
    char *id, *title, *why;
    char *
        *lines; /* to copy, NULL-terminated; filled in. What the log says stands in it only where it
                   holds nothing but letters, digits and . _ + -, else a word in capitals does */
} AmrRecipe;

void amr_recipe_free(AmrRecipe *recipe);

AmrRecipes *amr_recipes_new(void);
void amr_recipes_free(AmrRecipes *recipes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRecipes, amr_recipes_free)

/* Takes the recipes of @text; @shown (display form) names the file in what is wrong. One with a
 * line that is wrong is left out, the rest holds. One with the id of an earlier one takes its
 * place, and stands before all of the files taken earlier. */
void amr_recipes_take(AmrRecipes *recipes, const char *text, gsize len, const char *shown);
/* char *, display form: "/etc/armorer/recipes line 3: ...". Borrowed. */
const GPtrArray *amr_recipes_warnings(const AmrRecipes *recipes);

/* Those that fit, AmrRecipe; of the files taken last first. With @ruled, a rule is offered: then
 * none of those that ask for an info, for what the kernel says there is why no rule would do. Never
 * NULL.
 */
GPtrArray *amr_recipes_for(const AmrRecipes *recipes, const AmrEvent *event, gboolean ruled);
/* The notes that fit: strings, display form. Never NULL. */
GPtrArray *amr_notes_for(const AmrRecipes *recipes, const AmrEvent *event);

G_END_DECLS
#endif
