/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/terminal/theme.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "tui/home.h"
#include "tui/options.h"

#define THEME_MAX (64 * 1024) /* bytes of a file */
#define DEPTH_MAX 8           /* of Inherits */

struct TuiTheme {
    char *name;
    TuiStyle styles[TUI_ROLE_COUNT];
};

static const struct {
    const char *key, *mono;
} roles[] = {
#define ROLE_ROW(name, key, mono) {key, mono},
    TUI_ROLES(ROLE_ROW)
#undef ROLE_ROW
};

static gboolean
attributes_from(const char *letters, guint8 *attributes)
{
    guint8 set = 0;
    for (const char *p = letters; *p; p++) {
        switch (*p) {
        case 'b':
            set |= TUI_ATTR_BOLD;
            break;
        case 'u':
            set |= TUI_ATTR_UNDERLINE;
            break;
        case 'r':
            set |= TUI_ATTR_REVERSE;
            break;
        case 'd':
            set |= TUI_ATTR_DIM;
            break;
        default:
            return FALSE;
        }
    }
    *attributes = set;
    return TRUE;
}

TuiTheme *
tui_theme_new_mono(void)
{
    TuiTheme *theme = g_new0(TuiTheme, 1);
    theme->name = g_strdup("mono");
    for (guint i = 0; i < TUI_ROLE_COUNT; i++) {
        theme->styles[i] = (TuiStyle){-1, -1, 0};
        (void)attributes_from(roles[i].mono, &theme->styles[i].attributes);
    }
    return theme;
}

void
tui_theme_free(TuiTheme *theme)
{
    if (!theme)
        return;
    g_free(theme->name);
    g_free(theme);
}

const char *
tui_theme_name(const TuiTheme *theme)
{
    return theme->name;
}

TuiStyle
tui_theme_style(const TuiTheme *theme, TuiRole role)
{
    return theme->styles[role < TUI_ROLE_COUNT ? role : TUI_ROLE_TEXT];
}

int
tui_colour_nearest(int colour, int colours)
{
    enum {
        BLACK = 0,
        RED = 1,
        GREEN = 2,
        BLUE = 4,
        WHITE = 7
    };

    if (colour < colours)
        return colour;
    if (colour < 16)
        return colour - 8;
    if (colour >= 232)
        return colour >= 244 ? WHITE : BLACK;
    int cube = colour - 16;
    int red = cube / 36, green = cube / 6 % 6, blue = cube % 6;
    return (red > 2 ? RED : 0) | (green > 2 ? GREEN : 0) | (blue > 2 ? BLUE : 0);
}

/* ---- where themes are ----------------------------------------------------------------------- */

/* A name is a word: no way out of the directories. */
static gboolean
is_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && !strchr(name, '/');
}

/* The user's own, or the data directory's; *path tells which. */
static char *
find_theme(const char *name, char **path, gsize *len, GError **error)
{
    g_autofree char *leaf = g_strconcat(name, ".theme", NULL);
    g_autofree char *user = tui_home_config("themes");
    g_autofree char *data = tui_data_path("themes");
    char *text;

    *path = g_build_filename(user, leaf, NULL);
    text = tui_home_read(*path, THEME_MAX, len, NULL);
    if (text)
        return text;
    g_free(*path);
    *path = g_build_filename(data, leaf, NULL);
    return g_file_get_contents(*path, &text, len, error) ? text : NULL;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
list_directory(const char *path, gboolean user, GHashTable *seen, GPtrArray *names)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *leaf;
    while (dir && (leaf = g_dir_read_name(dir))) {
        g_autofree char *full = g_build_filename(path, leaf, NULL);
        if (!g_str_has_suffix(leaf, ".theme") || leaf[0] == '.' ||
            (user && !tui_home_may_read(full)))
            continue;
        char *name = g_strndup(leaf, strlen(leaf) - strlen(".theme"));
        if (g_hash_table_contains(seen, name)) {
            g_free(name);
            continue;
        }
        g_hash_table_add(seen, name);
        g_ptr_array_add(names, name);
    }
}

char **
tui_theme_list(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *user = tui_home_config("themes");
    g_autofree char *data = tui_data_path("themes");
    list_directory(data, FALSE, seen, names);
    list_directory(user, TRUE, seen, names);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    g_ptr_array_set_free_func(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* A number, or a name of [Palette]. */
static gboolean
colour_from(GKeyFile *file, const char *word, gint16 *colour)
{
    g_autofree char *named = NULL;
    gint64 number = -1;
    if (word[0] == '\0') {
        *colour = -1;
        return TRUE;
    }
    if (g_ascii_isalpha(word[0]))
        named = g_key_file_get_string(file, "Palette", word, NULL);
    if (g_ascii_isalpha(word[0]) && !named)
        return FALSE;
    if (!g_ascii_string_to_signed(named ? named : word, 10, -1, 255, &number, NULL))
        return FALSE;
    *colour = (gint16)number;
    return TRUE;
}

static gboolean
read_role(GKeyFile *file, const char *path, guint role, TuiStyle *style, GError **error)
{
    g_autofree char *text = g_key_file_get_string(file, "Roles", roles[role].key, NULL);
    TuiStyle read = {-1, -1, 0};
    if (!text)
        return TRUE;
    g_auto(GStrv) parts = g_strsplit(text, ";", 4);
    guint n = g_strv_length(parts);
    if (n < 2 || n > 3 || !colour_from(file, g_strstrip(parts[0]), &read.fg) ||
        !colour_from(file, g_strstrip(parts[1]), &read.bg) ||
        (n == 3 && !attributes_from(g_strstrip(parts[2]), &read.attributes))) {
        g_autofree char *shown = amr_display_string(path);
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "%s: role %s: not \"foreground;background;attributes\"", shown,
                             roles[role].key);
    }
    *style = read;
    return TRUE;
}

static gboolean
read_theme(TuiTheme *theme, const char *name, guint depth, GError **error)
{
    g_autofree char *shown = amr_display_string(name);
    if (!is_name(name))
        return amr_error_set(error, AMR_ERROR_USAGE, "Theme \"%s\": not a name", shown);
    if (depth > DEPTH_MAX)
        return amr_error_set(error, AMR_ERROR_LIMIT, "Theme \"%s\": inherits too deeply", shown);

    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = NULL;
    gsize len = 0;
    g_autoptr(GError) problem = NULL;
    g_autofree char *text = find_theme(name, &path, &len, &problem);
    g_autofree char *shown_path = amr_display_string(path);
    if (!text && g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return amr_error_set(error, AMR_ERROR_NOT_FOUND,
                             "There is no theme \"%s\": --theme help lists them", shown);
    if (!text) {
        g_propagate_prefixed_error(error, g_steal_pointer(&problem), "Theme \"%s\": ", shown);
        return FALSE;
    }
    if (len > THEME_MAX)
        return amr_error_set(error, AMR_ERROR_LIMIT, "%s: larger than a theme is", shown_path);
    if (!g_key_file_load_from_data(file, text, len, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", shown_path);
        return FALSE;
    }
    g_autofree char *inherits = g_key_file_get_string(file, "Theme", "Inherits", NULL);
    if (inherits && !read_theme(theme, inherits, depth + 1, error))
        return FALSE;
    for (guint i = 0; i < TUI_ROLE_COUNT; i++) {
        if (!read_role(file, path, i, &theme->styles[i], error))
            return FALSE;
    }
    return TRUE;
}

TuiTheme *
tui_theme_load(const char *name, GError **error)
{
    g_autoptr(TuiTheme) theme = tui_theme_new_mono();
    if (!read_theme(theme, name ? name : "default", 0, error))
        return NULL;
    g_free(theme->name);
    theme->name = g_strdup(name ? name : "default");
    return g_steal_pointer(&theme);
}
