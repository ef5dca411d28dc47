/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/hostile.h"

#include <string.h>

#include "core/base/text.h"

/* ---- bytes -------------------------------------------------------------------------------- */

static void
test_bytes(void **state)
{
    g_autofree char *copy = amr_bytes_dup(AMR_BYTES("a\0b"));
    g_autofree char *none = amr_bytes_dup((AmrBytes){NULL, 0});

    assert_memory_equal(copy, "a\0b", 4);
    assert_string_equal(none, "");
    assert_true(amr_bytes_equal((AmrBytes){NULL, 0}, AMR_BYTES("")));
    assert_false(amr_bytes_equal(AMR_BYTES("a"), AMR_BYTES("ab")));
    assert_true(amr_bytes_is(AMR_BYTES("ab"), "ab"));
    assert_false(amr_bytes_is(AMR_BYTES("ab\0"), "ab"));
    assert_true(amr_bytes_is((AmrBytes){NULL, 0}, NULL));
    assert_true(amr_bytes_compare(AMR_BYTES("a"), AMR_BYTES("ab")) < 0);
    assert_true(amr_bytes_compare(AMR_BYTES("b"), AMR_BYTES("ab")) > 0);
    assert_true(amr_bytes_compare(AMR_BYTES("\xff"), AMR_BYTES("a")) > 0);
    assert_int_equal(amr_bytes_compare(AMR_BYTES("a\0b"), AMR_BYTES("a\0b")), 0);
    assert_int_equal(amr_bytes_compare((AmrBytes){NULL, 0}, (AmrBytes){NULL, 0}), 0);
}

static void
test_number(void **state)
{
    static const struct {
        const char *text;
        gboolean good;
        guint64 want;
    } rows[] = {
        {"0", TRUE, 0},
        {"007", TRUE, 7},
        {"18446744073709551615", TRUE, G_MAXUINT64},
        {"18446744073709551616", FALSE, 0},
        {"99999999999999999999", FALSE, 0},
        {"", FALSE, 0},
        {"-1", FALSE, 0},
        {"+1", FALSE, 0},
        {" 1", FALSE, 0},
        {"1 ", FALSE, 0},
        {"0x1", FALSE, 0},
        {"\xd9\xa1", FALSE, 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint64 got = 4711;
        gboolean good = amr_bytes_to_uint64(amr_bytes(rows[i].text), &got);
        if (good != rows[i].good || got != (good ? rows[i].want : 4711))
            fail_msg("\"%s\": %d, %" G_GUINT64_FORMAT, rows[i].text, good, got);
    }
}

static void
test_unhex(void **state)
{
    static const struct {
        const char *hex;
        gssize len; /* -1: refused */
        const char *want;
    } rows[] = {
        {"2F6F", 2, "/o"}, {"2f6F", 2, "/o"}, {"00", 1, "\0"},   {"FFfe", 2, "\xff\xfe"},
        {"", -1, NULL},    {"2", -1, NULL},   {"2F6", -1, NULL}, {"2G", -1, NULL},
        {"0x", -1, NULL},  {" 2", -1, NULL},  {"2F ", -1, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char out[8] = "?????";
        gsize len = 99;
        gboolean good = amr_text_unhex(amr_bytes(rows[i].hex), out, &len);
        assert_int_equal(good, rows[i].len >= 0);
        if (good) {
            assert_int_equal(len, rows[i].len);
            assert_memory_equal(out, rows[i].want, len);
        }
        assert_int_equal(out[good ? len : 0], '?');
    }
}

/* ---- display ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    AmrBytes bytes;
    const char *want;
} display_rows[] = {
    {"plain", AMR_BYTES("/usr/bin/man"), "/usr/bin/man"},
    {"nothing", {NULL, 0}, ""},
    {"spaces stay", AMR_BYTES(" a  b "), " a  b "},
    {"markup stays", AMR_BYTES("<b>&'\""), "<b>&'\""},
    {"backslash", AMR_BYTES("a\\b\\\\"), "a\\\\b\\\\\\\\"},
    {"short escapes", AMR_BYTES("\n\t\r\x1b"), "\\n\\t\\r\\e"},
    {"other C0 and DEL", AMR_BYTES("\x01\x07\x08\x0b\x1f\x7f"), "\\x01\\x07\\x08\\x0b\\x1f\\x7f"},
    {"NUL", AMR_BYTES("a\0b"), "a\\x00b"},
    {"terminal command", AMR_BYTES("\x1b]0;x\x07"), "\\e]0;x\\x07"},
    {"invalid bytes", AMR_BYTES("\x80\xbf\xc0\xff"), "\\x80\\xbf\\xc0\\xff"},
    {"truncated", AMR_BYTES("a\xe2\x82"), "a\\xe2\\x82"},
    {"truncated before text", AMR_BYTES("\xe2\x82z"), "\\xe2\\x82z"},
    {"overlong slash", AMR_BYTES("\xc0\xaf"), "\\xc0\\xaf"},
    {"overlong euro", AMR_BYTES("\xf0\x82\x82\xac"), "\\xf0\\x82\\x82\\xac"},
    {"surrogate", AMR_BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
    {"beyond Unicode", AMR_BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
    {"letters", AMR_BYTES("é日本ж"), "é日本ж"},
    {"emoji", AMR_BYTES("\U0001F600"), "\U0001F600"},
    {"C1",
     AMR_BYTES("\xc2\x9b"
               "31m"),
     "\\u{9b}31m"},
    {"bidi override", AMR_BYTES("a\u202egpj.exe"), "a\\u{202e}gpj.exe"},
    {"bidi isolate", AMR_BYTES("\u2066x\u2069"), "\\u{2066}x\\u{2069}"},
    {"zero width", AMR_BYTES("a\u200b\u200c\u200d\ufeff"), "a\\u{200b}\\u{200c}\\u{200d}\\u{feff}"},
    {"soft hyphen", AMR_BYTES("a\u00ad"), "a\\u{ad}"},
    {"tags", AMR_BYTES("a\U000E0041"), "a\\u{e0041}"},
    {"no-break space", AMR_BYTES("a\u00a0b"), "a\\u{a0}b"},
    {"wide spaces", AMR_BYTES("\u2003\u3000\u1680"), "\\u{2003}\\u{3000}\\u{1680}"},
    {"line and paragraph", AMR_BYTES("\u2028\u2029"), "\\u{2028}\\u{2029}"},
    {"unassigned", AMR_BYTES("\u0378\ufffe"), "\\u{378}\\u{fffe}"},
    {"private use", AMR_BYTES("\ue000\U000F0000"), "\\u{e000}\\u{f0000}"},
    {"fillers", AMR_BYTES("a\u3164\u115f\uffa0\u2800"), "a\\u{3164}\\u{115f}\\u{ffa0}\\u{2800}"},
    {"variation selectors", AMR_BYTES("a\ufe0f\U000E0100"), "a\\u{fe0f}\\u{e0100}"},
    {"grapheme joiner", AMR_BYTES("a\u034f"), "a\\u{34f}"},
    {"mark at the start", AMR_BYTES("\u0301a"), "\\u{301}a"},
    {"mark on a letter", AMR_BYTES("e\u0301"), "e\u0301"},
    {"mark on an escape", AMR_BYTES("\n\u0301"), "\\n\\u{301}"},
    {"four marks", AMR_BYTES("e\u0301\u0302\u0303\u0304"), "e\u0301\u0302\u0303\u0304"},
    {"the fifth mark and sixth",
     AMR_BYTES("e\u0301\u0302\u0303\u0304\u0305\u0306"
               "o\u0301"),
     "e\u0301\u0302\u0303\u0304\\u{305}\\u{306}o\u0301"},
    {"what an escape looks like", AMR_BYTES("\\u{202e}\\n"), "\\\\u{202e}\\\\n"},
};

static void
test_display(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(display_rows); i++) {
        g_autofree char *got = amr_display(display_rows[i].bytes);
        g_autoptr(GString) after = g_string_new("x");
        amr_display_append(after, display_rows[i].bytes);
        if (strcmp(got, display_rows[i].want) != 0 || strcmp(after->str + 1, got) != 0)
            fail_msg("%s: %s", display_rows[i].name, got);
    }
}

static void
test_display_string(void **state)
{
    g_autofree char *none = amr_display_string(NULL);
    g_autofree char *some = amr_display_string("a\nb");
    assert_string_equal(none, "");
    assert_string_equal(some, "a\\nb");
}

static void
test_display_lines(void **state)
{
    static const struct {
        AmrBytes bytes;
        const char *want;
    } rows[] = {
        {AMR_BYTES("a\n\tb\n"), "a\n\tb\n"},    {AMR_BYTES("\"/a\\040b\""), "\"/a\\040b\""},
        {AMR_BYTES("a\r\n"), "a\\r\n"},         {AMR_BYTES("\x1b[2J\xff\0"), "\\e[2J\\xff\\x00"},
        {AMR_BYTES("# \u202e"), "# \\u{202e}"}, {AMR_BYTES("a\n\u0301"), "a\n\\u{301}"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = amr_display_lines(rows[i].bytes);
        assert_string_equal(got, rows[i].want);
    }
}

/* Undoes the display form: that it can be undone is what injective means. */
static GString *
undisplay(const char *shown)
{
    GString *out = g_string_new(NULL);

    for (const char *p = shown; *p; p++) {
        if (*p != '\\') {
            g_string_append_c(out, *p);
            continue;
        }
        p++;
        if (*p == 'n' || *p == 't' || *p == 'r' || *p == 'e') {
            g_string_append_c(out, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : 0x1b);
        } else if (*p == 'x') {
            g_string_append_c(out,
                              (char)(g_ascii_xdigit_value(p[1]) << 4 | g_ascii_xdigit_value(p[2])));
            p += 2;
        } else if (*p == 'u') {
            char *end;
            g_string_append_unichar(out, (gunichar)g_ascii_strtoull(p + 2, &end, 16));
            p = end;
            assert_int_equal(*p, '}');
        } else {
            assert_int_equal(*p, '\\');
            g_string_append_c(out, '\\');
        }
    }
    return out;
}

static void
check_display(AmrBytes bytes)
{
    g_autofree char *shown = amr_display(bytes);
    g_autoptr(GString) back = undisplay(shown);

    hostile_assert_inert(shown);
    if (!amr_bytes_equal(bytes, (AmrBytes){back->str, back->len}))
        fail_msg("not undone: %s", shown);
}

static void
test_display_properties(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    char bytes[72];

    for (int i = 0; i < 20000; i++) {
        gsize len = hostile_bytes(rand, bytes, sizeof bytes);
        check_display((AmrBytes){bytes, len});
    }
    for (gunichar c = 0; c < 0x110000; c++) {
        gsize len = (gsize)g_unichar_to_utf8(c, bytes);
        check_display((AmrBytes){bytes, len});
    }
}

/* ---- JSON and markup ---------------------------------------------------------------------- */

static void
test_json(void **state)
{
    static const struct {
        AmrBytes bytes;
        const char *text, *hex;
    } rows[] = {
        {AMR_BYTES("/a\\b\n"), "/a\\b\n", NULL},
        {AMR_BYTES("é\u202e"), "é\u202e", NULL},
        {{NULL, 0}, "", NULL},
        {AMR_BYTES("a\xff"), "a\\xff", "61ff"},
        {AMR_BYTES("a\0\\"), "a\\x00\\\\", "61005c"},
        {AMR_BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80", "eda080"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = NULL;
        g_autofree char *hex = NULL;
        amr_json_text(rows[i].bytes, &text, &hex);
        assert_string_equal(text, rows[i].text);
        if (g_strcmp0(hex, rows[i].hex) != 0)
            fail_msg("%s: %s", rows[i].text, hex);
    }
}

static void
test_markup(void **state)
{
    g_autofree char *got = amr_markup(AMR_BYTES("<a href='x'>&\"\n\x1b</a>"));
    assert_string_equal(got, "&lt;a href=&apos;x&apos;&gt;&amp;&quot;\\n\\e&lt;/a&gt;");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_unhex),
        cmocka_unit_test(test_display),
        cmocka_unit_test(test_display_string),
        cmocka_unit_test(test_display_lines),
        cmocka_unit_test(test_display_properties),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_markup),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
