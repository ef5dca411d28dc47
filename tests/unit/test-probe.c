/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the installed compiler (3.0 at least) makes of rules, and what is proposed where it makes
 * nothing of them. Later compilers: tests/apparmor. */
#include "tests/unit/testing.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/policy/propose.h"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrCompiler *compiler;
    AmrProbe *probe;
    AmrIndex *index;
} Place;

/* @features: relative to the place's directory. */
static void
load_index(Place *place)
{
    g_autoptr(GError) error = NULL;
    GAsyncResult *result = NULL;

    amr_index_load_async(place->target, NULL, test_result, &result);
    test_wait_result(&result);
    place->index = amr_index_load_finish(result, &error);
    g_object_unref(result);
    assert_no_error(error);
}

static void
set_up(Place *place, const char *features, const char *parser)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *policy = NULL, *path = NULL, *abi = NULL;

    place->dir = test_dir_new();
    assert_true(g_file_get_contents("/etc/apparmor.d/abi/3.0", &abi, NULL, NULL));
    test_write(place->dir, "policy/abi/3.0", abi);
    test_write(place->dir, "policy/abi/bare", "file {mask {create read}}\n");
    test_write(place->dir, "policy/plain", "profile p {\n}\n");
    test_write(place->dir, "policy/old", "abi <abi/bare>,\nprofile o {\n}\n");
    test_write(place->dir, "policy/broken", "abi <abi/none>,\nprofile b {\n}\n");
    test_write(place->dir, "no-features/policy/mark", "");
    policy = g_build_filename(place->dir, "policy", NULL);
    path = g_build_filename(place->dir, features, NULL);
    place->target =
        amr_target_new(&(AmrTargetOptions){.policy = policy, .features = path, .parser = parser},
                       &error);
    assert_no_error(error);
    place->compiler = amr_compiler_new(place->target);
    place->probe = amr_probe_new(place->compiler);
    load_index(place);
}

static void
tear_down(Place *place)
{
    amr_index_free(place->index);
    amr_probe_free(place->probe);
    amr_compiler_free(place->compiler);
    amr_target_free(place->target);
    test_dir_remove(place->dir);
}

/* "word: what was said", asked and then looked up. */
static char *
ask(const Place *place, const char *profile, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrRule) rule = amr_rule_read(text, &error);
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    GAsyncResult *result = NULL;
    const char *said;
    AmrStating stating;

    assert_no_error(error);
    g_ptr_array_add(rules, rule);
    amr_probe_ask_async(place->probe, AMR_PROBE_PLAIN, place->index, profile, rules, NULL,
                        test_result, &result);
    test_wait_result(&result);
    assert_true(amr_probe_ask_finish(result, &error));
    g_object_unref(result);
    stating = amr_probe_look(place->probe, AMR_PROBE_PLAIN, place->index, profile, rule, &said);
    return g_strdup_printf("%s%s%s", amr_stating_word(stating), said ? ": " : "", said ? said : "");
}

typedef struct {
    const char *profile, *rule, *want; /* how the answer begins */
} Row;

static void
check(const Place *place, const Row *rows, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        g_autofree char *got = ask(place, rows[i].profile, rows[i].rule);
        if (!g_str_has_prefix(got, rows[i].want))
            fail_msg("%s %s: %s", rows[i].profile, rows[i].rule, got);
    }
}

static void
test_stated(void **state)
{
    static const Row rows[] = {
        {"p", "/x rw,", "stated"},
        {"p", "link /x -> /y,", "stated"},
        {"p", "capability sys_admin,", "stated"},
        {"p", "capability of_tomorrow,", "refused: "},
        {"p", "capability cap_41,", "refused: "},
        {"p", "network inet stream,", "stated"},
        {"p", "network unix,", "stated"},
        {"p", "unix (send) type=(stream) peer=(label=q, addr=\"@x\"),", "stated"},
        {"p", "dbus (send) bus=system path=/a interface=i.f member=M peer=(label=q),", "stated"},
        {"p", "dbus (bind) bus=session name=org.x,", "stated"},
        {"p", "dbus (eavesdrop) bus=session,", "stated"},
        {"p", "signal (send) set=(term) peer=q,", "stated"},
        {"p", "ptrace (read) peer=q,", "stated"},
        {"p", "mount fstype=(tmpfs) options=(nosuid, rw) none -> /mnt/,", "stated"},
        {"p", "mount options=(bind, rw) \"/a\\*/\" -> \"/m n/\",", "stated"},
        {"p", "remount options=(ro) /mnt/,", "stated"},
        {"p", "umount /mnt/,", "stated"},
        {"p", "pivot_root oldroot=/new/old/ /new/,", "stated"},
        {"p", "change_profile -> p//w,", "stated"},
        {"p", "change_profile /bin/x -> :ns:w,", "stated"},
        {"p", "set rlimit nofile <= 4096,", "stated"},
        {"nobody", "signal (send) set=(term) peer=q,", "stated"},
        /* This file's own abi knows files alone. */
        {"o", "/x rw,", "stated"},
        {"o", "signal (send) set=(term) peer=q,", "dropped: "},
        {"o", "unix (send) type=(stream) peer=(label=q, addr=\"@x\"),", "dropped: "},
        {"o", "dbus (bind) bus=session name=org.x,", "dropped: "},
        {"o", "mount options=(bind, rw) /a/ -> /m/,", "dropped: "},
        {"b", "signal (send) set=(term) peer=q,", "unknown: "},
    };
    Place place = {0};
    set_up(&place, "policy/abi/3.0", NULL);
    check(&place, rows, G_N_ELEMENTS(rows));
    tear_down(&place);
}

/* A compiler for a kernel that knows nothing. */
static void
test_no_features(void **state)
{
    static const Row rows[] = {
        {"p", "/x rw,", "stated"},
        {"p", "capability sys_admin,", "stated"},
        {"p", "signal (send) set=(term) peer=q,", "dropped: "},
        {"p", "network inet stream,", "dropped: "},
    };
    Place place = {0};
    set_up(&place, "no-features", NULL);
    check(&place, rows, G_N_ELEMENTS(rows));
    tear_down(&place);
}

/* One that is none: nothing is known, and only what every compiler takes may be tried. */
static void
test_no_compiler(void **state)
{
    static const Row rows[] = {
        {"p", "/x rw,", "stated"},
        {"p", "signal (send) set=(term) peer=q,", "unknown: "},
        {"p", "network (send) inet stream,", "unknown: "},
    };
    Place place = {0};
    set_up(&place, "policy/abi/3.0", "/bin/false");
    check(&place, rows, G_N_ELEMENTS(rows));
    tear_down(&place);
}

/* ---- compilers of our making ---------------------------------------------------------------- */

/* The installed one in front of which a script stands: what it is given and what it says can be
 * changed. */
static char *
write_parser(const Place *place, const char *script)
{
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, "\n", NULL);
    char *path = g_build_filename(place->dir, "parser", NULL);

    test_write(place->dir, "parser", text);
    assert_int_equal(g_chmod(path, 0755), 0);
    return path;
}

#define REAL "PATH=/usr/sbin:/sbin:$PATH exec apparmor_parser \"$@\""

/* The same form of another name is not compiled again; another compiler at the same place is asked
 * anew. */
static void
test_cache(void **state)
{
    Place place = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *runs = NULL, *parser = NULL, *script = NULL, *first = NULL, *again = NULL;
    g_autofree char *other = NULL, *count = NULL, *policy = NULL, *features = NULL;

    set_up(&place, "policy/abi/3.0", NULL);
    runs = g_build_filename(place.dir, "runs", NULL);
    script = g_strdup_printf("echo run >>%s; " REAL, runs);
    parser = write_parser(&place, script);
    amr_index_free(place.index); /* it borrows the target */
    amr_probe_free(place.probe);
    amr_compiler_free(place.compiler);
    amr_target_free(place.target);
    policy = g_build_filename(place.dir, "policy", NULL);
    features = g_build_filename(policy, "abi", "3.0", NULL);
    place.target = amr_target_new(
        &(AmrTargetOptions){.policy = policy, .features = features, .parser = parser}, &error);
    assert_no_error(error);
    place.compiler = amr_compiler_new(place.target);
    place.probe = amr_probe_new(place.compiler);
    load_index(&place);

    first = ask(&place, "p", "signal (send) set=(term) peer=one,");
    assert_string_equal(first, "stated");
    g_assert_true(g_file_get_contents(runs, &count, NULL, NULL));
    again = ask(&place, "p", "signal (send) set=(term) peer=\"an other [name]\",");
    assert_string_equal(again, "stated");
    {
        g_autofree char *now = test_read(place.dir, "runs");
        assert_string_equal(now, count);
    }
    g_free(write_parser(&place, "exit 1"));
    other = ask(&place, "p", "signal (send) set=(term) peer=one,");
    assert_true(g_str_has_prefix(other, "unknown: "));
    tear_down(&place);
}

/* A compiler that hangs is waited for once. */
static void
test_hangs(void **state)
{
    Place place = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *parser = NULL, *script = NULL, *one = NULL, *two = NULL, *count = NULL;
    g_autofree char *policy = NULL, *features = NULL;

    set_up(&place, "policy/abi/3.0", NULL);
    policy = g_build_filename(place.dir, "policy", NULL);
    features = g_build_filename(policy, "abi", "3.0", NULL);
    /* The first question (for its warnings) is answered. */
    script =
        g_strdup_printf("echo run >>%s/runs; case \"$*\" in *-V) exit 0 ;; esac; exec sleep 60",
                        place.dir);
    parser = write_parser(&place, script);
    amr_index_free(place.index);
    amr_probe_free(place.probe);
    amr_compiler_free(place.compiler);
    amr_target_free(place.target);
    place.target = amr_target_new(
        &(AmrTargetOptions){.policy = policy, .features = features, .parser = parser}, &error);
    assert_no_error(error);
    place.compiler = amr_compiler_new(place.target);
    amr_compiler_set_limits(place.compiler, 1, (guint64)1 << 30);
    place.probe = amr_probe_new(place.compiler);
    load_index(&place);
    one = ask(&place, "p", "signal (send) set=(term) peer=one,");
    two = ask(&place, "p", "ptrace (read) peer=one,");
    assert_true(g_str_has_prefix(one, "unknown: "));
    assert_string_equal(one, two);
    count = test_read(place.dir, "runs");
    assert_string_equal(count, "run\nrun\n");
    tear_down(&place);
}

/* ---- proposals ------------------------------------------------------------------------------- */

static AmrProposal *
propose(const Place *place, const char *profile, const char *fields)
{
    g_autofree char *line = g_strdup_printf(
        "type=AVC msg=audit(1700000000.123:45): apparmor=\"DENIED\" profile=\"%s\" %s", profile,
        fields);
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    const AmrProposeContext context = {.index = place->index, .probe = place->probe};
    AmrSpan span = {0, (uint32_t)strlen(line)};
    GAsyncResult *result = NULL;
    AmrRecord record;
    AmrEvent event;

    assert_true(amr_record_slice(&record, line, span));
    assert_true(amr_event_decode(&event, &record, line, scratch));
    g_autoptr(AmrProposal) before = amr_propose(&event, &context);
    amr_propose_ask_async(before, &context, NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_propose_ask_finish(result, NULL));
    g_object_unref(result);
    return amr_propose(&event, &context);
}

static char *
first_rule(const AmrProposal *proposal)
{
    if (proposal->no_rule)
        return g_strdup_printf("!%s", amr_no_rule_word(proposal->no_rule));
    return amr_rule_print(((const AmrCandidate *)proposal->candidates->pdata[0])->rule);
}

#define SEND                                                                   \
    "operation=\"sendmsg\" laddr=10.0.0.1 lport=3457 faddr=10.0.0.2 fport=80 " \
    "family=\"inet\" sock_type=\"stream\" protocol=6 requested=\"send\" denied=\"send\""

static void
test_proposed(void **state)
{
    static const struct {
        const char *profile, *fields, *want;
        guint left_out;
    } rows[] = {
        {"o", "operation=\"signal\" denied_mask=\"send\" signal=term peer=\"q\"", "!not-stated", 2},
        {"p", "operation=\"signal\" denied_mask=\"send\" signal=term peer=\"q\"",
         "signal (send) set=(term) peer=q,", 0},
        {"o", SEND, "!not-stated", 5},
    };
    Place place = {0};

    set_up(&place, "policy/abi/3.0", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrProposal) proposal = propose(&place, rows[i].profile, rows[i].fields);
        g_autofree char *got = first_rule(proposal);
        assert_string_equal(got, rows[i].want);
        assert_int_equal(proposal->left_out->len, rows[i].left_out);
        assert_false(proposal->pending);
    }
    tear_down(&place);
}

/* Before anybody has asked all is there, and pending; where nobody can be asked, the old form. */
static void
test_pending(void **state)
{
    Place place = {0};
    g_autofree char *got = NULL;

    set_up(&place, "policy/abi/3.0", "/bin/false");
    g_autoptr(AmrProposal) proposal = propose(&place, "p", SEND);
    got = first_rule(proposal);
    assert_string_equal(got, "network inet stream,");
    assert_int_equal(proposal->left_out->len, 3);
    amr_probe_forget(place.probe);
    g_autoptr(AmrRule) rule = amr_rule_read("network (send) inet stream,", NULL);
    assert_int_equal(amr_probe_look(place.probe, AMR_PROBE_PLAIN, place.index, "p", rule, NULL),
                     AMR_STATING_UNKNOWN);
    tear_down(&place);
}

/* Freed while it asks: the answer comes as cancelled, and touches nothing. */
static void
test_freed(void **state)
{
    Place place = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrRule) rule = amr_rule_read("ptrace (read) peer=q,", NULL);
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    GAsyncResult *result = NULL;

    set_up(&place, "policy/abi/3.0", NULL);
    g_ptr_array_add(rules, rule);
    amr_probe_ask_async(place.probe, AMR_PROBE_PLAIN, place.index, "p", rules, NULL, test_result,
                        &result);
    g_clear_pointer(&place.probe, amr_probe_free);
    g_clear_pointer(&place.compiler, amr_compiler_free);
    test_wait_result(&result);
    assert_false(amr_probe_ask_finish(result, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_object_unref(result);
    tear_down(&place);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stated),      cmocka_unit_test(test_no_features),
        cmocka_unit_test(test_no_compiler), cmocka_unit_test(test_cache),
        cmocka_unit_test(test_hangs),       cmocka_unit_test(test_proposed),
        cmocka_unit_test(test_pending),     cmocka_unit_test(test_freed),
    };
    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
