/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sinks: whatever the bytes, nothing but inert text comes out. */
#include "config.h"

#include <string.h>

#include "core/base/text.h"
#include "tests/fuzz/fuzz.h"

/* Valid UTF-8 of printable characters. */
static void
check_inert(const char *text)
{
    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        g_assert_true(c == ' ' || !g_unichar_isspace(c));
        g_assert_false(g_unichar_iscntrl(c));
        g_assert_true(g_unichar_type(c) != G_UNICODE_FORMAT);
    }
}

static void
check_display(AmrBytes bytes)
{
    g_autofree char *shown = amr_display(bytes);
    g_autofree char *notice = amr_markup(bytes);

    check_inert(shown);
    check_inert(notice);
    g_assert_null(strchr(notice, '<'));
    /* Injective: nothing is dropped, so the empty text has but one origin. */
    g_assert_true((shown[0] == '\0') == (bytes.len == 0));
}

static void
check_json(AmrBytes bytes)
{
    g_autofree char *text = NULL;
    g_autofree char *hex = NULL;

    amr_json_text(bytes, &text, &hex);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    if (hex)
        g_assert_cmpuint(strlen(hex), ==, 2 * bytes.len);
    else
        g_assert_true(strlen(text) == bytes.len && memcmp(text, bytes.data, bytes.len) == 0);
}

/* One word of a rule: no way out of the quotes, no line end, no control byte. */
static void
check_policy(AmrBytes bytes, AmrPlace place)
{
    g_autofree char *name = amr_policy_name(place, bytes, NULL);
    gsize len;

    if (!name)
        return;
    len = strlen(name);
    for (gsize i = 0; i < len; i++)
        g_assert_true((guchar)name[i] >= 0x20 && name[i] != 0x7f);
    if (name[0] == '"') {
        g_assert_true(len > 2 && strchr(name + 1, '"') == name + len - 1);
        g_assert_true(name[len - 2] != '\\');
    } else {
        g_assert_null(strpbrk(name, " \"'#,{}[]*?\\"));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AmrBytes bytes = {(const char *)data, size};

    if (size == 0)
        return 0;
    check_display(bytes);
    check_json(bytes);
    check_policy(bytes, AMR_PLACE_PATTERN);
    check_policy(bytes, AMR_PLACE_TARGET);
    return 0;
}
