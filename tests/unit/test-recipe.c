/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/advice/recipe.h"
#include "core/policy/oracle.h"
#include "tests/unit/shipped.h"

static AmrOrigins *origins; /* those that ship */

static AmrRecipes *
shipped(const char *file)
{
    AmrRecipes *recipes = amr_recipes_new(origins);

    test_take_shipped(amr_recipes_data(recipes), file);
    return recipes;
}

/* The ids of those that fit, and the lines of the first. */
static char *
tell(const AmrRecipes *recipes, const AmrEvent *event, gboolean lines, gboolean ruled)
{
    g_autoptr(AmrRisks) risks = test_risks();
    const AmrProposal proposal = {.no_rule = ruled ? AMR_NO_RULE_NONE : AMR_NO_RULE_CATCH_ALL,
                                  .stub = AMR_STATING_STATED,
                                  .risks = risks};
    g_autoptr(GPtrArray) found = amr_recipes_for(recipes, event, &proposal);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < found->len; i++)
        g_string_append_printf(out, "%s%s", i ? " " : "", ((AmrRecipe *)found->pdata[i])->id);
    for (guint i = 0; lines && found->len && ((AmrRecipe *)found->pdata[0])->lines[i]; i++)
        g_string_append_printf(out, "\n%s", ((AmrRecipe *)found->pdata[0])->lines[i]);
    return g_string_free(out, FALSE);
}

static const struct {
    const char *record, *want;
} rows[] = {
    {"operation=\"open\" profile=\"snap.fire.fire\" name=\"/x\" requested_mask=\"r\" "
     "denied_mask=\"r\"",
     "snap-interface"},
    {"operation=\"mount\" profile=\"docker-default\" name=\"/x/\" comm=\"mount\"", "docker"},
    {"operation=\"open\" profile=\"containers-default-0.44.4\" name=\"/x\" "
     "requested_mask=\"r\" denied_mask=\"r\"",
     "podman"},
    {"operation=\"open\" profile=\"lxd-c1_</var/snap/lxd/common/lxd>\" name=\"/x\" "
     "requested_mask=\"r\" denied_mask=\"r\"",
     "lxd"},
    {"operation=\"mount\" info=\"failed mntpnt match\" error=-13 "
     "profile=\"lxc-container-default-cgns\" name=\"/run/x/\" comm=\"(networkd)\"",
     "lxc systemd-sandbox"},
    {"operation=\"open\" profile=\"libvirt-deb1de0a-1111-2222-3333-444455556666\" name=\"/x\" "
     "requested_mask=\"r\" denied_mask=\"r\"",
     "libvirt"},
    {"operation=\"open\" profile=\"libvirt-mine\" name=\"/x\" requested_mask=\"r\" "
     "denied_mask=\"r\"",
     ""},
    {"operation=\"exec\" info=\"no new privs\" error=-1 profile=\"p\" name=\"/x\" "
     "requested_mask=\"x\" denied_mask=\"x\"",
     "no-new-privs no-new-privs-stack"},
    {"operation=\"change_profile\" info=\"no new privs\" error=-1 profile=\"p\" name=\"q\"",
     "no-new-privs"},
    {"operation=\"capable\" profile=\"p\" comm=\"c\" capability=1  capname=\"dac_override\"",
     "file-permissions"},
    {"operation=\"capable\" profile=\"p\" comm=\"c\" capability=12  capname=\"net_admin\"", ""},
    {"operation=\"open\" profile=\"p\" name=\"/srv/home/me/.config/x\" requested_mask=\"r\" "
     "denied_mask=\"r\"",
     "homes-elsewhere"},
    {"operation=\"open\" profile=\"p\" name=\"/home/me/.config/x\" requested_mask=\"r\" "
     "denied_mask=\"r\"",
     ""},
    {"operation=\"open\" info=\"Failed name lookup - disconnected path\" error=-13 profile=\"p\" "
     "name=\"x\" requested_mask=\"r\" denied_mask=\"r\"",
     "attach-disconnected"},
    {"operation=\"exec\" info=\"profile transition not found\" error=-13 profile=\"p\" "
     "name=\"/x\" requested_mask=\"x\" denied_mask=\"x\"",
     "missing-profile"},
    {"operation=\"capable\" profile=\"unprivileged_userns\" comm=\"c\" capability=21  "
     "capname=\"sys_admin\"",
     "userns-stub"},
    {"operation=\"capable\" profile=\"unprivileged_userns\" comm=\"bash\" capability=21  "
     "capname=\"sys_admin\"",
     "userns-launcher"},
    {"operation=\"capable\" profile=\"unprivileged_userns\" comm=\"python3.11\" capability=21  "
     "capname=\"sys_admin\"",
     "userns-launcher"},
    {"operation=\"capable\" profile=\"unprivileged_userns\" comm=\"x\" "
     "execpath=\"/usr/bin/flatpak\" "
     "capability=21  capname=\"sys_admin\"",
     "userns-launcher"},
};

static void
test_shipped(void **state)
{
    g_autoptr(AmrRecipes) recipes = shipped("recipes");
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = g_strconcat("audit: type=1400 audit(1.0:1): apparmor=\"DENIED\" ",
                                            rows[i].record, NULL);
        g_autofree char *scratch = g_malloc(strlen(line) + 1);
        AmrRecord record;
        AmrEvent event;
        assert_true(amr_record_slice(&record, line, (AmrSpan){0, (uint32_t)strlen(line)}));
        assert_true(amr_event_decode(&event, &record, line, scratch));
        g_autofree char *got = tell(recipes, &event, FALSE, FALSE);
        print_message("%s\n", rows[i].record);
        assert_string_equal(got, rows[i].want);
        /* What the kernel says there is why no rule would do: not beside one that is offered. */
        g_autofree char *beside = tell(recipes, &event, FALSE, TRUE);
        gboolean why = g_str_has_prefix(got, "no-new-privs") ||
                       g_str_equal(got, "missing-profile") ||
                       g_str_equal(got, "attach-disconnected");
        assert_string_equal(beside, why ? "" : got);
    }
}

/* Names were chosen by whoever is denied: nothing of them gets into a line to paste that a shell
 * would take for more than a word. */
static void
test_hostile(void **state)
{
    static const char text[] = "[a]\ntitle = t\nwhy = w\nprofile = *\n"
                               "do = run {profile.1} {profile} {comm} {profile.9} {profile.x} {\n";
    static const struct {
        const char *profile, *comm, *want;
    } values[] = {
        {"snap.fire.fox", "c-1", "run fire snap.fire.fox c-1 NAME {profile.x} {"},
        {"snap.$(reboot).x", "`id`", "run NAME PROFILE PROGRAM NAME {profile.x} {"},
        {"snap.-rf.x", "-rf", "run NAME snap.-rf.x PROGRAM NAME {profile.x} {"},
        {"a. b.c", "x;y", "run NAME PROFILE PROGRAM NAME {profile.x} {"},
        {"a.\xe2\x80\xae.c", "x\ny", "run NAME PROFILE PROGRAM NAME {profile.x} {"},
        {"a..c", "", "run NAME a..c PROGRAM NAME {profile.x} {"},
    };
    g_autoptr(AmrRecipes) recipes = amr_recipes_new(NULL);
    (void)state;
    amr_data_take(amr_recipes_data(recipes), text, strlen(text), "f");
    assert_int_equal(amr_data_warnings(amr_recipes_data(recipes))->len, 0);
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        AmrEvent event = {.verdict = AMR_VERDICT_DENIED};
        event.field[AMR_FIELD_PROFILE] = amr_bytes(values[i].profile);
        event.field[AMR_FIELD_COMM] = amr_bytes(values[i].comm);
        g_autofree char *got = tell(recipes, &event, TRUE, FALSE);
        g_autofree char *want = g_strconcat("a\n", values[i].want, NULL);
        assert_string_equal(got, want);
    }
}

/* The rule that leads into a stack, for policy. */
static void
test_stack(void **state)
{
    static const struct {
        const char *name, *profile, *target, *want;
    } values[] = {
        {"/opt/x", "p", "q", "/opt/x px -> p//&q,"},
        {"/opt/x", "/opt/p", "/opt/x", "/opt/x px -> /opt/p//&/opt/x,"},
        {"/opt/x r, /** rw", "p q", "q,\n/** rw", "/PATH/TO/FILE px -> PROFILE//&OTHER-PROFILE,"},
        {"x", "p", "", "/PATH/TO/FILE px -> p//&OTHER-PROFILE,"},
    };
    g_autoptr(AmrRecipes) recipes = shipped("recipes");

    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        AmrEvent event = {.klass = AMR_CLASS_FILE, .verdict = AMR_VERDICT_DENIED};
        event.field[AMR_FIELD_INFO] = AMR_BYTES("no new privs");
        event.field[AMR_FIELD_OPERATION] = AMR_BYTES("exec");
        event.field[AMR_FIELD_NAME] = amr_bytes(values[i].name);
        event.field[AMR_FIELD_PROFILE] = amr_bytes(values[i].profile);
        event.field[AMR_FIELD_TARGET] = amr_bytes(values[i].target);
        g_autoptr(GPtrArray) found = amr_recipes_for(recipes, &event, NULL);
        assert_int_equal(found->len, 2);
        assert_string_equal(((AmrRecipe *)found->pdata[1])->lines[0], values[i].want);
    }
}

/* A stub is told of only where it would count, and with the path where the record has it. */
static void
test_stub(void **state)
{
    static const struct {
        AmrStating stub;
        const char *execpath, *want;
    } stubs[] = {
        {AMR_STATING_STATED, "/opt/a/b-1.2", "profile c /opt/a/b-1.2 flags=(unconfined) {"},
        {AMR_STATING_NOT_ASKED, "/opt/a", NULL},
        {AMR_STATING_STATED, "/opt/a;b", "profile c /PATH/TO/PROGRAM flags=(unconfined) {"},
        {AMR_STATING_STATED, "", "profile c /PATH/TO/PROGRAM flags=(unconfined) {"},
        {AMR_STATING_UNKNOWN, "/opt/a", NULL},
        {AMR_STATING_DROPPED, "/opt/a", NULL},
        {AMR_STATING_REFUSED, "/opt/a", NULL},
    };
    g_autoptr(AmrRecipes) recipes = shipped("recipes");

    for (gsize i = 0; i < G_N_ELEMENTS(stubs); i++) {
        const AmrProposal proposal = {.no_rule = AMR_NO_RULE_CATCH_ALL, .stub = stubs[i].stub};
        AmrEvent event = {.klass = AMR_CLASS_USERNS, .verdict = AMR_VERDICT_DENIED};
        event.field[AMR_FIELD_PROFILE] = AMR_BYTES("unprivileged_userns");
        event.field[AMR_FIELD_COMM] = AMR_BYTES("c");
        event.field[AMR_FIELD_EXECPATH] = amr_bytes(stubs[i].execpath);
        g_autoptr(GPtrArray) found = amr_recipes_for(recipes, &event, &proposal);
        assert_int_equal(found->len, stubs[i].want != NULL);
        if (stubs[i].want)
            assert_string_equal(((AmrRecipe *)found->pdata[0])->lines[2], stubs[i].want);
    }
}

/* A file that is broken is named with its line, and what is whole in it holds. */
static void
test_broken(void **state)
{
    static const char text[] = "stray = x\n"            /* 1 */
                               "[good]\n"               /* 2 */
                               "title=t\nwhy = w = v\n" /* 3, 4 */
                               "  profile = p*  \n"     /* 5 */
                               "[bad id]\n"             /* 6 */
                               "title = t\nwhy = w\nprofile = *\n"
                               "[unknown]\n"                                  /* 10 */
                               "title = t\nwhy = w\nprofile = *\npath = /x\n" /* 14 */
                               "[halves]\n"                                   /* 15 */
                               "title = t\nprofile = *\n"
                               "[all]\n" /* 18 */
                               "title = t\nwhy = w\n"
                               "[twice]\n"                                    /* 21 */
                               "title = t\ntitle = u\nwhy = w\nprofile = *\n" /* 23 */
                               "[empty]\n"                                    /* 26 */
                               "title =\n"                                    /* 27 */
                               "[open\n"                                      /* 28 */
                               "no value\n";                                  /* 29 */
    static const char *const want[] = {"f line 1: ",  "f line 6: ",  "f line 14: ", "f line 23: ",
                                       "f line 27: ", "f line 28: ", "f line 15: ", "f line 18: "};
    g_autoptr(AmrRecipes) recipes = amr_recipes_new(NULL);
    AmrEvent event = {.verdict = AMR_VERDICT_DENIED};
    (void)state;
    amr_data_take(amr_recipes_data(recipes), text, sizeof text - 1, "f");
    const GPtrArray *warnings = amr_data_warnings(amr_recipes_data(recipes));
    for (guint i = 0; i < warnings->len; i++)
        print_message("%s\n", (const char *)warnings->pdata[i]);
    assert_int_equal(warnings->len, G_N_ELEMENTS(want));
    for (guint i = 0; i < G_N_ELEMENTS(want); i++)
        assert_true(g_str_has_prefix(warnings->pdata[i], want[i]));
    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("pp");
    g_autofree char *got = tell(recipes, &event, FALSE, FALSE);
    assert_string_equal(got, "good");
}

static void
take(AmrRecipes *recipes, const char *text)
{
    amr_data_take(amr_recipes_data(recipes), text, strlen(text), "f");
}

static void
test_places(void **state)
{
    g_autoptr(AmrRecipes) recipes = amr_recipes_new(NULL);
    AmrEvent event = {.verdict = AMR_VERDICT_DENIED};
    (void)state;
    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("p");
    take(recipes, "[a]\ntitle=t\nwhy=w\nprofile=p\n[b]\ntitle=t\nwhy=w\nprofile=p\n");
    take(recipes, "[c]\ntitle=t\nwhy=w\nprofile=p\n[b]\ntitle=t\nwhy=w\nprofile=p\ndo=mine\n");
    g_autofree char *got = tell(recipes, &event, FALSE, FALSE);
    assert_string_equal(got, "c b a");
    take(recipes, "[b]\ntitle=t\nwhy=w\nprofile=other\n");
    g_autofree char *less = tell(recipes, &event, FALSE, FALSE);
    assert_string_equal(less, "c a");
    amr_data_take(amr_recipes_data(recipes), NULL, 0, "f");
    take(recipes, "");
    amr_data_take(amr_recipes_data(recipes), "[n]\ntitle=\0x\n", 13, "f");
    assert_true(amr_data_warnings(amr_recipes_data(recipes))->len > 0);
}

/* ---- notes ----------------------------------------------------------------------------------- */

static gboolean
notes_tell(const AmrRecipes *notes, const AmrEvent *event, const char *what)
{
    g_autoptr(GPtrArray) found = amr_notes_for(notes, event);
    g_autoptr(GPtrArray) recipes = amr_recipes_for(notes, event, NULL);
    assert_int_equal(recipes->len, 0); /* a note is no recipe */
    for (guint i = 0; i < found->len; i++)
        if (strstr(found->pdata[i], what))
            return TRUE;
    return FALSE;
}

/* Each class, kind of access, capability and reason of the kernel has a note of its own. */
static void
test_notes_complete(void **state)
{
    g_autoptr(AmrRecipes) notes = shipped("notes");
    static const struct {
        AmrClass klass;
        const char *masks;
    } masks[] = {
        {AMR_CLASS_FILE, "r w a c d l k m x"},
        {AMR_CLASS_NETWORK, "create bind connect listen accept send receive getattr setattr "
                            "getopt setopt shutdown"},
        {AMR_CLASS_UNIX, "create bind connect listen accept send receive"},
        {AMR_CLASS_SIGNAL, "send receive"},
        {AMR_CLASS_PTRACE, "read trace readby tracedby"},
        {AMR_CLASS_DBUS, "send receive bind eavesdrop"},
        {AMR_CLASS_MQUEUE, "create open delete read write getattr setattr"},
        {AMR_CLASS_IO_URING, "sqpoll override_creds"},
        {AMR_CLASS_USERNS, "userns_create"},
    };
    /* security/apparmor of Linux 6.1 and 6.12: domain.c, file.c, mount.c, path.c, resource.c */
    static const char *const infos[] = {
        "Failed name lookup - deleted entry",
        "Failed name lookup - disconnected path",
        "Failed name lookup - name too long",
        "Failed name lookup",
        "profile transition not found",
        "conflicting profile attachments",
        "ix fallback",
        "ux fallback",
        "no new privs",
        "label not found",
        "profile not found",
        "no change_onexec valid for executable",
        "change_profile onexec",
        "hat not found",
        "no hats defined",
        "target not hat",
        "conflicting target types",
        "ptrace prevents transition",
        "failed to build target label",
        "label build failed",
        "could not create null profile",
        "link not subset of target",
        "failed mntpnt match",
        "failed srcname match",
        "failed type match",
        "failed flags match",
        "failed data match",
        "failed perms check",
        "cap_sys_resource",
        "failed af match",
        "same as current profile, skipping",
    };

    for (AmrClass klass = AMR_CLASS_UNKNOWN + 1; klass < AMR_CLASS_COUNT; klass++) {
        const AmrEvent event = {.klass = klass};
        if (!notes_tell(notes, &event, ""))
            fail_msg("class %s", amr_class_word(klass));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(masks); i++) {
        g_auto(GStrv) words = g_strsplit(masks[i].masks, " ", -1);
        AmrEvent event = {.klass = masks[i].klass};
        g_autoptr(GPtrArray) plain = amr_notes_for(notes, &event);
        for (char **word = words; *word; word++) {
            event.field[AMR_FIELD_DENIED_MASK] = amr_bytes(*word);
            g_autoptr(GPtrArray) found = amr_notes_for(notes, &event);
            if (found->len <= plain->len)
                fail_msg("%s of %s", *word, amr_class_word(masks[i].klass));
        }
    }
    for (guint i = 0; amr_oracle_capability_word(i); i++) {
        AmrEvent event = {.klass = AMR_CLASS_CAPABILITY};
        const char *word = amr_oracle_capability_word(i);
        event.field[AMR_FIELD_CAPNAME] = amr_bytes(word);
        g_autofree char *begin = g_strdup_printf("With %s it may ", word);
        if (!notes_tell(notes, &event, begin))
            fail_msg("capability %s", word);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(infos); i++) {
        AmrEvent event = {.klass = AMR_CLASS_UNKNOWN};
        event.field[AMR_FIELD_INFO] = amr_bytes(infos[i]);
        if (!notes_tell(notes, &event, ""))
            fail_msg("info %s", infos[i]);
    }
}

/* Of places only the first that fits is told; who replaces a note replaces it alone. */
static void
test_notes_places(void **state)
{
    g_autoptr(AmrRecipes) notes = shipped("notes");
    AmrEvent event = {.klass = AMR_CLASS_FILE};

    event.field[AMR_FIELD_NAME] = AMR_BYTES("/etc/shadow");
    assert_true(notes_tell(notes, &event, "hashes of all passwords"));
    assert_false(notes_tell(notes, &event, "Configuration of the system"));
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/etc/x");
    assert_true(notes_tell(notes, &event, "Configuration of the system"));
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/home/a/.ssh/id_rsa");
    assert_true(notes_tell(notes, &event, "secret keys"));
    take(notes, "[place-shadow]\nname = /etc/shadow\ntext = Ours.\x1b[2J\n");
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/etc/shadow");
    assert_true(notes_tell(notes, &event, "Ours."));
    assert_false(notes_tell(notes, &event, "\x1b"));
    assert_false(notes_tell(notes, &event, "hashes of all passwords"));
    take(notes, "[place-keys]\nname = *\ntext = a\ntitle = b\nwhy = c\n");
    assert_int_equal(amr_data_warnings(amr_recipes_data(notes))->len, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stack),          cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_hostile),        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_stub),           cmocka_unit_test(test_places),
        cmocka_unit_test(test_notes_complete), cmocka_unit_test(test_notes_places),
    };
    origins = amr_origins_new();
    test_take_shipped(amr_origins_data(origins), "origins");
    int status = cmocka_run_group_tests(tests, NULL, NULL);
    amr_origins_free(origins);
    return status;
}
