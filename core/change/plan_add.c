/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From rules to a plan: which local file of which block, and what becomes of its bytes. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/localfile.h"
#include "core/change/plan_private.h"
#include "core/policy/propose.h"

/* A local file that gets an include of it. */
typedef struct {
    const AmrBlock *block;
    gsize offset;
    char *target;
} Include;

static void
include_free(gpointer data)
{
    Include *include = data;
    g_free(include->target);
    g_free(include);
}

typedef struct {
    const AmrPlanContext *context;
    AmrPlanPlace place;
    AmrPlan *plan;
    GPtrArray *includes; /* Include */
    GPtrArray *reload;   /* const char *: top-level files */
    GPtrArray *children; /* AmrPlanChild: those that it makes */
} Maker;

/* ---- which block and file ---------------------------------------------------------------------
 */

const AmrBlock *
amr_plan_find_block(const AmrPlanContext *context, const char *typed, GError **error)
{
    const AmrBlock *block = amr_index_find_typed(context->index, typed);
    g_autofree char *shown = amr_display_string(typed);
    const AmrLoaded *loaded = context->loaded;

    if (amr_profile_is_null(typed, NULL, NULL)) {
        amr_error_set(error, AMR_ERROR_REFUSED,
                      "%s: A profile that the kernel made for a program without one; its denials "
                      "belong to the rule that executes the program",
                      shown);
        return NULL;
    }
    if (amr_profile_is_catch_all(block ? block->name : typed)) {
        amr_error_set(error, AMR_ERROR_REFUSED,
                      "%s: A profile for every program that has none; a rule here would reach all "
                      "of them. Give the program a profile of its own",
                      shown);
        return NULL;
    }
    if (block)
        return block;
    for (guint i = 0; loaded && i < amr_loaded_count(loaded); i++) {
        const AmrLoadedProfile *profile = amr_loaded_profile(loaded, i);
        g_autofree char *name = amr_plan_typed(profile->ns, profile->name);
        if (strcmp(name, typed) != 0)
            continue;
        amr_error_set(error, AMR_ERROR_NO_FILE,
                      "%s: The kernel holds this profile, but no file of the policy defines it",
                      shown);
        return NULL;
    }
    amr_error_set(error, AMR_ERROR_NOT_FOUND, "%s: No such profile", shown);
    return NULL;
}

static gboolean
is_taken(const Maker *maker, const char *target)
{
    g_autoptr(GPtrArray) reached = amr_index_reached(maker->context->index, target);

    for (guint i = 0; i < maker->includes->len; i++) {
        if (strcmp(((Include *)maker->includes->pdata[i])->target, target) == 0)
            return TRUE;
    }
    return reached && reached->len > 0;
}

/* Of the text of a child in an abstraction each profile that includes it makes a child of its own.
 */
static gboolean
same_text(const AmrBlock *a, const AmrBlock *b)
{
    return a->open == b->open && strcmp(a->file, b->file) == 0;
}

static const Include *
find_include(const Maker *maker, const AmrBlock *block)
{
    for (guint i = 0; i < maker->includes->len; i++) {
        const Include *include = maker->includes->pdata[i];
        if (same_text(include->block, block))
            return include;
    }
    return NULL;
}

/* An include of its own for @block. Two blocks of one file in one plan must not share it. */
static const Include *
add_include(Maker *maker, const AmrBlock *block, GError **error)
{
    const Include *there = find_include(maker, block);
    g_autofree char *name = NULL;
    Include *include;
    gsize offset;

    if (there)
        return there;
    if (!amr_index_place_include(maker->context->index, block, &offset, &name, error))
        return NULL;
    include = g_new0(Include, 1);
    include->block = block;
    include->offset = offset;
    include->target = g_build_filename("local", name, NULL);
    for (guint n = 2; is_taken(maker, include->target); n++) {
        g_free(include->target);
        include->target = g_strdup_printf("local/%s.%u", name, n);
    }
    g_ptr_array_add(maker->includes, include);
    return include;
}

/* Sets the part's local file, and its include_in where the block needs one. */
static gboolean
choose_local(Maker *maker, const AmrBlock *block, AmrPlanPart *part, GError **error)
{
    g_autofree char *shown = amr_display_string(part->profile);
    const Include *include;
    AmrLocal local;

    if ((maker->place & AMR_PLAN_PLACE_INSIDE) && amr_plan_goes_inside(maker->context, block)) {
        part->local = g_strdup(block->file);
        return TRUE;
    }
    if (amr_index_local(maker->context->index, block, &local)) {
        g_autofree char *target = amr_display_string(local.target);
        if (g_path_is_absolute(local.target))
            return amr_error_set(error, AMR_ERROR_REFUSED,
                                 "%s: Its local file %s is not below the policy directory", shown,
                                 target);
        part->local = g_strdup(local.target);
        return TRUE;
    }
    if (!(maker->place & AMR_PLAN_PLACE_ADD_INCLUDE))
        return amr_error_set(error, AMR_ERROR_NO_LOCAL_INCLUDE,
                             "%s: The profile includes no file of local/ in its own block", shown);
    include = add_include(maker, block, error);
    if (!include)
        return FALSE;
    part->local = g_strdup(include->target);
    part->include_in = g_strdup(block->file);
    return TRUE;
}

/* ---- one request -------------------------------------------------------------------------------
 */

static char **
others_reached(const Maker *maker, const AmrBlock *block, const char *local)
{
    const AmrIndex *index = maker->context->index;
    g_autoptr(GPtrArray) reached = amr_index_reached(index, local);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; reached && i < reached->len; i++) {
        const AmrBlock *other = reached->pdata[i];
        if (other != block)
            g_ptr_array_add(names, amr_plan_typed(other->ns, other->name));
    }
    for (guint i = 0; !(reached && reached->len) && i < amr_index_count(index); i++) {
        const AmrBlock *other = amr_index_block(index, i);
        if (other != block && same_text(other, block)) /* will be by an include that is added */
            g_ptr_array_add(names, amr_plan_typed(other->ns, other->name));
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static void
note_reach(AmrPlan *plan, const AmrPlanPart *part)
{
    g_autofree char *local = amr_display_string(part->local);
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; part->reaches[i]; i++) {
        if (i)
            g_string_append(names, ", ");
        amr_display_append(names, amr_bytes(part->reaches[i]));
    }
    if (names->len)
        amr_plan_note(plan, "%s reaches other profiles too: %s", local, names->str);
}

static void
add_reload(Maker *maker, const char **files)
{
    for (guint i = 0; files && files[i]; i++)
        g_ptr_array_add(maker->reload, (gpointer)files[i]);
    g_free(files);
}

void
amr_plan_take_rules(AmrPlan *plan, AmrPlanPart *part, const GPtrArray *rules, GBytes *holds)
{
    g_autofree char *local = amr_display_string(part->local);

    for (guint i = 0; i < rules->len; i++) {
        g_autofree char *line = amr_rule_print(rules->pdata[i]);
        g_autofree char *shown = amr_display_string(line);
        if (amr_localfile_has(holds, amr_plan_rules_depth(part->local), line)) {
            amr_plan_note(plan, "%s holds it already: %s", local, shown);
            g_ptr_array_add(part->stands, amr_rule_copy(rules->pdata[i]));
        } else {
            g_ptr_array_add(part->rules, amr_rule_copy(rules->pdata[i]));
        }
    }
}

/* The rules of a child that is not there: into a local file that nobody includes yet. */
static gboolean
add_child(Maker *maker, const AmrPlanChild *child, const GPtrArray *rules, GError **error)
{
    g_autoptr(AmrPlanPart) part = amr_plan_part_new();

    part->profile = g_strdup(child->typed);
    part->local = g_strdup(child->rule->child.local);
    part->reaches = g_new0(char *, 1);
    if (!amr_plan_may_write(maker->context->target, part->local, error))
        return FALSE;
    amr_plan_take_rules(maker->plan, part, rules, NULL);
    g_ptr_array_add(maker->plan->parts, g_steal_pointer(&part));
    return TRUE;
}

/* @rules and the children that @block gets, borrowed. */
static GPtrArray *
with_children(const Maker *maker, const AmrBlock *block, const GPtrArray *rules)
{
    GPtrArray *all = g_ptr_array_new();

    for (guint i = 0; i < rules->len; i++)
        g_ptr_array_add(all, rules->pdata[i]);
    for (guint i = 0; i < maker->children->len; i++) {
        const AmrPlanChild *child = maker->children->pdata[i];
        if (child->parent == block)
            g_ptr_array_add(all, child->rule);
    }
    return all;
}

static gboolean
add_request(Maker *maker, const AmrPlanRequest *request, GError **error)
{
    g_autoptr(AmrPlanPart) part = amr_plan_part_new();
    const AmrPlanChild *child = amr_plan_find_child(maker->children, request->profile);
    const AmrBlock *block;
    g_autoptr(GPtrArray) rules = NULL;
    g_autoptr(GBytes) holds = NULL;

    if (child)
        return add_child(maker, child, request->rules, error);
    block = amr_plan_find_block(maker->context, request->profile, error);
    if (!block)
        return FALSE;
    rules = with_children(maker, block, request->rules);
    part->profile = amr_plan_typed(block->ns, block->name);
    if (!choose_local(maker, block, part, error) ||
        !amr_plan_may_write(maker->context->target, part->local, error) ||
        (part->include_in &&
         !amr_plan_may_write(maker->context->target, part->include_in, error)) ||
        !amr_plan_read(maker->context->target, part->local, &holds, error))
        return FALSE;
    part->reaches = others_reached(maker, block, part->local);
    amr_plan_take_rules(maker->plan, part, rules, holds);
    if (part->rules->len == 0) { /* remembered if the change has others: it needs these too */
        g_clear_pointer(&part->include_in, g_free);
        g_ptr_array_add(maker->plan->parts, g_steal_pointer(&part));
        return TRUE;
    }
    note_reach(maker->plan, part);
    if (part->include_in && holds && g_bytes_get_size(holds)) {
        g_autofree char *local = amr_display_string(part->local);
        amr_plan_beside(maker->plan, "%s exists: the include puts what it holds into force too",
                        local);
    }
    add_reload(maker, amr_index_affected(maker->context->index, part->local));
    add_reload(maker, amr_index_roots(maker->context->index, block));
    if (part->include_in)
        add_reload(maker, amr_index_affected(maker->context->index, part->include_in));
    g_ptr_array_add(maker->plan->parts, g_steal_pointer(&part));
    return TRUE;
}

/* ---- the files ---------------------------------------------------------------------------------
 */

static gboolean
take_file(AmrPlan *plan, const char *path, GBytes *before, GBytes *after, GError **error)
{
    amr_plan_add_file(plan, path, before, after);
    amr_plan_add_digest(plan, path, before);
    if (after && g_bytes_get_size(after) > AMR_FS_POLICY_MAX) {
        g_autofree char *shown = amr_display_string(path);
        return amr_error_set(error, AMR_ERROR_LIMIT, "%s: It would be larger than 1 MiB", shown);
    }
    return TRUE;
}

static gboolean
make_local(Maker *maker, const AmrPlanPart *part, GError **error)
{
    AmrPlan *plan = maker->plan;
    g_auto(GStrv) lines = amr_plan_lines(plan, part->local);
    GBytes *before = NULL;
    GBytes *after;

    if (!lines[0] || amr_plan_find_file(plan, part->local))
        return TRUE;
    if (amr_plan_rules_depth(part->local))
        return (after = amr_plan_inside(maker->context, plan, part, &before, error)) &&
               take_file(plan, part->local, before, after, error);
    if (!amr_plan_read(maker->context->target, part->local, &before, error))
        return FALSE;
    after = amr_localfile_add(before, (const char *const *)lines, plan->id, plan->made,
                              maker->context->comments);
    return take_file(plan, part->local, before, after, error);
}

/* Those of new children first: what includes them comes behind. */
static gboolean
make_locals(Maker *maker, GError **error)
{
    const GPtrArray *parts = maker->plan->parts;

    for (guint i = 0; i < parts->len; i++) {
        const AmrPlanPart *part = parts->pdata[i];
        if (amr_plan_find_child(maker->children, part->profile) && !make_local(maker, part, error))
            return FALSE;
    }
    for (guint i = 0; i < parts->len; i++)
        if (!make_local(maker, parts->pdata[i], error))
            return FALSE;
    return TRUE;
}

/* Whether a part that was kept needs it: its rules may all have stood there already. */
static gboolean
is_wanted(const AmrPlan *plan, const Include *include)
{
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (part->include_in && strcmp(part->local, include->target) == 0)
            return TRUE;
    }
    return FALSE;
}

/* From the last to the first, so that the offsets hold. */
static int
compare_offsets(gconstpointer a, gconstpointer b)
{
    const Include *left = *(const Include *const *)a;
    const Include *right = *(const Include *const *)b;
    return left->offset < right->offset ? 1 : left->offset > right->offset ? -1 : 0;
}

static gboolean
make_including(Maker *maker, const char *path, GError **error)
{
    g_autoptr(GBytes) before = amr_plan_read_as_indexed(maker->context, path, error);
    g_autoptr(GBytes) after = NULL;

    if (!before)
        return FALSE;
    after = g_bytes_ref(before);
    for (guint i = 0; i < maker->includes->len; i++) {
        const Include *include = maker->includes->pdata[i];
        GBytes *next;
        if (strcmp(include->block->file, path) != 0 || !is_wanted(maker->plan, include))
            continue;
        next = amr_localfile_add_include(after, include->block->open, include->offset,
                                         include->target);
        g_bytes_unref(after);
        after = next;
    }
    return take_file(maker->plan, path, g_steal_pointer(&before), g_steal_pointer(&after), error);
}

static gboolean
make_files(Maker *maker, GError **error)
{
    AmrPlan *plan = maker->plan;

    if (!make_locals(maker, error))
        return FALSE;
    g_ptr_array_sort(maker->includes, compare_offsets);
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (part->include_in && !amr_plan_find_file(plan, part->include_in) &&
            !make_including(maker, part->include_in, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
has_rules(const AmrPlan *plan)
{
    for (guint i = 0; i < plan->parts->len; i++) {
        if (((AmrPlanPart *)plan->parts->pdata[i])->rules->len)
            return TRUE;
    }
    return FALSE;
}

AmrPlan *
amr_plan_add(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
             AmrPlanPlace place, GError **error)
{
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, AMR_PLAN_ADD);
    g_autoptr(GPtrArray) includes = g_ptr_array_new_with_free_func(include_free);
    g_autoptr(GPtrArray) reload = g_ptr_array_new();
    g_autoptr(GPtrArray) children = amr_plan_children(context, requests, n);
    Maker maker = {context, place, plan, includes, reload, children};

    for (guint i = 0; i < n; i++) {
        if (!add_request(&maker, &requests[i], error))
            return NULL;
    }
    if (!has_rules(plan)) {
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO, "%s",
                      plan->notes->len ? (char *)plan->notes->pdata[0] : "No rule was given");
        return NULL;
    }
    if (!make_files(&maker, error))
        return NULL;
    amr_plan_note_packages(plan, context);
    g_ptr_array_add(reload, NULL);
    if (!context->loaded && amr_target_load_way(context->target) != AMR_LOAD_NONE)
        amr_plan_note(plan, "What the kernel holds could not be read: written, not loaded");
    if (!amr_plan_add_loads(plan, context, (const char *const *)reload->pdata, error))
        return NULL;
    amr_plan_load_children(plan, children);
    return g_steal_pointer(&plan);
}
