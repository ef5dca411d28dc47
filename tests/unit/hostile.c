/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/hostile.h"

#include <string.h>

void
hostile_assert_inert(const char *text)
{
    assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        GUnicodeType type = g_unichar_type(c);
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_UNASSIGNED ||
            type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_LINE_SEPARATOR ||
            type == G_UNICODE_PARAGRAPH_SEPARATOR ||
            (type == G_UNICODE_SPACE_SEPARATOR && c != ' '))
            fail_msg("U+%04X came through", c);
    }
}

gsize
hostile_bytes(GRand *rand, char *out, gsize max)
{
    static const char *const bits[] = {"\\",     "/",      "\"",         "\n",     "\x1b",
                                       "\u0301", "\u202e", "\U000E0041", "\u00e9", "\xe2\x80",
                                       "*",      "{",      "\\x41",      "\u3164", "@{a}"};
    gsize len = 0;
    gsize want = (gsize)g_rand_int_range(rand, 1, (gint32)max - 8);

    while (len < want) {
        if (g_rand_boolean(rand)) {
            const char *bit = bits[g_rand_int_range(rand, 0, G_N_ELEMENTS(bits))];
            memcpy(out + len, bit, strlen(bit));
            len += strlen(bit);
        } else {
            out[len++] = (char)g_rand_int_range(rand, 0, 256);
        }
    }
    return len;
}
