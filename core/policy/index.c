/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/* What one asks the index. */
#include "core/policy/index_private.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* ---- files and notes ------------------------------------------------------------------------ */

IndexFile *
amr_index_known(const AmrIndex *index, const char *name)
{
    return g_hash_table_lookup(index->files, name);
}

IndexFile *
amr_index_file(AmrIndex *index, const char *name)
{
    IndexFile *file = amr_index_known(index, name);

    if (file)
        return file;
    if (g_hash_table_size(index->files) >= AMR_INDEX_MAX_FILES) {
        amr_index_note(index, "the policy has too many files: not all of them are seen");
        return NULL;
    }
    file = g_new0(IndexFile, 1);
    file->name = g_strdup(name);
    g_hash_table_insert(index->files, file->name, file);
    return file;
}

void
amr_index_note(AmrIndex *index, const char *format, ...)
{
    va_list args;

    if (index->notes->len >= AMR_INDEX_MAX_NOTES)
        return;
    va_start(args, format);
    g_ptr_array_add(index->notes, g_strdup_vprintf(format, args));
    va_end(args);
}

const char *const *
amr_index_notes(const AmrIndex *index)
{
    return (const char *const *)index->notes->pdata;
}

/* ---- tables --------------------------------------------------------------------------------- */

static int
compare_places(gconstpointer a, gconstpointer b)
{
    const IndexBlock *x = *(const IndexBlock *const *)a, *y = *(const IndexBlock *const *)b;
    int order = strcmp(x->block.file, y->block.file);

    if (order == 0 && x->block.header != y->block.header)
        order = x->block.header < y->block.header ? -1 : 1;
    if (order == 0)
        order = strcmp(x->block.ns, y->block.ns);
    return order ? order : strcmp(x->block.name, y->block.name);
}

static char *
full_name(const char *ns, const char *name)
{
    return ns && *ns ? g_strdup_printf(":%s:%s", ns, name) : g_strdup(name);
}

void
amr_index_finish(AmrIndex *index)
{
    g_ptr_array_sort(index->blocks, compare_places);
    for (guint i = 0; i < index->blocks->len; i++) {
        IndexBlock *block = index->blocks->pdata[i];
        g_autofree char *name = full_name(block->block.ns, block->block.name);
        GPtrArray *same = g_hash_table_lookup(index->by_name, name);
        if (!same) {
            same = g_ptr_array_new();
            g_hash_table_insert(index->by_name, g_steal_pointer(&name), same);
        }
        g_ptr_array_add(same, block);
    }
    g_hash_table_remove_all(index->by_key);
    g_ptr_array_add(index->notes, NULL);
}

/* ---- blocks --------------------------------------------------------------------------------- */

static const IndexBlock *
inside(const AmrBlock *block)
{
    return (const IndexBlock *)block; /* its first member */
}

guint
amr_index_count(const AmrIndex *index)
{
    return index->blocks->len;
}

const AmrBlock *
amr_index_block(const AmrIndex *index, guint n)
{
    return n < index->blocks->len ? &((IndexBlock *)index->blocks->pdata[n])->block : NULL;
}

static gboolean
is_live(const IndexBlock *block)
{
    for (guint i = 0; i < block->roots->len; i++)
        if (!((IndexFile *)block->roots->pdata[i])->disabled)
            return TRUE;
    return FALSE;
}

const AmrBlock *
amr_index_find(const AmrIndex *index, const char *ns, const char *name)
{
    g_autofree char *full = full_name(ns, name);
    GPtrArray *same = g_hash_table_lookup(index->by_name, full);

    if (!same)
        return NULL;
    for (guint i = 0; i < same->len; i++)
        if (is_live(same->pdata[i]))
            return &((IndexBlock *)same->pdata[i])->block;
    return &((IndexBlock *)same->pdata[0])->block;
}

const AmrBlock *
amr_index_find_typed(const AmrIndex *index, const char *typed)
{
    g_autofree char *ns = NULL, *name = NULL;
    const char *policy = amr_target_policy_path(index->target);
    const AmrBlock *found = NULL;
    const IndexFile *file;
    gsize len = policy ? strlen(policy) : 0;

    amr_scan_label(typed, &ns, &name);
    if ((found = amr_index_find(index, ns, name)))
        return found;
    if (len && strncmp(typed, policy, len) == 0 && typed[len] == '/')
        typed += len + 1;
    file = amr_index_known(index, typed);
    if (!file || !file->root || !file->blocks)
        return NULL;
    for (guint i = 0; i < file->blocks->len; i++) {
        const AmrBlock *block = &((IndexBlock *)file->blocks->pdata[i])->block;
        if (block->parent)
            continue;
        if (found)
            return NULL;
        found = block;
    }
    return found;
}

/* ---- local files ---------------------------------------------------------------------------- */

static AmrLocal
as_local(const IndexUse *use)
{
    return (AmrLocal){
        .target = use->file->name,
        .file = use->from->name,
        .line = use->line,
        .depth = use->depth,
        .if_exists = use->if_exists,
        .exists = use->file->exists,
    };
}

GArray *
amr_index_locals(const AmrIndex *index, const AmrBlock *block)
{
    const IndexBlock *inner = inside(block);
    GArray *locals = g_array_new(FALSE, FALSE, sizeof(AmrLocal));

    for (guint i = 0; i < inner->uses->len; i++) {
        const IndexUse *use = &g_array_index(inner->uses, IndexUse, i);
        if (g_str_has_prefix(use->file->name, "local/")) {
            AmrLocal local = as_local(use);
            g_array_append_val(locals, local);
        }
    }
    return locals;
}

static const char *
leaf_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

/* The directory below local/ that an include of @block means and that @file lies in; any one if
 * @file is NULL. */
static const IndexFile *
local_directory(const AmrBlock *block, const char *file)
{
    const GPtrArray *dirs = inside(block)->dirs;
    g_autofree char *parent = file ? g_path_get_dirname(file) : NULL;

    for (guint i = 0; i < dirs->len; i++) {
        const IndexFile *dir = dirs->pdata[i];
        if (g_str_has_prefix(dir->name, "local/") && (!parent || strcmp(dir->name, parent) == 0))
            return dir;
    }
    return NULL;
}

gboolean
amr_index_local(const AmrIndex *index, const AmrBlock *block, AmrLocal *local)
{
    g_autoptr(GArray) locals = amr_index_locals(index, block);
    g_autofree char *own = g_strconcat("local/", leaf_of(block->file), NULL);
    const AmrLocal *best = NULL;

    for (guint i = 0; i < locals->len; i++) {
        const AmrLocal *next = &g_array_index(locals, AmrLocal, i);
        if ((best && next->depth > best->depth) || local_directory(block, next->target))
            continue;
        if (best && next->depth == best->depth && strcmp(best->target, own) == 0 &&
            strcmp(next->target, own) != 0)
            continue;
        best = next;
    }
    if (!best) {
        const IndexFile *dir = local_directory(block, NULL);
        if (dir)
            *local = (AmrLocal){.target = dir->name, .file = block->file, .exists = TRUE};
        return dir != NULL;
    }
    *local = *best;
    return TRUE;
}

/* ---- which file reaches what ---------------------------------------------------------------- */

const char **
amr_index_roots(const AmrIndex *index, const AmrBlock *block)
{
    const IndexBlock *inner = inside(block);
    const char **names = g_new0(const char *, inner->roots->len + 1);

    for (guint i = 0; i < inner->roots->len; i++)
        names[i] = ((IndexFile *)inner->roots->pdata[i])->name;
    return names;
}

/* The directory that @file would be taken from if it were made now; NULL if none is included. */
static IndexFile *
directory_of(const AmrIndex *index, const char *file)
{
    g_autofree char *dir = g_path_get_dirname(file);
    IndexFile *known = amr_index_takes(leaf_of(file)) ? amr_index_known(index, dir) : NULL;

    return known && known->entries ? known : NULL;
}

GPtrArray *
amr_index_reached(const AmrIndex *index, const char *file)
{
    GPtrArray *reached = g_ptr_array_new();
    const IndexFile *known = amr_index_known(index, file);
    const IndexFile *dir = directory_of(index, file);

    for (guint i = 0; i < index->blocks->len; i++) {
        const IndexBlock *block = index->blocks->pdata[i];
        gboolean hit = dir && g_ptr_array_find(block->dirs, dir, NULL);
        for (guint j = 0; known && !hit && j < block->uses->len; j++)
            hit = g_array_index(block->uses, IndexUse, j).file == known;
        if (hit)
            g_ptr_array_add(reached, (gpointer)&block->block);
    }
    return reached;
}

static void
visit(GHashTable *seen, GQueue *queue, IndexFile *file)
{
    if (file && g_hash_table_add(seen, file))
        g_queue_push_tail(queue, file);
}

const char **
amr_index_affected(const AmrIndex *index, const char *file)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GQueue queue = G_QUEUE_INIT;
    IndexFile *at;

    visit(seen, &queue, amr_index_known(index, file));
    visit(seen, &queue, directory_of(index, file));
    while ((at = g_queue_pop_head(&queue)))
        for (guint i = 0; at->users && i < at->users->len; i++)
            visit(seen, &queue, at->users->pdata[i]);
    for (guint i = 0; i < index->roots->len; i++) {
        const IndexFile *root = index->roots->pdata[i];
        if (!root->disabled && g_hash_table_contains(seen, root))
            g_ptr_array_add(names, root->name);
    }
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

char **
amr_index_defines(const AmrIndex *index, const char *file)
{
    const IndexFile *known = amr_index_known(index, file);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; known && known->blocks && i < known->blocks->len; i++) {
        const AmrBlock *block = &((IndexBlock *)known->blocks->pdata[i])->block;
        g_ptr_array_add(names, full_name(block->ns, block->name));
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

const char **
amr_index_files(const AmrIndex *index)
{
    const char **names = g_new0(const char *, index->roots->len + 1);

    for (guint i = 0; i < index->roots->len; i++)
        names[i] = ((const IndexFile *)index->roots->pdata[i])->name;
    return names;
}

gboolean
amr_index_is_included(const AmrIndex *index, const char *file)
{
    const IndexFile *known = amr_index_known(index, file);
    return known && known->users && known->users->len > 0;
}

gboolean
amr_index_is_disabled(const AmrIndex *index, const char *file)
{
    const IndexFile *known = amr_index_known(index, file);
    return known && known->disabled;
}

gboolean
amr_index_is_force_complain(const AmrIndex *index, const char *file)
{
    const IndexFile *known = amr_index_known(index, file);
    return known && known->force_complain;
}

/* All that loading @file comes to, the file itself first: IndexFile *. */
static GPtrArray *
comes_to(const AmrIndex *index, const char *file)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    GQueue queue = G_QUEUE_INIT;
    IndexFile *at;

    visit(seen, &queue, amr_index_known(index, file));
    while ((at = g_queue_pop_head(&queue))) {
        g_ptr_array_add(all, at);
        for (guint i = 0; at->targets && i < at->targets->len; i++)
            visit(seen, &queue, at->targets->pdata[i]);
        for (guint i = 0; at->entries && i < at->entries->len; i++)
            visit(seen, &queue, at->entries->pdata[i]);
    }
    return g_steal_pointer(&all);
}

const char **
amr_index_reads(const AmrIndex *index, const char *file)
{
    g_autoptr(GPtrArray) all = comes_to(index, file);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; i < all->len; i++) {
        IndexFile *at = all->pdata[i];
        if (at->exists && !at->entries)
            g_ptr_array_add(names, at->name);
    }
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

const char **
amr_index_asks(const AmrIndex *index, const char *file)
{
    g_autoptr(GPtrArray) all = comes_to(index, file);
    const char **names = g_new0(const char *, all->len + 1);

    for (guint i = 0; i < all->len; i++)
        names[i] = ((IndexFile *)all->pdata[i])->name;
    return names;
}

const char *
amr_index_stray(const AmrIndex *index, const char *file, guint *line)
{
    const IndexFile *known = amr_index_known(index, file);

    for (guint i = 0; known && known->targets && i < known->targets->len; i++) {
        const AmrScanItem *item = &g_array_index(known->items, AmrScanItem, i);
        if ((item->kind == AMR_SCAN_INCLUDE || item->kind == AMR_SCAN_ABI) &&
            !known->targets->pdata[i]) {
            *line = item->line;
            return item->name;
        }
    }
    return NULL;
}

GBytes *
amr_index_bytes(const AmrIndex *index, const char *file)
{
    const IndexFile *known = amr_index_known(index, file);
    return known ? known->bytes : NULL;
}

/* ---- a place for an include ----------------------------------------------------------------- */

/* Appends @name with every run of other bytes as one dot. */
static void
append_safe(GString *out, const char *name)
{
    for (; *name && out->len < 200; name++) {
        if (g_ascii_isalnum(*name) || *name == '_' || *name == '-')
            g_string_append_c(out, *name);
        else if (out->len > 0 && out->str[out->len - 1] != '.')
            g_string_append_c(out, '.');
    }
    while (out->len > 0 && out->str[out->len - 1] == '.')
        g_string_truncate(out, out->len - 1);
}

/* Whether a block other than @block includes local/NAME. */
static gboolean
is_taken(const AmrIndex *index, const AmrBlock *block, const char *name)
{
    g_autofree char *file = g_strconcat("local/", name, NULL);
    g_autoptr(GPtrArray) reached = amr_index_reached(index, file);

    return reached->len > 1 || (reached->len == 1 && reached->pdata[0] != block);
}

static char *
free_name(const AmrIndex *index, const AmrBlock *block)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_autofree char *own = NULL;

    append_safe(name, leaf_of(block->file));
    /* The file's own name is for what stands at its top, if not today. */
    if (name->len > 0 && block->kind == AMR_BLOCK_PROFILE && !is_taken(index, block, name->str))
        return g_string_free(g_steal_pointer(&name), FALSE);
    if (name->len > 0)
        g_string_append_c(name, '.');
    append_safe(name, block->name);
    if (name->len == 0)
        g_string_append(name, "profile");
    own = g_strdup(name->str);
    for (guint n = 2; is_taken(index, block, name->str); n++)
        g_string_printf(name, "%s-%u", own, n);
    return g_string_free(g_steal_pointer(&name), FALSE);
}

gboolean
amr_index_place_include(const AmrIndex *index, const AmrBlock *block, gsize *offset, char **name,
                        GError **error)
{
    const IndexBlock *inner = inside(block);
    g_autofree char *shown = amr_display_string(block->file);
    const char *data;
    gsize at = block->close;

    if (g_path_is_absolute(block->file))
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s is not below the policy", shown);
    if (!inner->whole || !inner->file->bytes)
        return amr_error_set(error, AMR_ERROR_PARSE, "%s:%u: the profile's block is never closed",
                             shown, block->line);
    data = g_bytes_get_data(inner->file->bytes, NULL);
    while (at > 0 && (data[at - 1] == ' ' || data[at - 1] == '\t'))
        at--;
    *offset = at > 0 && data[at - 1] == '\n' ? at : block->close;
    *name = free_name(index, block);
    return TRUE;
}
