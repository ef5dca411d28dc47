/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/command/wish.h"

#include <string.h>

#include "tui/command/command.h"

void
tui_wish_clear(gpointer data)
{
    TuiWish *wish = data;
    g_free(wish->program);
    g_free(wish->target);
}

static AmrExecMode
mode_of(const char *word)
{
    static const AmrExecMode modes[] = {AMR_EXEC_PX,      AMR_EXEC_CX,      AMR_EXEC_IX,
                                        AMR_EXEC_PX_SAFE, AMR_EXEC_CX_SAFE, AMR_EXEC_PIX,
                                        AMR_EXEC_CIX};

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (g_str_equal(amr_exec_mode_word(modes[i]), word))
            return modes[i];
    }
    return AMR_EXEC_NONE;
}

/* "PROGRAM=MODE->NAME", of which the mode alone has to be there. */
static TuiWish
read_wish(const char *word)
{
    const char *arrow = strstr(word, "->");
    g_autofree char *left = g_strndup(word, arrow ? (gsize)(arrow - word) : strlen(word));
    char *equals = strrchr(left, '=');
    TuiWish wish = {NULL, mode_of(g_strstrip(equals ? equals + 1 : left)), NULL};

    if (equals)
        wish.program = g_strndup(left, (gsize)(equals - left));
    if (arrow)
        wish.target = g_strstrip(g_strdup(arrow + strlen("->")));
    return wish;
}

gboolean
tui_wishes_read(char **words, GArray *wishes)
{
    for (char **word = words; word && *word; word++) {
        TuiWish wish = read_wish(*word);
        if (!wish.mode || (wish.program && *wish.program != '/') ||
            (wish.target && !*wish.target)) {
            g_autofree char *shown = amr_display_string(*word);
            tui_wish_clear(&wish);
            tui_say("--exec %s: it takes px, Px, cx, Cx, ix, pix or cix, or PROGRAM=MODE, or "
                    "PROGRAM=MODE->PROFILE",
                    shown);
            return FALSE;
        }
        g_array_append_val(wishes, wish);
    }
    return TRUE;
}

AmrExecMode
tui_wish_choose(const char *profile, const char *exec, const char **target, gpointer data)
{
    const GArray *wishes = data;

    for (guint i = wishes->len; i > 0; i--) {
        const TuiWish *wish = &g_array_index(wishes, TuiWish, i - 1);
        if (wish->program && !g_str_equal(wish->program, exec))
            continue;
        *target = wish->target;
        return wish->mode;
    }
    return AMR_EXEC_NONE;
}
