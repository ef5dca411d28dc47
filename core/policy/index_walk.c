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
#include "core/policy/rule_text.h"

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
    g_autofree char *pattern =
        item->attachment ? amr_index_expand(walk->vars, item->attachment) : NULL;

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
    g_autofree char *resolved = amr_index_expand(walk->vars, item->name);
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
note_rule(const Level *level, GArray **rules, IndexFile *file, const AmrScanItem *item)
{
    IndexRule rule = {file, item};

    if (!level->fresh)
        return;
    if (!*rules)
        *rules = g_array_new(FALSE, FALSE, sizeof(IndexRule));
    g_array_append_val(*rules, rule);
}

static void
step(Walk *walk, Frame *frame)
{
    guint at = frame->next++;
    const AmrScanItem *item = &g_array_index(frame->file->items, AmrScanItem, at);
    Level *level = innermost(walk);

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
        amr_index_set_variable(walk->vars, item);
        break;
    case AMR_SCAN_DENY:
        if (level->block)
            note_rule(level, &level->block->denies, frame->file, item);
        break;
    case AMR_SCAN_EXEC:
        if (level->block)
            note_rule(level, &level->block->execs, frame->file, item);
        break;
    case AMR_SCAN_RULE:
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
    walk.vars = amr_index_variables_new();
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
    root->variables = walk.vars;
    g_hash_table_unref(walk.stack);
}

void
amr_index_block_free(gpointer data)
{
    IndexBlock *block = data;

    g_free(block->block.name);
    g_free(block->block.ns);
    g_free(block->block.attachment);
    g_free(block->block.flags);
    g_free(block->block.file);
    g_ptr_array_unref(block->roots);
    g_array_unref(block->uses);
    g_clear_pointer(&block->denies, g_array_unref);
    g_clear_pointer(&block->execs, g_array_unref);
    g_ptr_array_unref(block->dirs);
    g_free(block);
}

/* ---- rules -----------------------------------------------------------------------------------
 */

static void
clear_rule(gpointer data)
{
    g_free(((AmrIndexRule *)data)->text);
}

static GArray *
texts_of(const GArray *noted, gboolean conditional)
{
    GArray *rules = g_array_new(FALSE, FALSE, sizeof(AmrIndexRule));

    g_array_set_clear_func(rules, clear_rule);
    for (guint i = 0; noted && i < noted->len; i++) {
        const IndexRule *one = &g_array_index(noted, IndexRule, i);
        if (!conditional && one->item->conditional)
            continue;
        AmrIndexRule rule = {one->file->name, one->item->line,
                             amr_index_rule_text(one->file, one->item)};
        g_array_append_val(rules, rule);
    }
    return rules;
}

GArray *
amr_index_denies(const AmrBlock *block)
{
    return texts_of(((const IndexBlock *)block)->denies, FALSE);
}

GArray *
amr_index_execs(const AmrBlock *block)
{
    return texts_of(((const IndexBlock *)block)->execs, TRUE);
}
