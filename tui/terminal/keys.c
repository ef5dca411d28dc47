/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/terminal/keys.h"

#include <string.h>

static const struct {
    TuiKey key;
    const char *word, *shown;
} named[] = {
#define KEY_ROW(name, word, shown) {TUI_KEY_##name, word, shown},
    TUI_KEYS(KEY_ROW)
#undef KEY_ROW
        {' ', "space", "Space"},
};

TuiKey
tui_key_from_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
        if (strcmp(named[i].word, name) == 0)
            return named[i].key;
    }
    if (g_str_has_prefix(name, "alt-")) {
        TuiKey plain = tui_key_from_name(name + strlen("alt-"));
        return plain == TUI_KEY_NONE || plain & TUI_KEY_ALT ? TUI_KEY_NONE : TUI_KEY_ALT | plain;
    }
    if (g_str_has_prefix(name, "ctrl-") && g_ascii_islower(name[5]) && name[6] == '\0')
        return TUI_KEY_CTRL | (TuiKey)name[5];
    gunichar ch = g_utf8_get_char_validated(name, -1);
    if (ch == (gunichar)-1 || ch == (gunichar)-2 || ch == 0 || *g_utf8_next_char(name) != '\0')
        return TUI_KEY_NONE;
    return g_unichar_isgraph(ch) ? ch : TUI_KEY_NONE;
}

char *
tui_key_show(TuiKey key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
        if (named[i].key == key)
            return g_strdup(named[i].shown);
    }
    if (key & TUI_KEY_ALT) {
        g_autofree char *plain = tui_key_show(key & ~(TuiKey)TUI_KEY_ALT);
        return g_strconcat("M-", plain, NULL);
    }
    if (key & TUI_KEY_CTRL)
        return g_strdup_printf("^%c", g_ascii_toupper((char)(key & 0x7f)));
    char text[7] = "";
    if (key < 0x110000 && g_unichar_isgraph(key))
        text[g_unichar_to_utf8(key, text)] = '\0';
    return g_strdup(text);
}

TuiKey
tui_key_from_control(guint byte)
{
    switch (byte) {
    case '\t':
        return TUI_KEY_TAB;
    case '\r':
    case '\n':
        return TUI_KEY_ENTER;
    case 0x1b:
        return TUI_KEY_ESCAPE;
    case 0x08:
    case 0x7f:
        return TUI_KEY_BACKSPACE;
    default:
        return byte >= 1 && byte <= 26 ? TUI_KEY_CTRL | ('a' + byte - 1) : TUI_KEY_NONE;
    }
}
