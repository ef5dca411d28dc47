/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/terminal/title.h"

#define TITLE_MAX 256 /* bytes, some more for what is cut within */

gboolean
tui_title_known(const char *term)
{
    static const char *const kinds[] = {"xterm", "tmux",  "screen", "rxvt",   "alacritty",
                                        "foot",  "kitty", "vte",    "konsole"};

    for (guint i = 0; term && i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_has_prefix(term, kinds[i]))
            return TRUE;
    }
    return FALSE;
}

/* Display form has no control character; that none comes through does not hang on it. */
char *
tui_title_sequence(const char *title)
{
    GString *text = g_string_new("\033]2;");

    for (const char *at = title; *at && at - title < TITLE_MAX; at = g_utf8_next_char(at)) {
        gunichar ch = g_utf8_get_char_validated(at, -1);
        if (ch == (gunichar)-1 || ch == (gunichar)-2)
            break;
        if (!g_unichar_iscntrl(ch))
            g_string_append_unichar(text, ch);
    }
    g_string_append_c(text, '\a');
    return g_string_free(text, FALSE);
}
