/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiling abstractions, and those that answer into the profile. */
#include <string.h>

#include "core/policy/abstractions_private.h"
#include "core/policy/ask_private.h"
#include "core/policy/content.h"
#include "core/policy/insert.h"

/* So many of those that answer are tried in the profile. */
#define TRIES_MAX 6

#define PROFILE "armorer_abstraction_"

typedef struct {
    AmrAbstractions *abstractions;
    AmrAsker *asker;
    const AmrIndex *index;
    const AmrBlock *block;
    char *root, *preamble, *profile;
    const AmrQuestion *question;
    GPtrArray *may;  /* AmrAbstraction: those that may answer, best first */
    GPtrArray *keys; /* char *: their digests */
    guint chunk;     /* so many at once; fewer, where one of them does not compile */
    GPtrArray *part; /* numbers of those that are being compiled */
    GPtrArray *hits; /* of them: those that do */
    guint tried;     /* of them */
    GPtrArray *good;
} Look;

static void compile_next(GTask *task);
static void try_next(GTask *task);

static void
look_free(gpointer data)
{
    Look *look = data;
    g_free(look->root);
    g_free(look->preamble);
    g_free(look->profile);
    g_ptr_array_unref(look->may);
    g_ptr_array_unref(look->keys);
    g_ptr_array_unref(look->part);
    g_ptr_array_unref(look->hits);
    g_ptr_array_unref(look->good);
    g_free(look);
}

static void
finish(GTask *task)
{
    Look *look = g_task_get_task_data(task);
    g_task_return_pointer(task, g_ptr_array_ref(look->good), (GDestroyNotify)g_ptr_array_unref);
}

/* ---- in the profile ---------------------------------------------------------------------------
 */

static char *
tried_key(const Look *look, const AmrAbstraction *abstraction)
{
    return g_strdup_printf("%s\n%s\n%s", look->root, look->profile, abstraction->file);
}

static const AmrAbstraction *
current(const Look *look)
{
    return look->hits->pdata[look->tried];
}

/* Whether it answers in the profile, too: compiled there. */
static void
judge_try(Look *look, const AmrAskCompiled *compiled)
{
    const AmrOracleProfile *profile =
        compiled->oracle ? amr_oracle_find(compiled->oracle, look->profile) : NULL;
    AmrOracleAnswer answer = {0};

    if (profile)
        amr_question_ask(look->question, profile, &answer);
    if (answer.verdict == AMR_ORACLE_ALLOWED)
        g_ptr_array_add(look->good, amr_abstraction_copy(current(look)));
    look->tried++;
}

static void
on_tried(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Look *look = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrContent) content = amr_content_compile_finish(async, &error);

    (void)amr_scratch_restore(look->asker->scratch, look->block->file, NULL);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    AmrAskCompiled *compiled = g_new0(AmrAskCompiled, 1);
    if (content && content->oracle)
        compiled->oracle = amr_oracle_ref(content->oracle);
    g_hash_table_insert(look->asker->compiled, tried_key(look, current(look)), compiled);
    judge_try(look, compiled);
    try_next(task);
}

/* FALSE where nothing can be put into the profile. */
static gboolean
try_in_profile(GTask *task)
{
    Look *look = g_task_get_task_data(task);
    AmrScratch *scratch = look->asker->scratch;
    g_autofree char *line = g_strdup_printf("include <%s>", current(look)->file);
    g_autoptr(GBytes) text = amr_insert_rules(look->index, look->block, line, NULL);

    if (!text || !amr_scratch_set(scratch, look->block->file, text, NULL))
        return FALSE;
    const AmrCompileJob job = {.kind = AMR_COMPILE_MEANING,
                               .base = amr_scratch_path(scratch),
                               .file = look->root};
    amr_content_compile_async(look->abstractions->compiler, look->index, &job, scratch,
                              g_task_get_cancellable(task), on_tried, g_object_ref(task));
    return TRUE;
}

static void
on_scratch(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Look *look = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;

    look->asker->scratch = amr_scratch_new_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_task_return_error(task, g_steal_pointer(&error));
    else if (look->asker->scratch)
        try_next(task);
    else
        finish(task);
}

static void
try_next(GTask *task)
{
    Look *look = g_task_get_task_data(task);

    while (look->good->len < AMR_ABSTRACTIONS_MAX && look->tried < look->hits->len &&
           look->tried < TRIES_MAX) {
        g_autofree char *key = tried_key(look, current(look));
        const AmrAskCompiled *known = g_hash_table_lookup(look->asker->compiled, key);
        if (known) {
            judge_try(look, known);
            continue;
        }
        if (!look->asker->scratch) {
            amr_scratch_new_async(look->asker->context.target, g_task_get_cancellable(task),
                                  on_scratch, g_object_ref(task));
            return;
        }
        if (try_in_profile(task))
            return;
        break;
    }
    finish(task);
}

/* ---- alone ------------------------------------------------------------------------------------
 */

/* Several are compiled together, another set each time, so what is kept by content would not be met
 * again: each is kept by its own digest in place of that. */

static int
by_opened(gconstpointer a, gconstpointer b)
{
    const AmrAbstraction *one = *(const AmrAbstraction *const *)a;
    const AmrAbstraction *other = *(const AmrAbstraction *const *)b;
    /* A few private keys are more than many certificates. */
    if ((one->risk == AMR_RISK_HIGH) != (other->risk == AMR_RISK_HIGH))
        return one->risk == AMR_RISK_HIGH ? 1 : -1;
    if (one->fresh != other->fresh)
        return one->fresh < other->fresh ? -1 : 1;
    if (one->rules != other->rules)
        return one->rules < other->rules ? -1 : 1;
    return strcmp(one->file, other->file);
}

static gboolean
answers(const Look *look, guint n)
{
    const AmrAbstractionMade *made =
        g_hash_table_lookup(look->abstractions->made, look->keys->pdata[n]);
    const AmrOracleProfile *profile =
        made && made->batch ? amr_oracle_find(made->batch->oracle, made->name) : NULL;
    AmrOracleAnswer answer = {0};

    if (profile)
        amr_question_ask(look->question, profile, &answer);
    return answer.verdict == AMR_ORACLE_ALLOWED;
}

static void
on_compiled(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Look *look = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompileResult) result =
        amr_compiler_run_finish(look->abstractions->compiler, async, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    if (!result) { /* no compiler: nothing is known */
        finish(task);
        return;
    }
    AmrOracle *oracle = result->ok ? amr_oracle_new(result->output, NULL) : NULL;
    AmrAbstractionBatch *batch = oracle ? g_new0(AmrAbstractionBatch, 1) : NULL;
    if (batch)
        *batch = (AmrAbstractionBatch){oracle, 1};
    for (guint i = 0; (batch || look->part->len == 1) && i < look->part->len; i++) {
        g_autofree char *name = g_strdup_printf(PROFILE "%u", i);
        const char *key = look->keys->pdata[GPOINTER_TO_UINT(look->part->pdata[i])];
        g_hash_table_replace(look->abstractions->made, g_strdup(key),
                             amr_abstraction_made_new(batch, name));
    }
    if (!batch)
        look->chunk = MAX(1, look->part->len / 2);
    amr_abstraction_batch_unref(batch);
    compile_next(task);
}

/* Takes those that answer, and those that are not known so far into the part, as long as there are
 * not enough of both: what opens more than these is not worth the time. */
static void
take_stock(Look *look)
{
    g_ptr_array_set_size(look->part, 0);
    g_ptr_array_set_size(look->hits, 0);
    for (guint i = 0; i < look->may->len && look->part->len < look->chunk &&
                      look->hits->len + look->part->len < TRIES_MAX;
         i++) {
        if (!g_hash_table_contains(look->abstractions->made, look->keys->pdata[i]))
            g_ptr_array_add(look->part, GUINT_TO_POINTER(i));
        else if (answers(look, i))
            g_ptr_array_add(look->hits, look->may->pdata[i]);
    }
}

static void
compile_next(GTask *task)
{
    Look *look = g_task_get_task_data(task);
    g_autoptr(GString) text = g_string_new(look->preamble);

    take_stock(look);
    if (look->part->len == 0) {
        try_next(task);
        return;
    }
    for (guint i = 0; i < look->part->len; i++) {
        const AmrAbstraction *one = look->may->pdata[GPOINTER_TO_UINT(look->part->pdata[i])];
        g_string_append_printf(text, "\nprofile " PROFILE "%u {\n  include <%s>\n}\n", i,
                               one->file);
    }
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    const AmrCompileJob job = {.kind = AMR_COMPILE_MEANING, .text = bytes};
    amr_compiler_run_async(look->abstractions->compiler, &job, g_task_get_cancellable(task),
                           on_compiled, g_object_ref(task));
}

/* Counted for what the profile allows so far. */
static void
count_all(Look *look, const AmrOracleProfile *own)
{
    g_autoptr(GPtrArray) names =
        amr_abstractions_plausible(look->abstractions, look->index, look->root, look->profile,
                                   look->question);

    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(look->may, amr_abstractions_count(look->abstractions, look->index,
                                                          look->profile, names->pdata[i], own));
    g_ptr_array_sort(look->may, by_opened);
    for (guint i = 0; i < look->may->len; i++) {
        const AmrAbstraction *one = look->may->pdata[i];
        g_ptr_array_add(look->keys, amr_abstractions_digest(look->abstractions, look->index,
                                                            look->preamble, one->file));
    }
}

/* FALSE where there is nothing to look for. */
static gboolean
begin(Look *look, const char *profile)
{
    const AmrIndex *index = look->index;

    look->block = index ? amr_index_find_typed(index, profile) : NULL;
    g_autofree const char **roots = look->block ? amr_index_roots(index, look->block) : NULL;
    if (!roots || !roots[0] ||
        (look->question->klass == AMR_CLASS_FILE &&
         (amr_question_rights(look->question) & AMR_PERM_EXEC)))
        return FALSE;
    look->root = g_strdup(roots[0]);
    look->preamble = amr_insert_preamble(index, look->root);
    look->profile = *look->block->ns ? g_strdup_printf(":%s:%s", look->block->ns, look->block->name)
                                     : g_strdup(look->block->name);
    const AmrAskCompiled *compiled = g_hash_table_lookup(look->asker->compiled, look->root);
    const AmrOracleProfile *own =
        compiled && compiled->oracle ? amr_oracle_find(compiled->oracle, look->profile) : NULL;
    if (look->preamble && own)
        count_all(look, own);
    return look->may->len > 0;
}

void
amr_abstractions_ask_async(AmrAbstractions *abstractions, AmrAsker *asker, const char *profile,
                           const AmrQuestion *question, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Look *look = g_new0(Look, 1);

    look->abstractions = abstractions;
    look->asker = asker;
    look->index = asker->context.index;
    look->question = question;
    look->chunk = TRIES_MAX;
    look->may = g_ptr_array_new_with_free_func((GDestroyNotify)amr_abstraction_free);
    look->keys = g_ptr_array_new_with_free_func(g_free);
    look->part = g_ptr_array_new();
    look->hits = g_ptr_array_new();
    look->good = g_ptr_array_new_with_free_func((GDestroyNotify)amr_abstraction_free);
    g_task_set_source_tag(task, amr_abstractions_ask_async);
    g_task_set_task_data(task, look, look_free);
    if (begin(look, profile))
        compile_next(task);
    else
        finish(task);
}

GPtrArray *
amr_abstractions_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
