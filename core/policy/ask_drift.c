/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is loaded beside what its file compiles to, by behaviour: hashes differ where a compiler of
 * another version, or with other options, wrote the same. */
#include <string.h>

#include "core/base/text.h"
#include "core/policy/ask_private.h"

#define TOLD_MAX 50 /* differences that are told */

void
amr_ask_drift_free(AmrAskDrift *drift)
{
    if (!drift)
        return;
    g_ptr_array_unref(drift->differences);
    g_free(drift->why);
    g_free(drift);
}

static void
add_rights(GString *out, const char *sign, AmrClass klass, guint32 rights)
{
    g_autofree char *words = amr_oracle_rights_words(klass, rights);

    if (rights)
        g_string_append_printf(out, " %s%s", sign, words);
}

/* "file: on disk +w: /etc/a"; from what is loaded to what the disk says. */
static char *
tell(const AmrOracleDifference *one)
{
    GString *out = g_string_new(NULL);

    if (one->klass != AMR_CLASS_UNKNOWN)
        g_string_append(out, amr_class_word(one->klass));
    else
        g_string_append(out, amr_oracle_change_word(one->change));
    g_string_append(out, ": on disk");
    if (one->change == AMR_ORACLE_CHANGE_LOGGING)
        g_string_append(out, " otherwise logged");
    if (one->change == AMR_ORACLE_CHANGE_TRANSITION)
        g_string_append_printf(out, " it runs %s, as loaded %s",
                               amr_exec_mode_word(one->exec_after),
                               amr_exec_mode_word(one->exec_before));
    if (one->change == AMR_ORACLE_CHANGE_ACCESS) {
        add_rights(out, "+", one->klass, one->gained);
        add_rights(out, "-", one->klass, one->lost);
        if (one->klass == AMR_CLASS_FILE &&
            (one->gained != one->gained_other || one->lost != one->lost_other)) {
            g_string_append(out, ", for others");
            add_rights(out, "+", one->klass, one->gained_other);
            add_rights(out, "-", one->klass, one->lost_other);
            if (!one->gained_other && !one->lost_other)
                g_string_append(out, " nothing");
        }
    }
    if (one->what)
        g_string_append_printf(out, ": %s", one->what);
    return g_string_free(out, FALSE);
}

/* The kernel's own mode is told elsewhere, and policy that the loader changed says it as well. */
static gboolean
is_mode(const AmrOracleDifference *one)
{
    return one->change == AMR_ORACLE_CHANGE_HEADER && one->what &&
           g_str_has_prefix(one->what, "mode: ");
}

static void
compare(AmrAskDrift *drift, const AmrOracleProfile *loaded, const AmrOracleProfile *disk)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOracleComparison) found = amr_oracle_compare_profiles(loaded, disk, &error);
    guint more = 0;

    if (!found) {
        drift->why = g_strdup(error->message);
        return;
    }
    drift->known = drift->same = TRUE;
    for (guint i = 0; i < found->differences->len; i++) {
        const AmrOracleDifference *one = found->differences->pdata[i];
        if (is_mode(one))
            continue;
        drift->same = FALSE;
        if (drift->differences->len < TOLD_MAX)
            g_ptr_array_add(drift->differences, tell(one));
        else
            more++;
    }
    if (more)
        g_ptr_array_add(drift->differences, g_strdup_printf("and %u more", more));
}

void
amr_ask_compare(GTask *task, const AmrAskCompiled *compiled)
{
    AmrAsk *ask = g_task_get_task_data(task);
    AmrAskDrift *drift = g_new0(AmrAskDrift, 1);
    const AmrAnswer *asked = ask->answer;
    g_autoptr(GError) error = NULL;
    const AmrOracleProfile *loaded = amr_ask_loaded(ask, &error);
    const AmrOracleProfile *disk = compiled && compiled->oracle
                                       ? amr_ask_find(compiled->oracle, asked->ns, asked->name)
                                       : NULL;

    drift->differences = g_ptr_array_new_with_free_func(g_free);
    if (!loaded)
        drift->why = g_strdup(error->message);
    else if (compiled && compiled->error)
        drift->why = g_strdup(compiled->error->message);
    else if (!compiled)
        drift->why = g_strdup(asked->disk.why);
    else if (!disk)
        drift->why = g_strdup("The compiler makes no profile of this name of it");
    else
        compare(drift, loaded, disk);
    g_task_return_pointer(task, drift, (GDestroyNotify)amr_ask_drift_free);
}

AmrAskDrift *
amr_asker_compare_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
