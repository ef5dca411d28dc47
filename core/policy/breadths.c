/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/breadths.h"

#include <string.h>

#include "core/policy/ask_rules.h"

#define LANES_MAX 48 /* rules in one walk */

/* A rule that waits. */
typedef struct {
    char *key, *profile;
    AmrRule *rule;
    GPtrArray *denied; /* char *; NULL */
} Wanted;

struct AmrBreadths {
    AmrSensitive *sensitive;
    GHashTable *known;  /* key -> AmrMeasured */
    GPtrArray *wanted;  /* Wanted, the newest last */
    GHashTable *asked;  /* keys of wanted, borrowed */
    guint64 generation; /* counts what was forgotten */
};

typedef struct {
    AmrBreadths *breadths;
    const AmrTarget *target;
    AmrAsker *asker;
    guint msec;
    AmrBreadthProgress progress;
    gpointer progress_data;
    guint64 generation;
    GPtrArray *left;     /* Wanted: to be compiled */
    GPtrArray *part;     /* Wanted: of one profile, being compiled */
    GPtrArray *compiled; /* Wanted, as the lanes are */
    GArray *lanes;       /* AmrBreadthLane */
    GPtrArray *held;     /* AmrAskRules, that the lanes borrow from */
} Asking;

/* ---- what is kept ---------------------------------------------------------------------------- */

static void
wanted_free(gpointer data)
{
    Wanted *wanted = data;
    if (!wanted)
        return;
    g_free(wanted->key);
    g_free(wanted->profile);
    amr_rule_free(wanted->rule);
    g_clear_pointer(&wanted->denied, g_ptr_array_unref);
    g_free(wanted);
}

static void
measured_free(gpointer data)
{
    AmrMeasured *measured = data;
    amr_breadth_free(measured->breadth);
    g_free(measured->why);
    g_free(measured);
}

AmrBreadths *
amr_breadths_new(AmrSensitive *sensitive)
{
    AmrBreadths *breadths = g_rc_box_new0(AmrBreadths);
    breadths->sensitive = sensitive ? amr_sensitive_ref(sensitive) : NULL;
    breadths->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, measured_free);
    breadths->wanted = g_ptr_array_new_with_free_func(wanted_free);
    breadths->asked = g_hash_table_new(g_str_hash, g_str_equal);
    return breadths;
}

static void
clear(gpointer data)
{
    AmrBreadths *breadths = data;
    g_hash_table_unref(breadths->asked);
    g_hash_table_unref(breadths->known);
    g_ptr_array_unref(breadths->wanted);
    amr_sensitive_free(breadths->sensitive);
}

void
amr_breadths_free(AmrBreadths *breadths)
{
    if (breadths)
        g_rc_box_release_full(breadths, clear);
}

void
amr_breadths_want_nothing(AmrBreadths *breadths)
{
    g_hash_table_remove_all(breadths->asked);
    g_ptr_array_set_size(breadths->wanted, 0);
}

void
amr_breadths_forget(AmrBreadths *breadths)
{
    amr_breadths_want_nothing(breadths);
    g_hash_table_remove_all(breadths->known);
    breadths->generation++;
}

gboolean
amr_breadths_want(const AmrBreadths *breadths)
{
    return breadths->wanted->len > 0;
}

gboolean
amr_breadths_concern(const AmrRule *rule)
{
    return !rule->deny && (rule->kind == AMR_RULE_FILE || rule->kind == AMR_RULE_INCLUDE ||
                           rule->kind == AMR_RULE_OPAQUE);
}

/* A printed rule holds no newline. */
static char *
key_of(const char *profile, const AmrRule *rule, const GPtrArray *denied)
{
    g_autofree char *printed = amr_rule_print(rule);
    GString *key = g_string_new(printed);

    g_string_append_printf(key, "\n%s", profile);
    if (denied) {
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        for (guint i = 0; i < denied->len; i++)
            g_checksum_update(sum, denied->pdata[i], (gssize)strlen(denied->pdata[i]) + 1);
        g_string_append_printf(key, "\n%s", g_checksum_get_string(sum));
    }
    return g_string_free(key, FALSE);
}

static gpointer
copy_name(gconstpointer name, gpointer data)
{
    return g_strdup(name);
}

static GPtrArray *
copy_names(const GPtrArray *names)
{
    GPtrArray *copy = g_ptr_array_copy((GPtrArray *)names, copy_name, NULL);
    g_ptr_array_set_free_func(copy, g_free);
    return copy;
}

const AmrMeasured *
amr_breadths_look(AmrBreadths *breadths, const char *profile, const AmrRule *rule,
                  const GPtrArray *denied)
{
    g_autofree char *key = key_of(profile, rule, denied);
    const AmrMeasured *measured = g_hash_table_lookup(breadths->known, key);

    if (measured || g_hash_table_contains(breadths->asked, key))
        return measured;
    Wanted *wanted = g_new0(Wanted, 1);
    *wanted = (Wanted){.key = g_steal_pointer(&key),
                       .profile = g_strdup(profile),
                       .rule = amr_rule_copy(rule),
                       .denied = denied ? copy_names(denied) : NULL};
    g_ptr_array_add(breadths->wanted, wanted);
    g_hash_table_add(breadths->asked, wanted->key);
    return NULL;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void compile_next(GTask *task);

static void
asking_free(gpointer data)
{
    Asking *asking = data;
    g_ptr_array_unref(asking->left);
    g_ptr_array_unref(asking->part);
    g_ptr_array_unref(asking->compiled);
    g_ptr_array_unref(asking->held);
    g_array_unref(asking->lanes);
    amr_breadths_free(asking->breadths);
    g_free(asking);
}

/* @breadth and @why are taken over. */
static void
set_known(const Asking *asking, const Wanted *wanted, AmrBreadth *breadth, char *why)
{
    AmrMeasured *measured = g_new0(AmrMeasured, 1);
    *measured = (AmrMeasured){breadth, why};
    if (asking->generation == asking->breadths->generation)
        g_hash_table_replace(asking->breadths->known, g_strdup(wanted->key), measured);
    else
        measured_free(measured);
}

static void
on_walked(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Asking *asking = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(GPtrArray) all = amr_breadth_finish(async, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, error);
        return;
    }
    for (guint i = 0; i < asking->compiled->len; i++)
        set_known(asking, asking->compiled->pdata[i], all ? g_ptr_array_steal_index(all, 0) : NULL,
                  all ? NULL : g_strdup(error->message));
    g_clear_error(&error);
    g_task_return_boolean(task, TRUE);
}

static void
walk(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    amr_breadth_async(asking->target, (const AmrBreadthLane *)(gpointer)asking->lanes->data,
                      asking->lanes->len, asking->breadths->sensitive, asking->msec,
                      asking->progress, asking->progress_data, g_task_get_cancellable(task),
                      on_walked, g_object_ref(task));
}

static void
on_compiled(GObject *source, GAsyncResult *async, gpointer data)
{
    g_autoptr(GTask) task = data;
    Asking *asking = g_task_get_task_data(task);
    GError *error = NULL;
    AmrAskRules *rules = amr_asker_rules_finish(async, &error);

    if (!rules) {
        g_task_return_error(task, error);
        return;
    }
    g_ptr_array_add(asking->held, rules);
    for (guint i = 0; asking->part->len; i++) {
        Wanted *wanted = g_ptr_array_steal_index(asking->part, 0);
        const AmrAskRule *rule = rules->rules->pdata[i];
        if (!rules->before || !rule->oracle) {
            set_known(asking, wanted, NULL, g_strdup(rules->before ? rule->why : rules->why));
            wanted_free(wanted);
            continue;
        }
        const AmrBreadthLane lane = {rules->before, rule->oracle, rules->profile, rule->profile,
                                     wanted->denied};
        g_array_append_val(asking->lanes, lane);
        g_ptr_array_add(asking->compiled, wanted);
    }
    compile_next(task);
}

/* The rules of one profile at a time. */
static void
compile_next(GTask *task)
{
    Asking *asking = g_task_get_task_data(task);
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);

    if (asking->left->len == 0) {
        walk(task);
        return;
    }
    for (guint i = 0; i < asking->left->len;) {
        Wanted *wanted = asking->left->pdata[i];
        if (asking->part->len &&
            strcmp(((const Wanted *)asking->part->pdata[0])->profile, wanted->profile) != 0) {
            i++;
            continue;
        }
        g_ptr_array_add(asking->part, g_ptr_array_steal_index(asking->left, i));
        g_ptr_array_add(rules, amr_rule_copy(wanted->rule));
    }
    amr_asker_rules_async(asking->asker, ((const Wanted *)asking->part->pdata[0])->profile, rules,
                          g_task_get_cancellable(task), on_compiled, g_object_ref(task));
}

static void
take_wanted(Asking *asking)
{
    GPtrArray *all = asking->breadths->wanted;

    while (all->len && asking->left->len < LANES_MAX) {
        Wanted *wanted = g_ptr_array_steal_index(all, all->len - 1);
        g_hash_table_remove(asking->breadths->asked, wanted->key);
        if (amr_breadths_concern(wanted->rule)) {
            g_ptr_array_add(asking->left, wanted);
            continue;
        }
        set_known(asking, wanted, amr_breadth_none(), NULL);
        wanted_free(wanted);
    }
}

void
amr_breadths_ask_async(AmrBreadths *breadths, const AmrTarget *target, AmrAsker *asker, guint msec,
                       AmrBreadthProgress progress, gpointer progress_data,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Asking *asking = g_new0(Asking, 1);

    *asking = (Asking){.breadths = g_rc_box_acquire(breadths),
                       .target = target,
                       .asker = asker,
                       .msec = msec,
                       .progress = progress,
                       .progress_data = progress_data,
                       .generation = breadths->generation,
                       .left = g_ptr_array_new_with_free_func(wanted_free),
                       .part = g_ptr_array_new_with_free_func(wanted_free),
                       .compiled = g_ptr_array_new_with_free_func(wanted_free),
                       .lanes = g_array_new(FALSE, FALSE, sizeof(AmrBreadthLane)),
                       .held = g_ptr_array_new_with_free_func((GDestroyNotify)amr_ask_rules_free)};
    g_task_set_source_tag(task, amr_breadths_ask_async);
    g_task_set_task_data(task, asking, asking_free);
    take_wanted(asking);
    compile_next(task);
}

gboolean
amr_breadths_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
