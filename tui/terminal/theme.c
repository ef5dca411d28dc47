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

/* The user's own comes first (*own: it is that); one of them that inherits its own name means the
 * one that we ship. */
static char *
find_theme(const char *name, gboolean shipped, gboolean *own)
{
    g_autofree char *leaf = g_strconcat(name, ".theme", NULL);
    g_autofree char *user = tui_home_config("themes");
    g_autofree char *data = tui_data_path("themes");
    g_autofree char *path = g_build_filename(user, leaf, NULL);

    *own = !shipped && tui_home_may_read(path);
    return *own ? g_steal_pointer(&path) : g_build_filename(data, leaf, NULL);
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

/* One file that is read. */
typedef struct {
    GKeyFile *keys;
    char *path, *shown; /* the same in display form */
    char *text;
} ThemeFile;

static void
theme_file_clear(ThemeFile *file)
{
    g_key_file_unref(file->keys);
    g_free(file->path);
    g_free(file->shown);
    g_free(file->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ThemeFile, theme_file_clear)

/* The line, from 1, where @key of @group stands last, as it is that one that counts; 0: nowhere. */
static guint
line_of(const ThemeFile *file, const char *group, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(file->text, "\n", -1);
    g_autofree char *header = g_strdup_printf("[%s]", group);
    gboolean inside = FALSE;
    guint found = 0;

    for (guint i = 0; lines[i]; i++) {
        const char *line = g_strstrip(lines[i]);
        gsize len = strcspn(line, "= \t");
        if (line[0] == '[')
            inside = g_str_equal(line, header);
        else if (inside && len == strlen(key) && strncmp(line, key, len) == 0)
            found = i + 1;
    }
    return found;
}

/* The first line that is none of a key file; GLib's own error does not count them. */
static guint
bad_line(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean inside = FALSE;

    for (guint i = 0; lines[i]; i++) {
        const char *line = g_strstrip(lines[i]);
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (!g_utf8_validate(line, -1, NULL))
            return i + 1;
        if (line[0] == '[' && line[strlen(line) - 1] == ']')
            inside = TRUE;
        else if (!inside || !strchr(line + 1, '=') || line[0] == '=')
            return i + 1;
    }
    return 1;
}

static gboolean
fail_at(const ThemeFile *file, const char *group, const char *key, GError **error, const char *what)
{
    return amr_error_set(error, AMR_ERROR_PARSE, "%s line %u: %s", file->shown,
                         line_of(file, group, key), what);
}

/* A number, or a name of [Palette]. */
static gboolean
colour_from(const ThemeFile *file, const char *word, gint16 *colour)
{
    g_autofree char *named = NULL;
    gint64 number = -1;
    if (word[0] == '\0') {
        *colour = -1;
        return TRUE;
    }
    if (g_ascii_isalpha(word[0]))
        named = g_key_file_get_string(file->keys, "Palette", word, NULL);
    if (g_ascii_isalpha(word[0]) && !named)
        return FALSE;
    if (!g_ascii_string_to_signed(named ? named : word, 10, -1, 255, &number, NULL))
        return FALSE;
    *colour = (gint16)number;
    return TRUE;
}

static gboolean
read_role(const ThemeFile *file, guint role, TuiStyle *style, GError **error)
{
    const char *key = roles[role].key;
    g_autofree char *text = g_key_file_get_string(file->keys, "Roles", key, NULL);
    TuiStyle read = {-1, -1, 0};
    if (!text)
        return TRUE;
    g_auto(GStrv) parts = g_strsplit(text, ";", 4);
    guint n = g_strv_length(parts);
    if (n < 2 || n > 3)
        return fail_at(file, "Roles", key, error, "not \"foreground;background;attributes\"");
    if (!colour_from(file, g_strstrip(parts[0]), &read.fg) ||
        !colour_from(file, g_strstrip(parts[1]), &read.bg))
        return fail_at(file, "Roles", key, error,
                       "a colour is a number from -1 to 255, or a name of [Palette]");
    if (n == 3 && !attributes_from(g_strstrip(parts[2]), &read.attributes))
        return fail_at(file, "Roles", key, error, "attributes are the letters b, u, r and d");
    *style = read;
    return TRUE;
}

static gboolean
open_theme(ThemeFile *file, const char *name, gboolean shipped, GError **error)
{
    g_autofree char *shown = amr_display_string(name);
    g_autoptr(GError) problem = NULL;
    gboolean own;
    gsize len = 0;

    file->keys = g_key_file_new();
    if (!is_name(name))
        return amr_error_set(error, AMR_ERROR_USAGE, "Theme \"%s\": not a name", shown);
    file->path = find_theme(name, shipped, &own);
    file->shown = amr_display_string(file->path);
    file->text = own ? tui_home_read(file->path, THEME_MAX, &len, &problem) : NULL;
    if (!own)
        (void)g_file_get_contents(file->path, &file->text, &len, &problem);
    if (!own && g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return amr_error_set(error, AMR_ERROR_NOT_FOUND,
                             "There is no theme \"%s\": --theme help lists them", shown);
    if (!file->text) {
        g_propagate_prefixed_error(error, g_steal_pointer(&problem), "Theme \"%s\": ", shown);
        return FALSE;
    }
    if (len > THEME_MAX)
        return amr_error_set(error, AMR_ERROR_LIMIT, "%s: larger than a theme is", file->shown);
    if (strlen(file->text) != len ||
        !g_key_file_load_from_data(file->keys, file->text, len, G_KEY_FILE_NONE, NULL))
        return amr_error_set(error, AMR_ERROR_PARSE, "%s line %u: not a line of a theme",
                             file->shown, bad_line(file->text));
    return TRUE;
}

/* @paths: files that inherit this one. */
static gboolean
read_theme(TuiTheme *theme, const char *name, gboolean shipped, GPtrArray *paths, GError **error)
{
    g_auto(ThemeFile) file = {0};

    if (!open_theme(&file, name, shipped, error))
        return FALSE;
    g_autofree char *inherits = g_key_file_get_string(file.keys, "Theme", "Inherits", NULL);
    g_ptr_array_add(paths, g_strdup(file.path));
    if (inherits) {
        gboolean same = g_str_equal(inherits, name) && !shipped, own;
        g_autofree char *path = is_name(inherits) ? find_theme(inherits, same, &own) : NULL;
        if (path && g_ptr_array_find_with_equal_func(paths, path, g_str_equal, NULL))
            return fail_at(&file, "Theme", "Inherits", error, "it inherits itself");
        if (paths->len > DEPTH_MAX)
            return fail_at(&file, "Theme", "Inherits", error, "inherits too deeply");
        if (!read_theme(theme, inherits, same, paths, error))
            return FALSE;
    }
    for (guint i = 0; i < TUI_ROLE_COUNT; i++) {
        if (!read_role(&file, i, &theme->styles[i], error))
            return FALSE;
    }
    return TRUE;
}

TuiTheme *
tui_theme_load(const char *name, GError **error)
{
    g_autoptr(TuiTheme) theme = tui_theme_new_mono();
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    if (!read_theme(theme, name ? name : "default", FALSE, paths, error))
        return NULL;
    g_free(theme->name);
    theme->name = g_strdup(name ? name : "default");
    return g_steal_pointer(&theme);
}
