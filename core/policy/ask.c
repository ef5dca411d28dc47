/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/ask.h"

#include <string.h>

#include "core/base/text.h"
#include "core/policy/ask_private.h"
#include "core/policy/classes.h"

/* ---- what is kept -----------------------------------------------------------------------------
 */

static void
compiled_free(gpointer data)
{
    AmrAskCompiled *compiled = data;
    amr_oracle_free(compiled->oracle);
    g_clear_error(&compiled->error);
    g_free(compiled);
}

AmrAsker *
amr_asker_new(const AmrAskContext *context)
{
    AmrAsker *asker = g_new0(AmrAsker, 1);
    asker->context = *context;
    asker->compiled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, compiled_free);
    asker->loaded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, compiled_free);
    asker->causes = amr_causes_new(context->compiler, context->index);
    return asker;
}

void
amr_asker_free(AmrAsker *asker)
{
    if (!asker)
        return;
    g_hash_table_unref(asker->compiled);
    g_hash_table_unref(asker->loaded);
    amr_scratch_free(asker->scratch);
    amr_causes_free(asker->causes);
    g_free(asker);
}

static void
place_clear(AmrAnswerPlace *place)
{
    g_free(place->into);
    g_free(place->missing);
    g_free(place->why);
}

void
amr_answer_free(AmrAnswer *answer)
{
    if (!answer)
        return;
    place_clear(&answer->disk);
    place_clear(&answer->loaded);
    amr_cause_free(answer->denied);
    g_clear_pointer(&answer->granted, g_ptr_array_unref);
    g_free(answer->ns);
    g_free(answer->name);
    g_free(answer);
}

static void
no_answer(AmrAnswerPlace *place, AmrErrorCode code, const char *why)
{
    place->code = code;
    place->why = g_strdup(why);
}

static void
no_answer_of(AmrAnswerPlace *place, const GError *error)
{
    AmrErrorCode code = error->domain == AMR_ERROR ? (AmrErrorCode)error->code : AMR_ERROR_REFUSED;
    /* Compiled policy that is not understood is not the caller's fault. */
    no_answer(place, code == AMR_ERROR_PARSE ? AMR_ERROR_COMPILER : code, error->message);
}

/* ":ns:name" of the two. */
static char *
typed_name(const char *ns, const char *name)
{
    return ns && *ns ? g_strdup_printf(":%s:%s", ns, name) : g_strdup(name);
}

const AmrOracleProfile *
amr_ask_find(const AmrOracle *oracle, const char *ns, const char *name)
{
    g_autofree char *typed = typed_name(ns, name);
    return amr_oracle_find(oracle, typed);
}

/* Where an execution leads among the profiles of @context. */
static void
follow(const AmrAsk *ask, const AmrProposeContext *context, AmrAnswerPlace *place)
{
    const AmrOracleQuestion *part = &g_array_index(ask->question->parts, AmrOracleQuestion, 0);
    const AmrAnswer *answer = ask->answer;

    if (place->answer.exec == AMR_EXEC_NONE || ask->question->klass != AMR_CLASS_FILE)
        return;
    g_autofree char *program = amr_bytes_dup(part->file.path);
    place->into = amr_exec_lead(context, answer->ns, answer->name, program, place->answer.exec,
                                place->answer.target);
}

static void
answer_of(const AmrQuestion *question, const AmrOracleProfile *profile, AmrAnswerPlace *place)
{
    amr_question_ask(question, profile, &place->answer);
    place->missing = amr_question_missing(question, profile);
}

/* ---- loaded -----------------------------------------------------------------------------------
 */

static AmrOracleMode
mode_of(const AmrLoadedProfile *profile)
{
    static const AmrOracleMode modes[AMR_MODE_COUNT] = {
        [AMR_MODE_ENFORCE] = AMR_ORACLE_MODE_ENFORCE,
        [AMR_MODE_COMPLAIN] = AMR_ORACLE_MODE_COMPLAIN,
        [AMR_MODE_KILL] = AMR_ORACLE_MODE_KILL,
        [AMR_MODE_UNCONFINED] = AMR_ORACLE_MODE_UNCONFINED,
        [AMR_MODE_PROMPT] = AMR_ORACLE_MODE_PROMPT,
    };
    return profile->mode < AMR_MODE_COUNT ? modes[profile->mode] : AMR_ORACLE_MODE_UNKNOWN;
}

/* What the kernel gives back of a profile, read once. Its files are unpacked by the kernel itself.
 */
static const AmrAskCompiled *
loaded_policy(AmrAsker *asker, const AmrLoadedProfile *profile)
{
    g_autofree char *typed = typed_name(profile->ns, profile->name);
    AmrAskCompiled *policy = g_hash_table_lookup(asker->loaded, typed);
    AmrLoadedRaw raw = {0};
    if (policy)
        return policy;
    policy = g_new0(AmrAskCompiled, 1);
    g_hash_table_insert(asker->loaded, g_steal_pointer(&typed), policy);
    if (!amr_loaded_raw(asker->context.opener, profile->ns, profile->name, TRUE, &raw,
                        &policy->error)) {
        g_prefix_error(&policy->error, "What the kernel holds cannot be read: ");
        return policy;
    }
    if (raw.data)
        policy->oracle = amr_oracle_new(raw.data, &policy->error);
    else
        amr_error_set(&policy->error, AMR_ERROR_NOT_ENABLED,
                      "The kernel does not give back what it holds, or only to root");
    amr_loaded_raw_clear(&raw);
    return policy;
}

/* The letters that the kernel can be asked for, one right each; creating and deleting are w. */
static const struct {
    guint32 right;
    const char *letter;
} kernel_letters[] = {
    {AMR_PERM_READ, "r"},   {AMR_PERM_WRITE, "w"},     {AMR_PERM_CREATE, "w"},
    {AMR_PERM_DELETE, "w"}, {AMR_PERM_APPEND, "a"},    {AMR_PERM_LOCK, "k"},
    {AMR_PERM_LINK, "l"},   {AMR_PERM_MMAP_EXEC, "m"}, {AMR_PERM_EXEC, "x"},
};

/* FALSE with the reason where it does not answer all of it. */
static gboolean
ask_kernel(const AmrAsker *asker, const AmrLoadedProfile *profile, const AmrOracleQuestion *part,
           guint32 *allowed, GError **error)
{
    g_autofree char *label = typed_name(profile->ns, profile->name);
    *allowed = 0;
    for (guint i = 0; i < G_N_ELEMENTS(kernel_letters); i++) {
        gboolean yes = FALSE;
        if (!(part->rights & kernel_letters[i].right))
            continue;
        if (!amr_kernel_query_file(asker->context.target, label, kernel_letters[i].letter,
                                   part->file.path, part->file.owner, &yes, error))
            return FALSE;
        *allowed |= yes ? kernel_letters[i].right : 0;
    }
    return TRUE;
}

/* The kernel's word counts; what it does not tell (exec, audit) is kept where policy agrees. */
static void
take_kernel(const AmrOracleQuestion *part, guint32 allowed, AmrAnswerPlace *place)
{
    AmrOracleAnswer *answer = &place->answer;
    place->by_kernel = TRUE;
    if (answer->verdict != AMR_ORACLE_UNKNOWN && answer->allowed == allowed)
        return;
    AmrOracleMode mode = answer->mode;
    *answer = (AmrOracleAnswer){.mode = mode, .allowed = allowed};
    answer->missing = part->rights & ~allowed;
    answer->verdict = answer->missing ? AMR_ORACLE_DENIED : AMR_ORACLE_ALLOWED;
}

static gboolean
kernel_answers(const AmrQuestion *question, AmrOracleMode mode)
{
    const AmrOracleQuestion *part = &g_array_index(question->parts, AmrOracleQuestion, 0);
    return question->klass == AMR_CLASS_FILE && !part->file.target.data &&
           mode != AMR_ORACLE_MODE_UNCONFINED;
}

/* Rules for the bus that the kernel does not look at, as where it mediates no bus, refuse nothing.
 */
static void
take_bus(const AmrAsker *asker, const AmrLoadedProfile *profile, const AmrQuestion *question,
         AmrAnswerPlace *place)
{
    g_autofree char *label = typed_name(profile->ns, profile->name);
    AmrOracleMode mode = place->answer.mode;
    gboolean mediated = TRUE;
    if (mode == AMR_ORACLE_MODE_UNCONFINED ||
        !amr_kernel_mediates_bus(asker->context.target, label, &mediated, NULL) || mediated)
        return;
    place->answer = (AmrOracleAnswer){.verdict = AMR_ORACLE_UNMEDIATED,
                                      .mode = mode,
                                      .allowed = amr_question_rights(question)};
    g_clear_pointer(&place->missing, g_free);
    place->by_kernel = TRUE;
}

const AmrOracleProfile *
amr_ask_loaded(AmrAsk *ask, GError **error)
{
    const AmrAskContext *context = &ask->asker->context;
    const char *ns = ask->answer->ns, *name = ask->answer->name;
    const AmrLoadedProfile *profile =
        context->loaded ? amr_loaded_find(context->loaded, ns, name) : NULL;
    const AmrAskCompiled *policy = profile ? loaded_policy(ask->asker, profile) : NULL;
    const AmrOracleProfile *found = NULL;

    if (policy && policy->oracle) {
        found = amr_ask_find(policy->oracle, ns, name);
        if (!found) /* as the loader writes it into a namespace */
            found = amr_oracle_find(policy->oracle, name);
    }
    if (found)
        return found;
    if (policy && policy->error)
        g_propagate_error(error, g_error_copy(policy->error));
    else if (!context->loaded && context->loaded_error)
        g_propagate_error(error, g_error_copy(context->loaded_error));
    else if (!context->loaded)
        amr_error_set(error, AMR_ERROR_NOT_ENABLED, "What is loaded is not known");
    else
        amr_error_set(error, AMR_ERROR_NOT_FOUND,
                      policy ? "What the kernel gives back does not hold it"
                             : "The profile is not loaded");
    return NULL;
}

static void
ask_loaded(AmrAsk *ask)
{
    const AmrAskContext *context = &ask->asker->context;
    const AmrAnswer *answer = ask->answer;
    const AmrQuestion *question = ask->question;
    AmrAnswerPlace *place = &ask->answer->loaded;
    const AmrOracleQuestion *part = &g_array_index(question->parts, AmrOracleQuestion, 0);
    g_autoptr(GError) missing = NULL, error = NULL;
    const AmrOracleProfile *found = amr_ask_loaded(ask, &missing);
    const AmrLoadedProfile *profile =
        context->loaded ? amr_loaded_find(context->loaded, answer->ns, answer->name) : NULL;
    guint32 allowed = 0;
    if (!profile) {
        no_answer_of(place, missing);
        return;
    }
    if (found)
        answer_of(question, found, place);
    place->answer.mode = mode_of(profile); /* it may have been set when it was loaded, or since */
    if (kernel_answers(question, place->answer.mode)) {
        if (ask_kernel(ask->asker, profile, part, &allowed, &error))
            take_kernel(part, allowed, place);
    }
    if (question->klass == AMR_CLASS_DBUS && found)
        take_bus(ask->asker, profile, question, place);
    place->answer.happens =
        amr_oracle_happens(&place->answer, question->klass, found && found->audit_all);
    if (place->answer.verdict == AMR_ORACLE_UNKNOWN && missing)
        no_answer_of(place, missing);
}

/* ---- the call ---------------------------------------------------------------------------------
 */

void
amr_ask_free(gpointer data)
{
    AmrAsk *ask = data;
    amr_answer_free(ask->answer);
    g_free(ask->root);
    g_free(ask);
}

/* With what was compiled, or why it was not. */
void
amr_ask_judge(AmrAsk *ask, const AmrAskCompiled *compiled)
{
    AmrAnswer *answer = ask->answer;
    const AmrOracleProfile *profile =
        compiled->oracle ? amr_ask_find(compiled->oracle, answer->ns, answer->name) : NULL;
    const AmrProposeContext disk = {.index = ask->asker->context.index};
    if (profile) {
        answer_of(ask->question, profile, &answer->disk);
        follow(ask, &disk, &answer->disk);
    } else if (compiled->error) {
        no_answer_of(&answer->disk, compiled->error);
    } else {
        no_answer(&answer->disk, AMR_ERROR_NOT_FOUND,
                  "The compiler makes no profile of this name of it");
    }
}

void
amr_ask_finish(GTask *task)
{
    AmrAsk *ask = g_task_get_task_data(task);
    AmrAnswer *answer = ask->answer;
    const AmrAskContext *context = &ask->asker->context;
    const AmrProposeContext loaded = {.index = context->index, .loaded = context->loaded};
    ask_loaded(ask);
    follow(ask, &loaded, &answer->loaded);
    g_task_return_pointer(task, g_steal_pointer(&ask->answer), (GDestroyNotify)amr_answer_free);
}

/* TRUE if there is a file to compile; else the disk's answer says why not. */
static gboolean
find_on_disk(AmrAsk *ask)
{
    const AmrIndex *index = ask->asker->context.index;
    AmrAnswerPlace *disk = &ask->answer->disk;
    if (ask->asker->context.loaded_only) {
        no_answer(disk, AMR_ERROR_NOT_FOUND, "It was not asked");
        return FALSE;
    }
    if (!index && ask->asker->context.index_error) {
        no_answer_of(disk, ask->asker->context.index_error);
        return FALSE;
    }
    if (!ask->block) {
        no_answer(disk, AMR_ERROR_NOT_FOUND, "No file of the policy defines the profile");
        return FALSE;
    }
    g_autofree const char **roots = amr_index_roots(index, ask->block);
    if (!roots || !roots[0]) {
        no_answer(disk, AMR_ERROR_NOT_FOUND, "No file of the policy loads it");
        return FALSE;
    }
    ask->root = g_strdup(roots[0]);
    if (!amr_index_is_disabled(index, ask->root))
        return TRUE;
    g_autofree char *shown = amr_display_string(ask->root);
    g_autofree char *why = g_strdup_printf("%s is disabled: it confines nothing", shown);
    no_answer(disk, AMR_ERROR_NOT_FOUND, why);
    return FALSE;
}

static void
name_profile(AmrAsk *ask, const char *typed)
{
    const AmrIndex *index = ask->asker->context.index;
    AmrAnswer *answer = ask->answer;
    const char *end = typed[0] == ':' ? strchr(typed + 1, ':') : NULL;
    ask->block = index ? amr_index_find_typed(index, typed) : NULL;
    if (ask->block) {
        answer->ns = g_strdup(ask->block->ns);
        answer->name = g_strdup(ask->block->name);
        return;
    }
    answer->ns = end ? g_strndup(typed + 1, (gsize)(end - typed - 1)) : g_strdup("");
    answer->name = g_strdup(end ? end + (g_str_has_prefix(end, "://") ? 3 : 1) : typed);
}

GTask *
amr_ask_task_new(AmrAsker *asker, const char *profile, const AmrQuestion *question,
                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    AmrAsk *ask = g_new0(AmrAsk, 1);
    ask->asker = asker;
    ask->question = question;
    ask->answer = g_new0(AmrAnswer, 1);
    g_task_set_task_data(task, ask, amr_ask_free);
    name_profile(ask, profile);
    return task;
}

void
amr_ask_disk(GTask *task)
{
    AmrAsk *ask = g_task_get_task_data(task);
    if (find_on_disk(ask))
        amr_ask_compile(task);
    else
        ask->then(task, NULL);
}

void
amr_asker_ask_async(AmrAsker *asker, const char *profile, const AmrQuestion *question,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = amr_ask_task_new(asker, profile, question, cancellable, callback, data);
    AmrAsk *ask = g_task_get_task_data(task);
    g_task_set_source_tag(task, amr_asker_ask_async);
    ask->then = amr_ask_answer;
    amr_ask_disk(task);
}

AmrAnswer *
amr_asker_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
amr_asker_compare_async(AmrAsker *asker, const char *profile, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = amr_ask_task_new(asker, profile, NULL, cancellable, callback, data);
    AmrAsk *ask = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_task_set_source_tag(task, amr_asker_compare_async);
    ask->then = amr_ask_compare;
    /* A profile that the kernel tells nothing of costs no compilation. */
    if (amr_ask_loaded(ask, &error))
        amr_ask_disk(task);
    else
        amr_ask_compare(task, NULL);
}
