/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the user's keys: what is wrong is told in inert text, and the keys that get one out
 * are there whatever it says. */
#include "config.h"

#include "tests/fuzz/fuzz.h"
#include "tui/keyfile.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(TuiKeymap) keymap = tui_keymap_new(FALSE);
    g_autoptr(GPtrArray) wrong = tui_keyfile_apply(keymap, (const char *)data, size);

    for (guint i = 0; i < wrong->len; i++) {
        const char *text = wrong->pdata[i];
        FUZZ_CHECK(g_utf8_validate(text, -1, NULL));
        for (; *text; text++)
            FUZZ_CHECK((unsigned char)*text >= 0x20 && *text != 0x7f);
    }
    for (int action = 1; action < TUI_ACTION_COUNT; action++) {
        g_autofree char *shown = tui_keymap_show(keymap, (TuiAction)action, TRUE);
        FUZZ_CHECK(!shown || g_utf8_validate(shown, -1, NULL));
    }
    return 0;
}
