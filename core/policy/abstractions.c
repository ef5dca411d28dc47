/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/abstractions.h"

#include <string.h>

#include "core/policy/abstractions_private.h"
#include "core/policy/classes.h"
#include "core/policy/glob.h"
#include "core/policy/index_scan.h"
#include "core/policy/risk.h"
#include "core/policy/rule_text.h"
#include "core/policy/tunables.h"

/* AmrAbstractionFile rules of all abstractions, with the variables of one file of policy. */
typedef struct {
    GPtrArray *sets;   /* AmrGlobSet */
    GPtrArray *owners; /* AmrAbstractionFile, of each pattern in their order */
    GHashTable *any;   /* File: those with a rule for files that is not so simple */
} Filter;

static void
rule_free(gpointer data)
{
    AmrAbstractionRule *rule = data;
    g_free(rule->text);
    amr_rule_free(rule->rule);
    g_free(rule);
}

static void
file_free(gpointer data)
{
    AmrAbstractionFile *file = data;
    g_ptr_array_unref(file->rules);
    g_ptr_array_unref(file->files);
    g_free(file->digest);
    g_free(file);
}

static void
filter_free(gpointer data)
{
    Filter *filter = data;
    g_ptr_array_unref(filter->sets);
    g_ptr_array_unref(filter->owners);
    g_hash_table_unref(filter->any);
    g_free(filter);
}

void
amr_abstraction_batch_unref(AmrAbstractionBatch *batch)
{
    if (!batch || --batch->refs)
        return;
    amr_oracle_free(batch->oracle);
    g_free(batch);
}

AmrAbstractionMade *
amr_abstraction_made_new(AmrAbstractionBatch *batch, const char *name)
{
    AmrAbstractionMade *made = g_new0(AmrAbstractionMade, 1);
    *made = (AmrAbstractionMade){batch, g_strdup(name)};
    if (batch)
        batch->refs++;
    return made;
}

static void
made_free(gpointer data)
{
    AmrAbstractionMade *made = data;
    amr_abstraction_batch_unref(made->batch);
    g_free(made->name);
    g_free(made);
}

AmrAbstraction *
amr_abstraction_copy(const AmrAbstraction *abstraction)
{
    AmrAbstraction *copy = g_memdup2(abstraction, sizeof *abstraction);
    copy->file = g_strdup(abstraction->file);
    copy->danger = g_strdup(abstraction->danger);
    return copy;
}

void
amr_abstraction_free(AmrAbstraction *abstraction)
{
    if (!abstraction)
        return;
    g_free(abstraction->file);
    g_free(abstraction->danger);
    g_free(abstraction);
}

AmrAbstractions *
amr_abstractions_new(AmrCompiler *compiler, const AmrRisks *risks)
{
    AmrAbstractions *abstractions = g_new0(AmrAbstractions, 1);
    abstractions->compiler = compiler;
    abstractions->risks = risks;
    abstractions->made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, made_free);
    abstractions->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, file_free);
    abstractions->closures =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    abstractions->filters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, filter_free);
    return abstractions;
}

void
amr_abstractions_free(AmrAbstractions *abstractions)
{
    if (!abstractions)
        return;
    g_hash_table_unref(abstractions->filters);
    g_hash_table_unref(abstractions->closures);
    g_hash_table_unref(abstractions->files);
    g_hash_table_unref(abstractions->made);
    g_free(abstractions);
}

void
amr_abstractions_forget(AmrAbstractions *abstractions)
{
    g_hash_table_remove_all(abstractions->filters);
    g_hash_table_remove_all(abstractions->closures);
    g_hash_table_remove_all(abstractions->files);
}

/* ---- what the files say -----------------------------------------------------------------------
 */

static void
add_rule(AmrAbstractionFile *file, AmrBytes text)
{
    g_autofree char *folded = amr_rule_text_fold(text);
    AmrAbstractionRule *rule = g_new0(AmrAbstractionRule, 1);

    rule->text = g_strdup(amr_rule_text_bare(folded));
    rule->rule = amr_rule_read(rule->text, NULL);
    g_ptr_array_add(file->rules, rule);
}

/* A directory is all that an include of it takes. */
static void
add_include(AmrAbstractionFile *file, const AmrIndex *index, const char *written)
{
    g_autofree char *meant = amr_index_meant(index, written);
    g_autofree const char **entries = meant ? amr_index_entries(index, meant) : NULL;

    for (const char **entry = entries; entry && *entry; entry++)
        g_ptr_array_add(file->files, g_strdup(*entry));
    if (meant && !entries)
        g_ptr_array_add(file->files, g_steal_pointer(&meant));
}

/* Of a child that it brings nothing: that is another profile. */
static void
read_file(AmrAbstractionFile *file, const AmrIndex *index, AmrBytes bytes)
{
    g_autoptr(GArray) items = amr_scan_rules(bytes);
    guint depth = 0;

    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        depth += item->kind == AMR_SCAN_BLOCK;
        depth -= item->kind == AMR_SCAN_CLOSE;
        if (depth)
            continue;
        file->denies += item->kind == AMR_SCAN_DENY;
        if (item->kind == AMR_SCAN_RULE)
            add_rule(file, (AmrBytes){bytes.data + item->header, item->close - item->header});
        else if (item->kind == AMR_SCAN_INCLUDE)
            add_include(file, index, item->name);
    }
}

static AmrAbstractionFile *
file_of(AmrAbstractions *abstractions, const AmrIndex *index, const char *name)
{
    AmrAbstractionFile *file = g_hash_table_lookup(abstractions->files, name);
    GBytes *bytes = amr_index_bytes(index, name);
    gsize size = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    if (file)
        return file;
    file = g_new0(AmrAbstractionFile, 1);
    file->rules = g_ptr_array_new_with_free_func(rule_free);
    file->files = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_insert(abstractions->files, g_strdup(name), file);
    file->digest = bytes ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes) : g_strdup("");
    if (data && !g_str_has_prefix(name, "abi/")) /* that holds features */
        read_file(file, index, (AmrBytes){data, size});
    return file;
}

const GPtrArray *
amr_abstractions_closure(AmrAbstractions *abstractions, const AmrIndex *index, const char *name)
{
    GPtrArray *closure = g_hash_table_lookup(abstractions->closures, name);

    if (closure)
        return closure;
    closure = g_ptr_array_new();
    g_hash_table_insert(abstractions->closures, g_strdup(name), closure);
    g_ptr_array_add(closure, file_of(abstractions, index, name));
    for (guint i = 0; i < closure->len; i++) {
        const AmrAbstractionFile *at = closure->pdata[i];
        for (guint j = 0; j < at->files->len; j++) {
            AmrAbstractionFile *file = file_of(abstractions, index, at->files->pdata[j]);
            if (!g_ptr_array_find(closure, file, NULL))
                g_ptr_array_add(closure, file);
        }
    }
    return closure;
}

/* Of @name and of all that is read with it. */
static void
add_digests(GChecksum *sum, AmrAbstractions *abstractions, const AmrIndex *index, const char *name)
{
    g_autofree const char **files = amr_index_reads(index, name);

    for (const char **at = files; *at; at++) {
        const AmrAbstractionFile *file = file_of(abstractions, index, *at);
        g_checksum_update(sum, (const guchar *)file->digest, -1);
    }
}

char *
amr_abstractions_digest(AmrAbstractions *abstractions, const AmrIndex *index, const char *preamble,
                        const char *name)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GArray) items = amr_scan_file(amr_bytes(preamble));

    amr_compiler_add_identity(sum, amr_compiler_target(abstractions->compiler));
    g_checksum_update(sum, (const guchar *)preamble, (gssize)strlen(preamble) + 1);
    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        g_autofree char *meant = item->kind == AMR_SCAN_INCLUDE || item->kind == AMR_SCAN_ABI
                                     ? amr_index_meant(index, item->name)
                                     : NULL;
        if (meant)
            add_digests(sum, abstractions, index, meant);
    }
    g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name) + 1);
    add_digests(sum, abstractions, index, name);
    return g_strdup(g_checksum_get_string(sum));
}

/* ---- which may answer -------------------------------------------------------------------------
 */

static void
add_pattern(Filter *filter, AmrAbstractionFile *file, const char *pattern)
{
    if (filter->owners->len % AMR_GLOB_SET_MAX == 0)
        g_ptr_array_add(filter->sets, amr_glob_set_new());
    amr_glob_set_add(filter->sets->pdata[filter->sets->len - 1], pattern);
    g_ptr_array_add(filter->owners, file);
}

static void
add_patterns(Filter *filter, AmrAbstractionFile *file, const AmrTunables *tunables)
{
    for (guint i = 0; i < file->rules->len; i++) {
        const AmrAbstractionRule *rule = file->rules->pdata[i];
        gboolean named = rule->rule && rule->rule->kind == AMR_RULE_FILE;
        g_autoptr(GPtrArray) patterns =
            named ? amr_tunables_expand(tunables, rule->rule->file.pattern) : NULL;
        for (guint j = 0; patterns && j < patterns->len; j++)
            add_pattern(filter, file, patterns->pdata[j]);
        if (!patterns && amr_rule_text_may_concern(rule->text, AMR_CLASS_FILE))
            g_hash_table_add(filter->any, file);
    }
}

static const Filter *
filter_of(AmrAbstractions *abstractions, const AmrIndex *index, const char *root,
          const char *profile, const char *const *names)
{
    Filter *filter = g_hash_table_lookup(abstractions->filters, root);

    if (filter)
        return filter;
    g_autoptr(AmrTunables) tunables = amr_tunables_new(index, profile);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    filter = g_new0(Filter, 1);
    filter->sets = g_ptr_array_new_with_free_func((GDestroyNotify)amr_glob_set_free);
    filter->owners = g_ptr_array_new();
    filter->any = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(abstractions->filters, g_strdup(root), filter);
    for (const char *const *name = names; *name; name++) {
        const GPtrArray *closure = amr_abstractions_closure(abstractions, index, *name);
        for (guint i = 0; i < closure->len; i++)
            if (g_hash_table_add(seen, closure->pdata[i]))
                add_patterns(filter, closure->pdata[i], tunables);
    }
    return filter;
}

/* The files with a rule that may match one of the names. */
static GHashTable *
matching_files(const Filter *filter, const AmrQuestion *question)
{
    GHashTable *matching = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < question->parts->len; i++) {
        const AmrOracleQuestion *part = &g_array_index(question->parts, AmrOracleQuestion, i);
        for (guint j = 0; j < filter->sets->len; j++) {
            guint64 bits = amr_glob_set_match(filter->sets->pdata[j], part->file.path);
            for (guint bit = 0; bits; bit++, bits >>= 1)
                if (bits & 1)
                    g_hash_table_add(matching, filter->owners->pdata[j * AMR_GLOB_SET_MAX + bit]);
        }
    }
    return matching;
}

/* Whether it names other capabilities, or another family, than all that is asked. */
static gboolean
is_of_others(const AmrRule *rule, const AmrQuestion *question)
{
    const AmrOracleQuestion *part = &g_array_index(question->parts, AmrOracleQuestion, 0);

    if (rule->kind == AMR_RULE_CAPABILITY && rule->capability.names) {
        for (char **name = rule->capability.names; *name; name++)
            if (amr_oracle_capability(amr_bytes(*name)) == (int)part->capability.number)
                return FALSE;
        return TRUE;
    }
    const char *family = rule->kind == AMR_RULE_NETWORK ? rule->terms.value[AMR_TERM_FAMILY] : NULL;
    return family && question->klass == AMR_CLASS_NETWORK &&
           amr_oracle_family(amr_bytes(family)) != (int)part->network.family;
}

static gboolean
may_concern(const AmrAbstractionFile *file, const AmrQuestion *question)
{
    for (guint i = 0; i < file->rules->len; i++) {
        const AmrAbstractionRule *rule = file->rules->pdata[i];
        if (amr_rule_text_may_concern(rule->text, question->klass) &&
            !(rule->rule && is_of_others(rule->rule, question)))
            return TRUE;
    }
    return FALSE;
}

/* Whether the name can stand between the brackets of an include as it is. */
static gboolean
can_be_written(const char *name)
{
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-/") ==
           strlen(name);
}

GPtrArray *
amr_abstractions_plausible(AmrAbstractions *abstractions, const AmrIndex *index, const char *root,
                           const char *profile, const AmrQuestion *question)
{
    g_autofree const char **names = amr_index_abstractions(index);
    GPtrArray *plausible = g_ptr_array_new();
    const Filter *filter =
        question->klass == AMR_CLASS_FILE
            ? filter_of(abstractions, index, root, profile, (const char *const *)names)
            : NULL;
    g_autoptr(GHashTable) matching = filter ? matching_files(filter, question) : NULL;

    for (const char **name = names; *name; name++) {
        const GPtrArray *closure = amr_abstractions_closure(abstractions, index, *name);
        gboolean may = FALSE;
        for (guint i = 0; !may && i < closure->len; i++)
            may = filter ? g_hash_table_contains(matching, closure->pdata[i]) ||
                               g_hash_table_contains(filter->any, closure->pdata[i])
                         : may_concern(closure->pdata[i], question);
        if (may && can_be_written(*name))
            g_ptr_array_add(plausible, (gpointer)*name);
    }
    return plausible;
}
