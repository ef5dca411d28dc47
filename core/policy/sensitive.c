/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/sensitive.h"

#include <string.h>

#include "core/denial/event.h"
#include "core/policy/glob.h"

#define NAMES_MAX 256 /* of one entry */

typedef struct {
    char *id, *text;
    GPtrArray *names; /* char * */
    guint32 access;   /* AMR_PERM_*; 0: any */
    AmrSensitiveKind kind;
    guint line;
    gboolean broken;
} Entry;

struct AmrSensitive {
    gatomicrefcount holders;
    GPtrArray *entries; /* Entry, the first that fits is told */
    GPtrArray *warnings;
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->id);
    g_free(entry->text);
    g_ptr_array_unref(entry->names);
    g_free(entry);
}

AmrSensitive *
amr_sensitive_new(void)
{
    AmrSensitive *sensitive = g_new0(AmrSensitive, 1);
    g_atomic_ref_count_init(&sensitive->holders);
    sensitive->entries = g_ptr_array_new_with_free_func(entry_free);
    sensitive->warnings = g_ptr_array_new_with_free_func(g_free);
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
    g_ptr_array_unref(sensitive->entries);
    g_ptr_array_unref(sensitive->warnings);
    g_free(sensitive);
}

const GPtrArray *
amr_sensitive_warnings(const AmrSensitive *sensitive)
{
    return sensitive->warnings;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

typedef struct {
    AmrSensitive *sensitive;
    const char *shown;
    GPtrArray *entries; /* Entry, of this file */
    guint line;
} Reader;

static void
warn(const Reader *reader, guint line, const char *what)
{
    g_ptr_array_add(reader->sensitive->warnings,
                    g_strdup_printf("%s line %u: %s", reader->shown, line, what));
}

/* Of one entry the first thing that is wrong is enough. */
static void
spoil(const Reader *reader, Entry *entry, guint line, const char *what)
{
    if (!entry->broken)
        warn(reader, line, what);
    entry->broken = TRUE;
}

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

static void
set(const Reader *reader, Entry *entry, const char *key, const char *value)
{
    if (strcmp(key, "name") == 0) {
        if (value[0] != '/' || strstr(value, "@{"))
            spoil(reader, entry, reader->line, "a name is a glob that begins with a slash");
        else if (entry->names->len == NAMES_MAX)
            spoil(reader, entry, reader->line, "too many names");
        else
            g_ptr_array_add(entry->names, g_strdup(value));
    } else if (strcmp(key, "text") == 0) {
        if (entry->text)
            spoil(reader, entry, reader->line, "a second text");
        else
            entry->text = amr_display_lines(amr_bytes(value));
    } else if (strcmp(key, "access") == 0) {
        if (!read_access(value, &entry->access))
            spoil(reader, entry, reader->line, "access is letters of r w a l k m x");
    } else if (strcmp(key, "kind") == 0) {
        if (!read_kind(value, &entry->kind))
            spoil(reader, entry, reader->line, "a kind is socket, fifo, device or setuid");
    } else {
        spoil(reader, entry, reader->line, "a key that is not known");
    }
}

static void
begin(Reader *reader, const char *id)
{
    Entry *entry = g_new0(Entry, 1);
    entry->id = g_strdup(id);
    entry->names = g_ptr_array_new_with_free_func(g_free);
    entry->line = reader->line;
    g_ptr_array_add(reader->entries, entry);
}

static void
take_line(Reader *reader, char *line)
{
    gsize len = strlen(g_strstrip(line));
    Entry *entry = reader->entries->len ? reader->entries->pdata[reader->entries->len - 1] : NULL;
    char *equals = strchr(line, '=');

    if (len == 0 || line[0] == '#')
        return;
    if (line[0] == '[' && len > 2 && line[len - 1] == ']') {
        line[len - 1] = '\0';
        begin(reader, line + 1);
    } else if (!entry) {
        warn(reader, reader->line, "a line before the first [id]");
    } else if (!equals || !g_utf8_validate(line, -1, NULL)) {
        spoil(reader, entry, reader->line, "neither [id] nor key = value");
    } else {
        *equals = '\0';
        set(reader, entry, g_strstrip(line), g_strstrip(equals + 1));
    }
}

static gboolean
is_id(gconstpointer entry, gconstpointer id)
{
    return strcmp(((const Entry *)entry)->id, id) == 0;
}

/* Those of the file before those that were there. */
static void
put(Reader *reader)
{
    GPtrArray *all = reader->sensitive->entries;
    guint at = 0, old;

    while (reader->entries->len) {
        Entry *entry = g_ptr_array_steal_index(reader->entries, 0);
        if (entry->names->len == 0 || !entry->text)
            spoil(reader, entry, entry->line, "needs a name and a text");
        if (entry->broken) {
            entry_free(entry);
            continue;
        }
        if (g_ptr_array_find_with_equal_func(all, entry->id, is_id, &old)) {
            g_ptr_array_remove_index(all, old);
            at -= old < at;
        }
        g_ptr_array_insert(all, (gint)at++, entry);
    }
}

void
amr_sensitive_take(AmrSensitive *sensitive, const char *text, gsize len, const char *shown)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
    Reader reader = {.sensitive = sensitive, .shown = shown, .entries = entries};
    const char *end = text + len;

    if (len > AMR_SENSITIVE_MAX) {
        warn(&reader, 0, "too large");
        return;
    }
    while (len > 0 && text < end) {
        const char *newline = memchr(text, '\n', (gsize)(end - text));
        const char *stop = newline ? newline : end;
        g_autofree char *line = g_strndup(text, (gsize)(stop - text));
        reader.line++;
        take_line(&reader, line);
        text = stop + 1;
    }
    put(&reader);
}

/* ---- matching ---------------------------------------------------------------------------------
 */

/* Names that are tried at once. */
typedef struct {
    AmrGlobSet *globs;
    guint owners[AMR_GLOB_SET_MAX]; /* the entry of each */
    guint n;
    gboolean readers; /* reading is enough for these; for others never */
} Set;

struct AmrSensitiveMatcher {
    AmrSensitive *sensitive;
    GPtrArray *sets; /* Set: those that matter to a reader, then the rest */
    gboolean asks_setuid;
};

static void
set_free(gpointer data)
{
    Set *set = data;
    amr_glob_set_free(set->globs);
    g_free(set);
}

/* Whether reading alone is enough for it. */
static gboolean
is_for_readers(const Entry *entry)
{
    return !entry->access || (entry->access & AMR_PERM_READ);
}

static void
add_name(AmrSensitiveMatcher *matcher, const char *name, guint owner, gboolean readers)
{
    Set *set = matcher->sets->len ? matcher->sets->pdata[matcher->sets->len - 1] : NULL;

    if (!set || set->n == AMR_GLOB_SET_MAX || set->readers != readers) {
        set = g_new0(Set, 1);
        set->globs = amr_glob_set_new();
        set->readers = readers;
        g_ptr_array_add(matcher->sets, set);
    }
    amr_glob_set_add(set->globs, name);
    set->owners[set->n++] = owner;
}

AmrSensitiveMatcher *
amr_sensitive_matcher_new(AmrSensitive *sensitive)
{
    AmrSensitiveMatcher *matcher = g_new0(AmrSensitiveMatcher, 1);

    matcher->sensitive = amr_sensitive_ref(sensitive);
    matcher->sets = g_ptr_array_new_with_free_func(set_free);
    for (guint pass = 0; pass < 2; pass++)
        for (guint i = 0; i < sensitive->entries->len; i++) {
            const Entry *entry = sensitive->entries->pdata[i];
            gboolean readers = pass == 0;
            matcher->asks_setuid = matcher->asks_setuid || entry->kind == AMR_SENSITIVE_SETUID;
            for (guint k = 0; is_for_readers(entry) == readers && k < entry->names->len; k++)
                add_name(matcher, entry->names->pdata[k], i, readers);
        }
    return matcher;
}

void
amr_sensitive_matcher_free(AmrSensitiveMatcher *matcher)
{
    if (!matcher)
        return;
    g_ptr_array_unref(matcher->sets);
    amr_sensitive_free(matcher->sensitive);
    g_free(matcher);
}

gboolean
amr_sensitive_asks_setuid(const AmrSensitiveMatcher *matcher)
{
    return matcher->asks_setuid;
}

static gboolean
fits(const Entry *entry, AmrSensitiveKind kind, guint32 rights)
{
    return (!entry->access || (entry->access & rights)) &&
           (entry->kind == AMR_SENSITIVE_ANY || entry->kind == kind);
}

/* The least of those of @set that fit, or @best. */
static guint
match_set(const AmrSensitiveMatcher *matcher, Set *set, AmrBytes name, AmrSensitiveKind kind,
          guint32 rights, guint best)
{
    guint64 hits = amr_glob_set_match(set->globs, name);

    for (guint bit = 0; hits; bit++, hits >>= 1) {
        guint at = set->owners[bit];
        if ((hits & 1) && at < best && fits(matcher->sensitive->entries->pdata[at], kind, rights))
            best = at;
    }
    return best;
}

int
amr_sensitive_match(AmrSensitiveMatcher *matcher, AmrBytes name, AmrSensitiveKind kind,
                    guint32 rights, const char **text)
{
    guint best = G_MAXINT;

    for (guint i = 0; i < matcher->sets->len; i++) {
        Set *set = matcher->sets->pdata[i];
        if (set->readers || (rights & ~(guint32)AMR_PERM_READ))
            best = match_set(matcher, set, name, kind, rights, best);
    }
    if (best == G_MAXINT)
        return -1;
    *text = ((const Entry *)matcher->sensitive->entries->pdata[best])->text;
    return (int)best;
}
