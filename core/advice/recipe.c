/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/advice/recipe.h"

#include <string.h>

#include "core/denial/wildcard.h"

/* X(NAME, word): what a recipe may ask for. */
#define CONDITIONS(X)           \
    X(PROFILE, "profile")       \
    X(CLASS, "class")           \
    X(OPERATION, "operation")   \
    X(INFO, "info")             \
    X(NAME, "name")             \
    X(COMM, "comm")             \
    X(CAPABILITY, "capability") \
    X(MASK, "mask")             \
    X(FAMILY, "family")         \
    X(ERROR, "error")

typedef enum {
#define CONDITION(name, word) CONDITION_##name,
    CONDITIONS(CONDITION)
#undef CONDITION
    CONDITION_COUNT,
} Condition;

static const char *const condition_words[] = {
#define WORD(name, word) word,
    CONDITIONS(WORD)
#undef WORD
};

typedef struct {
    char *id, *title, *why;
    char *text;                         /* it is a note; else NULL */
    GPtrArray *lines;                   /* char *: as written */
    GPtrArray *wanted[CONDITION_COUNT]; /* AmrWildcard; NULL: any */
    guint line;
    gboolean broken;
} Entry;

struct AmrRecipes {
    GPtrArray *entries; /* Entry, in the order in which they are told */
    GPtrArray *warnings;
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    for (guint i = 0; i < CONDITION_COUNT; i++)
        g_clear_pointer(&entry->wanted[i], g_ptr_array_unref);
    g_ptr_array_unref(entry->lines);
    g_free(entry->id);
    g_free(entry->title);
    g_free(entry->why);
    g_free(entry->text);
    g_free(entry);
}

void
amr_recipe_free(AmrRecipe *recipe)
{
    if (!recipe)
        return;
    g_free(recipe->id);
    g_free(recipe->title);
    g_free(recipe->why);
    g_strfreev(recipe->lines);
    g_free(recipe);
}

AmrRecipes *
amr_recipes_new(void)
{
    AmrRecipes *recipes = g_new0(AmrRecipes, 1);
    recipes->entries = g_ptr_array_new_with_free_func(entry_free);
    recipes->warnings = g_ptr_array_new_with_free_func(g_free);
    return recipes;
}

void
amr_recipes_free(AmrRecipes *recipes)
{
    if (!recipes)
        return;
    g_ptr_array_unref(recipes->entries);
    g_ptr_array_unref(recipes->warnings);
    g_free(recipes);
}

const GPtrArray *
amr_recipes_warnings(const AmrRecipes *recipes)
{
    return recipes->warnings;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

typedef struct {
    AmrRecipes *recipes;
    const char *shown;
    GPtrArray *entries; /* of this file */
    guint line;
} Reader;

static Entry *
current(const Reader *reader)
{
    return reader->entries->len ? reader->entries->pdata[reader->entries->len - 1] : NULL;
}

static void
warn(const Reader *reader, guint line, const char *what)
{
    g_ptr_array_add(reader->recipes->warnings,
                    g_strdup_printf("%s line %u: %s", reader->shown, line, what));
}

/* A line that is missing would make a recipe fit where it should not: so the whole of it goes. */
static void
spoil(const Reader *reader, const char *what)
{
    warn(reader, reader->line, what);
    if (current(reader))
        current(reader)->broken = TRUE;
}

static void
begin_entry(const Reader *reader, const char *line)
{
    gsize len = strlen(line);
    Entry *entry = g_new0(Entry, 1);

    entry->lines = g_ptr_array_new_with_free_func(g_free);
    entry->line = reader->line;
    entry->id = g_strndup(line + 1, len - 2);
    g_ptr_array_add(reader->entries, entry);
    if (len < 3 || line[len - 1] != ']' ||
        strspn(entry->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != len - 2)
        spoil(reader, "an id is small letters, digits and - between [ and ]");
}

static void
set_once(const Reader *reader, char **where, const char *value)
{
    if (*where)
        spoil(reader, "it is there already");
    else
        *where = amr_display_string(value);
}

static void
take_value(const Reader *reader, Entry *entry, const char *key, const char *value)
{
    for (guint i = 0; i < CONDITION_COUNT; i++) {
        if (strcmp(key, condition_words[i]) != 0)
            continue;
        if (!entry->wanted[i])
            entry->wanted[i] = g_ptr_array_new_with_free_func((GDestroyNotify)amr_wildcard_free);
        g_ptr_array_add(entry->wanted[i], amr_wildcard_new(amr_bytes(value), 0));
        return;
    }
    if (strcmp(key, "title") == 0) {
        set_once(reader, &entry->title, value);
    } else if (strcmp(key, "why") == 0) {
        set_once(reader, &entry->why, value);
    } else if (strcmp(key, "text") == 0) {
        set_once(reader, &entry->text, value);
    } else if (strcmp(key, "do") == 0) {
        g_ptr_array_add(entry->lines, g_strdup(value));
    } else {
        g_autofree char *shown = amr_display_string(key);
        g_autofree char *what = g_strdup_printf("%s is not known", shown);
        spoil(reader, what);
    }
}

static void
take_line(const Reader *reader, char *line)
{
    g_strstrip(line);
    char *equals = strchr(line, '=');
    if (*line == '\0' || *line == '#')
        return;
    if (*line == '[') {
        begin_entry(reader, line);
        return;
    }
    if (!current(reader) || !equals || equals == line) {
        spoil(reader, current(reader) ? "it is no \"key = value\"" : "it stands before any [id]");
        return;
    }
    *equals = '\0';
    g_strchomp(line);
    const char *value = g_strchug(equals + 1);
    if (*value == '\0' || !g_utf8_validate(value, -1, NULL))
        spoil(reader, "its value is empty, or no text");
    else
        take_value(reader, current(reader), line, value);
}

static gboolean
is_whole(const Reader *reader, const Entry *entry)
{
    gboolean asks = FALSE;

    if (entry->broken)
        return FALSE;
    for (guint i = 0; i < CONDITION_COUNT; i++)
        asks |= entry->wanted[i] != NULL;
    gboolean note = entry->text && !entry->title && !entry->why && !entry->lines->len;
    if (asks && (note || (!entry->text && entry->title && entry->why)))
        return TRUE;
    warn(reader, entry->line,
         asks ? "it needs a title and a why, or a text alone" : "it needs something that it fits");
    return FALSE;
}

static void
drop(AmrRecipes *recipes, const char *id)
{
    for (guint i = 0; i < recipes->entries->len; i++) {
        if (strcmp(((const Entry *)recipes->entries->pdata[i])->id, id) == 0) {
            g_ptr_array_remove_index(recipes->entries, i);
            return;
        }
    }
}

void
amr_recipes_take(AmrRecipes *recipes, const char *text, gsize len, const char *shown)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    Reader reader = {recipes, shown, entries, 0};
    guint at = 0;

    for (gsize from = 0; from < len;) {
        const char *end = memchr(text + from, '\n', len - from);
        gsize to = end ? (gsize)(end - text) : len;
        g_autofree char *line = g_strndup(text + from, to - from);
        reader.line++;
        if (strlen(line) != to - from)
            spoil(&reader, "it holds a NUL");
        else
            take_line(&reader, line);
        from = to + 1;
    }
    for (guint i = 0; i < entries->len; i++) {
        Entry *entry = entries->pdata[i];
        if (!is_whole(&reader, entry)) {
            entry_free(entry);
            continue;
        }
        gsize before = recipes->entries->len;
        drop(recipes, entry->id);
        if (recipes->entries->len < before && at > recipes->entries->len)
            at--;
        g_ptr_array_insert(recipes->entries, (int)MIN(at, recipes->entries->len), entry);
        at++;
    }
}

/* ---- what fits --------------------------------------------------------------------------------
 */

static AmrBytes
value_of(const AmrEvent *event, Condition condition)
{
    static const AmrField fields[CONDITION_COUNT] = {
        [CONDITION_PROFILE] = AMR_FIELD_PROFILE,  [CONDITION_OPERATION] = AMR_FIELD_OPERATION,
        [CONDITION_INFO] = AMR_FIELD_INFO,        [CONDITION_NAME] = AMR_FIELD_NAME,
        [CONDITION_COMM] = AMR_FIELD_COMM,        [CONDITION_CAPABILITY] = AMR_FIELD_CAPNAME,
        [CONDITION_MASK] = AMR_FIELD_DENIED_MASK, [CONDITION_FAMILY] = AMR_FIELD_FAMILY,
        [CONDITION_ERROR] = AMR_FIELD_ERROR,
    };
    if (condition == CONDITION_CLASS)
        return amr_bytes(amr_class_word(event->klass));
    if (condition == CONDITION_MASK && !event->field[AMR_FIELD_DENIED_MASK].len)
        return event->field[AMR_FIELD_REQUESTED_MASK];
    return event->field[fields[condition]];
}

static gboolean
fits(const Entry *entry, const AmrEvent *event)
{
    for (guint i = 0; i < CONDITION_COUNT; i++) {
        const GPtrArray *wanted = entry->wanted[i];
        AmrBytes value = value_of(event, (Condition)i);
        gboolean one = wanted == NULL;
        for (guint j = 0; !one && j < wanted->len; j++)
            one = value.len && amr_wildcard_match(wanted->pdata[j], value);
        if (!one)
            return FALSE;
    }
    return TRUE;
}

/* Into a line that people paste into a shell nothing goes that a shell would do something with. */
static void
append_safe(GString *out, AmrBytes value, const char *otherwise)
{
    gboolean safe = value.len > 0 && value.len <= 128 && value.data[0] != '-';

    for (gsize i = 0; safe && i < value.len; i++)
        safe = g_ascii_isalnum(value.data[i]) || (value.data[i] && strchr("._+-", value.data[i]));
    if (safe)
        g_string_append_len(out, value.data, (gssize)value.len);
    else
        g_string_append(out, otherwise);
}

static AmrBytes
part_of(AmrBytes value, guint n)
{
    gsize from = 0;
    for (gsize i = 0; value.len && i <= value.len; i++) {
        if (i < value.len && value.data[i] != '.')
            continue;
        if (n-- == 0)
            return (AmrBytes){value.data + from, i - from};
        from = i + 1;
    }
    return (AmrBytes){NULL, 0};
}

static char *
fill_in(const char *line, const AmrEvent *event)
{
    AmrBytes profile = event->field[AMR_FIELD_PROFILE], comm = event->field[AMR_FIELD_COMM];
    g_autoptr(GString) out = g_string_new(NULL);

    while (*line) {
        if (g_str_has_prefix(line, "{profile}")) {
            append_safe(out, profile, "PROFILE");
            line += strlen("{profile}");
        } else if (g_str_has_prefix(line, "{comm}")) {
            append_safe(out, comm, "PROGRAM");
            line += strlen("{comm}");
        } else if (g_str_has_prefix(line, "{profile.") && g_ascii_isdigit(line[9]) &&
                   line[10] == '}') {
            append_safe(out, part_of(profile, (guint)(line[9] - '0')), "NAME");
            line += strlen("{profile.0}");
        } else {
            g_string_append_c(out, *line++);
        }
    }
    return amr_display_string(out->str);
}

GPtrArray *
amr_recipes_for(const AmrRecipes *recipes, const AmrEvent *event, gboolean ruled)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)amr_recipe_free);

    for (guint i = 0; i < recipes->entries->len; i++) {
        const Entry *entry = recipes->entries->pdata[i];
        if (entry->text || !fits(entry, event) || (ruled && entry->wanted[CONDITION_INFO]))
            continue;
        AmrRecipe *recipe = g_new0(AmrRecipe, 1);
        recipe->id = g_strdup(entry->id);
        recipe->title = g_strdup(entry->title);
        recipe->why = g_strdup(entry->why);
        recipe->lines = g_new0(char *, entry->lines->len + 1);
        for (guint j = 0; j < entry->lines->len; j++)
            recipe->lines[j] = fill_in(entry->lines->pdata[j], event);
        g_ptr_array_add(found, recipe);
    }
    return found;
}

GPtrArray *
amr_notes_for(const AmrRecipes *recipes, const AmrEvent *event)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    gboolean place = FALSE;

    for (guint i = 0; i < recipes->entries->len; i++) {
        const Entry *entry = recipes->entries->pdata[i];
        gboolean of_place = g_str_has_prefix(entry->id, "place-");
        if (!entry->text || (of_place && place) || !fits(entry, event))
            continue;
        place = place || of_place;
        g_ptr_array_add(found, g_strdup(entry->text));
    }
    return found;
}
