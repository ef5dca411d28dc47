/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which denials belong to one execution: the names of null profiles. */
#include <string.h>

#include "core/policy/resolve_private.h"

/* Neither a namespace nor the name of a profile holds a newline that could be mistaken for this
 * one: lengths stand before them. */
char *
amr_null_key(const char *ns, const char *name, const char *more)
{
    return g_strdup_printf("%zu %zu %s%s%s", strlen(ns), strlen(name), ns, name, more);
}

const char *
amr_null_first(const char *name)
{
    return strstr(name, AMR_NULL_PART);
}

char *
amr_null_string(const AmrEvent *event, AmrField field)
{
    return amr_bytes_dup(event->field[field]);
}

gboolean
amr_null_is_execution(const AmrEvent *event)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    return event->klass == AMR_CLASS_FILE && (event->denied & AMR_PERM_EXEC) && name.len > 0 &&
           name.data[0] == '/' && !memchr(name.data, '\0', name.len) &&
           amr_bytes_is(event->field[AMR_FIELD_OPERATION], "exec");
}

char *
amr_null_made_by(const AmrEvent *event)
{
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(event));
    g_autofree char *profile = amr_null_string(event, AMR_FIELD_PROFILE);
    g_autofree char *name = amr_null_string(event, AMR_FIELD_NAME);
    g_autofree char *full = g_strconcat(profile, AMR_NULL_PART, name, NULL);
    /* The kernel's own word for it: it drops spaces at the end of a label (6.12). */
    g_autofree char *target = amr_null_string(event, AMR_FIELD_TARGET);
    gsize parent = strlen(profile) + strlen(AMR_NULL_PART);
    return amr_null_key(ns, strncmp(target, full, parent) == 0 ? target : full, "");
}

/* ---- what belongs together -------------------------------------------------------------------
 */

/* The outermost null profile that @event is in, or made: "P//null-X" as amr_null_key(). NULL: none.
 */
static char *
outermost(const AmrEvent *event)
{
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(event));
    g_autofree char *name = amr_null_string(event, AMR_FIELD_PROFILE);
    const char *at = amr_null_first(name);

    if (!at)
        return event->verdict == AMR_VERDICT_ALLOWED && amr_null_is_execution(event)
                   ? amr_null_made_by(event)
                   : NULL;
    const char *next = strstr(at + strlen(AMR_NULL_PART), AMR_NULL_PART);
    g_autofree char *first = next ? g_strndup(name, (gsize)(next - name)) : g_strdup(name);
    return amr_null_key(ns, first, "");
}

static gboolean
is_settled(const AmrDenial *denial)
{
    return denial->state == AMR_DENIAL_STATE_IGNORED || denial->state == AMR_DENIAL_STATE_FIXED;
}

GArray *
amr_resolve_family(const AmrStore *store, const AmrDenialId *ids, guint n)
{
    g_autoptr(GHashTable) families = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) asked = g_hash_table_new(NULL, NULL);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    AmrEvent event;

    for (guint i = 0; i < n; i++) {
        char *key = amr_store_event(store, ids[i], &event) ? outermost(&event) : NULL;
        if (key)
            g_hash_table_add(families, key);
        g_hash_table_add(asked, GUINT_TO_POINTER(ids[i]));
    }
    if (g_hash_table_size(families) == 0) {
        g_array_append_vals(out, ids, n);
        return out;
    }
    for (AmrDenialId id = 1; id <= amr_store_newest(store); id++) {
        const AmrDenial *denial = amr_store_get(store, id);
        gboolean wanted = g_hash_table_contains(asked, GUINT_TO_POINTER(id));
        if (!wanted && denial && !is_settled(denial) && amr_store_event(store, id, &event)) {
            g_autofree char *key = outermost(&event);
            wanted = key && g_hash_table_contains(families, key);
        }
        if (wanted)
            g_array_append_val(out, id);
    }
    return out;
}

static gboolean
is_null(const AmrEvent *event, AmrField field)
{
    g_autofree char *name = amr_null_string(event, field);
    return amr_null_first(name) != NULL;
}

void
amr_null_executions(const AmrStore *store, const AmrDenialId *ids, guint n, GHashTable *executions)
{
    gboolean needed = FALSE;
    AmrEvent event;

    for (guint i = 0; i < n && !needed; i++)
        needed = amr_store_event(store, ids[i], &event) &&
                 (is_null(&event, AMR_FIELD_PROFILE) || is_null(&event, AMR_FIELD_PEER) ||
                  is_null(&event, AMR_FIELD_PEER_LABEL));
    for (AmrDenialId id = 1; needed && id <= amr_store_newest(store); id++) {
        if (!amr_store_event(store, id, &event) || !amr_null_is_execution(&event))
            continue;
        char *key = amr_null_made_by(&event);
        if (g_hash_table_contains(executions, key))
            g_free(key);
        else
            g_hash_table_insert(executions, key, GUINT_TO_POINTER(id));
    }
}

GHashTable *
amr_null_files(const AmrStore *store, const AmrDenialId *ids, guint n)
{
    GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    AmrEvent event;

    for (guint i = 0; i < n; i++) {
        if (!amr_store_event(store, ids[i], &event) || event.klass != AMR_CLASS_FILE)
            continue;
        g_autofree char *ns = amr_bytes_dup(amr_event_namespace(&event));
        g_autofree char *profile = amr_null_string(&event, AMR_FIELD_PROFILE);
        g_autofree char *name = amr_null_string(&event, AMR_FIELD_NAME);
        g_autofree char *key = amr_null_key(ns, profile, name);
        guint32 before = GPOINTER_TO_UINT(g_hash_table_lookup(files, key));
        g_hash_table_insert(files, g_steal_pointer(&key), GUINT_TO_POINTER(before | event.denied));
    }
    return files;
}
