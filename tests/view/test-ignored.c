/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user ignores, from one session to the next. */
#include "tests/view/scene.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/denial/digest.h"
#include "tui/ignored.h"
#include "tui/notice.h"

typedef struct {
    char *home, *file;
    AmrStore *store;
    TuiIgnored *ignored;
} Ignoring;

static void
begin(Ignoring *fixture, gboolean writes)
{
    fixture->store = amr_store_new(0);
    fixture->ignored = tui_ignored_new(fixture->store, writes);
}

static void
end(Ignoring *fixture)
{
    tui_ignored_free(fixture->ignored);
    amr_store_free(fixture->store);
}

static void
again(Ignoring *fixture, gboolean writes)
{
    end(fixture);
    begin(fixture, writes);
}

static void
init(Ignoring *fixture)
{
    fixture->home = test_dir_new();
    fixture->file = g_build_filename(fixture->home, "armorer", "ignored", NULL);
    g_setenv("XDG_STATE_HOME", fixture->home, TRUE);
    begin(fixture, TRUE);
}

static void
clear(Ignoring *fixture)
{
    end(fixture);
    g_free(fixture->file);
    test_dir_remove(fixture->home);
}

static AmrDenialId
deny(const Ignoring *fixture, const char *fields)
{
    static char scratch[AMR_EVENT_SCRATCH];
    g_autofree char *line =
        g_strdup_printf("type=1400 audit(1795348800.0:9): apparmor=\"DENIED\" %s", fields);
    AmrRecord record;
    AmrEvent event;

    assert_true(amr_record_slice(&record, line, (AmrSpan){0, (uint32_t)strlen(line)}));
    assert_true(amr_event_decode(&event, &record, line, scratch));
    AmrDenialId id = amr_store_add(fixture->store, &event, NULL);
    tui_ignored_apply(fixture->ignored);
    return id;
}

static AmrDenialId
deny_file(const Ignoring *fixture, int n)
{
    g_autofree char *fields = g_strdup_printf(
        "operation=\"open\" profile=\"p\" name=\"/srv/%d\" pid=1 comm=\"c\" denied_mask=\"r\"", n);
    return deny(fixture, fields);
}

static gboolean
is_ignored(const Ignoring *fixture, AmrDenialId id)
{
    return amr_store_get(fixture->store, id)->state == AMR_DENIAL_STATE_IGNORED;
}

static void
test_kept(void **state)
{
    Ignoring fixture;
    GStatBuf st;

    init(&fixture);
    AmrDenialId one = deny_file(&fixture, 1), two = deny_file(&fixture, 2);
    assert_false(is_ignored(&fixture, one));
    tui_ignored_set(fixture.ignored, one, TRUE);
    for (int i = 0; i < 9; i++) /* many at once: the last one counts */
        tui_ignored_set(fixture.ignored, two, i % 2 == 0);
    tui_ignored_set(fixture.ignored, two, FALSE);
    assert_true(is_ignored(&fixture, one));
    again(&fixture, TRUE);
    assert_int_equal(g_stat(fixture.file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    two = deny_file(&fixture, 2);
    one = deny_file(&fixture, 1);
    assert_true(is_ignored(&fixture, one));
    assert_false(is_ignored(&fixture, two));
    /* Frozen: it is looked at when it is shown. */
    again(&fixture, TRUE);
    amr_store_freeze(fixture.store);
    one = deny_file(&fixture, 1);
    amr_store_thaw(fixture.store);
    tui_ignored_apply(fixture.ignored);
    assert_true(is_ignored(&fixture, one));
    tui_ignored_set(fixture.ignored, one, FALSE);
    again(&fixture, FALSE);
    one = deny_file(&fixture, 1);
    assert_false(is_ignored(&fixture, one));
    /* Read-only: for this session alone. */
    tui_ignored_set(fixture.ignored, one, TRUE);
    again(&fixture, TRUE);
    assert_false(is_ignored(&fixture, deny_file(&fixture, 1)));
    clear(&fixture);
}

static const struct {
    const char *what, *fields;
    gboolean same; /* as the first */
} rows[] = {
    {"the first", "operation=\"open\" profile=\"p\" name=\"/x\" denied_mask=\"r\"", TRUE},
    {"another process",
     "operation=\"open\" profile=\"p\" name=\"/x\" pid=7 comm=\"d\" denied_mask=\"r\" fsuid=3",
     TRUE},
    {"another mask", "operation=\"open\" profile=\"p\" name=\"/x\" denied_mask=\"w\"", FALSE},
    {"another profile", "operation=\"open\" profile=\"q\" name=\"/x\" denied_mask=\"r\"", FALSE},
    {"no profile", "operation=\"open\" name=\"/x\" denied_mask=\"r\"", FALSE},
    {"in a namespace",
     "operation=\"open\" namespace=\"n\" profile=\"p\" name=\"/x\" denied_mask=\"r\"", FALSE},
    {"a text that looks alike",
     "operation=\"open\" profile=\"p\" name=2F7800646E69 denied_mask=\"r\"", FALSE},
    {"an empty field more",
     "operation=\"open\" profile=\"p\" name=\"/x\" denied_mask=\"r\" info=\"\"", FALSE},
};

static void
test_digest(void **state)
{
    g_autofree char *first = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line =
            g_strdup_printf("audit(1.0:1): apparmor=\"DENIED\" %s", rows[i].fields);
        static char scratch[AMR_EVENT_SCRATCH];
        AmrRecord record;
        AmrEvent event;
        print_message("# %s\n", rows[i].what);
        assert_true(amr_record_slice(&record, line, (AmrSpan){0, (uint32_t)strlen(line)}));
        assert_true(amr_event_decode(&event, &record, line, scratch));
        g_autofree char *digest = amr_event_digest(&event);
        assert_int_equal(strlen(digest), AMR_DIGEST_LEN);
        first = first ? first : g_strdup(digest);
        assert_int_equal(g_str_equal(digest, first), rows[i].same);
    }
}

/* What is no line of ours, and more of them than are kept. */
static void
test_file(void **state)
{
    Ignoring fixture;
    g_autoptr(GString) text = g_string_new("+\n\n-\xff\xfe\n+xyz\n");
    GStatBuf st;

    init(&fixture);
    AmrDenialId one = deny_file(&fixture, 1);
    tui_ignored_set(fixture.ignored, one, TRUE);
    end(&fixture);
    g_autofree char *mine = test_read(fixture.home, "armorer/ignored");
    for (int i = 0; i < 9000; i++)
        g_string_append_printf(text, "+%064x\n", i);
    g_string_append(text, mine);
    g_string_append(text, "+0123"); /* torn */
    test_write(fixture.home, "armorer/ignored", text->str);
    begin(&fixture, TRUE);
    assert_true(is_ignored(&fixture, deny_file(&fixture, 1)));
    assert_int_equal(g_stat(fixture.file, &st), 0);
    assert_int_equal(st.st_size, 4096 * (AMR_DIGEST_LEN + 2)); /* written anew */
    again(&fixture, TRUE);
    assert_true(is_ignored(&fixture, deny_file(&fixture, 1)));
    /* A fifo in its place is no file. */
    assert_int_equal(g_unlink(fixture.file), 0);
    assert_int_equal(mkfifo(fixture.file, 0600), 0);
    again(&fixture, TRUE);
    assert_false(is_ignored(&fixture, deny_file(&fixture, 1)));
    assert_int_equal(g_unlink(fixture.file), 0);
    clear(&fixture);
}

/* Nobody is told of it. */
static void
test_notice(void **state)
{
    Ignoring fixture;
    g_autofree char *summary = NULL;
    g_autofree char *body = NULL;

    init(&fixture);
    for (int i = 1; i <= 5; i++)
        (void)deny_file(&fixture, i);
    for (AmrDenialId id = 1; id <= 3; id++)
        tui_ignored_set(fixture.ignored, id, TRUE);
    tui_notice_texts(fixture.store, 1, 2, &summary, &body);
    assert_string_equal(summary, "AppArmor: 2 new denials");
    assert_string_equal(body, "p: open r /srv/4\np: open r /srv/5");
    clear(&fixture);
}

int
main(void)
{
    char *home = test_dir_new();
    int failed;

    g_setenv("HOME", home, TRUE); /* GLib looks at it once */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_notice),
    };
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_dir_remove(home);
    return failed;
}
