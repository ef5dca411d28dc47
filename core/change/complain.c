/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/complain.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/flags.h"
#include "core/change/plan_private.h"
#include "core/policy/index_scan.h"

#define DEPTH_MAX 64     /* of includes in includes */
#define STEPS_MAX 100000 /* includes that are followed */

/* ---- files -------------------------------------------------------------------------------------
 */

#define NEW_BLOCK G_MAXSIZE

/* A file as it is, and where its blocks began when the index read it. */
typedef struct {
    GBytes *bytes;
    GArray *items;   /* AmrScanItem */
    GArray *headers; /* gsize: of the blocks, in their order; NEW_BLOCK: the plan adds it */
} File;

typedef struct {
    const AmrTarget *target;
    const AmrIndex *index;
    const AmrPlan *plan;
    GHashTable *files;  /* name -> File */
    GHashTable *blocks; /* place_of() -> AmrBlock: all that the load defines */
    GHashTable *wanted; /* AmrBlock: those that shall say complain */
    GHashTable *made;   /* names of those that the plan makes, and that shall say so, too */
    guint steps;
    GError *error; /* what ended it */
} Text;

static void
file_free(gpointer data)
{
    File *file = data;
    g_clear_pointer(&file->bytes, g_bytes_unref);
    g_clear_pointer(&file->items, g_array_unref);
    g_clear_pointer(&file->headers, g_array_unref);
    g_free(file);
}

static void
text_clear(Text *text)
{
    g_hash_table_unref(text->files);
    g_hash_table_unref(text->blocks);
    g_hash_table_unref(text->wanted);
    g_hash_table_unref(text->made);
    g_clear_error(&text->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)

static GArray *
scan(GBytes *bytes)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    return amr_scan_file((AmrBytes){data, len});
}

/* The next block of @items from *@at on; NULL at the end. */
static const AmrScanItem *
next_block(const GArray *items, guint *at)
{
    while (*at < items->len) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, (*at)++);
        if (item->kind == AMR_SCAN_BLOCK)
            return item;
    }
    return NULL;
}

/* Where each block of @now began in @read: what a plan does to a file adds blocks or takes some
 * away, and leaves the others in their order. *@taken: how many of @read are there no more. */
static GArray *
headers_of(const GArray *read, const GArray *now, guint *taken)
{
    GArray *headers = g_array_new(FALSE, FALSE, sizeof(gsize));
    const AmrScanItem *item, *before;
    guint at = 0, from = 0;

    for (*taken = 0; (item = next_block(now, &at));) {
        gsize header = NEW_BLOCK;
        guint i = from, passed = 0;
        while ((before = next_block(read, &i)) && strcmp(before->name, item->name) != 0)
            passed++;
        if (before) {
            header = before->header;
            *taken += passed;
            from = i;
        }
        g_array_append_val(headers, header);
    }
    while (next_block(read, &from))
        (*taken)++;
    return headers;
}

static gboolean
has_new(const GArray *headers)
{
    for (guint i = 0; i < headers->len; i++)
        if (g_array_index(headers, gsize, i) == NEW_BLOCK)
            return TRUE;
    return FALSE;
}

static GBytes *
bytes_now(Text *text, const char *name)
{
    const AmrPlanFile *planned = text->plan ? amr_plan_find_file(text->plan, name) : NULL;
    GBytes *bytes = NULL;

    if (planned)
        return planned->after ? g_bytes_ref(planned->after) : NULL;
    (void)amr_plan_read(text->target, name, &bytes, NULL);
    return bytes;
}

/* NULL where there is none that the index read: it defines nothing. Or with text->error. */
static const File *
find_file(Text *text, const char *name)
{
    GBytes *read = amr_index_bytes(text->index, name);
    File *file = g_hash_table_lookup(text->files, name);
    gboolean planned = text->plan && amr_plan_find_file(text->plan, name);
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    g_autoptr(GArray) items = NULL;
    g_autofree char *shown = amr_display_string(name);
    guint taken;

    if (file || !(read || planned))
        return file;
    file = g_new0(File, 1);
    g_hash_table_insert(text->files, g_strdup(name), file);
    file->bytes = bytes_now(text, name);
    file->items = file->bytes ? scan(file->bytes) : NULL;
    items = scan(read ? read : nothing);
    file->headers = file->items ? headers_of(items, file->items, &taken) : NULL;
    if (file->headers && (planned || (!taken && !has_new(file->headers))))
        return file;
    amr_error_set(&text->error, AMR_ERROR_CHANGED_UNDERNEATH,
                  "%s: It does not hold the profiles any more that it held", shown);
    return NULL;
}

/* ---- blocks ------------------------------------------------------------------------------------
 */

static char *
place_of(const char *file, gsize header, const AmrBlock *parent)
{
    return g_strdup_printf("%" G_GSIZE_FORMAT ":%p:%s", header, (gconstpointer)parent, file);
}

static gboolean
text_init(Text *text, const AmrPlanLoad *load, GError **error)
{
    text->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, file_free);
    text->blocks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    text->wanted = g_hash_table_new(NULL, NULL);
    text->made = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; load->profiles[i]; i++) {
        const AmrBlock *block = amr_index_find_typed(text->index, load->profiles[i]);
        if (block)
            g_hash_table_insert(text->blocks, place_of(block->file, block->header, block->parent),
                                (gpointer)block);
    }
    for (guint i = 0; load->complain[i]; i++) {
        const AmrBlock *block = amr_index_find_typed(text->index, load->complain[i]);
        g_autofree char *shown = amr_display_string(load->complain[i]);
        if (block)
            g_hash_table_add(text->wanted, (gpointer)block);
        else if (text->plan && amr_plan_makes(text->plan, load->complain[i]))
            g_hash_table_add(text->made, load->complain[i]);
        else if (text->plan)
            return amr_error_set(error, AMR_ERROR_REFUSED, "%s: No file defines it", shown);
    }
    return TRUE;
}

/* ---- rendering ---------------------------------------------------------------------------------
 */

/* One open brace. A block takes each file once, a block within it starts anew. */
typedef struct {
    const AmrBlock *block;
    GHashTable *taken; /* name of a file -> whether its text stands here in place of its include */
} Level;

typedef struct {
    const File *file;
    const char *name;
    const char *data;
    gsize at;         /* up to which the file is in out */
    guint nth;        /* block */
    GArray *levels;   /* Level */
    GString *out;     /* the text */
    gboolean changed; /* and it is not the file's own */
} Frame;

static const Level no_level;

static gboolean render(Text *text, const char *name, const Level *around, guint depth, GString *out,
                       gboolean *changed);

static const Level *
innermost(const Frame *frame)
{
    return &g_array_index(frame->levels, Level, frame->levels->len - 1);
}

/* Whether the plan makes the block @item in @parent, to be in complain mode. */
static gboolean
take_made(Text *text, const AmrBlock *parent, const AmrScanItem *item)
{
    g_autofree char *above = parent ? amr_plan_typed(parent->ns, parent->name) : NULL;
    g_autofree char *name = g_strdup_printf("%s//%s", above ? above : "", item->name);

    return above && g_hash_table_remove(text->made, name);
}

static void
open_block(Text *text, Frame *frame, const AmrScanItem *item)
{
    const Level *around = innermost(frame);
    gsize header = g_array_index(frame->file->headers, gsize, frame->nth++);
    gboolean is_new = header == NEW_BLOCK;
    g_autofree char *place = place_of(frame->name, header, around->block);
    const AmrBlock *block = g_hash_table_lookup(text->blocks, place);
    Level level = {block ? block : around->block, NULL};

    level.taken = block || is_new ? g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)
                                  : g_hash_table_ref(around->taken);
    if (block ? g_hash_table_remove(text->wanted, block)
              : is_new && take_made(text, around->block, item)) {
        g_autofree char *flags = amr_flags_with_mode(item->flags, "complain");
        amr_flags_append_header(frame->out, frame->data, &frame->at, item, flags);
        frame->changed = TRUE;
    }
    g_array_append_val(frame->levels, level);
}

static void
close_block(Frame *frame)
{
    if (frame->levels->len < 2)
        return;
    g_hash_table_unref(innermost(frame)->taken);
    g_array_set_size(frame->levels, frame->levels->len - 1);
}

/* @with stands in the place of the directive; NULL: nothing. */
static void
replace(Frame *frame, const AmrScanItem *item, const GString *with)
{
    g_string_append_len(frame->out, frame->data + frame->at, (gssize)(item->header - frame->at));
    if (with)
        g_string_append_printf(frame->out, "\n%s\n", with->str);
    frame->at = item->close;
    frame->changed = TRUE;
}

/* The file @name, or all that the directory holds, into @out. */
static gboolean
render_target(Text *text, const Level *around, const char *name, guint depth, GString *out,
              gboolean *changed)
{
    g_autofree const char **entries = amr_index_entries(text->index, name);
    const char *const one[] = {name, NULL};

    for (const char *const *file = entries ? entries : one; *file; file++) {
        if (entries && !g_hash_table_insert(around->taken, g_strdup(*file), NULL))
            continue;
        if (!render(text, *file, around, depth + 1, out, changed))
            return FALSE;
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; *changed && entries && entries[i]; i++)
        g_hash_table_insert(around->taken, g_strdup(entries[i]), GINT_TO_POINTER(TRUE));
    return TRUE;
}

static gboolean
include(Text *text, Frame *frame, const AmrScanItem *item, guint depth)
{
    const Level *level = innermost(frame);
    g_autofree char *name = amr_index_meant(text->index, item->name);
    g_autoptr(GString) inner = g_string_new(NULL);
    gboolean changed = FALSE;
    gpointer replaced;

    if (!name)
        return TRUE;
    if (g_hash_table_lookup_extended(level->taken, name, NULL, &replaced)) {
        if (replaced) /* the compiler would not know that it has it */
            replace(frame, item, NULL);
        return TRUE;
    }
    g_hash_table_insert(level->taken, g_strdup(name), NULL);
    if (depth >= DEPTH_MAX || ++text->steps > STEPS_MAX)
        return amr_error_set(&text->error, AMR_ERROR_LIMIT, "Its includes go too deep");
    if (!render_target(text, level, name, depth, inner, &changed))
        return FALSE;
    if (changed) {
        replace(frame, item, inner);
        g_hash_table_insert(level->taken, g_steal_pointer(&name), GINT_TO_POINTER(TRUE));
    }
    return TRUE;
}

static gboolean
render_items(Text *text, Frame *frame, guint depth)
{
    for (guint i = 0; i < frame->file->items->len; i++) {
        const AmrScanItem *item = &g_array_index(frame->file->items, AmrScanItem, i);
        if (item->kind == AMR_SCAN_BLOCK)
            open_block(text, frame, item);
        else if (item->kind == AMR_SCAN_CLOSE)
            close_block(frame);
        else if (item->kind == AMR_SCAN_INCLUDE && !include(text, frame, item, depth))
            return FALSE;
    }
    return TRUE;
}

/* The file @name as it stands in @around. */
static gboolean
render(Text *text, const char *name, const Level *around, guint depth, GString *out,
       gboolean *changed)
{
    const File *file = find_file(text, name);
    g_autoptr(GArray) levels = NULL;
    Frame frame = {.file = file, .name = name, .out = out};
    gboolean ok;
    gsize len;

    if (!file)
        return text->error == NULL;
    frame.data = g_bytes_get_data(file->bytes, &len);
    frame.levels = levels = g_array_new(FALSE, FALSE, sizeof(Level));
    g_array_append_vals(levels, around, 1);
    g_hash_table_ref(around->taken);
    ok = render_items(text, &frame, depth);
    while (levels->len > 1)
        close_block(&frame);
    g_hash_table_unref(around->taken);
    if (len > frame.at)
        g_string_append_len(out, frame.data + frame.at, (gssize)(len - frame.at));
    *changed |= frame.changed;
    return ok;
}

GBytes *
amr_complain_text(const AmrTarget *target, const AmrIndex *index, const AmrPlan *plan,
                  const AmrPlanLoad *load, GError **error)
{
    g_auto(Text) text = {.target = target, .index = index, .plan = plan};
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *shown = amr_display_string(load->path);
    Level top = no_level;
    gboolean changed = FALSE;

    top.taken = taken;
    if (!text_init(&text, load, error))
        return NULL;
    if (!render(&text, load->path, &top, 0, out, &changed)) {
        g_propagate_prefixed_error(error, g_steal_pointer(&text.error), "%s: ", shown);
        return NULL;
    }
    if (g_hash_table_size(text.wanted) + g_hash_table_size(text.made) > 0) {
        amr_error_set(error, AMR_ERROR_REFUSED, "%s: Not all of its profiles are found in it",
                      shown);
        return NULL;
    }
    return g_string_free_to_bytes(g_steal_pointer(&out));
}

/* ---- in the copy -------------------------------------------------------------------------------
 */

gboolean
amr_complain_set(AmrScratch *scratch, const AmrTarget *target, const AmrIndex *index,
                 const AmrPlan *plan, const AmrPlanLoad *load, GError **error)
{
    g_autoptr(GBytes) text = NULL;

    if (!load->complain || !load->complain[0])
        return TRUE;
    text = amr_complain_text(target, index, plan, load, error);
    return text && amr_scratch_set(scratch, load->path, text, error);
}

gboolean
amr_complain_unset(AmrScratch *scratch, const AmrPlan *plan, const AmrPlanLoad *load,
                   GError **error)
{
    const AmrPlanFile *planned = plan ? amr_plan_find_file(plan, load->path) : NULL;

    if (!load->complain || !load->complain[0])
        return TRUE;
    return planned ? amr_scratch_set(scratch, load->path, planned->after, error)
                   : amr_scratch_restore(scratch, load->path, error);
}

char **
amr_complain_in_kernel(AmrOpener *opener, const AmrIndex *index, const AmrPlanLoad *load)
{
    g_autoptr(AmrLoaded) loaded = amr_loaded_read(opener, NULL);
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    gboolean forced = amr_index_is_force_complain(index, load->path);

    for (guint i = 0; loaded && !forced && load->profiles[i]; i++) {
        const AmrLoadedProfile *held = amr_plan_find_loaded(loaded, load->profiles[i]);
        const AmrBlock *block = amr_index_find_typed(index, load->profiles[i]);
        if (held && held->mode == AMR_MODE_COMPLAIN && block && !block->complain)
            g_strv_builder_add(names, load->profiles[i]);
    }
    return g_strv_builder_end(names);
}
