/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/sensitive.h"

#include <string.h>

#include "core/denial/event.h"
#include "core/policy/glob.h"

#define NAMES_MAX 256 /* of one entry */

typedef struct {
    char *text;
    GPtrArray *names; /* char * */
    guint32 access;   /* AMR_PERM_*; 0: any */
    AmrSensitiveKind kind;
} Entry;

struct AmrSensitive {
    gatomicrefcount holders;
    AmrData *data; /* Entry, the first that fits is told */
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->text);
    g_ptr_array_unref(entry->names);
    g_free(entry);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static gboolean
read_access(const char *value, guint32 *access)
{
    static const struct {
        char letter;
        guint32 rights;
    } letters[] = {
        {'r', AMR_PERM_READ},
        {'w', AMR_PERM_WRITE | AMR_PERM_APPEND | AMR_PERM_CREATE | AMR_PERM_DELETE},
        {'a', AMR_PERM_APPEND},
        {'l', AMR_PERM_LINK},
        {'k', AMR_PERM_LOCK},
        {'m', AMR_PERM_MMAP_EXEC},
        {'x', AMR_PERM_EXEC},
    };

    *access = 0;
    for (; *value; value++) {
        guint32 rights = 0;
        for (gsize i = 0; i < G_N_ELEMENTS(letters); i++)
            rights |= letters[i].letter == *value ? letters[i].rights : 0;
        if (!rights)
            return FALSE;
        *access |= rights;
    }
    return *access != 0;
}

static gboolean
read_kind(const char *value, AmrSensitiveKind *kind)
{
    static const char *const words[] = {[AMR_SENSITIVE_SOCKET] = "socket",
                                        [AMR_SENSITIVE_FIFO] = "fifo",
                                        [AMR_SENSITIVE_DEVICE] = "device",
                                        [AMR_SENSITIVE_SETUID] = "setuid"};
    for (guint i = AMR_SENSITIVE_SOCKET; i < G_N_ELEMENTS(words); i++)
        if (strcmp(value, words[i]) == 0) {
            *kind = (AmrSensitiveKind)i;
            return TRUE;
        }
    return FALSE;
}

static gpointer
entry_begin(void)
{
    Entry *entry = g_new0(Entry, 1);
    entry->names = g_ptr_array_new_with_free_func(g_free);
    return entry;
}

static const char *
take_name(Entry *entry, const char *value)
{
    if (value[0] != '/' || strstr(value, "@{"))
        return "a name is a glob that begins with a slash";
    if (entry->names->len == NAMES_MAX)
        return "too many names";
    g_ptr_array_add(entry->names, g_strdup(value));
    return NULL;
}

static const char *
entry_take(gpointer data, const char *key, const char *value)
{
    Entry *entry = data;

    if (strcmp(key, "name") == 0)
        return take_name(entry, value);
    if (strcmp(key, "text") == 0)
        return amr_data_once(&entry->text, value);
    if (strcmp(key, "access") == 0)
        return read_access(value, &entry->access) ? NULL : "access is letters of r w a l k m x";
    if (strcmp(key, "kind") == 0)
        return read_kind(value, &entry->kind) ? NULL : "a kind is socket, fifo, device or setuid";
    return amr_data_no_key;
}

static const char *
entry_lacks(gpointer data)
{
    const Entry *entry = data;
    return entry->names->len && entry->text ? NULL : "needs a name and a text";
}

AmrSensitive *
amr_sensitive_new(void)
{
    static const AmrDataKind kind = {entry_begin, entry_take, entry_lacks, entry_free};
    AmrSensitive *sensitive = g_new0(AmrSensitive, 1);
    g_atomic_ref_count_init(&sensitive->holders);
    sensitive->data = amr_data_new(&kind);
    return sensitive;
}

AmrSensitive *
amr_sensitive_ref(AmrSensitive *sensitive)
{
    g_atomic_ref_count_inc(&sensitive->holders);
    return sensitive;
}

void
amr_sensitive_free(AmrSensitive *sensitive)
{
    if (!sensitive || !g_atomic_ref_count_dec(&sensitive->holders))
        return;
    amr_data_free(sensitive->data);
    g_free(sensitive);
}

AmrData *
amr_sensitive_data(AmrSensitive *sensitive)
{
    return sensitive->data;
}

/* ---- matching ---------------------------------------------------------------------------------
 */

struct AmrSensitiveMatcher {
    AmrSensitive *sensitive;
    AmrGlobTable *readers, *others; /* what matters to a reader, and the rest, by entry */
    gboolean asks_setuid;
};

/* Whether reading alone is enough for it. */
static gboolean
is_for_readers(const Entry *entry)
{
    return !entry->access || (entry->access & AMR_PERM_READ);
}

AmrSensitiveMatcher *
amr_sensitive_matcher_new(AmrSensitive *sensitive)
{
    AmrSensitiveMatcher *matcher = g_new0(AmrSensitiveMatcher, 1);

    matcher->sensitive = amr_sensitive_ref(sensitive);
    matcher->readers = amr_glob_table_new();
    matcher->others = amr_glob_table_new();
    for (guint i = 0; i < amr_data_count(sensitive->data); i++) {
        const Entry *entry = amr_data_entry(sensitive->data, i);
        AmrGlobTable *table = is_for_readers(entry) ? matcher->readers : matcher->others;
        matcher->asks_setuid = matcher->asks_setuid || entry->kind == AMR_SENSITIVE_SETUID;
        for (guint k = 0; k < entry->names->len; k++)
            amr_glob_table_add(table, entry->names->pdata[k], i);
    }
    return matcher;
}

void
amr_sensitive_matcher_free(AmrSensitiveMatcher *matcher)
{
    if (!matcher)
        return;
    amr_glob_table_free(matcher->readers);
    amr_glob_table_free(matcher->others);
    amr_sensitive_free(matcher->sensitive);
    g_free(matcher);
}

gboolean
amr_sensitive_asks_setuid(const AmrSensitiveMatcher *matcher)
{
    return matcher->asks_setuid;
}

/* What is looked for, and the first entry so far. */
typedef struct {
    const AmrSensitive *sensitive;
    AmrSensitiveKind kind;
    guint32 rights;
    guint best;
} Looking;

static void
on_match(guint at, gpointer data)
{
    Looking *looking = data;
    const Entry *entry = amr_data_entry(looking->sensitive->data, at);

    if (at < looking->best && (!entry->access || (entry->access & looking->rights)) &&
        (entry->kind == AMR_SENSITIVE_ANY || entry->kind == looking->kind))
        looking->best = at;
}

int
amr_sensitive_match(AmrSensitiveMatcher *matcher, AmrBytes name, AmrSensitiveKind kind,
                    guint32 rights, const char **text)
{
    Looking looking = {matcher->sensitive, kind, rights, G_MAXINT};

    amr_glob_table_match(matcher->readers, name, on_match, &looking);
    if (rights & ~(guint32)AMR_PERM_READ) /* reading is never enough for the others */
        amr_glob_table_match(matcher->others, name, on_match, &looking);
    if (looking.best == G_MAXINT)
        return -1;
    *text = ((const Entry *)amr_data_entry(matcher->sensitive->data, looking.best))->text;
    return (int)looking.best;
}
