/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/*
 * Following the includes of one top-level file as the parser does: a block takes each file at most
 * once, a block within it starts anew. So a block of an included file comes out once for each full
 * name that it gets.
 */
#include "core/policy/index_private.h"

#include <string.h>

#include "core/base/text.h"

/* One file on the way from the top-level file to here. */
typedef struct {
    IndexFile *file;
    guint next;  /* the item to look at */
    guint depth; /* of includes, seen from the innermost block */
} Frame;

/* One open brace of a block. */
typedef struct {
    IndexBlock *block; /* NULL at the top of the policy */
    GHashTable *taken; /* IndexFile *: files that this block has included */
    gboolean fresh;    /* @block was not met before: what stands in it is to be noted */
    gboolean through;  /* the brace counts for nothing: the block around goes on */
    guint depth;       /* of the frame around, to return to */
} Level;

typedef struct {
    AmrIndex *index;
    IndexFile *root;
    GArray *frames;    /* Frame */
    GArray *levels;    /* Level */
    GHashTable *vars;  /* name -> GPtrArray of values */
    GHashTable *stack; /* IndexFile *: in frames */
    guint steps;
    gboolean noted; /* that there are too many profiles */
} Walk;

/* ---- variables ------------------------------------------------------------------------------ */

static void
set_variable(Walk *walk, const AmrScanItem *item)
{
    GPtrArray *values = g_hash_table_lookup(walk->vars, item->name);

    if (!values) {
        values = g_ptr_array_new();
        g_hash_table_insert(walk->vars, item->name, values);
    } else if (item->kind == AMR_SCAN_SET) {
        return; /* declared twice: the parser refuses, the first one is as good */
    }
    for (char **value = item->values; *value; value++)
        g_ptr_array_add(values, *value);
}

typedef struct {
    Walk *walk;
    guint depth; /* of variables in variables */
    guint work;  /* variables met, strings and bytes made: values may be empty, or many */
} Expansion;

static GPtrArray *flatten(Expansion *expansion, const char *text);

/* The next variable of @text: its name, where it stands and what follows it. NULL: no more. */
static char *
next_variable(const char *text, const char **at, const char **rest)
{
    const char *start = strstr(text, "@{"), *end = start ? strchr(start, '}') : NULL;

    if (!end)
        return NULL;
    *at = start;
    *rest = end + 1;
    return g_strndup(start + 2, (gsize)(end - start - 2));
}

/* All values of a variable, without variables in them; NULL where there are none or too many. */
static GPtrArray *
values_of(Expansion *e, const char *name)
{
    const GPtrArray *values = g_hash_table_lookup(e->walk->vars, name);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

    if (!values || values->len == 0 || e->depth >= AMR_INDEX_MAX_DEPTH ||
        ++e->work > AMR_INDEX_MAX_WORK)
        return NULL;
    e->depth++;
    for (guint i = 0; i < values->len; i++) {
        g_autoptr(GPtrArray) some = flatten(e, values->pdata[i]);
        if (!some)
            return NULL;
        g_ptr_array_extend_and_steal(all, g_steal_pointer(&some));
    }
    e->depth--;
    return g_steal_pointer(&all);
}

/* Each of @heads (taken over) with @middle and each of @tails behind it. NULL: too much. */
static GPtrArray *
combine(Expansion *e, GPtrArray *heads, const char *middle, gsize len, const GPtrArray *tails)
{
    g_autoptr(GPtrArray) owned = heads, all = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < owned->len; i++) {
        for (guint j = 0; j < tails->len; j++) {
            GString *one = g_string_new(owned->pdata[i]);
            g_string_append_len(one, middle, (gssize)len);
            g_string_append(one, tails->pdata[j]);
            e->work += (guint)one->len + 1;
            g_ptr_array_add(all, g_string_free(one, FALSE));
            if (e->work > AMR_INDEX_MAX_WORK)
                return NULL;
        }
    }
    return g_steal_pointer(&all);
}

/* @text with each combination of its variables' values. NULL where that cannot be done. */
static GPtrArray *
flatten(Expansion *e, const char *text)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    const char *at, *rest;

    g_ptr_array_add(all, g_strdup(""));
    g_ptr_array_add(nothing, (gpointer) "");
    while (all) {
        g_autofree char *name = next_variable(text, &at, &rest);
        g_autoptr(GPtrArray) values = name ? values_of(e, name) : NULL;
        if (!name)
            return combine(e, g_steal_pointer(&all), text, strlen(text), nothing);
        if (!values)
            return NULL;
        all = combine(e, g_steal_pointer(&all), text, (gsize)(at - text), values);
        text = rest;
    }
    return NULL;
}

/* Several values as {a,b}; they lose their slashes where the text around has one. */
static void
add_alternatives(GString *out, const GPtrArray *values, gboolean after)
{
    gboolean before = out->len > 0 && out->str[out->len - 1] == '/';

    for (guint i = 0; i < values->len; i++) {
        const char *value = values->pdata[i];
        gsize start;
        g_string_append_c(out, i == 0 ? '{' : ',');
        while (before && *value == '/')
            value++;
        start = out->len;
        g_string_append(out, value);
        while (after && out->len > start && out->str[out->len - 1] == '/')
            g_string_truncate(out, out->len - 1);
    }
    g_string_append_c(out, '}');
}

/* @text with its variables as the parser puts them into what it compiles: one value as it is,
 * several as alternatives (apparmor_parser 3.0.8, seen with -D rule-exprs). NULL where that cannot
 * be done. */
static char *
expand(Walk *walk, const char *text)
{
    Expansion e = {.walk = walk};
    g_autoptr(GString) out = g_string_new(NULL);

    for (;;) {
        const char *at, *rest;
        g_autofree char *name = next_variable(text, &at, &rest);
        g_autoptr(GPtrArray) values = name ? values_of(&e, name) : NULL;
        if (!name)
            break;
        if (!values)
            return NULL;
        g_string_append_len(out, text, at - text);
        if (values->len == 1)
            g_string_append(out, values->pdata[0]);
        else
            add_alternatives(out, values, *rest == '/');
        text = rest;
    }
    g_string_append(out, text);
    return out->len > AMR_INDEX_MAX_NAME ? NULL : g_string_free(g_steal_pointer(&out), FALSE);
}

static void
squeeze_slashes(char *path)
{
    char *to = path;

    for (const char *from = path; *from; from++)
        if (*from != '/' || from[1] != '/')
            *to++ = *from;
    *to = '\0';
}

static void
set_attachment(Walk *walk, AmrBlock *block, const AmrScanItem *item)
{
    g_autofree char *pattern = item->attachment ? expand(walk, item->attachment) : NULL;

    block->elusive = item->xattrs || (item->attachment && !pattern);
    if (!pattern || block->elusive)
        return;
    squeeze_slashes(pattern);
    block->attachment = g_steal_pointer(&pattern);
}

/* ---- blocks --------------------------------------------------------------------------------- */

static Level *
innermost(Walk *walk)
{
    return &g_array_index(walk->levels, Level, walk->levels->len - 1);
}

static IndexBlock *
new_block(Walk *walk, IndexFile *file, const AmrScanItem *item, const IndexBlock *parent)
{
    IndexBlock *block = g_new0(IndexBlock, 1);
    AmrBlock *face = &block->block;

    face->kind = !parent ? AMR_BLOCK_PROFILE : item->hat ? AMR_BLOCK_HAT : AMR_BLOCK_CHILD;
    set_attachment(walk, face, item);
    face->flags = g_strdup(item->flags);
    face->complain = amr_scan_has_flag(item->flags, "complain");
    face->unconfined = amr_scan_has_flag(item->flags, "unconfined");
    face->file = g_strdup(file->name);
    face->line = item->line;
    face->header = item->header;
    face->open = item->open;
    face->close = item->close;
    face->parent = parent ? &parent->block : NULL;
    block->whole = item->whole;
    block->file = file;
    block->roots = g_ptr_array_new();
    block->uses = g_array_new(FALSE, FALSE, sizeof(IndexUse));
    block->dirs = g_ptr_array_new();
    return block;
}

/* The block of @item under @parent, made if it is new; NULL where a limit is passed. */
static IndexBlock *
find_or_make(Walk *walk, IndexFile *file, const AmrScanItem *item, const IndexBlock *parent,
             gboolean *fresh)
{
    AmrIndex *index = walk->index;
    g_autofree char *resolved = expand(walk, item->name);
    g_autofree char *own = g_strdup(resolved ? resolved : item->name);
    g_autofree char *name = NULL, *key = NULL, *shown = amr_display_string(file->name);
    const char *ns = item->ns[0] || !parent ? item->ns : parent->block.ns;
    IndexBlock *block;

    if (strlen(own) + (parent ? strlen(parent->block.name) : 0) > AMR_INDEX_MAX_NAME ||
        strlen(ns) > AMR_INDEX_MAX_NAME) {
        amr_index_note(index, "%s:%u: a profile's name is too long", shown, item->line);
        return NULL;
    }
    name = parent ? g_strconcat(parent->block.name, "//", own, NULL) : g_steal_pointer(&own);
    key = g_strdup_printf("%" G_GSIZE_FORMAT ":%s\n:%s:%s", item->header, file->name, ns, name);
    block = g_hash_table_lookup(index->by_key, key);
    *fresh = !block;
    if (!block) {
        if (index->blocks->len >= AMR_INDEX_MAX_BLOCKS ||
            walk->root->blocks->len >= AMR_INDEX_MAX_OWN) {
            if (!walk->noted)
                amr_index_note(index, "%s:%u: too many profiles: the rest is not seen", shown,
                               item->line);
            walk->noted = TRUE;
            return NULL;
        }
        block = new_block(walk, file, item, parent);
        block->block.name = g_steal_pointer(&name);
        block->block.ns = g_strdup(ns);
        block->block.variables = !resolved || (parent && parent->block.variables);
        g_ptr_array_add(index->blocks, block);
        g_hash_table_insert(index->by_key, g_steal_pointer(&key), block);
    }
    return block;
}

static void
open_block(Walk *walk, Frame *frame, const AmrScanItem *item)
{
    Level *around = innermost(walk), level = {.depth = frame->depth};
    IndexBlock *block = NULL;

    if (!(item->bare && around->block))
        block = find_or_make(walk, frame->file, item, around->block, &level.fresh);
    level.through = !block;
    level.block = block ? block : around->block;
    level.taken = block ? g_hash_table_new(NULL, NULL) : g_hash_table_ref(around->taken);
    if (level.through) {
        level.fresh = around->fresh;
    } else {
        frame->depth = 0;
        if (block->roots->len == 0 || block->roots->pdata[block->roots->len - 1] != walk->root) {
            g_ptr_array_add(block->roots, walk->root);
            g_ptr_array_add(walk->root->blocks, block);
        }
    }
    g_array_append_val(walk->levels, level);
}

static void
close_block(Walk *walk, Frame *frame)
{
    if (walk->levels->len > 1) {
        frame->depth = innermost(walk)->depth;
        g_array_set_size(walk->levels, walk->levels->len - 1);
    }
}

/* ---- includes ------------------------------------------------------------------------------- */

/* Goes into @target, which @item of @from names (or a directory that it names). */
static void
enter(Walk *walk, IndexFile *from, const AmrScanItem *item, IndexFile *target, guint depth)
{
    Level *level = innermost(walk);
    Frame frame = {.file = target, .depth = depth + 1};

    if (!g_hash_table_add(level->taken, target))
        return;
    if (level->block && level->fresh) {
        IndexUse use = {target, from, item->line, depth, item->if_exists};
        g_array_append_val(level->block->uses, use);
    }
    if (!target->items)
        return;
    if (g_hash_table_contains(walk->stack, target)) {
        g_autofree char *shown = amr_display_string(target->name);
        g_autofree char *where = amr_display_string(from->name);
        amr_index_note(walk->index, "%s:%u: %s includes itself: not followed again", where,
                       item->line, shown);
        return;
    }
    g_hash_table_add(walk->stack, target);
    g_array_append_val(walk->frames, frame);
}

static void
include(Walk *walk, const Frame *frame, const AmrScanItem *item, IndexFile *target)
{
    Frame at = *frame; /* the array moves while frames are added */
    Level *level = innermost(walk);

    if (!target->entries) {
        enter(walk, at.file, item, target, at.depth);
        return;
    }
    if (level->block && level->fresh)
        g_ptr_array_add(level->block->dirs, target);
    /* A stack turns the order round: what is entered last is read first. */
    for (guint i = target->entries->len; i > 0; i--)
        enter(walk, at.file, item, target->entries->pdata[i - 1], at.depth);
}

static void
step(Walk *walk, Frame *frame)
{
    guint at = frame->next++;
    const AmrScanItem *item = &g_array_index(frame->file->items, AmrScanItem, at);

    switch (item->kind) {
    case AMR_SCAN_BLOCK:
        open_block(walk, frame, item);
        break;
    case AMR_SCAN_CLOSE:
        close_block(walk, frame);
        break;
    case AMR_SCAN_INCLUDE:
        if (frame->file->targets->pdata[at])
            include(walk, frame, item, frame->file->targets->pdata[at]);
        break;
    case AMR_SCAN_SET:
    case AMR_SCAN_ADD:
        set_variable(walk, item);
        break;
    case AMR_SCAN_ABI:
    case AMR_SCAN_UNKNOWN:
        break;
    }
}

static void
clear_level(gpointer data)
{
    g_hash_table_unref(((Level *)data)->taken);
}

void
amr_index_walk(AmrIndex *index, IndexFile *root)
{
    Walk walk = {.index = index, .root = root};
    Frame first = {.file = root};
    Level top = {.taken = g_hash_table_new(NULL, NULL)};

    root->blocks = g_ptr_array_new();
    walk.frames = g_array_new(FALSE, FALSE, sizeof(Frame));
    walk.levels = g_array_new(FALSE, FALSE, sizeof(Level));
    g_array_set_clear_func(walk.levels, clear_level);
    walk.vars =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    walk.stack = g_hash_table_new(NULL, NULL);
    g_array_append_val(walk.levels, top);
    if (root->items) {
        g_array_append_val(walk.frames, first);
        g_hash_table_add(walk.stack, root);
    }
    while (walk.frames->len > 0 && walk.steps < AMR_INDEX_MAX_STEPS) {
        Frame *frame = &g_array_index(walk.frames, Frame, walk.frames->len - 1);
        walk.steps++;
        if (frame->next < frame->file->items->len) {
            step(&walk, frame);
        } else {
            g_hash_table_remove(walk.stack, frame->file);
            g_array_set_size(walk.frames, walk.frames->len - 1);
        }
    }
    if (walk.frames->len > 0) {
        g_autofree char *shown = amr_display_string(root->name);
        amr_index_note(index, "%s includes too much: not all of it is seen", shown);
    }
    g_array_unref(walk.frames);
    g_array_unref(walk.levels);
    g_hash_table_unref(walk.vars);
    g_hash_table_unref(walk.stack);
}
