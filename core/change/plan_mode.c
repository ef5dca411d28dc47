/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mode for a profile: the flags of its header, of its children's and hats' that stand in it, and
 * the way back. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/flags.h"
#include "core/change/plan_private.h"

/* A file whose headers change. */
typedef struct {
    char *path;
    GBytes *before;
    GArray *items;    /* AmrScanItem */
    GPtrArray *flags; /* an item each: what its flags become; NULL: they stay */
    GBytes *whole;    /* what the file becomes, whatever its flags; or NULL. Borrowed */
} Edit;

typedef struct {
    const AmrPlanContext *context;
    AmrPlan *plan;
    GPtrArray *edits; /* Edit, in the order of the first profile of each */
} Maker;

static void
edit_free(gpointer data)
{
    Edit *edit = data;
    g_free(edit->path);
    g_clear_pointer(&edit->before, g_bytes_unref);
    g_clear_pointer(&edit->items, g_array_unref);
    g_clear_pointer(&edit->flags, g_ptr_array_unref);
    g_free(edit);
}

static GArray *
scan(GBytes *bytes)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    return amr_scan_file((AmrBytes){data, len});
}

static const AmrScanItem *
item_at(const GArray *items, guint n)
{
    return &g_array_index(items, AmrScanItem, n);
}

static Edit *
find_edit(const Maker *maker, const char *path, GError **error)
{
    g_autoptr(GBytes) before = NULL;
    Edit *edit;

    for (guint i = 0; i < maker->edits->len; i++) {
        edit = maker->edits->pdata[i];
        if (strcmp(edit->path, path) == 0)
            return edit;
    }
    if (!amr_plan_may_write(maker->context->target, path, error) ||
        !amr_plan_read_there(maker->context->target, path, &before, error))
        return NULL;
    edit = g_new0(Edit, 1);
    edit->path = g_strdup(path);
    edit->items = scan(before);
    edit->before = g_steal_pointer(&before);
    edit->flags = g_ptr_array_new_full(edit->items->len, g_free);
    g_ptr_array_set_size(edit->flags, (gint)edit->items->len);
    g_ptr_array_add(maker->edits, edit);
    return edit;
}

static void
set_flags(const Edit *edit, guint n, char *flags)
{
    g_free(edit->flags->pdata[n]);
    edit->flags->pdata[n] = flags;
}

/* The file with its new headers; NULL where none of them changes. */
static GBytes *
edited(const Edit *edit)
{
    gsize len, at = 0;
    const char *data = g_bytes_get_data(edit->before, &len);
    GString *out;

    if (edit->whole)
        return g_bytes_ref(edit->whole);
    out = g_string_new(NULL);
    for (guint i = 0; i < edit->items->len; i++) {
        const AmrScanItem *item = item_at(edit->items, i);
        const char *flags = edit->flags->pdata[i];
        if (flags && strcmp(flags, item->flags) != 0)
            amr_flags_append_header(out, data, &at, item, flags);
    }
    if (at == 0) {
        g_string_free(out, TRUE);
        return NULL;
    }
    g_string_append_len(out, data + at, (gssize)(len - at));
    return g_string_free_to_bytes(out);
}

static gboolean
take_edits(const Maker *maker, GError **error)
{
    for (guint i = 0; i < maker->edits->len; i++) {
        const Edit *edit = maker->edits->pdata[i];
        GBytes *after = edited(edit);
        g_autofree char *shown = amr_display_string(edit->path);
        amr_plan_add_digest(maker->plan, edit->path, edit->before);
        if (!after)
            continue;
        amr_plan_add_file(maker->plan, edit->path, g_bytes_ref(edit->before), after);
        if (g_bytes_get_size(after) > AMR_FS_POLICY_MAX)
            return amr_error_set(error, AMR_ERROR_LIMIT, "%s: It would be larger than 1 MiB",
                                 shown);
    }
    return TRUE;
}

/* ---- the mode that is asked for ---------------------------------------------------------------
 */

AmrMode
amr_plan_mode_of(const AmrPlan *plan, const char *typed)
{
    AmrMode mode = plan->kind == AMR_PLAN_ENFORCE    ? AMR_MODE_ENFORCE
                   : plan->kind == AMR_PLAN_COMPLAIN ? AMR_MODE_COMPLAIN
                   : plan->kind == AMR_PLAN_KILL     ? AMR_MODE_KILL
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

/* What the links beside the policy say stands above all flags. */
static gboolean
may_say(const Maker *maker, const char *shown, const char *file, GError **error)
{
    g_autofree char *name = amr_display_string(file);

    if (amr_index_is_disabled(maker->context->index, file))
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "%s: A link in disable/ keeps %s from being loaded, in any mode",
                             shown, name);
    if (amr_index_is_force_complain(maker->context->index, file))
        return amr_error_set(
            error,
            maker->plan->kind == AMR_PLAN_COMPLAIN ? AMR_ERROR_NOTHING_TO_DO : AMR_ERROR_REFUSED,
            "%s: A link in force-complain/ puts all of %s into complain mode, whatever its flags "
            "say",
            shown, name);
    return TRUE;
}

static gboolean
may_say_for(const Maker *maker, const AmrBlock *block, GError **error)
{
    g_autofree char *shown = amr_display_string(block->name);
    g_autofree const char **roots = amr_index_roots(maker->context->index, block);

    if (g_path_is_absolute(block->file))
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: Its file lies outside of the policy",
                             shown);
    for (guint i = 0; roots && roots[i]; i++)
        if (!may_say(maker, shown, roots[i], error))
            return FALSE;
    return TRUE;
}

/* A profile that lets its programs do all, and confines them from then on. */
static void
note_stub(AmrPlan *plan, const AmrBlock *block, const char *flags)
{
    const char *mode = amr_flags_mode(flags);
    g_autofree char *shown = amr_display_string(block->name);

    if (mode && (strcmp(mode, "unconfined") == 0 || strcmp(mode, "default_allow") == 0))
        amr_plan_beside(plan,
                        "\"%s\" is %s and allows what no rule of it names: in another mode only "
                        "its rules count",
                        shown, mode);
}

/* One text may be the child of several profiles. */
static void
note_shared(const Maker *maker, AmrPlanPart *part, const AmrBlock *block)
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

static gboolean
has_part(const AmrPlan *plan, const char *profile)
{
    for (guint i = 0; i < plan->parts->len; i++)
        if (strcmp(((AmrPlanPart *)plan->parts->pdata[i])->profile, profile) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
take_block(const Maker *maker, const AmrBlock *block, GError **error)
{
    g_autoptr(AmrPlanPart) part = amr_plan_part_new();
    g_autofree char *file = amr_display_string(block->file);
    const Edit *edit = find_edit(maker, block->file, error);

    if (!edit)
        return FALSE;
    part->profile = amr_plan_typed(block->ns, block->name);
    if (has_part(maker->plan, part->profile))
        return TRUE;
    part->local = g_strdup(block->file);
    for (guint i = 0; i < edit->items->len; i++) {
        const AmrScanItem *item = item_at(edit->items, i);
        if (item->kind != AMR_SCAN_BLOCK || item->open != block->open ||
            strcmp(item->flags, block->flags) != 0)
            continue;
        set_flags(edit, i, amr_flags_with_mode(item->flags, flag_of(maker->plan->kind)));
        note_stub(maker->plan, block, item->flags);
        note_shared(maker, part, block);
        g_ptr_array_add(maker->plan->parts, g_steal_pointer(&part));
        return TRUE;
    }
    return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "%s: It does not hold the profiles any more that it held", file);
}

/* With what stands in its braces, in this file; what it includes, others include too. */
static gboolean
take_profile(const Maker *maker, const char *typed, GError **error)
{
    const AmrIndex *index = maker->context->index;
    const AmrBlock *block = amr_plan_find_block(maker->context, typed, error);

    if (!block || !may_say_for(maker, block, error) || !take_block(maker, block, error))
        return FALSE;
    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *child = amr_index_block(index, i);
        g_autofree char *name = amr_display_string(child->name);
        g_autofree char *file = amr_display_string(child->file);
        if (child == block || !is_below(child, block))
            continue;
        if (strcmp(child->file, block->file) != 0)
            amr_plan_note(maker->plan,
                          "\"%s\" keeps its mode: it stands in %s, which others may include", name,
                          file);
        else if (!take_block(maker, child, error))
            return FALSE;
    }
    return TRUE;
}

/* When all profiles and files are known: a mode that is set is not kept. */
static gboolean
take_loads(const Maker *maker, GError **error)
{
    const AmrIndex *index = maker->context->index;

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
is_so(const Maker *maker)
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
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, kind);
    g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func(edit_free);
    const Maker maker = {context, plan, edits};

    for (guint i = 0; profiles[i]; i++)
        if (!take_profile(&maker, profiles[i], error))
            return NULL;
    if (!take_edits(&maker, error) || !take_loads(&maker, error))
        return NULL;
    if (!plan->files->len && is_so(&maker)) {
        g_autofree char *shown = amr_display_string(profiles[0]);
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO, "%s%s: In %s mode already", shown,
                      profiles[1] ? " and the others" : "", amr_plan_kind_word(kind));
        return NULL;
    }
    return g_steal_pointer(&plan);
}

/* ---- back --------------------------------------------------------------------------------------
 */

/* The nth block of @items: its name behind those of the blocks around it. */
static char *
path_of(const GArray *items, guint n)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; i <= n; i++) {
        const AmrScanItem *item = item_at(items, i);
        if (item->kind == AMR_SCAN_BLOCK)
            g_ptr_array_add(names, item->name);
        else if (item->kind == AMR_SCAN_CLOSE && names->len)
            g_ptr_array_set_size(names, (gint)names->len - 1);
    }
    g_ptr_array_add(names, NULL);
    return g_strjoinv("//", (char **)names->pdata);
}

/* The block of @items of that name; one of two is none. */
static const AmrScanItem *
find_block(const GArray *items, const char *path, guint *n)
{
    const AmrScanItem *found = NULL;

    for (guint i = 0; i < items->len; i++) {
        g_autofree char *name =
            item_at(items, i)->kind == AMR_SCAN_BLOCK ? path_of(items, i) : NULL;
        if (!name || strcmp(name, path) != 0)
            continue;
        if (found)
            return NULL;
        found = item_at(items, i);
        *n = i;
    }
    return found;
}

static gboolean
refuse_undo(const char *file, const char *path, const char *was, const char *became,
            const AmrScanItem *is, GError **error)
{
    g_autofree char *name = amr_display_string(path);
    g_autofree char *flags_were = amr_display_string(was);
    g_autofree char *flags_became = amr_display_string(became);
    g_autofree char *flags_are = amr_display_string(is ? is->flags : NULL);

    if (!is)
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                             "%s: It defines no \"%s\" any more, or more than one", file, name);
    return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "%s: The flags of \"%s\" are not what the change made of them: they were "
                         "(%s), became (%s), are (%s) now",
                         file, name, flags_were, flags_became, flags_are);
}

/* Those headers that @done wrote in @file, as they were before it, if they are as it left them. */
static gboolean
undo_file(const Maker *maker, const AmrPlanFile *file, GError **error)
{
    Edit *edit = find_edit(maker, file->path, error);
    g_autoptr(GArray) before = edit ? scan(file->before) : NULL;
    g_autoptr(GArray) after = edit ? scan(file->after) : NULL;
    g_autofree char *shown = amr_display_string(file->path);

    if (edit && g_bytes_equal(edit->before, file->after)) {
        edit->whole = file->before;
        return TRUE;
    }
    for (guint i = 0; edit && i < before->len && i < after->len; i++) {
        const AmrScanItem *was = item_at(before, i), *became = item_at(after, i);
        const AmrScanItem *is;
        g_autofree char *path = NULL;
        guint n;
        if (was->kind != AMR_SCAN_BLOCK || strcmp(was->flags, became->flags) == 0)
            continue;
        path = path_of(before, i);
        is = find_block(edit->items, path, &n);
        if (!is || strcmp(is->flags, became->flags) != 0)
            return refuse_undo(shown, path, was->flags, became->flags, is, error);
        set_flags(edit, n, g_strdup(was->flags));
    }
    return edit != NULL;
}

gboolean
amr_plan_undo_mode(AmrPlan *plan, const AmrPlanContext *context, const AmrPlan *done,
                   GError **error)
{
    g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func(edit_free);
    const Maker maker = {context, plan, edits};

    for (guint i = 0; i < done->parts->len; i++) {
        const AmrPlanPart *part = done->parts->pdata[i];
        AmrPlanPart *back = amr_plan_part_new();
        back->profile = g_strdup(part->profile);
        back->local = g_strdup(part->local);
        back->reaches = g_strdupv(part->reaches);
        g_ptr_array_add(plan->parts, back);
    }
    for (guint i = 0; i < done->files->len; i++)
        if (!undo_file(&maker, done->files->pdata[i], error))
            return FALSE;
    return take_edits(&maker, error);
}
