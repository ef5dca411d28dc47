/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a theme of the user's: it loads, or an error says which line; styles are such as a
 * terminal has. */
#include "config.h"

#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz.h"
#include "tui/terminal/theme.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static gboolean begun;
    g_autoptr(GError) error = NULL;

    if (!begun)
        FUZZ_CHECK(g_setenv("XDG_CONFIG_HOME", fuzz_dir(), TRUE));
    begun = TRUE;
    fuzz_write("armorer/themes/mine.theme", data, size);
    g_autoptr(TuiTheme) theme = tui_theme_load("mine", &error);
    FUZZ_CHECK(!theme == (error != NULL));
    if (!theme) {
        FUZZ_CHECK(g_utf8_validate(error->message, -1, NULL));
        for (const char *p = error->message; *p; p++)
            FUZZ_CHECK((unsigned char)*p >= 0x20 && *p != 0x7f);
        return 0;
    }
    for (int role = 0; role < TUI_ROLE_COUNT; role++) {
        TuiStyle style = tui_theme_style(theme, (TuiRole)role);
        FUZZ_CHECK(style.fg >= -1 && style.fg <= 255 && style.bg >= -1 && style.bg <= 255);
    }
    return 0;
}
