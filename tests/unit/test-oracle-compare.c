/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two profiles compared by what they allow. */
#include "tests/unit/oracling.h"

#include <string.h>

/* "access file +rw -x others +r names that begin with /a/; ..." */
static char *
tell(const AmrOracleComparison *comparison)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < comparison->differences->len; i++) {
        const AmrOracleDifference *d = g_ptr_array_index(comparison->differences, i);
        const struct {
            const char *mark;
            guint32 rights;
        } rights[] = {{" +", d->gained},
                      {" -", d->lost},
                      {" others +", d->gained_other},
                      {" others -", d->lost_other}};
        g_string_append_printf(text, "%s%s", text->len ? "; " : "",
                               amr_oracle_change_word(d->change));
        if (d->klass)
            g_string_append_printf(text, " %s", amr_class_word(d->klass));
        for (guint j = 0; j < G_N_ELEMENTS(rights); j++) {
            if (!rights[j].rights)
                continue;
            g_autofree char *words = amr_oracle_rights_words(d->klass, rights[j].rights);
            g_string_append_printf(text, "%s%s", rights[j].mark, words);
        }
        if (d->change == AMR_ORACLE_CHANGE_TRANSITION)
            g_string_append_printf(text, " %s%s%s then %s%s%s", amr_exec_mode_word(d->exec_before),
                                   d->target_before ? " " : "",
                                   d->target_before ? d->target_before : "",
                                   amr_exec_mode_word(d->exec_after), d->target_after ? " " : "",
                                   d->target_after ? d->target_after : "");
        g_string_append_printf(text, ": %s", d->what);
    }
    return g_string_free(text, FALSE);
}

/* The example of a difference of access answers differently. */
static void
check_examples(const AmrOracle *before, const AmrOracle *after,
               const AmrOracleComparison *comparison)
{
    for (guint i = 0; i < comparison->differences->len; i++) {
        const AmrOracleDifference *d = g_ptr_array_index(comparison->differences, i);
        if (d->change != AMR_ORACLE_CHANGE_ACCESS)
            continue;
        AmrOracleAnswer was, is;
        amr_oracle_ask(amr_oracle_find(before, d->profile), &d->example, &was);
        amr_oracle_ask(amr_oracle_find(after, d->profile), &d->example, &is);
        if (was.allowed == is.allowed && !strstr(d->what, " -> /subset"))
            fail_msg("%s: 0x%x then 0x%x", d->what, was.allowed, is.allowed);
    }
}

static void
check(const char *name, const char *before_text, const char *after_text, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *one = g_strdup_printf("profile p {\n%s\n}\n", before_text);
    g_autofree char *two = g_strdup_printf("profile p {\n%s\n}\n", after_text);
    g_autoptr(AmrOracle) before = oracle_compile(one);
    g_autoptr(AmrOracle) after = oracle_compile(two);
    g_autoptr(AmrOracleComparison) comparison = amr_oracle_compare(before, after, &error);
    assert_no_error(error);
    g_autofree char *got = tell(comparison);
    if (strcmp(got, want) != 0)
        fail_msg("%s:\n  want %s\n  got  %s", name, want, got);
    check_examples(before, after, comparison);
    assert_int_equal(comparison->same, *want == '\0');
}

static const struct {
    const char *name, *before, *after, *want;
} rows[] = {
    {"nothing", "", "", ""},
    {"the same", "/a r,", "/a r,", ""},
    {"a redundant rule", "/a/** r,", "/a/** r, /a/b r,", ""},
    {"a redundant owner rule", "/a/** rw,", "/a/** rw, owner /a/b w,", ""},
    {"the same language", "/{a,b} r,", "/[ab] r,", ""},
    {"a rule more", "/a r,", "/a r, /b w,", "access file +wacd others +wacd: /b"},
    {"a rule less", "/a r, /b w,", "/a r,", "access file -wacd others -wacd: /b"},
    {"a right more", "/a r,", "/a rk,", "access file +k others +k: /a"},
    {"below a directory", "", "/a/b/** r,",
     "access file +r others +r: names that begin with /a/b/"},
    {"owner only", "/a r,", "owner /a r,", "access file others -r: /a"},
    {"owner then all", "owner /a/* r,", "/a/* r,",
     "access file others +r: names that begin with /a/"},
    {"two slashes are never asked", "/b/c r,", "/b/c r, /{,b}/c r,", ""},
    {"an exec elsewhere", "/a px,", "/a px -> other,",
     "transition file +x others +x px then px other: /a"},
    {"another kind of exec", "/a ix,", "/a Px,",
     "access file -m others -m: /a; transition file +x others +x ix then Px: /a"},
    {"a deny", "/a/* rw,", "/a/* rw, deny /a/s w,", "access file -wacd others -wacd: /a/s"},
    {"a deny of what is not allowed", "/a r,", "/a r, deny /b w,",
     "logging file +wacd others +wacd: /b"},
    {"audit", "/a r,", "audit /a r,", "logging file +r others +r: /a"},
    {"a link", "", "link /a -> /b,", "access file +l others +l: /a -> /b"},
    {"another pair", "link /a -> /b,", "link /a -> /c,",
     "access file -l others -l: /a -> /b; access file +l others +l: /a -> /c"},
    {"a subset asked for", "link /a -> /subset,", "link subset /a -> /subset,",
     "access file -l: /a -> /subset"},
    {"a capability", "capability chown,", "capability kill,",
     "access capability -use: chown; access capability +use: kill"},
    {"a denied capability", "", "deny capability chown,", "logging capability +use: chown"},
    {"rlimit", "set rlimit nofile <= 10,", "set rlimit nofile <= 20,",
     "header: rlimit nofile: 10, then 20"},
    {"network", "", "network inet stream,",
     "access network +send receive create shutdown connect setattr getattr accept bind listen "
     "setopt getopt: inet stream"},
    {"a redundant network rule", "network inet,", "network inet, network inet stream,", ""},
    {"signal", "signal send set=term peer=a,", "signal send set=term peer=b,",
     "access signal -send: set=term peer=a; access signal +send: set=term peer=b"},
    {"signal to more", "signal send set=(term) peer=a,", "signal send set=(term, kill) peer=a,",
     "access signal +send: set=kill peer=a"},
    {"a redundant signal rule", "signal send,", "signal send, signal send set=hup peer=x,", ""},
    {"any signal", "", "signal send peer=x,", "access signal +send: such as set=hup peer=x"},
    {"any type", "network inet stream,", "network inet,",
     "access network +send receive create shutdown connect setattr getattr accept bind listen "
     "setopt getopt: such as inet dgram"},
    {"ptrace", "", "ptrace read peer=x,", "access ptrace +read: peer=x"},
    {"mount", "", "umount /m/,", "access mount +umount: /m/"},
    {"mount with flags", "", "mount fstype=ext4 options=(ro) /d -> /m/,",
     "access mount +mount: fstype=ext4 options=(ro) /d -> /m/"},
    {"dbus", "", "dbus bind bus=session name=a.b,", "access dbus +bind: bus=session name=a.b"},
    {"dbus message", "",
     "dbus send bus=session path=/p interface=i member=m peer=(name=n label=l),",
     "access dbus +send: bus=session path=/p interface=i member=m name=n peer=l"},
    /* What a unix rule brings of the sockets' type is more with 3.0.8 than with 4.1. */
    {"unix",
     "unix (send, receive, create, shutdown, connect, setattr, getattr, accept, bind, "
     "listen, setopt, getopt) type=stream addr=@y,",
     "unix (send, receive, create, shutdown, connect, setattr, getattr, accept, bind, listen, "
     "setopt, getopt) type=stream addr=@y,\nunix bind type=stream addr=@x,",
     "access unix +bind: such as type=stream addr=@x"},
    /* The compiler lets it write what changes the profile. */
    {"change_profile", "", "change_profile -> x,",
     "access change_profile +change_profile: such as -> x; access file +wcd: names that begin with "
     "/proc/; access file +r: names such as /proc/a/attr/apparmor/"},
    {"a new hat", "", "^h { /h r, }",
     "access file +wcd: names that begin with /proc/; access file +r: names such as "
     "/proc/a/attr/apparmor/; profile: only after"},
};

static void
test_rows(void **state)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        check(rows[i].name, rows[i].before, rows[i].after, rows[i].want);
}

/* Other compilers, the same policy: other bytes, the same answers. */
static void
test_versions(void **state)
{
    static const struct {
        const char *before, *after, *want;
    } pairs[] = {
        /* 4.x does not mediate in unconfined profiles, asks for the flag of a remount, and grants
         * less of unix sockets by their type. */
        {"classes-3.0.8-3.0.bin", "classes-4.1.0-3.0.bin",
         "mediation signal: mediated only before; mediation ptrace: mediated only before; "
         "mediation mount: mediated only before; mediation dbus: mediated only before; "
         "mediation network: mediated only before; mediation network: mediated only before; "
         "access mount -mount: such as fstype=none options=(rw) none -> /re/; "
         "access network -shutdown setattr getattr accept setopt getopt: unix stream"},
        {"classes-4.1.0-4.0.bin", "classes-5.0.2-4.0.bin", ""},
        {"newer-5.0.2-5.0.bin", "newer-5.0.2-5.0.bin", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrOracle) before = oracle_sample(pairs[i].before);
        g_autoptr(AmrOracle) after = oracle_sample(pairs[i].after);
        g_autoptr(AmrOracleComparison) comparison = amr_oracle_compare(before, after, &error);
        assert_no_error(error);
        g_autofree char *got = tell(comparison);
        assert_string_equal(got, pairs[i].want);
        check_examples(before, after, comparison);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
