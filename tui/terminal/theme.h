/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Roles and what they look like. A theme is a key file: [Theme] Name, Inherits; [Palette]
 * name=colour; [Roles] role=fg;bg;attributes. It names roles, never code. One that inherits its own
 * name adds to the one of that name that we ship.
 */
#ifndef TUI_TERMINAL_THEME_H
#define TUI_TERMINAL_THEME_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* X(NAME, key, mono): the attributes of mono hold where there is no colour or a theme lacks the
 * role: letters b bold, u underline, r reverse, d dim. */
#define TUI_ROLES(X)                  \
    X(TEXT, "text", "")               \
    X(TITLE, "title", "b")            \
    X(STATUS, "status", "r")          \
    X(TAB, "tab", "")                 \
    X(TAB_ACTIVE, "tab-active", "br") \
    X(KEY, "key", "b")                \
    X(KEYBAR, "keybar", "")           \
    X(HEADER, "header", "bu")         \
    X(SELECTED, "selected", "r")      \
    X(MARKED, "marked", "b")          \
    X(DENIED, "denied", "b")          \
    X(ALLOWED, "allowed", "")         \
    X(AUDIT, "audit", "")             \
    X(PROFILE, "profile", "")         \
    X(PATH, "path", "")               \
    X(QUIET, "quiet", "d")            \
    X(GOOD, "good", "")               \
    X(WARNING, "warning", "b")        \
    X(DANGER, "danger", "br")         \
    X(ADDED, "added", "b")            \
    X(REMOVED, "removed", "d")        \
    X(RULE, "rule", "b")              \
    X(BORDER, "border", "")           \
    X(ERROR, "error", "br")

typedef enum {
#define TUI_ROLE_ENUM(name, key, mono) TUI_ROLE_##name,
    TUI_ROLES(TUI_ROLE_ENUM)
#undef TUI_ROLE_ENUM
    TUI_ROLE_COUNT
} TuiRole;

enum {
    TUI_ATTR_BOLD = 1 << 0,
    TUI_ATTR_UNDERLINE = 1 << 1,
    TUI_ATTR_REVERSE = 1 << 2,
    TUI_ATTR_DIM = 1 << 3,
};

/* Colours: -1 the terminal's own, 0 to 15 the sixteen, 16 to 255 of the palette. */
typedef struct {
    gint16 fg, bg;
    guint8 attributes;
} TuiStyle;

typedef struct TuiTheme TuiTheme;

/* By name ("default", "mono") from the user's themes, then the data directory's themes/; a broken
 * one is an error that names file and line. NULL name: "default". */
TuiTheme *tui_theme_load(const char *name, GError **error);
/* The mono attributes alone: what is left where nothing loads. */
TuiTheme *tui_theme_new_mono(void);
void tui_theme_free(TuiTheme *theme);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiTheme, tui_theme_free)
const char *tui_theme_name(const TuiTheme *theme);
TuiStyle tui_theme_style(const TuiTheme *theme, TuiRole role);
/* @colour (16 to 255 of the palette's cube) on a terminal with @colours of them: itself, or the
 * nearest of the eight. */
int tui_colour_nearest(int colour, int colours);
/* Names of all that can be found, NULL-terminated. */
char **tui_theme_list(void);

G_END_DECLS
#endif
