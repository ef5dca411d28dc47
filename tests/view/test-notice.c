/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a notice says of hostile denials, and the words of --notify. */
#include "tests/view/scene.h"

#include <string.h>

#include "core/base/error.h"
#include "tui/notice.h"

/* As markup it is text alone: no element, and every & begins one of the five entities. */
static gboolean
is_plain_markup(const char *body)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#39;"};

    for (const char *p = body; *p; p++) {
        gboolean known = *p != '&';
        for (gsize i = 0; i < G_N_ELEMENTS(entities); i++)
            known |= g_str_has_prefix(p, entities[i]);
        if (!known || *p == '<' || *p == '>')
            return FALSE;
    }
    return TRUE;
}

static void
test_texts(void **state)
{
    SceneOptions options = {"hostile.log", FALSE, FALSE};
    Scene scene;

    scene_open(&scene, &options);
    guint n = amr_store_newest(scene.session->store);
    for (guint first = 1; first <= n; first++) {
        for (guint some = 1; first + some <= n + 1; some++) {
            g_autofree char *summary = NULL;
            g_autofree char *body = NULL;
            tui_notice_texts(scene.session->store, first, some, &summary, &body);
            assert_true(g_utf8_validate(body, -1, NULL));
            for (const char *p = body; *p; p = g_utf8_next_char(p)) {
                GUnicodeType type = g_unichar_type(g_utf8_get_char(p));
                if (*p != '\n' && (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT))
                    fail_msg("a control character in: %s", body);
            }
            if (!is_plain_markup(body))
                fail_msg("not markup: %s", body);
            assert_true(strlen(summary) + strlen(body) < 4096);
        }
    }
    scene_close(&scene);
}

static void
test_words(void **state)
{
    static const struct {
        const char *words;
        guint ways;
    } rows[] = {{"bell", TUI_NOTICE_BELL},
                {"title,bell", TUI_NOTICE_BELL | TUI_NOTICE_TITLE},
                {"bell,", 0},
                {"drum", 0},
                {"bell title", 0}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        guint ways = 0;
        gboolean ok = tui_notice_read(rows[i].words, &ways, &error);
        assert_int_equal(ok, rows[i].ways != 0);
        assert_int_equal(ways, rows[i].ways);
        if (!ok)
            assert_error(error, AMR_ERROR, AMR_ERROR_USAGE);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
