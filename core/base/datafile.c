/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/datafile.h"

#include <string.h>

/* A file that is none of ours must not fill a screen with what is wrong with it. */
#define WARNINGS_MAX 100

const char amr_data_no_key[] = "a key that is not known";

typedef struct {
    char *id;
    gpointer entry;
    GDestroyNotify free;
    guint line;
    gboolean broken;
} Slot;

struct AmrData {
    const AmrDataKind *kind;
    GPtrArray *slots; /* Slot, in the order in which they are tried */
    GPtrArray *warnings;
};

static void
slot_free(gpointer data)
{
    Slot *slot = data;
    slot->free(slot->entry);
    g_free(slot->id);
    g_free(slot);
}

AmrData *
amr_data_new(const AmrDataKind *kind)
{
    AmrData *data = g_new0(AmrData, 1);
    data->kind = kind;
    data->slots = g_ptr_array_new_with_free_func(slot_free);
    data->warnings = g_ptr_array_new_with_free_func(g_free);
    return data;
}

void
amr_data_free(AmrData *data)
{
    if (!data)
        return;
    g_ptr_array_unref(data->slots);
    g_ptr_array_unref(data->warnings);
    g_free(data);
}

const GPtrArray *
amr_data_warnings(const AmrData *data)
{
    return data->warnings;
}

guint
amr_data_count(const AmrData *data)
{
    return data->slots->len;
}

gpointer
amr_data_entry(const AmrData *data, guint n)
{
    return ((const Slot *)data->slots->pdata[n])->entry;
}

const char *
amr_data_id(const AmrData *data, guint n)
{
    return ((const Slot *)data->slots->pdata[n])->id;
}

const char *
amr_data_once(char **where, const char *value)
{
    if (*where)
        return "it is there already";
    *where = amr_display_lines(amr_bytes(value));
    return NULL;
}

typedef struct {
    AmrData *data;
    const char *shown;
    GPtrArray *slots; /* Slot, of this file */
    guint line;
} Reader;

static void
warn(const Reader *reader, guint line, const char *what)
{
    if (reader->data->warnings->len < WARNINGS_MAX)
        g_ptr_array_add(reader->data->warnings,
                        g_strdup_printf("%s line %u: %s", reader->shown, line, what));
}

/* A line that is missing would make an entry fit where it should not: so the whole of it goes, and
 * the first thing that is wrong is enough. */
static void
spoil(const Reader *reader, Slot *slot, guint line, const char *what)
{
    if (!slot->broken)
        warn(reader, line, what);
    slot->broken = TRUE;
}

static void
begin(const Reader *reader, const char *line)
{
    gsize len = strlen(line);
    Slot *slot = g_new0(Slot, 1);

    slot->id = g_strndup(line + 1, len - 1 - (line[len - 1] == ']'));
    slot->entry = reader->data->kind->begin();
    slot->free = reader->data->kind->free;
    slot->line = reader->line;
    g_ptr_array_add(reader->slots, slot);
    if (len < 3 || line[len - 1] != ']' ||
        strspn(slot->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != len - 2)
        spoil(reader, slot, reader->line, "an id is small letters, digits and - between [ and ]");
}

static void
take_value(const Reader *reader, Slot *slot, const char *key, const char *value)
{
    const char *wrong = reader->data->kind->take(slot->entry, key, value);

    if (wrong == amr_data_no_key) {
        g_autofree char *shown = amr_display_string(key);
        g_autofree char *what = g_strdup_printf("%s is %s", shown, amr_data_no_key);
        spoil(reader, slot, reader->line, what);
    } else if (wrong) {
        spoil(reader, slot, reader->line, wrong);
    }
}

static void
take_line(const Reader *reader, char *line)
{
    Slot *slot = reader->slots->len ? reader->slots->pdata[reader->slots->len - 1] : NULL;
    char *equals = strchr(g_strstrip(line), '=');

    if (line[0] == '\0' || line[0] == '#')
        return;
    if (line[0] == '[') {
        begin(reader, line);
        return;
    }
    if (!slot) {
        warn(reader, reader->line, "a line before the first [id]");
        return;
    }
    if (!equals || equals == line || !g_utf8_validate(line, -1, NULL)) {
        spoil(reader, slot, reader->line, "neither [id] nor key = value");
        return;
    }
    *equals = '\0';
    g_strchomp(line);
    const char *value = g_strchug(equals + 1);
    if (*value == '\0')
        spoil(reader, slot, reader->line, "its value is empty");
    else
        take_value(reader, slot, line, value);
}

/* Those of the file before those that were there. */
static void
put(const Reader *reader)
{
    GPtrArray *all = reader->data->slots;
    guint at = 0;

    while (reader->slots->len) {
        Slot *slot = g_ptr_array_steal_index(reader->slots, 0);
        const char *lacks = slot->broken ? NULL : reader->data->kind->lacks(slot->entry);
        if (lacks)
            spoil(reader, slot, slot->line, lacks);
        if (slot->broken) {
            slot_free(slot);
            continue;
        }
        for (guint old = 0; old < all->len; old++) {
            if (strcmp(((const Slot *)all->pdata[old])->id, slot->id) == 0) {
                g_ptr_array_remove_index(all, old);
                at -= old < at;
                break;
            }
        }
        g_ptr_array_insert(all, (gint)at++, slot);
    }
}

void
amr_data_take(AmrData *data, const char *text, gsize len, const char *shown)
{
    g_autoptr(GPtrArray) slots = g_ptr_array_new_with_free_func(slot_free);
    Reader reader = {.data = data, .shown = shown, .slots = slots};

    if (len > AMR_DATA_MAX) {
        warn(&reader, 0, "too large");
        return;
    }
    for (gsize from = 0; from < len;) {
        const char *end = memchr(text + from, '\n', len - from);
        gsize to = end ? (gsize)(end - text) : len;
        g_autofree char *line = g_strndup(text + from, to - from);
        reader.line++;
        if (strlen(line) != to - from) {
            warn(&reader, reader.line, "it holds a NUL");
            if (slots->len)
                ((Slot *)slots->pdata[slots->len - 1])->broken = TRUE;
        } else {
            take_line(&reader, line);
        }
        from = to + 1;
    }
    put(&reader);
}
