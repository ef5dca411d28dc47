/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/cause.h"

#include <string.h>

#include "core/policy/content.h"
#include "core/policy/insert.h"
#include "core/policy/rule_text.h"

#define PROFILE "armorer_cause"

/* So many of a class are compiled at most: a profile of some thousand rules is none of a person. */
#define RULES_MAX 4096

/* A rule, and what grants what it says. */
typedef struct {
    char *file, *text;
    guint line;
    char *grants;
} Turned;

/* Some of them, compiled together. */
typedef struct {
    guint from, to;
    AmrOracle *oracle; /* NULL until then */
} Part;

/* All rules of a kind and class in a profile. */
typedef struct {
    const AmrBlock *block;
    AmrCauseKind kind;
    char *root;     /* the file to load it by */
    GArray *turned; /* Turned */
    GArray *parts;  /* Part: those that were taken, and without an oracle those that could not be
                       compiled */
} Table;

struct AmrCauses {
    AmrCompiler *compiler;
    const AmrIndex *index;
    GHashTable *tables; /* kind, class and profile -> Table */
};

typedef struct {
    AmrCauses *causes;
    const AmrQuestion *question;
    gboolean compiles;
    char *key, *preamble;
    Table *table;   /* that is being made */
    GArray *parts;  /* Part, still to be tried; the last one first */
    gboolean alone; /* the preamble was compiled without any of them: it is not at fault */
} Find;

void
amr_cause_free(AmrCause *cause)
{
    if (!cause)
        return;
    g_free(cause->file);
    g_free(cause->text);
    g_free(cause->said);
    g_free(cause->through);
    g_free(cause);
}

AmrCause *
amr_cause_copy(const AmrCause *cause)
{
    if (!cause)
        return NULL;
    AmrCause *copy = g_new0(AmrCause, 1);
    *copy = *cause;
    copy->file = g_strdup(cause->file);
    copy->text = g_strdup(cause->text);
    copy->said = g_strdup(cause->said);
    copy->through = g_strdup(cause->through);
    return copy;
}

const char *
amr_cause_proof_word(AmrCauseProof proof)
{
    static const char *const words[] = {[AMR_CAUSE_PROOF_UNKNOWN] = "unknown",
#define AMR_CAUSE_PROOF_WORD(name, word) [AMR_CAUSE_BY_##name] = word,
                                        AMR_CAUSE_PROOFS(AMR_CAUSE_PROOF_WORD)
#undef AMR_CAUSE_PROOF_WORD
    };
    return (gsize)proof < G_N_ELEMENTS(words) ? words[proof] : words[AMR_CAUSE_PROOF_UNKNOWN];
}

AmrCause *
amr_cause_first(const GPtrArray *found)
{
    AmrCause *first = found && found->len > 0 ? amr_cause_copy(found->pdata[0]) : NULL;
    if (first)
        first->more = found->len - 1;
    return first;
}

static void
free_cause(gpointer data)
{
    amr_cause_free(data);
}

static void
clear_turned(gpointer data)
{
    Turned *turned = data;
    g_free(turned->file);
    g_free(turned->text);
    g_free(turned->grants);
}

static void
clear_part(gpointer data)
{
    g_clear_pointer(&((Part *)data)->oracle, amr_oracle_free);
}

static void
table_free(gpointer data)
{
    Table *table = data;
    if (!table)
        return;
    g_array_unref(table->turned);
    g_array_unref(table->parts);
    g_free(table->root);
    g_free(table);
}

AmrCauses *
amr_causes_new(AmrCompiler *compiler, const AmrIndex *index)
{
    AmrCauses *causes = g_new0(AmrCauses, 1);
    *causes = (AmrCauses){compiler, index,
                          g_hash_table_new_full(g_str_hash, g_str_equal, g_free, table_free)};
    return causes;
}

void
amr_causes_free(AmrCauses *causes)
{
    if (!causes)
        return;
    g_hash_table_unref(causes->tables);
    g_free(causes);
}

static void
find_free(gpointer data)
{
    Find *find = data;
    g_free(find->key);
    g_free(find->preamble);
    table_free(find->table);
    g_array_unref(find->parts);
    g_free(find);
}

/* ---- rules ------------------------------------------------------------------------------------
 */

/* A deny says x only, a rule that grants has to say how. */
static char *
turn(const char *text)
{
    g_autoptr(AmrRule) rule = amr_rule_read(text, NULL);

    if (!rule || rule->kind != AMR_RULE_FILE)
        return g_strdup(amr_rule_text_bare(text));
    rule->deny = rule->audit = FALSE;
    if (rule->file.exec != AMR_EXEC_NONE)
        rule->file.exec = AMR_EXEC_IX;
    return amr_rule_print(rule);
}

static void
take_rules(Table *table, const GArray *rules, AmrCauseKind kind, AmrClass klass)
{
    for (guint i = 0; i < rules->len && table->turned->len < RULES_MAX; i++) {
        const AmrIndexRule *rule = &g_array_index(rules, AmrIndexRule, i);
        if (!amr_rule_text_may_concern(amr_rule_text_bare(rule->text), klass))
            continue;
        Turned turned = {g_strdup(rule->file), g_strdup(rule->text), rule->line,
                         kind == AMR_CAUSE_DENIES ? turn(rule->text) : g_strdup(rule->text)};
        g_array_append_val(table->turned, turned);
    }
}

static Table *
table_new(const AmrBlock *block, const char *root, AmrCauseKind kind, AmrClass klass)
{
    g_autoptr(GArray) rules =
        kind == AMR_CAUSE_DENIES ? amr_index_denies(block) : amr_index_grants(block);
    Table *table = g_new0(Table, 1);

    table->block = block;
    table->kind = kind;
    table->root = g_strdup(root);
    table->turned = g_array_new(FALSE, FALSE, sizeof(Turned));
    g_array_set_clear_func(table->turned, clear_turned);
    table->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    g_array_set_clear_func(table->parts, clear_part);
    take_rules(table, rules, kind, klass);
    return table;
}

/* ---- the answer -------------------------------------------------------------------------------
 */

static char *
profile_name(guint n)
{
    return g_strdup_printf(PROFILE "_%u", n);
}

static gboolean
is_hit(const AmrQuestion *question, const AmrOracle *oracle, guint n)
{
    g_autofree char *name = profile_name(n);
    const AmrOracleProfile *profile = amr_oracle_find(oracle, name);
    AmrOracleAnswer answer = {0};

    if (!profile)
        return FALSE;
    amr_question_ask(question, profile, &answer);
    return answer.verdict != AMR_ORACLE_UNMEDIATED && answer.verdict != AMR_ORACLE_UNKNOWN &&
           answer.allowed;
}

static char *
tell_through(const AmrBlock *block, const char *file)
{
    g_autoptr(GArray) chain = amr_index_chain(block, file);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < chain->len; i++) {
        const AmrLocal *include = &g_array_index(chain, AmrLocal, i);
        g_string_append(out, i ? ", " : "");
        amr_display_append(out, amr_bytes(include->file));
        g_string_append_printf(out, " line %u", include->line);
    }
    return g_string_free(out, chain->len == 0);
}

static void
add_found(GPtrArray *found, const Table *table, const Turned *turned, AmrCauseProof proof)
{
    static const char *const less[] = {
        [AMR_CAUSE_PROOF_UNKNOWN] = "",
        [AMR_CAUSE_BY_POLICY] = "",
        [AMR_CAUSE_BY_RULE] = " (the rule by itself: the profile does not compile)",
        [AMR_CAUSE_BY_TEXT] = " (perhaps, by its words: it could not be compiled)",
    };
    AmrCause *cause = g_new0(AmrCause, 1);
    g_autofree char *file = amr_display_string(turned->file);
    g_autofree char *text = amr_display_string(turned->text);

    cause->kind = table->kind;
    cause->proof = proof;
    cause->file = g_strdup(turned->file);
    cause->line = turned->line;
    cause->text = g_strdup(turned->text);
    cause->said = g_strdup_printf("%s line %u: %s%s", file, turned->line, text, less[proof]);
    cause->through = tell_through(table->block, turned->file);
    g_ptr_array_add(found, cause);
}

/* Of the rules that could not be compiled those that may be meant. Only where the profile does not
 * compile either: one that does has none of these. */
static void
add_by_text(GPtrArray *found, const AmrIndex *index, const Table *table, const Part *part,
            const AmrQuestion *question)
{
    for (guint n = part->from; n < part->to; n++) {
        const Turned *turned = &g_array_index(table->turned, Turned, n);
        if (amr_cause_may_grant(index, table->root, turned->grants, question))
            add_found(found, table, turned, AMR_CAUSE_BY_TEXT);
    }
}

static int
compare_parts(gconstpointer a, gconstpointer b)
{
    const Part *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* With all that could be compiled of @table (NULL: there is nothing). */
static void
answer(GTask *task, const AmrCauses *causes, const Table *table, gboolean compiles,
       const AmrQuestion *question)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(free_cause);

    for (guint i = 0; table && i < table->parts->len; i++) {
        const Part *part = &g_array_index(table->parts, Part, i);
        for (guint n = part->from; part->oracle && n < part->to; n++)
            if (is_hit(question, part->oracle, n))
                add_found(found, table, &g_array_index(table->turned, Turned, n),
                          compiles ? AMR_CAUSE_BY_POLICY : AMR_CAUSE_BY_RULE);
        if (!part->oracle && !compiles)
            add_by_text(found, causes->index, table, part, question);
    }
    g_task_return_pointer(task, found, (GDestroyNotify)g_ptr_array_unref);
}

/* ---- compiling --------------------------------------------------------------------------------
 */

static void compile_next(GTask *task);

static GBytes *
text_of(const Find *find, Part part)
{
    GString *text = g_string_new(find->preamble);

    for (guint i = part.from; i < part.to; i++) {
        g_autofree char *name = profile_name(i);
        g_string_append_printf(text, "\nprofile %s {\n  %s\n}\n", name,
                               g_array_index(find->table->turned, Turned, i).grants);
    }
    return g_string_free_to_bytes(text);
}

/* One of them is not taken alone: the others are to be known all the same. Where none of them is at
 * fault, nothing can be compiled. */
static void
halve(Find *find, Part part)
{
    guint middle = part.from + (part.to - part.from) / 2;
    const Part halves[] = {{middle, part.to, NULL}, {part.from, middle, NULL}};
    const Part nothing = {part.from, part.from, NULL};

    if (part.to - part.from > 1)
        g_array_append_vals(find->parts, halves, 2);
    else
        g_array_append_val(find->table->parts, part);
    if (!find->alone && part.to > part.from)
        g_array_append_val(find->parts, nothing);
}

/* Neither of what is left can anything be compiled. */
static void
give_up(Find *find)
{
    for (guint i = 0; i < find->parts->len; i++) {
        Part part = g_array_index(find->parts, Part, i);
        g_array_append_val(find->table->parts, part);
    }
    g_array_set_size(find->parts, 0);
}

static void
take(Find *find, Part part, const AmrContent *content)
{
    gboolean nothing = part.from == part.to;

    if (!content || (nothing && !content->result->ok)) {
        g_array_append_val(find->table->parts, part);
        give_up(find);
    } else if (nothing) {
        find->alone = TRUE;
    } else if (!content->result->ok) {
        halve(find, part);
    } else {
        part.oracle = content->oracle ? amr_oracle_ref(content->oracle) : NULL;
        g_array_append_val(find->table->parts, part);
    }
}

static void
on_compiled(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Find *find = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrContent) content = amr_content_compile_finish(async, &error);
    Part part = g_array_index(find->parts, Part, find->parts->len - 1);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    g_array_set_size(find->parts, find->parts->len - 1);
    take(find, part, content);
    compile_next(task);
}

static void
compile_next(GTask *task)
{
    Find *find = g_task_get_task_data(task);

    if (find->parts->len == 0) {
        Table *table = g_steal_pointer(&find->table);
        g_array_sort(table->parts, compare_parts);
        g_hash_table_replace(find->causes->tables, g_steal_pointer(&find->key), table);
        answer(task, find->causes, table, find->compiles, find->question);
        return;
    }
    g_autoptr(GBytes) text = text_of(find, g_array_index(find->parts, Part, find->parts->len - 1));
    const AmrCompileJob job = {.kind = AMR_COMPILE_MEANING, .text = text};
    amr_content_compile_async(find->causes->compiler, find->causes->index, &job, NULL,
                              g_task_get_cancellable(task), on_compiled, g_object_ref(task));
}

/* @find is taken over. */
static void
begin(GTask *task, Find *find, const AmrBlock *block, const char *root, AmrCauseKind kind)
{
    const AmrIndex *index = find->causes->index;

    find->preamble = amr_insert_preamble(index, root);
    find->table = table_new(block, root, kind, find->question->klass);
    find->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    g_task_set_task_data(task, find, find_free);
    if (find->table->turned->len) {
        Part all = {0, find->table->turned->len, NULL};
        g_array_append_val(find->parts, all);
    }
    compile_next(task);
}

void
amr_causes_find_async(AmrCauses *causes, AmrCauseKind kind, const char *profile, gboolean compiles,
                      const AmrQuestion *question, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    const AmrIndex *index = causes->index;
    const AmrBlock *block = index ? amr_index_find_typed(index, profile) : NULL;
    g_autofree const char **roots = block ? amr_index_roots(index, block) : NULL;
    g_autofree char *key = g_strdup_printf("%d %d %s", (int)kind, (int)question->klass, profile);
    const Table *table = g_hash_table_lookup(causes->tables, key);

    g_task_set_source_tag(task, amr_causes_find_async);
    if (table || !roots || !roots[0]) {
        answer(task, causes, table, compiles, question);
        return;
    }
    Find *find = g_new0(Find, 1);
    find->causes = causes;
    find->question = question;
    find->compiles = compiles;
    find->key = g_steal_pointer(&key);
    begin(task, find, block, roots[0], kind);
}

GPtrArray *
amr_causes_find_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
