/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/command/elsewhere.h"

GPtrArray *
tui_elsewhere(const TuiCommand *command, const char *const *profiles, gboolean mode)
{
    const AmrSession *session = command->session;
    const AmrElsewhereContext context = {session->index, session->loaded, session->origins,
                                         session->recipes};
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)amr_elsewhere_free);

    for (; *profiles; profiles++) {
        AmrElsewhere *elsewhere = amr_elsewhere_find(&context, *profiles, mode);
        if (elsewhere)
            g_ptr_array_add(found, elsewhere);
    }
    return found;
}

static void
say_recipe(const AmrRecipe *recipe, GHashTable *said)
{
    g_autofree char *lines = g_strjoinv("\n", recipe->lines);
    char *key = g_strconcat(recipe->id, "\n", lines, NULL);

    if (!g_hash_table_add(said, key))
        return;
    tui_say("instead: %s. %s", recipe->title, recipe->why);
    for (char **line = recipe->lines; *line; line++)
        tui_say("  %s", *line);
}

void
tui_say_elsewhere(const GPtrArray *found)
{
    g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < found->len; i++) {
        const AmrElsewhere *elsewhere = found->pdata[i];
        g_autofree char *shown = amr_display_string(elsewhere->profile);
        if (elsewhere->text)
            tui_say("%s: %s by %s", shown,
                    elsewhere->held ? "It is made" : "A profile of such a name is made",
                    elsewhere->text);
        else
            tui_say("%s: Whoever loaded it is not known, or the file that it was loaded from is "
                    "gone",
                    shown);
        for (guint n = 0; n < elsewhere->recipes->len; n++)
            say_recipe(elsewhere->recipes->pdata[n], said);
    }
}

void
tui_json_elsewhere(TuiJson *json, const GPtrArray *found)
{
    tui_json_open_array(json, "elsewhere");
    for (guint i = 0; found && i < found->len; i++) {
        const AmrElsewhere *elsewhere = found->pdata[i];
        g_autofree char *ns = NULL;
        const char *name;
        tui_split_profile(elsewhere->profile, &ns, &name);
        tui_json_open_object(json, NULL);
        tui_json_name(json, "profile", name);
        tui_json_name(json, "namespace", ns);
        tui_json_bool(json, "loaded", elsewhere->held);
        tui_json_text(json, "origin", elsewhere->origin);
        tui_json_text(json, "made_by", elsewhere->text);
        tui_json_recipes(json, elsewhere->recipes);
        tui_json_close_object(json);
    }
    tui_json_close_array(json);
}

int
tui_fail_elsewhere(const TuiCommand *command, const GError *error, const char *const *profiles,
                   gboolean mode)
{
    gboolean unknown = g_error_matches(error, AMR_ERROR, AMR_ERROR_NOT_FOUND);
    g_autoptr(GPtrArray) found = NULL;
    int status = tui_fail(error);

    if (!unknown && !g_error_matches(error, AMR_ERROR, AMR_ERROR_NO_FILE))
        return status;
    found = tui_elsewhere(command, profiles, mode);
    if (!found->len)
        return status;
    tui_say_elsewhere(found);
    if (command->options->json) {
        g_autofree char *shown = amr_display_lines(amr_bytes(error->message));
        TuiJson *json = tui_json_new();
        tui_json_text(json, "state", "refused");
        tui_json_text(json, "message", shown);
        tui_json_elsewhere(json, found);
        tui_out_json(json);
    }
    /* Whether it is there is not known where the kernel's list may not be read. */
    return unknown && command->session->loaded ? status : TUI_EXIT_REFUSED;
}
