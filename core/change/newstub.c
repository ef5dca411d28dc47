/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a stub, which lets a program make user namespaces, may be made for it, and is of use. */
#include "config.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/newprofile.h"

gboolean
amr_new_may_stub(const AmrRisks *risks, const char *program, GError **error)
{
    g_autofree char *shown = amr_display_string(program);
    const char *text;

    return !amr_risks_launches(risks, amr_bytes(program), &text) ||
           amr_error_set(error, AMR_ERROR_REFUSED,
                         "%s %s; a stub for it would let every program make user namespaces", shown,
                         text);
}

typedef struct {
    AmrProbe *probe; /* borrowed, as the next: they outlive what works with them */
    const AmrIndex *index;
    char *profile;
    AmrRule *rule;
} Ask;

static void
ask_free(gpointer data)
{
    Ask *ask = data;

    g_free(ask->profile);
    amr_rule_free(ask->rule);
    g_free(ask);
}

static void
on_stated(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    const Ask *ask = g_task_get_task_data(task);
    const char *said = NULL;
    GError *error = NULL;
    AmrStating stating;

    if (!amr_probe_ask_finish(result, &error)) {
        g_task_return_error(task, error);
        return;
    }
    stating =
        amr_probe_look(ask->probe, AMR_PROBE_STUB, ask->index, ask->profile, ask->rule, &said);
    if (stating == AMR_STATING_STATED)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_new_error(task, AMR_ERROR, AMR_ERROR_REFUSED,
                                "A stub is of no use here: the rule \"userns,\" is %s%s%s",
                                amr_stating_word(stating), said ? ": " : "", said ? said : "");
}

void
amr_new_ask_stub_async(AmrProbe *probe, const AmrIndex *index, const AmrRisks *risks,
                       const AmrNew *new, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    Ask *ask = g_new0(Ask, 1);
    GError *error = NULL;

    ask->probe = probe;
    ask->index = index;
    ask->profile = g_strdup(new->profile);
    ask->rule = amr_rule_new(AMR_RULE_USERNS);
    amr_rule_set_access(ask->rule, "create");
    g_task_set_source_tag(task, amr_new_ask_stub_async);
    g_task_set_task_data(task, ask, ask_free);
    if (!amr_new_may_stub(risks, new->program, &error)) {
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_ptr_array_add(rules, ask->rule);
    amr_probe_ask_async(probe, AMR_PROBE_STUB, index, ask->profile, rules, cancellable, on_stated,
                        task);
}

gboolean
amr_new_ask_stub_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
