/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/advice/origin.h"

#include <string.h>

#include "core/denial/wildcard.h"

typedef struct {
    GPtrArray *names; /* AmrWildcard */
    char *text;
} Entry;

struct AmrOrigins {
    AmrData *data; /* Entry */
};

static gpointer
entry_begin(void)
{
    Entry *entry = g_new0(Entry, 1);
    entry->names = g_ptr_array_new_with_free_func((GDestroyNotify)amr_wildcard_free);
    return entry;
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    g_ptr_array_unref(entry->names);
    g_free(entry->text);
    g_free(entry);
}

static const char *
entry_take(gpointer data, const char *key, const char *value)
{
    Entry *entry = data;

    if (strcmp(key, "text") == 0)
        return amr_data_once(&entry->text, value);
    if (strcmp(key, "profile") != 0)
        return amr_data_no_key;
    g_ptr_array_add(entry->names, amr_wildcard_new(amr_bytes(value), 0));
    return NULL;
}

static const char *
entry_lacks(gpointer data)
{
    const Entry *entry = data;
    return entry->text && entry->names->len ? NULL : "needs a profile and a text";
}

AmrOrigins *
amr_origins_new(void)
{
    static const AmrDataKind kind = {entry_begin, entry_take, entry_lacks, entry_free};
    AmrOrigins *origins = g_new0(AmrOrigins, 1);
    origins->data = amr_data_new(&kind);
    return origins;
}

void
amr_origins_free(AmrOrigins *origins)
{
    if (!origins)
        return;
    amr_data_free(origins->data);
    g_free(origins);
}

AmrData *
amr_origins_data(AmrOrigins *origins)
{
    return origins->data;
}

/* Behind ":ns:". */
static const char *
bare_name(const char *full)
{
    const char *end = full[0] == ':' ? strchr(full + 1, ':') : NULL;
    return end ? end + 1 : full;
}

const char *
amr_origins_find(const AmrOrigins *origins, const char *full, const char **text)
{
    const char *name = bare_name(full);

    for (guint i = 0; i < amr_data_count(origins->data); i++) {
        const Entry *entry = amr_data_entry(origins->data, i);
        for (guint j = 0; j < entry->names->len; j++) {
            const AmrWildcard *wildcard = entry->names->pdata[j];
            if (!amr_wildcard_match(wildcard, amr_bytes(full)) &&
                !amr_wildcard_match(wildcard, amr_bytes(name)))
                continue;
            *text = entry->text;
            return amr_data_id(origins->data, i);
        }
    }
    return NULL;
}
