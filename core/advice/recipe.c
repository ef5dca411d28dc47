/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/advice/recipe.h"

#include <string.h>

#include "core/denial/conditions.h"

typedef struct {
    char *title, *why;
    char *text;       /* it is a note; else NULL */
    GPtrArray *lines; /* char *: as written */
    AmrConditions conditions;
    GPtrArray *origins; /* char *; NULL: any */
    gboolean mode;
    enum {
        STUB_NONE,
        STUB_PROGRAM,
        STUB_LAUNCHER,
    } stub; /* what it asks of the program, if anything */
} Entry;

struct AmrRecipes {
    const AmrOrigins *origins;
    AmrData *data; /* Entry, in the order in which they are told */
};

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

/* ---- reading ----------------------------------------------------------------------------------
 */

static gpointer
entry_begin(void)
{
    Entry *entry = g_new0(Entry, 1);
    entry->lines = g_ptr_array_new_with_free_func(g_free);
    return entry;
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    amr_conditions_clear(&entry->conditions);
    g_clear_pointer(&entry->origins, g_ptr_array_unref);
    g_ptr_array_unref(entry->lines);
    g_free(entry->title);
    g_free(entry->why);
    g_free(entry->text);
    g_free(entry);
}

static const char *
entry_take(gpointer data, const char *key, const char *value)
{
    Entry *entry = data;

    if (amr_conditions_take(&entry->conditions, key, value))
        return NULL;
    if (strcmp(key, "origin") == 0) {
        if (!entry->origins)
            entry->origins = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(entry->origins, g_strdup(value));
        return NULL;
    }
    if (strcmp(key, "about") == 0) {
        entry->mode = strcmp(value, "mode") == 0;
        return entry->mode ? NULL : "it is about a mode, or about nothing";
    }
    if (strcmp(key, "title") == 0)
        return amr_data_once(&entry->title, value);
    if (strcmp(key, "why") == 0)
        return amr_data_once(&entry->why, value);
    if (strcmp(key, "text") == 0)
        return amr_data_once(&entry->text, value);
    if (strcmp(key, "stub") == 0) {
        entry->stub = strcmp(value, "program") == 0    ? STUB_PROGRAM
                      : strcmp(value, "launcher") == 0 ? STUB_LAUNCHER
                                                       : STUB_NONE;
        return entry->stub ? NULL : "a stub is program or launcher";
    }
    if (strcmp(key, "do") != 0)
        return amr_data_no_key;
    g_ptr_array_add(entry->lines, g_strdup(value));
    return NULL;
}

static const char *
entry_lacks(gpointer data)
{
    const Entry *entry = data;
    gboolean note = entry->text && !entry->title && !entry->why && !entry->lines->len;

    if (!entry->origins && !amr_conditions_ask(&entry->conditions))
        return "it needs something that it fits";
    if (!note && (entry->text || !entry->title || !entry->why))
        return "it needs a title and a why, or a text alone";
    return NULL;
}

AmrRecipes *
amr_recipes_new(const AmrOrigins *origins)
{
    static const AmrDataKind kind = {entry_begin, entry_take, entry_lacks, entry_free};
    AmrRecipes *recipes = g_new0(AmrRecipes, 1);
    recipes->data = amr_data_new(&kind);
    recipes->origins = origins;
    return recipes;
}

void
amr_recipes_free(AmrRecipes *recipes)
{
    if (!recipes)
        return;
    amr_data_free(recipes->data);
    g_free(recipes);
}

AmrData *
amr_recipes_data(AmrRecipes *recipes)
{
    return recipes->data;
}

/* ---- what fits --------------------------------------------------------------------------------
 */

/* The path of the program, where the record has it; else its name. */
static AmrBytes
program_of(const AmrEvent *event)
{
    static const AmrField fields[] = {AMR_FIELD_EXECPATH, AMR_FIELD_EXE, AMR_FIELD_COMM};
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (event->field[fields[i]].len)
            return event->field[fields[i]];
    return (AmrBytes){NULL, 0};
}

/* A name alone could stand in any directory. */
static gboolean
is_launcher(const AmrEvent *event, const AmrRisks *risks)
{
    AmrBytes program = program_of(event);
    gboolean path = program.len && program.data[0] == '/';
    g_autofree char *name = amr_bytes_dup(program);
    g_autofree char *full = g_strconcat(path ? "" : "/bin/", name, NULL);
    const char *text;

    return amr_risks_launches(risks, amr_bytes(full), &text);
}

static gboolean
stub_fits(const Entry *entry, const AmrEvent *event, const AmrProposal *proposal)
{
    if (entry->stub == STUB_NONE)
        return TRUE;
    if (!proposal || proposal->stub != AMR_STATING_STATED)
        return FALSE;
    return is_launcher(event, proposal->risks) == (entry->stub == STUB_LAUNCHER);
}

/* Into a line that people paste into a shell, or into policy, nothing goes that either would do
 * something with. */
static void
append_safe(GString *out, AmrBytes value, gboolean path, const char *otherwise)
{
    gboolean safe =
        value.len > 0 && value.len <= 128 && (path ? value.data[0] == '/' : value.data[0] != '-');

    for (gsize i = 0; safe && i < value.len; i++)
        safe = g_ascii_isalnum(value.data[i]) || (value.data[i] && strchr("/._+-", value.data[i]));
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

    const struct {
        const char *place;
        AmrBytes value;
        gboolean path;
        const char *otherwise;
    } places[] = {
        {"{profile}", profile, FALSE, "PROFILE"},
        {"{comm}", comm, FALSE, "PROGRAM"},
        {"{program}", program_of(event), TRUE, "/PATH/TO/PROGRAM"},
        {"{name}", event->field[AMR_FIELD_NAME], TRUE, "/PATH/TO/FILE"},
        {"{target}", event->field[AMR_FIELD_TARGET], FALSE, "OTHER-PROFILE"},
    };

    while (*line) {
        gsize i = 0;
        while (i < G_N_ELEMENTS(places) && !g_str_has_prefix(line, places[i].place))
            i++;
        if (i < G_N_ELEMENTS(places)) {
            append_safe(out, places[i].value, places[i].path, places[i].otherwise);
            line += strlen(places[i].place);
        } else if (g_str_has_prefix(line, "{profile.") && g_ascii_isdigit(line[9]) &&
                   line[10] == '}') {
            append_safe(out, part_of(profile, (guint)(line[9] - '0')), FALSE, "NAME");
            line += strlen("{profile.0}");
        } else {
            g_string_append_c(out, *line++);
        }
    }
    return amr_display_string(out->str);
}

static gboolean
origin_fits(const Entry *entry, const char *origin)
{
    for (guint i = 0; entry->origins && i < entry->origins->len; i++)
        if (g_strcmp0(entry->origins->pdata[i], origin) == 0)
            return TRUE;
    return !entry->origins;
}

static const char *
origin_of(const AmrRecipes *recipes, const AmrEvent *event)
{
    g_autofree char *full = amr_event_profile(event);
    const char *text;

    return recipes->origins ? amr_origins_find(recipes->origins, full, &text) : NULL;
}

static AmrRecipe *
make_recipe(const AmrRecipes *recipes, guint n, const AmrEvent *event)
{
    const Entry *entry = amr_data_entry(recipes->data, n);
    AmrRecipe *recipe = g_new0(AmrRecipe, 1);

    recipe->id = g_strdup(amr_data_id(recipes->data, n));
    recipe->title = g_strdup(entry->title);
    recipe->why = g_strdup(entry->why);
    recipe->lines = g_new0(char *, entry->lines->len + 1);
    for (guint i = 0; i < entry->lines->len; i++)
        recipe->lines[i] = fill_in(entry->lines->pdata[i], event);
    return recipe;
}

/* Those that fit, about a mode or not. */
static GPtrArray *
fitting(const AmrRecipes *recipes, const AmrEvent *event, const AmrProposal *proposal,
        gboolean mode)
{
    gboolean ruled = proposal && proposal->no_rule == AMR_NO_RULE_NONE;
    const char *origin = origin_of(recipes, event);
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)amr_recipe_free);

    for (guint i = 0; i < amr_data_count(recipes->data); i++) {
        const Entry *entry = amr_data_entry(recipes->data, i);
        if (!entry->text && entry->mode == mode && origin_fits(entry, origin) &&
            amr_conditions_fit(&entry->conditions, event) && stub_fits(entry, event, proposal) &&
            !(ruled && entry->conditions.wanted[AMR_CONDITION_INFO]))
            g_ptr_array_add(found, make_recipe(recipes, i, event));
    }
    return found;
}

GPtrArray *
amr_recipes_of_profile(const AmrRecipes *recipes, const char *full, gboolean mode)
{
    const char *end = full[0] == ':' ? strchr(full + 1, ':') : NULL;
    g_autofree char *ns = end ? g_strndup(full + 1, (gsize)(end - full - 1)) : NULL;
    AmrEvent event = {0};

    event.field[AMR_FIELD_PROFILE] = amr_bytes(end ? end + 1 : full);
    event.field[AMR_FIELD_NAMESPACE] = amr_bytes(ns);
    return fitting(recipes, &event, NULL, mode);
}

GPtrArray *
amr_recipes_for(const AmrRecipes *recipes, const AmrEvent *event, const AmrProposal *proposal)
{
    return fitting(recipes, event, proposal, FALSE);
}

GPtrArray *
amr_notes_for(const AmrRecipes *recipes, const AmrEvent *event)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    gboolean place = FALSE;

    for (guint i = 0; i < amr_data_count(recipes->data); i++) {
        const Entry *entry = amr_data_entry(recipes->data, i);
        gboolean of_place = g_str_has_prefix(amr_data_id(recipes->data, i), "place-");
        if (!entry->text || (of_place && place) || !amr_conditions_fit(&entry->conditions, event))
            continue;
        place = place || of_place;
        g_ptr_array_add(found, g_strdup(entry->text));
    }
    return found;
}
