/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mode for a profile: the flags of its header, of its children's and hats' that stand in it; or a
 * link for all of a file. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/flags.h"
#include "core/change/plan_header.h"

/* ---- the mode that is asked for ---------------------------------------------------------------
 */

AmrMode
amr_plan_mode_of(const AmrPlan *plan, const char *typed)
{
    AmrMode mode = plan->kind == AMR_PLAN_ENFORCE        ? AMR_MODE_ENFORCE
                   : plan->kind == AMR_PLAN_COMPLAIN     ? AMR_MODE_COMPLAIN
                   : plan->kind == AMR_PLAN_COMPLAIN_FOR ? AMR_MODE_COMPLAIN
                   : plan->kind == AMR_PLAN_KILL         ? AMR_MODE_KILL
                   : plan->kind == AMR_PLAN_NEW          ? AMR_MODE_COMPLAIN
                   : plan->kind == AMR_PLAN_STUB         ? AMR_MODE_UNCONFINED
                                                         : AMR_MODE_UNKNOWN;

    for (guint i = 0; mode != AMR_MODE_UNKNOWN && i < plan->parts->len; i++)
        if (strcmp(((AmrPlanPart *)plan->parts->pdata[i])->profile, typed) == 0)
            return mode;
    return AMR_MODE_UNKNOWN;
}

gboolean
amr_plan_sets_mode(const AmrPlan *plan, const char *typed)
{
    if (amr_plan_mode_of(plan, typed) != AMR_MODE_UNKNOWN)
        return TRUE;
    if (plan->kind == AMR_PLAN_DISABLE || plan->kind == AMR_PLAN_ENABLE)
        return amr_plan_has_part(plan, typed);
    for (guint i = 0; plan->kind == AMR_PLAN_UNDO && i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (!part->rules->len && !part->stands->len && !part->include_in &&
            strcmp(part->profile, typed) == 0)
            return TRUE;
    }
    return FALSE;
}

/* "" for the mode that needs no flag. */
static const char *
flag_of(AmrPlanKind kind)
{
    return kind == AMR_PLAN_COMPLAIN ? "complain" : kind == AMR_PLAN_KILL ? "kill" : NULL;
}

/* ---- what the links beside the policy say -------------------------------------------------------
 */

static gboolean
is_asked(const AmrHeaderMaker *maker, const AmrBlock *block, const char *const *asked)
{
    for (guint i = 0; asked[i]; i++)
        if (amr_index_find_typed(maker->context->index, asked[i]) == block)
            return TRUE;
    return FALSE;
}

/* Whether complain mode for @asked is one for all of @root, and a link can say it: the compiler
 * lets it stand above every flag, and a mode that somebody chose is not to be hidden. */
static gboolean
is_whole(const AmrHeaderMaker *maker, const char *root, const char *const *asked)
{
    const AmrIndex *index = maker->context->index;
    g_auto(GStrv) names = amr_index_defines(index, root);
    gboolean says_so = TRUE;

    for (guint i = 0; names[i]; i++) {
        const AmrBlock *block = amr_index_find_typed(index, names[i]);
        const char *mode = block ? amr_flags_mode(block->flags) : NULL;
        if (!block || (mode && strcmp(mode, "complain") != 0) ||
            (!block->parent && (strcmp(block->file, root) != 0 || !is_asked(maker, block, asked))))
            return FALSE;
        says_so = says_so && mode;
    }
    return !says_so;
}

static gboolean
take_links(const AmrHeaderMaker *maker, const char *root, const char *const *asked, GError **error)
{
    AmrPlan *plan = maker->plan;
    const AmrIndex *index = maker->context->index;
    gboolean complain = plan->kind == AMR_PLAN_COMPLAIN;
    gboolean forced = amr_index_is_force_complain(index, root);
    g_autofree char *file = amr_display_string(root);

    if (amr_index_is_disabled(index, root)) {
        if (!amr_plan_add_link(plan, maker->context, AMR_PLAN_DISABLE_DIR, root, FALSE, error))
            return FALSE;
        amr_plan_beside(plan, "%s is disabled by a link in disable/, which goes: it is loaded",
                        file);
        amr_plan_beside_rest(plan, index, root, asked, "comes");
    }
    if (forced != complain && (forced || is_whole(maker, root, asked)))
        return amr_plan_add_link(plan, maker->context, AMR_PLAN_FORCE_DIR, root, complain, error);
    return TRUE;
}

static gboolean
take_links_for(const AmrHeaderMaker *maker, const char *typed, const char *const *asked,
               GError **error)
{
    const AmrBlock *block = amr_plan_find_block(maker->context, typed, error);
    g_autofree const char **roots = block ? amr_index_roots(maker->context->index, block) : NULL;
    g_autofree char *shown = amr_display_string(typed);

    if (block && g_path_is_absolute(block->file))
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: Its file lies outside of the policy",
                             shown);
    for (guint i = 0; roots && roots[i]; i++)
        if (!take_links(maker, roots[i], asked, error))
            return FALSE;
    return block != NULL;
}

/* The link that puts @block into complain mode then, whatever its flags; NULL: none. */
static char *
forced_by(const AmrHeaderMaker *maker, const AmrBlock *block)
{
    g_autofree const char **roots = amr_index_roots(maker->context->index, block);

    for (guint i = 0; roots && roots[i]; i++)
        if (amr_plan_forces(maker->plan, maker->context->index, roots[i]))
            return g_strconcat(AMR_PLAN_FORCE_DIR "/", roots[i], NULL);
    return NULL;
}

/* One text may be the child of several profiles. */
static void
note_shared(const AmrHeaderMaker *maker, AmrPlanPart *part, const AmrBlock *block)
{
    const AmrIndex *index = maker->context->index;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *shown = amr_display_string(part->profile);

    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *other = amr_index_block(index, i);
        g_autofree char *name = amr_display_string(other->name);
        if (other == block || other->open != block->open || strcmp(other->file, block->file) != 0)
            continue;
        g_ptr_array_add(names, amr_plan_typed(other->ns, other->name));
        amr_plan_beside(maker->plan, "\"%s\" is of the same text as \"%s\": it gets that mode too",
                        name, shown);
    }
    g_ptr_array_add(names, NULL);
    part->reaches = (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static gboolean
is_below(const AmrBlock *block, const AmrBlock *above)
{
    for (; block && block != above; block = block->parent)
        ;
    return block != NULL;
}

gboolean
amr_plan_has_part(const AmrPlan *plan, const char *profile)
{
    for (guint i = 0; i < plan->parts->len; i++)
        if (strcmp(((AmrPlanPart *)plan->parts->pdata[i])->profile, profile) == 0)
            return TRUE;
    return FALSE;
}

/* FALSE where the file is not what the index read. */
static gboolean
set_mode(const AmrHeaderEdit *edit, const AmrBlock *block, const char *mode)
{
    for (guint i = 0; i < edit->items->len; i++) {
        const AmrScanItem *item = amr_header_item(edit->items, i);
        if (item->kind != AMR_SCAN_BLOCK || item->open != block->open ||
            strcmp(item->flags, block->flags) != 0)
            continue;
        amr_header_set_flags(edit, i, amr_flags_with_mode(item->flags, mode));
        return TRUE;
    }
    return FALSE;
}

static gboolean
write_mode(const AmrHeaderMaker *maker, const AmrBlock *block, const char *mode, GError **error)
{
    const AmrHeaderEdit *edit = amr_header_find(maker, block->file, error);
    g_autofree char *file = amr_display_string(block->file);

    if (!edit)
        return FALSE;
    return set_mode(edit, block, mode) ||
           amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "%s: It does not hold the profiles any more that it held", file);
}

static gboolean
take_block(const AmrHeaderMaker *maker, const AmrBlock *block, GError **error)
{
    g_autoptr(AmrPlanPart) part = amr_plan_part_new();
    g_autofree char *link = forced_by(maker, block);

    part->profile = amr_plan_typed(block->ns, block->name);
    if (amr_plan_has_part(maker->plan, part->profile))
        return TRUE;
    part->local = g_strdup(link ? link : block->file);
    if (link)
        part->reaches = g_new0(char *, 1);
    else if (!write_mode(maker, block, flag_of(maker->plan->kind), error))
        return FALSE;
    else
        note_shared(maker, part, block);
    g_ptr_array_add(maker->plan->parts, g_steal_pointer(&part));
    return TRUE;
}

/* With what stands in its braces, in this file; what it includes, others include too. A link says
 * it of all. */
static gboolean
take_profile(const AmrHeaderMaker *maker, const char *typed, GError **error)
{
    const AmrIndex *index = maker->context->index;
    const AmrBlock *block = amr_index_find_typed(index, typed);
    g_autofree char *link = forced_by(maker, block);

    if (!take_block(maker, block, error))
        return FALSE;
    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *child = amr_index_block(index, i);
        g_autofree char *name = amr_display_string(child->name);
        g_autofree char *file = amr_display_string(child->file);
        if (child == block || !is_below(child, block))
            continue;
        if (!link && strcmp(child->file, block->file) != 0)
            amr_plan_note(maker->plan,
                          "\"%s\" keeps its mode: it stands in %s, which others may include", name,
                          file);
        else if (!take_block(maker, child, error))
            return FALSE;
    }
    return TRUE;
}

/* Of a file that a link put into complain mode as a whole, and that it does no more: who was not
 * asked for stays in it by a flag of its own. */
static gboolean
take_others(const AmrHeaderMaker *maker, const char *root, GError **error)
{
    g_auto(GStrv) names = amr_index_defines(maker->context->index, root);
    g_autofree char *shown = amr_display_string(root);

    for (guint i = 0; names[i]; i++) {
        const AmrBlock *block = amr_index_find_typed(maker->context->index, names[i]);
        g_autofree char *name = amr_display_string(names[i]);
        g_autofree char *file = amr_display_string(block ? block->file : NULL);
        if (!block || amr_plan_has_part(maker->plan, names[i]))
            continue;
        if (strcmp(block->file, root) != 0) {
            amr_plan_beside(maker->plan,
                            "\"%s\" stands in %s, which others include: without the link in "
                            "force-complain/ it is in complain mode no more",
                            name, file);
            continue;
        }
        if (!write_mode(maker, block, "complain", error))
            return FALSE;
        amr_plan_note(maker->plan,
                      "The link in force-complain/ put all of %s into complain mode, and goes: "
                      "\"%s\" stays in it by a flag",
                      shown, name);
    }
    return TRUE;
}

static gboolean
take_all_others(const AmrHeaderMaker *maker, GError **error)
{
    static const char dir[] = AMR_PLAN_FORCE_DIR "/";

    for (guint i = 0; i < maker->plan->files->len; i++) {
        const AmrPlanFile *file = maker->plan->files->pdata[i];
        if (g_str_has_prefix(file->path, dir) && !file->after &&
            !take_others(maker, file->path + strlen(dir), error))
            return FALSE;
    }
    return TRUE;
}

/* When all profiles and files are known: a mode that is set is not kept. */
static gboolean
take_loads(const AmrHeaderMaker *maker, GError **error)
{
    const AmrIndex *index = maker->context->index;

    amr_plan_note_packages(maker->plan, maker->context);
    for (guint i = 0; i < maker->plan->files->len; i++) {
        const AmrPlanFile *file = maker->plan->files->pdata[i];
        g_autofree const char **files = amr_index_affected(index, file->path);
        if (!amr_plan_add_loads(maker->plan, maker->context, (const char *const *)files, error))
            return FALSE;
    }
    for (guint i = 0; i < maker->plan->parts->len; i++) {
        const AmrPlanPart *part = maker->plan->parts->pdata[i];
        const AmrBlock *block = amr_index_find_typed(index, part->profile);
        g_autofree const char **roots = amr_index_roots(index, block);
        if (!amr_plan_add_loads(maker->plan, maker->context, (const char *const *)roots, error))
            return FALSE;
    }
    return TRUE;
}

/* Whether the kernel has all of it so already, or there is none to ask. */
static gboolean
is_so(const AmrHeaderMaker *maker)
{
    const AmrPlan *plan = maker->plan;

    for (guint i = 0; maker->context->loaded && i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        const AmrLoadedProfile *held = amr_plan_find_loaded(maker->context->loaded, part->profile);
        if (held && held->mode != amr_plan_mode_of(plan, part->profile))
            return FALSE;
    }
    return TRUE;
}

AmrPlan *
amr_plan_mode(const AmrPlanContext *context, AmrPlanKind kind, const char *const *profiles,
              GError **error)
{
    if (kind == AMR_PLAN_DISABLE || kind == AMR_PLAN_ENABLE)
        return amr_plan_switch(context, kind, profiles, error);

    g_autoptr(AmrPlan) plan = amr_plan_begin(context, kind);
    g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func(amr_header_edit_free);
    const AmrHeaderMaker maker = {context, plan, edits};

    for (guint i = 0; profiles[i]; i++)
        if (!take_links_for(&maker, profiles[i], profiles, error))
            return NULL;
    for (guint i = 0; profiles[i]; i++)
        if (!take_profile(&maker, profiles[i], error))
            return NULL;
    if (!take_all_others(&maker, error) || !amr_header_take(&maker, error) ||
        !take_loads(&maker, error))
        return NULL;
    if (!plan->files->len && is_so(&maker)) {
        g_autofree char *shown = amr_display_string(profiles[0]);
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO, "%s%s: In %s mode already", shown,
                      profiles[1] ? " and the others" : "", amr_plan_kind_word(kind));
        return NULL;
    }
    return g_steal_pointer(&plan);
}
