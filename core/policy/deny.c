/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/deny.h"

#include <string.h>

#include "core/policy/insert.h"
#include "core/policy/rule_text.h"

#define PROFILE "armorer_deny"

/* So many are compiled at once at most: a profile of some thousand denies is none of a person. */
#define DENIES_MAX 1024

/* A deny rule, and the rule that grants what it denies. */
typedef struct {
    const AmrDeny *deny;
    char *grants;
} Turned;

/* Some of them, to be compiled together. */
typedef struct {
    guint from, to;
} Range;

typedef struct {
    AmrCompiler *compiler;
    const AmrQuestion *question;
    char *preamble;
    GArray *denies; /* AmrDeny */
    GArray *turned; /* Turned */
    GArray *ranges; /* Range, still to be tried; the last one first */
    GPtrArray *found;
} Find;

void
amr_deny_rule_free(AmrDenyRule *rule)
{
    if (!rule)
        return;
    g_free(rule->file);
    g_free(rule->text);
    g_free(rule->said);
    g_free(rule);
}

AmrDenyRule *
amr_deny_rule_copy(const AmrDenyRule *rule)
{
    if (!rule)
        return NULL;
    AmrDenyRule *copy = g_new0(AmrDenyRule, 1);
    *copy = (AmrDenyRule){g_strdup(rule->file), rule->line, g_strdup(rule->text),
                          g_strdup(rule->said), rule->more};
    return copy;
}

AmrDenyRule *
amr_deny_first(const GPtrArray *found)
{
    AmrDenyRule *first = found && found->len > 0 ? amr_deny_rule_copy(found->pdata[0]) : NULL;
    if (first)
        first->more = found->len - 1;
    return first;
}

static void
free_rule(gpointer data)
{
    amr_deny_rule_free(data);
}

static void
clear_turned(gpointer data)
{
    g_free(((Turned *)data)->grants);
}

static void
find_free(gpointer data)
{
    Find *find = data;
    g_free(find->preamble);
    g_clear_pointer(&find->denies, g_array_unref);
    g_array_unref(find->turned);
    g_array_unref(find->ranges);
    g_ptr_array_unref(find->found);
    g_free(find);
}

/* ---- turning a rule round ---------------------------------------------------------------------
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
turn_all(Find *find)
{
    for (guint i = 0; i < find->denies->len && find->turned->len < DENIES_MAX; i++) {
        const AmrDeny *deny = &g_array_index(find->denies, AmrDeny, i);
        Turned turned = {deny, turn(deny->text)};
        if (amr_rule_text_may_concern(turned.grants, find->question->klass))
            g_array_append_val(find->turned, turned);
        else
            clear_turned(&turned);
    }
}

/* ---- compiling --------------------------------------------------------------------------------
 */

static void compile_next(GTask *task);

static char *
profile_name(guint n)
{
    return g_strdup_printf(PROFILE "_%u", n);
}

static GBytes *
text_of(const Find *find, Range range)
{
    GString *text = g_string_new(find->preamble);

    for (guint i = range.from; i < range.to; i++) {
        g_autofree char *name = profile_name(i);
        g_string_append_printf(text, "\nprofile %s {\n  %s\n}\n", name,
                               g_array_index(find->turned, Turned, i).grants);
    }
    return g_string_free_to_bytes(text);
}

static gboolean
is_hit(const Find *find, const AmrOracle *oracle, guint n)
{
    g_autofree char *name = profile_name(n);
    const AmrOracleProfile *profile = amr_oracle_find(oracle, name);
    AmrOracleAnswer answer = {0};

    if (!profile)
        return FALSE;
    amr_question_ask(find->question, profile, &answer);
    return answer.verdict != AMR_ORACLE_UNMEDIATED && answer.verdict != AMR_ORACLE_UNKNOWN &&
           answer.allowed;
}

static void
add_found(Find *find, const AmrDeny *deny)
{
    AmrDenyRule *rule = g_new0(AmrDenyRule, 1);
    g_autofree char *file = amr_display_string(deny->file);
    g_autofree char *text = amr_display_string(deny->text);

    *rule = (AmrDenyRule){g_strdup(deny->file), deny->line, g_strdup(deny->text),
                          g_strdup_printf("%s line %u: %s", file, deny->line, text), 0};
    g_ptr_array_add(find->found, rule);
}

static void
judge(Find *find, Range range, const AmrCompileResult *result)
{
    g_autoptr(AmrOracle) oracle = amr_oracle_new(result->output, NULL);

    for (guint i = range.from; oracle && i < range.to; i++)
        if (is_hit(find, oracle, i))
            add_found(find, g_array_index(find->turned, Turned, i).deny);
}

/* One of them is not taken alone: the others are to be known all the same. */
static void
halve(Find *find, Range range)
{
    guint middle = range.from + (range.to - range.from) / 2;
    const Range halves[] = {{middle, range.to}, {range.from, middle}};

    if (range.to - range.from > 1)
        g_array_append_vals(find->ranges, halves, 2);
}

static void
on_compiled(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Find *find = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompileResult) result = amr_compiler_run_finish(find->compiler, async, &error);
    Range range = g_array_index(find->ranges, Range, find->ranges->len - 1);

    g_array_set_size(find->ranges, find->ranges->len - 1);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    if (!result) /* it cannot be asked at all */
        g_array_set_size(find->ranges, 0);
    else if (result->ok)
        judge(find, range, result);
    else
        halve(find, range);
    compile_next(task);
}

static void
compile_next(GTask *task)
{
    Find *find = g_task_get_task_data(task);

    if (find->ranges->len == 0) {
        g_task_return_pointer(task, g_ptr_array_ref(find->found),
                              (GDestroyNotify)g_ptr_array_unref);
        return;
    }
    g_autoptr(GBytes) text =
        text_of(find, g_array_index(find->ranges, Range, find->ranges->len - 1));
    const AmrCompileJob job = {.kind = AMR_COMPILE_MEANING, .text = text};
    amr_compiler_run_async(find->compiler, &job, g_task_get_cancellable(task), on_compiled,
                           g_object_ref(task));
}

void
amr_deny_find_async(AmrCompiler *compiler, const AmrIndex *index, const char *profile,
                    const AmrQuestion *question, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    const AmrBlock *block = index ? amr_index_find_typed(index, profile) : NULL;
    g_autofree const char **roots = block ? amr_index_roots(index, block) : NULL;
    Find *find = g_new0(Find, 1);

    find->compiler = compiler;
    find->question = question;
    find->turned = g_array_new(FALSE, FALSE, sizeof(Turned));
    g_array_set_clear_func(find->turned, clear_turned);
    find->ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    find->found = g_ptr_array_new_with_free_func(free_rule);
    g_task_set_source_tag(task, amr_deny_find_async);
    g_task_set_task_data(task, find, find_free);
    if (block && roots && roots[0]) {
        find->preamble = amr_insert_preamble(index, roots[0]);
        find->denies = amr_index_denies(block);
        turn_all(find);
    }
    if (find->turned->len) {
        Range all = {0, find->turned->len};
        g_array_append_val(find->ranges, all);
    }
    compile_next(task);
}

GPtrArray *
amr_deny_find_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
