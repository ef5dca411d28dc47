/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where profiles come from: packages of files, makers of the rest. */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/advice/recipe.h"
#include "core/policy/packages_private.h"
#include "tests/unit/shipped.h"

#define A "0123456789abcdef0123456789abcdef"
#define B "ABCDEF0123456789abcdef0123456789"

static const char status[] = "Package: one\nStatus: install ok installed\nConffiles:\n"
                             " /etc/apparmor.d/usr.bin.one " A "\n"
                             " /etc/apparmor.d/moved " A " obsolete\n"
                             " /etc/apparmor.d/left " A " obsolete\n"
                             " /etc/other " A "\n"
                             "Description: x\n /etc/apparmor.d/described " A "\n"
                             "\n"
                             "Package: two\nConffiles:\n"
                             " /etc/apparmor.d/abstractions/two " B "\n"
                             " /etc/apparmor.d/moved " B "\n"
                             " /etc/apparmor.d/short 0123\n"
                             " /etc/apparmor.d/bare\n"
                             " \n"
                             "Version: 1\n\n"
                             "Conffiles:\n /etc/apparmor.d/nobodys " A "\n"
                             "Package: \x1b[2J\nConffiles:\n /etc/apparmor.d/hostile " A;

static void
test_packages(void **state)
{
    static const struct {
        const char *name, *package;
    } rows[] = {
        {"usr.bin.one", "one"}, {"moved", "two"}, {"left", "one"}, {"abstractions/two", "two"},
        {"described", NULL},    {"short", NULL},  {"bare", NULL},  {"nobodys", NULL},
        {"hostile", "\x1b[2J"}, {"", NULL},
    };
    gsize len = sizeof status - 1;
    g_autoptr(AmrPackages) packages = amr_packages_new();

    amr_packages_take_dpkg(packages, (AmrBytes){status, len}, "/etc/apparmor.d/");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const AmrPackaged *found = amr_packages_find(packages, rows[i].name);
        if (g_strcmp0(found ? found->package : NULL, rows[i].package) != 0)
            fail_msg("%s: %s", rows[i].name, found ? found->package : "none");
    }
    assert_null(amr_packages_find(NULL, "moved"));
    /* Cut off anywhere, it is read as far as it goes. */
    for (gsize i = 0; i < len; i++) {
        char *cut = g_memdup2(status, i + 1); /* so that what is read behind it is found */
        g_autoptr(AmrPackages) some = amr_packages_new();
        amr_packages_take_dpkg(some, (AmrBytes){cut, i}, "/etc/apparmor.d/");
        g_free(cut);
    }
    amr_packages_take_dpkg(packages, (AmrBytes){NULL, 0}, "/");
}

#define C "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* As pacman 6 and 7 write them. */
static const char files[] = "%FILES%\netc/\netc/apparmor.d/\netc/apparmor.d/abstractions/\n"
                            "etc/apparmor.d/abstractions/base\netc/apparmor.d/bin.ping\n"
                            "etc/apparmor.d/a b\netc/apparmor.d/bare\netc/apparmor.d/old\n"
                            "etc/apparmor.d.old/x\nusr/bin/x\n\n"
                            "%BACKUP%\netc/apparmor.d/bin.ping\t" A "\netc/apparmor.d/old\t" B
                            "\netc/apparmor.d/stranger\t" A "\netc/other\t" A "\n";
static const char mtree[] =
    "#mtree\n/set type=file uid=0 gid=0 mode=644\n./.PKGINFO time=1.0 size=1 sha256digest=" C "\n"
    "./etc/apparmor.d time=1.0 mode=755 type=dir\n"
    "./etc/apparmor.d/bin.ping time=1.0 size=2 md5digest=" A " sha256digest=" C "\n"
    "./etc/apparmor.d/a\\040b time=1.0 size=3 md5digest=" A "\n"
    "./etc/apparmor.d/bare time=1.0 size=3 sha256digest=" A "\n"
    "./etc/apparmor.d/abstractions/base time=1.0 sha256digest=" C;

static void
test_pacman(void **state)
{
    static const struct {
        const char *name, *digest;
        AmrUpgrade upgrade;
    } rows[] = {
        {"abstractions/base", C, AMR_UPGRADE_OVERWRITES},
        {"bin.ping", C, AMR_UPGRADE_KEEPS},
        {"a b", A, AMR_UPGRADE_OVERWRITES},
        {"bare", NULL, AMR_UPGRADE_OVERWRITES}, /* cut off: not believed */
        {"old", "abcdef0123456789abcdef0123456789", AMR_UPGRADE_KEEPS},
    };
    static const char *const none[] = {"stranger", "", "abstractions/", "abstractions", "x"};
    static const char *const names[] = {"app-armor-4.1.0-2", "-1-1", "nothing", "", "a-1", "--"};
    AmrBytes list = {files, sizeof files - 1}, tree = {mtree, sizeof mtree - 1};
    const char *place = "/etc/apparmor.d/";

    for (guint n = 0; n < G_N_ELEMENTS(names); n++) {
        g_autoptr(AmrPackages) packages = amr_packages_new();
        amr_packages_take_pacman(packages, names[n], list, tree, place);
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
            const AmrPackaged *found = amr_packages_find(packages, rows[i].name);
            if (n > 0) { /* no name of a package */
                assert_null(found);
                continue;
            }
            assert_non_null(found);
            assert_string_equal(found->package, "app-armor");
            if (g_strcmp0(found->digest, rows[i].digest) != 0)
                fail_msg("%s: %s", rows[i].name, found->digest);
            assert_int_equal(found->upgrade, rows[i].upgrade);
        }
        for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
            assert_null(amr_packages_find(packages, none[i]));
    }
    /* Cut off anywhere, both are read as far as they go. */
    for (gsize i = 0; i <= MAX(list.len, tree.len); i++) {
        g_autoptr(AmrPackages) some = amr_packages_new();
        gsize a = MIN(i, list.len), b = MIN(i, tree.len);
        g_autofree char *cut = g_memdup2(files, a + 1), *felled = g_memdup2(mtree, b + 1);
        amr_packages_take_pacman(some, names[0], (AmrBytes){cut, a}, (AmrBytes){felled, b}, place);
    }
}

/* What the worker says is believed no more than a log is. */
static void
test_rpm(void **state)
{
    static const char told[] =
        "one\0/etc/apparmor.d/bin.ping\0" C "\0keeps\0"
        "t\x1b[2Jo\0/etc/apparmor.d/abstractions/near\0" A "\0replaces\0"
        "one\0/etc/apparmor.d/bare\0\0overwrites\0"
        "one\0/etc/apparmor.d/odd\0xyz\0overwrites\0one\0/etc/apparmor.d/what\0" A "\0asks\0"
        "\0/etc/apparmor.d/nobodys\0" A "\0keeps\0one\0/etc/apparmor.d/\0" A "\0keeps\0"
        "one\0/etc/other\0" A "\0keeps\0one\0/etc/apparmor.d/torn\0" A "\0keeps";
    static const struct {
        const char *name, *package, *digest;
        AmrUpgrade upgrade;
    } rows[] = {{"bin.ping", "one", C, AMR_UPGRADE_KEEPS},
                {"abstractions/near", "t\x1b[2Jo", A, AMR_UPGRADE_REPLACES},
                {"bare", "one", NULL, AMR_UPGRADE_OVERWRITES},
                {"odd", "one", NULL, AMR_UPGRADE_OVERWRITES},
                {"what", NULL, NULL, 0},
                {"nobodys", NULL, NULL, 0},
                {"", NULL, NULL, 0},
                {"torn", NULL, NULL, 0}};
    g_autoptr(AmrPackages) packages = amr_packages_new();
    gsize len = sizeof told - 1; /* without the NUL behind its last word */

    amr_packages_take_rpm(packages, (AmrBytes){told, len}, "/etc/apparmor.d/");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const AmrPackaged *found = amr_packages_find(packages, rows[i].name);
        if (g_strcmp0(found ? found->package : NULL, rows[i].package) != 0)
            fail_msg("%s: %s", rows[i].name, found ? found->package : "none");
        if (found) {
            assert_int_equal(found->upgrade, rows[i].upgrade);
            assert_int_equal(g_strcmp0(found->digest, rows[i].digest), 0);
        }
    }
    for (gsize i = 0; i < len; i++) {
        g_autoptr(AmrPackages) some = amr_packages_new();
        g_autofree char *cut = g_memdup2(told, i + 1);
        amr_packages_take_rpm(some, (AmrBytes){cut, i}, "/etc/apparmor.d/");
    }
}

static void
test_edited(void **state)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("hello\n", 6), other = g_bytes_new_static("", 0);
    char package[] = "p", md5[] = "b1946ac92492d2347c6235b4d2611184";
    const AmrPackaged packaged = {package, md5, AMR_UPGRADE_ASKS};

    assert_false(amr_packaged_is_edited(&packaged, bytes));
    assert_true(amr_packaged_is_edited(&packaged, other));
    char sha256[] = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    const AmrPackaged longer = {package, sha256, AMR_UPGRADE_KEEPS};
    assert_false(amr_packaged_is_edited(&longer, bytes));
    assert_true(amr_packaged_is_edited(&longer, other));
    const AmrPackaged unknown = {package, NULL, AMR_UPGRADE_KEEPS};
    assert_false(amr_packaged_is_edited(&unknown, other));
}

/* Of the root's own policy alone. */
static void
test_targets(void **state)
{
    char *dir = test_dir_new();
    g_autofree char *policy = g_build_filename(dir, "etc/apparmor.d", NULL);

    test_write(dir, "etc/apparmor.d/usr.bin.one", "");
    test_write(dir, "var/lib/dpkg/status", status);
    for (guint apart = 0; apart < 2; apart++) {
        const AmrTargetOptions options = {.root = apart ? NULL : dir,
                                          .policy = apart ? policy : NULL};
        g_autoptr(AmrTarget) target = amr_target_new(&options, NULL);
        g_autoptr(GAsyncResult) result = NULL;
        assert_non_null(target);
        amr_packages_read_async(target, NULL, NULL, test_result, &result);
        test_wait_result(&result);
        g_autoptr(AmrPackages) packages = amr_packages_read_finish(result, NULL);
        assert_non_null(packages);
        assert_int_equal(amr_packages_find(packages, "usr.bin.one") != NULL, !apart);
    }
    test_dir_remove(dir);
}

static void
test_origins(void **state)
{
    static const struct {
        const char *name, *word;
    } rows[] = {
        {"snap.firefox.firefox", "snap"},
        {"snap-update-ns.firefox", "snap"},
        {"snap.a.b//child", "snap"},
        {"docker-default", "docker"},
        {"containers-default-0.44.4", "podman"},
        {"lxd-c1_</var/snap/lxd/common/lxd>", "lxd"},
        {":lxd-c1_<var-snap-lxd>:/usr/sbin/cupsd", "lxd"},
        {":ns:snap.a.b", "snap"},
        {":ns:other", NULL},
        {":broken", NULL},
        {"lxc-container-default-cgns", "lxc"},
        {"libvirt-0a1b2c3d-1a2b-3c4d-5e6f-0123456789ab", "libvirt"},
        {"libvirt-mine", NULL},
        {"libvirtd", NULL},
        {"snapper", NULL},
        {"", NULL},
    };
    g_autoptr(AmrOrigins) origins = amr_origins_new();
    const char *text = NULL;

    test_take_shipped(amr_origins_data(origins), "origins");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *word = amr_origins_find(origins, rows[i].name, &text);
        if (g_strcmp0(word, rows[i].word) != 0)
            fail_msg("%s: %s", rows[i].name, word);
        assert_true(!word || *text);
    }
    amr_data_take(amr_origins_data(origins), "[x]\nprofile = a\n", 16, "f");
    amr_data_take(amr_origins_data(origins), "[y]\ntext = a\n", 13, "f");
    assert_int_equal(amr_data_warnings(amr_origins_data(origins))->len, 2);
}

/* A name that @wildcard fits and no example has: whatever bytes its places take. */
static char *
name_of(GRand *rand, const char *wildcard)
{
    static const char bytes[] = "az09._-/ \"'$`;\n\t\x1b\xe2\x80\xae\xff{}<>\\";
    GString *name = g_string_new(NULL);

    for (; *wildcard; wildcard++) {
        gint32 n = *wildcard == '*' ? g_rand_int_range(rand, 0, 9) : *wildcard == '?';
        if (*wildcard != '*' && *wildcard != '?')
            g_string_append_c(name, *wildcard);
        for (; n > 0; n--)
            g_string_append_c(name, bytes[g_rand_int_range(rand, 0, sizeof bytes - 1)]);
    }
    return g_string_free(name, FALSE);
}

/* What is to be pasted or edited holds nothing of a name but plain words. */
static void
check_lines(const GPtrArray *recipes, const char *name)
{
    for (guint i = 0; i < recipes->len; i++) {
        const AmrRecipe *recipe = recipes->pdata[i];
        for (char **line = recipe->lines; *line; line++)
            if (strpbrk(*line, "`\"$;\n\t\x1b\xff\\"))
                fail_msg("%s: %s", name, *line);
    }
}

/* Who makes a profile is told with what to do there: for each kind of name that data/origins has,
 * whatever the rest of the name is, and where its mode is asked for. */
static void
test_remedies(void **state)
{
    g_autoptr(AmrOrigins) origins = amr_origins_new();
    g_autoptr(AmrRecipes) recipes = amr_recipes_new(origins);
    g_autofree char *path = g_build_filename(g_getenv("ARMORER_SRCDIR"), "data/origins", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261128);
    const char *id = NULL, *made = NULL;
    guint seen = 0;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    test_take_shipped(amr_origins_data(origins), "origins");
    test_take_shipped(amr_recipes_data(recipes), "recipes");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        gboolean pattern = g_str_has_prefix(*line, "profile = ");
        if (**line == '[')
            id = g_strdelimit(*line + 1, "]", '\0');
        for (guint n = 0; pattern && n < 200; n++, seen++) {
            g_autofree char *name = name_of(rand, *line + strlen("profile = "));
            g_autofree char *deep = g_strconcat(name, "//child", NULL);
            const char *word = amr_origins_find(origins, name, &made);
            if (!word)
                fail_msg("%s: made by nobody", name);
            if (strchr(name, ':') == name) /* in a namespace of the maker's any name may stand */
                continue;
            assert_string_equal(word, id);
            for (int mode = 0; mode < 2; mode++) {
                g_autoptr(GPtrArray) found = amr_recipes_of_profile(recipes, name, mode);
                g_autoptr(GPtrArray) of_child = amr_recipes_of_profile(recipes, deep, mode);
                gboolean snapds = strcmp(id, "snap") == 0 && !g_str_has_prefix(name, "snap.");
                if (!found->len && !(mode && snapds))
                    fail_msg("%s: no remedy%s", name, mode ? " for its mode" : "");
                if (amr_origins_find(origins, deep, &made))
                    assert_int_equal(of_child->len, found->len);
                check_lines(found, name);
            }
        }
    }
    assert_true(seen > 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packages), cmocka_unit_test(test_edited),
        cmocka_unit_test(test_pacman),   cmocka_unit_test(test_rpm),
        cmocka_unit_test(test_targets),  cmocka_unit_test(test_origins),
        cmocka_unit_test(test_remedies),
    };
    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
