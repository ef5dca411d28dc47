/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/advice/elsewhere.h"

#include <string.h>

void
amr_elsewhere_free(AmrElsewhere *elsewhere)
{
    if (!elsewhere)
        return;
    g_free(elsewhere->profile);
    g_ptr_array_unref(elsewhere->recipes);
    g_free(elsewhere);
}

static gboolean
is_held(const AmrLoaded *loaded, const char *typed)
{
    const char *end = typed[0] == ':' ? strchr(typed + 1, ':') : NULL;
    g_autofree char *ns = g_strndup(typed + 1, end ? (gsize)(end - typed - 1) : 0);

    return loaded && amr_loaded_find(loaded, ns, end ? end + 1 : typed);
}

AmrElsewhere *
amr_elsewhere_find(const AmrElsewhereContext *context, const char *typed, gboolean mode)
{
    const char *text = NULL, *origin = amr_origins_find(context->origins, typed, &text);
    gboolean held = is_held(context->loaded, typed);
    AmrElsewhere *elsewhere;

    if (amr_index_find_typed(context->index, typed) || (!held && !origin))
        return NULL;
    elsewhere = g_new0(AmrElsewhere, 1);
    elsewhere->profile = g_strdup(typed);
    elsewhere->held = held;
    elsewhere->origin = origin;
    elsewhere->text = origin ? text : NULL;
    elsewhere->recipes = amr_recipes_of_profile(context->recipes, typed, mode);
    return elsewhere;
}
