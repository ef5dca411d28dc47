/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key as the actions know it: a character, or one of the named keys; no curses here. */
#ifndef TUI_TERMINAL_KEYS_H
#define TUI_TERMINAL_KEYS_H

#include <glib.h>

G_BEGIN_DECLS

/* A Unicode character, or TUI_KEY_... below; a letter with control: TUI_KEY_CTRL | letter; with
 * Alt: TUI_KEY_ALT | key; a character that was not typed but pasted: TUI_KEY_PASTED | character. */
typedef guint32 TuiKey;

/* X(NAME, word, shown): the word stands in key files, what is shown in footer and help. */
#define TUI_KEYS(X)                        \
    X(UP, "up", "Up")                      \
    X(DOWN, "down", "Down")                \
    X(LEFT, "left", "Left")                \
    X(RIGHT, "right", "Right")             \
    X(PAGE_UP, "pgup", "PgUp")             \
    X(PAGE_DOWN, "pgdn", "PgDn")           \
    X(HOME, "home", "Home")                \
    X(END, "end", "End")                   \
    X(ENTER, "enter", "Enter")             \
    X(ESCAPE, "esc", "Esc")                \
    X(TAB, "tab", "Tab")                   \
    X(BACK_TAB, "backtab", "S-Tab")        \
    X(BACKSPACE, "backspace", "Backspace") \
    X(DELETE, "delete", "Del")             \
    X(F1, "f1", "F1")                      \
    X(F5, "f5", "F5")

enum {
    TUI_KEY_NONE = 0,
    TUI_KEY_NAMED = 0x200000, /* beyond Unicode */
#define TUI_KEY_ENUM(name, word, shown) TUI_KEY_##name,
    TUI_KEYS(TUI_KEY_ENUM)
#undef TUI_KEY_ENUM
    TUI_KEY_CLICK, /* of the mouse: no names, as they cannot be bound */
    TUI_KEY_DOUBLE_CLICK,
    TUI_KEY_WHEEL_UP,
    TUI_KEY_WHEEL_DOWN,
    TUI_KEY_CTRL = 0x400000,
    TUI_KEY_ALT = 0x800000,
    TUI_KEY_PASTED = 0x1000000,
};

/* A key as the terminal gives it, and for the mouse where it was. */
typedef struct {
    TuiKey key;
    int x, y;
} TuiInput;

/* "up", "ctrl-l", "alt-b", "space", "?", "ä"; TUI_KEY_NONE for what is none. */
TuiKey tui_key_from_name(const char *name);
/* For footer and help: "Up", "^L", "M-b", "Space", "?". The caller frees. */
char *tui_key_show(TuiKey key);
/* What a terminal sends as one byte below 0x20 or 0x7f, as a key. */
TuiKey tui_key_from_control(guint byte);

G_END_DECLS
#endif
