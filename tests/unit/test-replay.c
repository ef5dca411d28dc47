/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recorded log that is played again: its pace, its keys, and policy as its gate. */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/error.h"
#include "core/session.h"

#define STAMP G_GINT64_CONSTANT(1763713000)

/* ---- texts ---------------------------------------------------------------------------------- */

static void
test_text(void **state)
{
    static const struct {
        const char *text;
        gint64 shift;
        AmrVerdict verdict;
        gsize profile;
        const char *want;
    } rows[] = {
        {"type=AVC msg=audit(1763713000.999:9): apparmor=\"DENIED\" profile=\"a\" name=\"/x\"", 2,
         0, 0,
         "type=AVC msg=audit(1763713001.001:9): apparmor=\"DENIED\" profile=\"a\" name=\"/x\""},
        {"type=AVC msg=audit(1763713000.000:9): apparmor=\"DENIED\" profile=\"a\" name=\"/x\"", 0,
         AMR_VERDICT_ALLOWED, 0,
         "type=AVC msg=audit(1763713000.000:9): apparmor=\"ALLOWED\" profile=\"a\" name=\"/x\""},
        {"type=AVC msg=audit(5.000:9): apparmor=\"ALLOWED\" profile=\"a//null-/b\" name=\"/x\"", 0,
         AMR_VERDICT_DENIED, 1,
         "type=AVC msg=audit(5.000:9): apparmor=\"DENIED\" profile=\"a\" name=\"/x\""},
        {"type=AVC msg=audit(5.000:9): apparmor=\"ALLOWED\" profile=C3A92F2F6E756C6C2D2F62", 0, 0,
         2, "type=AVC msg=audit(5.000:9): apparmor=\"ALLOWED\" profile=C3A9"},
        /* no stamp, or none that is one */
        {"audit: apparmor=\"DENIED\" name=\"audit(1.\"", 1000, 0, 0,
         "audit: apparmor=\"DENIED\" name=\"audit(1.\""},
        {"audit(x", 1000, AMR_VERDICT_DENIED, 3, "audit(x"},
        {"", 1000, AMR_VERDICT_DENIED, 3, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *is = amr_replay_text(rows[i].text, strlen(rows[i].text), rows[i].shift,
                                              rows[i].verdict, rows[i].profile);
        assert_string_equal(is, rows[i].want);
    }
}

/* ---- a session ------------------------------------------------------------------------------ */

typedef struct {
    char *root, *log;
    AmrClock *clock;
    AmrSession *session;
    AmrReplayInfo info; /* as of the last change */
    guint changes;
} Play;

/* Denials of PROFILE, one a line: "+SECONDS MASK NAME", or a whole record. */
static char *
make_log(const char *const *lines)
{
    GString *text = g_string_new("type=DAEMON_START msg=audit(1.000:1): op=start\n");

    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 4);
        if (lines[i][0] != '+') {
            g_string_append_printf(text, "%s\n", lines[i]);
            continue;
        }
        g_string_append_printf(text,
                               "type=AVC msg=audit(%" G_GINT64_FORMAT
                               ".000:%u): apparmor=\"%s\" operation=\"%s\" "
                               "profile=\"%s\" name=\"%s\" pid=7 comm=\"x\" requested_mask=\"%s\" "
                               "denied_mask=\"%s\" fsuid=1000 ouid=0\n",
                               STAMP + g_ascii_strtoll(words[0], NULL, 10), 100 + i,
                               strstr(words[1], "crate") ? "ALLOWED" : "DENIED",
                               g_str_equal(words[2], "x") ? "exec" : "open", words[1], words[3],
                               words[2], words[2]);
    }
    return g_string_free(text, FALSE);
}

static void
load(Play *play)
{
    g_autoptr(GError) error = NULL;
    GAsyncResult *result = NULL;

    amr_session_load_async(play->session, NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_session_load_finish(play->session, result, &error));
    g_object_unref(result);
}

static void
on_changed(gpointer data)
{
    Play *play = data;
    amr_replay_info(play->session->replay, &play->info);
    play->changes++;
}

static const struct {
    const char *name, *text;
} policy[] = {
    {"etc/apparmor.d/page", "profile page /usr/bin/page {\n"
                            "  /srv/free/** r,\n"
                            "  deny /srv/secret r,\n"
                            "  audit /srv/watched r,\n"
                            "  include if exists <local/page>\n"
                            "}\n"},
    {"etc/apparmor.d/crate", "profile crate /opt/crate flags=(complain) {\n"
                             "  /srv/free/** r,\n"
                             "  include if exists <local/crate>\n"
                             "}\n"},
    {"sys/kernel/security/apparmor/profiles", "page (enforce)\ncrate (complain)\n"},
};

static void
open_play(Play *play, const char *const *lines, const AmrReplayOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *log = make_log(lines);
    AmrReplayOptions replay = *options;

    *play = (Play){.root = test_dir_new(), .clock = amr_clock_new_fixed(1)};
    for (gsize i = 0; i < G_N_ELEMENTS(policy); i++)
        test_write(play->root, policy[i].name, policy[i].text);
    test_write(play->root, "var/log/rec.log", log);
    AmrTargetOptions target = {.root = play->root, .clock = amr_clock_ref(play->clock)};
    play->session = amr_session_new(&target, 0, &error);
    assert_no_error(error);
    replay.place = AMR_OPEN_SOURCE;
    if (!replay.name)
        replay.name = "var/log/rec.log";
    replay.clock = play->clock;
    amr_session_replay(play->session, &replay);
    amr_replay_set_changed(play->session->replay, on_changed, play);
    load(play);
    on_changed(play);
}

static void
close_play(Play *play)
{
    amr_session_free(play->session);
    amr_clock_free(play->clock);
    test_dir_remove(play->root);
}

/* Turns the main loop until @n were played in all; a minute is a hang. */
static void
wait_played(Play *play, guint64 n)
{
    gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

    while (play->info.passed + play->info.allowed + play->info.quiet < n ||
           play->info.state == AMR_REPLAY_FAILED) {
        if (g_get_monotonic_time() > end || play->info.error)
            fail_msg("%u of %u played: %s", (guint)play->info.passed, (guint)n,
                     play->info.error ? play->info.error->message : "a hang");
        g_main_context_iteration(NULL, TRUE);
    }
}

static void
wait_state(Play *play, AmrReplayState state)
{
    gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

    while (play->info.state != state) {
        if (g_get_monotonic_time() > end)
            fail_msg("state %d, not %d", play->info.state, state);
        g_main_context_iteration(NULL, TRUE);
    }
}

static void
assert_figures(const Play *play, guint passed, guint allowed, guint quiet)
{
    if (play->info.passed != passed || play->info.allowed != allowed || play->info.quiet != quiet)
        fail_msg("passed %u, allowed %u, quiet %u", (guint)play->info.passed,
                 (guint)play->info.allowed, (guint)play->info.quiet);
    assert_int_equal(amr_store_total(play->session->store), passed);
}

static const AmrReplayOptions at_once = {.speed = AMR_REPLAY_SPEED_MAX};

/* ---- the gate ------------------------------------------------------------------------------- */

static void
test_gate(void **state)
{
    static const struct {
        const char *line;
        AmrReplayFate fate;
        AmrVerdict verdict;
    } rows[] = {
        {"+0 page r /srv/new", AMR_REPLAY_PASSES, AMR_VERDICT_DENIED},
        {"+0 page r /srv/free/a", AMR_REPLAY_ALLOWED, 0},
        {"+0 page w /srv/free/a", AMR_REPLAY_PASSES, AMR_VERDICT_DENIED},
        {"+0 page r /srv/secret", AMR_REPLAY_QUIET, 0},
        {"+0 page r /srv/watched", AMR_REPLAY_PASSES, AMR_VERDICT_AUDIT},
        {"+0 nobody r /srv/new", AMR_REPLAY_PASSES, AMR_VERDICT_DENIED},
        {"+0 crate r /srv/new", AMR_REPLAY_PASSES, AMR_VERDICT_ALLOWED},
        {"+0 crate r /srv/free/a", AMR_REPLAY_ALLOWED, 0},
        {"+0 crate//null-/bin/a r /srv/free/a", AMR_REPLAY_PASSES, AMR_VERDICT_ALLOWED},
        /* a failed name lookup is no question to policy */
        {"type=AVC msg=audit(1763713000.000:5): apparmor=\"DENIED\" operation=\"open\" "
         "info=\"Failed name lookup - disconnected path\" error=-13 profile=\"page\" "
         "name=\"srv/free/a\" pid=7 comm=\"x\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 "
         "ouid=0",
         AMR_REPLAY_PASSES, AMR_VERDICT_DENIED},
        /* recorded in enforce mode, in complain mode now */
        {"type=AVC msg=audit(1763713000.000:6): apparmor=\"DENIED\" operation=\"open\" "
         "profile=\"crate\" name=\"/srv/x\" pid=7 comm=\"x\" requested_mask=\"r\" "
         "denied_mask=\"r\" fsuid=0 ouid=0",
         AMR_REPLAY_PASSES, AMR_VERDICT_ALLOWED},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *lines[] = {rows[i].line, NULL};
        AmrEvent event;
        Play play;

        open_play(&play, lines, &at_once);
        wait_state(&play, AMR_REPLAY_ENDED);
        if (play.info.passed != (rows[i].fate == AMR_REPLAY_PASSES) ||
            play.info.allowed != (rows[i].fate == AMR_REPLAY_ALLOWED) ||
            play.info.quiet != (rows[i].fate == AMR_REPLAY_QUIET))
            fail_msg("%s: another fate", rows[i].line);
        if (rows[i].fate == AMR_REPLAY_PASSES) {
            assert_true(amr_store_event(play.session->store, 1, &event));
            assert_int_equal(event.verdict, rows[i].verdict);
        }
        close_play(&play);
    }
}

/* What a rule answers does not come again; when it is taken back it does; broken policy is as
 * denied as it is. */
static void
test_changes(void **state)
{
    static const char *const lines[] = {"+0 page r /srv/new", "+1 page r /srv/new",
                                        "+2 page r /srv/new", "+3 page r /srv/free/a",
                                        "+4 page r /srv/new", NULL};
    const AmrReplayOptions options = {.speed = AMR_REPLAY_SPEED_MAX, .paused = TRUE};
    Play play;

    open_play(&play, lines, &options);
    amr_replay_step(play.session->replay);
    wait_played(&play, 1);
    assert_figures(&play, 1, 0, 0);
    test_write(play.root, "etc/apparmor.d/local/page", "/srv/new r,\n");
    load(&play);
    amr_replay_step(play.session->replay);
    wait_played(&play, 2);
    assert_figures(&play, 1, 1, 0);
    test_write(play.root, "etc/apparmor.d/local/page", "");
    load(&play);
    amr_replay_step(play.session->replay);
    wait_played(&play, 3);
    assert_figures(&play, 2, 1, 0);
    test_write(play.root, "etc/apparmor.d/page", "profile page { audit deny /srv/free/** r, }\n");
    load(&play);
    amr_replay_step(play.session->replay);
    wait_played(&play, 4);
    assert_figures(&play, 3, 1, 0);
    test_write(play.root, "etc/apparmor.d/page", "profile page { broken\n");
    load(&play);
    amr_replay_step(play.session->replay);
    wait_played(&play, 5);
    assert_figures(&play, 4, 1, 0);
    close_play(&play);
}

/* A null profile is its parent once that lets the program run under itself. */
static void
test_null(void **state)
{
    static const struct {
        const char *local;
        AmrReplayFate fate;
        const char *profile;
    } rows[] = {
        {"", AMR_REPLAY_PASSES, "crate//null-/bin/a"},
        {"/bin/a ix,\n", AMR_REPLAY_PASSES, "crate"},
        {"/bin/a ix,\n/srv/x r,\n", AMR_REPLAY_ALLOWED, NULL},
        {"/bin/a px,\n", AMR_REPLAY_ALLOWED, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        static const char *const lines[] = {"+0 crate//null-/bin/a r /srv/x", NULL};
        const AmrReplayOptions options = {.speed = AMR_REPLAY_SPEED_MAX, .paused = TRUE};
        AmrEvent event;
        Play play;

        open_play(&play, lines, &options);
        test_write(play.root, "etc/apparmor.d/local/crate", rows[i].local);
        load(&play);
        amr_replay_step(play.session->replay);
        wait_played(&play, 1);
        assert_int_equal(play.info.passed, rows[i].fate == AMR_REPLAY_PASSES);
        if (rows[i].profile) {
            assert_true(amr_store_event(play.session->store, 1, &event));
            assert_true(amr_bytes_is(event.field[AMR_FIELD_PROFILE], rows[i].profile));
        }
        close_play(&play);
    }
}

/* ---- pace ----------------------------------------------------------------------------------- */

static void
test_pace(void **state)
{
    static const char *const lines[] = {"+0 page r /a", "+6 page r /b", "+1 page r /c", NULL};
    const AmrReplayOptions options = {.speed = 100};
    gint64 start = g_get_monotonic_time();
    Play play;

    open_play(&play, lines, &options);
    wait_state(&play, AMR_REPLAY_ENDED);
    assert_true(g_get_monotonic_time() - start >= 60 * 1000);
    assert_figures(&play, 3, 0, 0);
    assert_int_equal(amr_clock_now(play.clock), (STAMP + 6) * G_USEC_PER_SEC);
    close_play(&play);
}

static void
test_pause(void **state)
{
    static const char *const lines[] = {"+0 page r /a", "+99999999 page r /b",
                                        "+199999999 page r /c", NULL};
    const AmrReplayOptions options = {.speed = 1};
    Play play;
    AmrReplay *replay;

    open_play(&play, lines, &options);
    replay = play.session->replay;
    wait_played(&play, 1);
    assert_true(play.info.wait > 90000000 * (gint64)G_USEC_PER_SEC);
    amr_replay_set_paused(replay, TRUE);
    on_changed(&play);
    assert_int_equal(play.info.state, AMR_REPLAY_PAUSED);
    amr_replay_set_paused(replay, FALSE);
    on_changed(&play);
    assert_int_equal(play.info.state, AMR_REPLAY_PLAYING);
    assert_true(play.info.wait > 90000000 * (gint64)G_USEC_PER_SEC);
    amr_replay_step(replay);
    wait_played(&play, 2);
    wait_state(&play, AMR_REPLAY_PAUSED);
    amr_replay_set_speed(replay, AMR_REPLAY_SPEED_MAX);
    amr_replay_set_paused(replay, FALSE);
    wait_state(&play, AMR_REPLAY_ENDED);
    assert_figures(&play, 3, 0, 0);
    amr_replay_step(replay); /* nothing is left */
    amr_replay_set_paused(replay, TRUE);
    assert_figures(&play, 3, 0, 0);
    close_play(&play);
}

/* Steps add up, also while the gate is still asked; going on ends them. */
static void
test_steps(void **state)
{
    static const char *const lines[] = {"+0 page r /a", "+9 page r /b", "+99 page r /c",
                                        "+999 page r /d", NULL};
    const AmrReplayOptions options = {.speed = 1, .paused = TRUE};
    Play play;
    AmrReplay *replay;

    open_play(&play, lines, &options);
    replay = play.session->replay;
    amr_replay_step(replay);
    amr_replay_step(replay);
    wait_played(&play, 2);
    assert_int_equal(play.info.state, AMR_REPLAY_PAUSED);
    assert_figures(&play, 2, 0, 0);
    amr_replay_set_speed(replay, AMR_REPLAY_SPEED_MAX);
    amr_replay_step(replay);
    amr_replay_set_paused(replay, FALSE);
    wait_state(&play, AMR_REPLAY_ENDED);
    assert_figures(&play, 4, 0, 0);
    close_play(&play);
}

/* It goes round; the second time everything is later. */
static void
test_loop(void **state)
{
    static const char *const lines[] = {"+0 page r /a", "+2 page r /b", NULL};
    const AmrReplayOptions options = {.speed = AMR_REPLAY_SPEED_MAX, .loop = TRUE};
    const AmrDenial *denial;
    Play play;

    open_play(&play, lines, &options);
    assert_true(play.info.speed > 0); /* not without a rest */
    wait_played(&play, 5);
    assert_int_equal(play.info.round, 3);
    assert_int_equal(amr_store_count(play.session->store), 2);
    denial = amr_store_get(play.session->store, 1);
    assert_int_equal(denial->count, 3);
    assert_int_equal(denial->last, (STAMP + 10) * G_USEC_PER_SEC);
    close_play(&play);
}

static void
test_failures(void **state)
{
    static const struct {
        const char *name, *words;
    } rows[] = {{"var/log/none", "No such file"}, {"var/log", "Not a text log but a directory"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        static const char *const lines[] = {NULL};
        const AmrReplayOptions options = {.speed = 1, .name = rows[i].name};
        Play play;
        open_play(&play, lines, &options);
        wait_state(&play, AMR_REPLAY_FAILED);
        if (!strstr(play.info.error->message, rows[i].words))
            fail_msg("%s", play.info.error->message);
        close_play(&play);
    }
}

/* It may end at any time, also while policy is being compiled for it. */
static void
test_end(void **state)
{
    static const char *const lines[] = {"+0 page r /a", "+2 crate r /b", NULL};
    for (guint turns = 0; turns < 20; turns++) {
        Play play;
        open_play(&play, lines, &at_once);
        for (guint i = 0; i < turns; i++)
            g_main_context_iteration(NULL, FALSE);
        close_play(&play);
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),    cmocka_unit_test(test_gate),
        cmocka_unit_test(test_changes), cmocka_unit_test(test_null),
        cmocka_unit_test(test_pace),    cmocka_unit_test(test_pause),
        cmocka_unit_test(test_loop),    cmocka_unit_test(test_failures),
        cmocka_unit_test(test_end),     cmocka_unit_test(test_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
