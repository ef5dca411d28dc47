/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/index-fixture.h"

#include <string.h>

#include "core/base/error.h"

/* ---- what is a block, and its name ---------------------------------------------------------- */

static void
test_names(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        {"path", "/usr/bin/x { /y r, }\n", "/usr/bin/x"},
        {"profile", "profile x /usr/bin/x { /y r, }", "x"},
        {"alternatives", "/{usr/,}bin/x {\n /{,usr/}lib r,\n}", "/{usr/,}bin/x"},
        {"glued is a word", "profile a { /x{b,c}{,/} r, /z/{r} r, }\nprofile d { }", "a | d"},
        {"rule that ends in a brace", "profile a { /x/{y,z} r, }", "a"},
        {"brace on the next line", "profile x\n# {\n{\n}\nprofile y {}", "x | y"},
        {"comments", "# profile c {\nprofile x { # } {\n /y r, # \" {\n}\nprofile z { }", "x | z"},
        {"quoted", "profile \"a b\" { }\n\"/c d\" { }", "/c d | a b"},
        {"escapes", "profile \"a\\x41\\101\\d65\\t\\\"\\*\" {}", "aAAA\t\"\\*"},
        {"octal stops below 256", "profile \"a\\777\" { }", "a\\?7"},
        {"bare escapes", "profile a\\x41\\ b { }", "aA\\ b"},
        {"braces in quotes", "profile x { \"/a } {\" r, }\nprofile y { }", "x | y"},
        {"child", "profile x { profile y { profile z { } } }", "x | x//y | x//y//z"},
        {"hats", "profile x { ^a { } hat b { } ^\"c d\" flags=(complain) { } ^DEFAULT { } }",
         "x | x//DEFAULT | x//a | x//b | x//c d"},
        {"hat at the top", "hat foo { }\n^bar { }", "bar | foo"},
        {"namespace", "profile :ns:x { profile k { } ^h { } }", ":ns:x | :ns:x//h | :ns:x//k"},
        {"namespace with slashes", "profile :ns://x { }\n:n2:/y { }", ":n2:/y | :ns:x"},
        {"flags", "profile x /y flags=(complain){ }\n/z (audit) { }", "/z | x"},
        {"xattrs",
         "profile x /y xattrs=(user.a=\"{ b\" user.c=d) flags=(complain) { }\nprofile z { }",
         "x | z"},
        {"qualified blocks", "profile x { owner { /a r, } audit deny { /b r, } ^h { } }",
         "x | x//h"},
        {"conditions", "$a = true\nprofile x { if $a { profile y { } } else { /z r, } ^h { } }",
         "x | x//h | x//y"},
        {"conditions with variables",
         "@{a} = b\nprofile x { if defined @{a} { /z r, } else if ${b} { /q r, } ^h { } }",
         "x | x//h"},
        {"other rules",
         "profile x {\n network inet {stream,},\n mount options=(ro, rw) {/a,/b} -> /c{,/},\n"
         " dbus send peer=(name={a,b}, label=\"{x\"),\n unix addr=@{x}{,y},\n"
         " /bin/a px -> {q,\n change_profile -> {a,b},\n signal (send) set=(term) peer={x,y},\n"
         " capability sys_admin,\n set rlimit nproc <= 5,\n link subset /a -> /{b,c},\n"
         " priority=-1 deny network,\n ^h { }\n}",
         "x | x//h"},
        {"variable of one value", "@{a} = b\nprofile x@{a} { ^@{a} { } }", "xb | xb//b"},
        {"variable of more", "@{a} = /b\n@{a} += \"/c d\"\nprofile @{a} { }", "{/b,/c d}"},
        {"variables in variables", "@{a}=b @{c}/ \\\n{d}\n@{c}=/e\nprofile x@{a} { }",
         "x{b,/e/,{d}}"},
        {"variables in themselves", "@{a} = @{a}x\nprofile p@{a} { }", "p@{a}"},
        {"unknown variable", "profile p@{nix} { }", "p@{nix}"},
        {"path with a variable", "@{bin}=/bin\n@{bin}/x { }", "/bin/x"},
        {"never closed", "profile x { ^h { /a r,", "x | x//h"},
        {"closed too often", "} } profile x { } } }\nprofile y { }", "x | y"},
        {"no name", "profile {\n}\nprofile y { }", "y"},
        {"unclosed quote", "profile x { /a\" r,\n}\nprofile y { }", "x | y"},
        {"unclosed parenthesis", "profile x { signal (send,\n}\nprofile y { }", "x | y"},
        {"glued open brace", "profile x{ /a r, }", ""},
        {"nothing", "", ""},
        {"rule without a comma", "profile x { /a r\n}\nprofile y { }", "x | y"},
        {"carriage returns", "profile x {\r\n  /a r,\r\n}\r\nprofile y {\r\n}\r\n", "x | y"},
        {"no newline at the end", "profile x { } # c", "x"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f = {.dir = test_dir_new()};
        g_autofree char *got = NULL;
        put(&f, "p", cases[i].text);
        fixture_open(&f);
        got = defines(f.index, "p");
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, got, cases[i].want);
        fixture_close(&f);
    }
}

static void
test_block(void **state)
{
    static const char text[] = "# one\nprofile x /usr/bin/{x,y} flags=(complain, audit) {\n"
                               "  /a r,\n  ^h {\n  }\n}\n";
    Fixture f = {.dir = test_dir_new()};
    const AmrBlock *block, *hat;

    put(&f, "p", text);
    fixture_open(&f);
    assert_int_equal(amr_index_count(f.index), 2);
    block = amr_index_find(f.index, NULL, "x");
    hat = amr_index_find(f.index, "", "x//h");
    assert_non_null(block);
    assert_non_null(hat);
    assert_ptr_equal(amr_index_block(f.index, 0), block);
    assert_int_equal(block->kind, AMR_BLOCK_PROFILE);
    assert_int_equal(hat->kind, AMR_BLOCK_HAT);
    assert_ptr_equal(hat->parent, block);
    assert_string_equal(block->attachment, "/usr/bin/{x,y}");
    assert_string_equal(block->flags, "complain, audit");
    assert_true(block->complain);
    assert_false(hat->complain);
    assert_int_equal(block->line, 2);
    assert_int_equal(hat->line, 4);
    assert_int_equal(block->header, strstr(text, "profile") - text);
    assert_int_equal(text[block->open], '{');
    assert_int_equal(block->close, strrchr(text, '}') - text);
    assert_int_equal(text[hat->open], '{');
    assert_true(hat->open < hat->close && hat->close < block->close);
    assert_null(amr_index_find(f.index, "ns", "x"));
    assert_ptr_equal(amr_index_find_typed(f.index, "p"), block);
    assert_ptr_equal(amr_index_find_typed(f.index, "x//h"), hat);
    assert_null(amr_index_find_typed(f.index, "nothing"));
    fixture_close(&f);
}

/* What @text's profile t attaches to; "?" where that is not known, "" for nothing. */
static char *
attachment_of(const char *text)
{
    Fixture f = {.dir = test_dir_new()};
    const AmrBlock *block;
    char *got;

    put(&f, "p", text);
    put(&f, "tunables/x", "@{far} = /far\ninclude if exists <tunables/x.d>\n");
    put(&f, "tunables/x.d/site", "@{far} += /site\n");
    fixture_open(&f);
    block = amr_index_find(f.index, NULL, "t");
    assert_non_null(block);
    assert_false(block->elusive && block->attachment);
    got = g_strdup(block->elusive ? "?" : block->attachment ? block->attachment : "");
    fixture_close(&f);
    return got;
}

static void
test_attachment(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } rows[] = {
        {"none", "profile t { }", ""},
        {"plain", "profile t /opt/t { }", "/opt/t"},
        {"quoted", "profile t \"/opt/a t\" { }", "/opt/a t"},
        {"an escaped glob stays one", "profile t /opt/\\{t\\133 { }", "/opt/\\{t\\["},
        {"a variable", "@{bin}=/{,usr/}{,s}bin\nprofile t @{bin}/t { }", "/{,usr/}{,s}bin/t"},
        {"slashes are trimmed and squeezed as the parser does",
         "@{D}=/home/\n@{H}=@{D}/*/ /root/\nprofile t @{H}/t { }", "{/home/*,/root}/t"},
        {"trimmed at the front", "@{t}=tail /lead\nprofile t /x/@{t} { }", "/x/{tail,lead}"},
        {"not trimmed", "@{two}=/opt//two/ /opt/three\nprofile t @{two}x { }",
         "{/opt/two/,/opt/three}x"},
        {"variables in variables are laid out flat",
         "@{R}=/srv/ /opt/\n@{O}=@{R}\n@{Q}=/home/@{R}/z /a\nprofile t /q@{Q}@{O}/y { }",
         "/q{/home/srv/z,/home/opt/z,/a}{/srv,/opt}/y"},
        {"inside of alternatives", "@{t}=tail /lead\nprofile t /q/{a,b@{t}} { }",
         "/q/{a,b{tail,/lead}}"},
        {"exec_path",
         "@{exec_path} = /opt/t\n@{exec_path} += /srv/t\nprofile t @{exec_path} "
         "flags=(complain) { }",
         "{/opt/t,/srv/t}"},
        {"added to in a directory of the site", "include <tunables/x>\nprofile t @{far}/t { }",
         "{/far,/site}/t"},
        {"not declared", "profile t @{nix}/t { }", "?"},
        {"a boolean is no path", "${b} = true\nprofile t @{b}/t { }", "?"},
        {"a loop", "@{a}=@{b}\n@{b}=@{a}\nprofile t @{a}/t { }", "?"},
        {"by extended attributes too", "profile t /opt/** xattrs=(user.x=y) { }", "?"},
        {"extended attributes of the profile before",
         "profile s /opt/s xattrs=(user.x=y) { }\nprofile t /opt/t { }", "/opt/t"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = attachment_of(rows[i].text);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", rows[i].name, got, rows[i].want);
    }
}

/* Each of ten variables is a hundred times the next; the last is @last. */
static char *
explosion(const char *last)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < 10; i++) {
        g_string_append_printf(text, "@{v%u} = ", i);
        for (guint j = 0; j < 100; j++)
            g_string_append_printf(text, "@{v%u}", i + 1);
        g_string_append_c(text, '\n');
    }
    g_string_append_printf(text, "@{v10} = %s\nprofile t /opt/@{v0}/t { }\n", last);
    return g_string_free(text, FALSE);
}

static void
test_attachment_explosion(void **state)
{
    static const char *const last[] = {"\"\"", "x", "x y", "\"\" \"\""};

    for (gsize i = 0; i < G_N_ELEMENTS(last); i++) {
        g_autofree char *text = explosion(last[i]), *got = attachment_of(text);
        assert_string_equal(got, "?");
    }
}

/* ---- includes ------------------------------------------------------------------------------- */

static void
put_includes(Fixture *f)
{
    put(f, "tunables/global", "@{bin} = /bin /usr/bin\n");
    put(f, "abstractions/base",
        "/base r,\ninclude <abstractions/deep>\n#include if exists <abstractions/base.d>\n");
    put(f, "abstractions/deep", "/deep r,\n include if exists <local/deep>\n");
    put(f, "abstractions/base.d/one", "/one r,\n");
    put(f, "abstractions/base.d/.hidden", "profile no { }\n");
    put(f, "abstractions/base.d/two.dpkg-old", "profile no { }\n");
    put(f, "abstractions/helpers",
        "profile sanitized {\n  include <abstractions/base>\n  include if exists "
        "<local/helpers>\n}\n");
    put(f, "usr.bin.a",
        "abi <abi/3.0>,\ninclude <tunables/global>\nprofile a @{bin}/a {\n  include "
        "<abstractions/base>\n"
        "  include <abstractions/helpers>\n  # include <local/no>\n  ^hat {\n    /h r,\n  }\n"
        "  #include <local/other>\n  /x r, #include <local/usr.bin.a>\n}\n");
    put(f, "usr.bin.b",
        "#include <tunables/global>\n/b {\n  include <abstractions/helpers>\n"
        "  include \"abstractions/base\"\n  include /outside/file\n  include <../../../x>\n}\n");
    put(f, "usr.bin.c",
        "profile c { include if exists <local/shared>\n }\n"
        "profile d { include if exists <local/shared>\n /x r, }\n");
    put(f, "off", "profile off { include <abstractions/base> }\nprofile c { }\n");
    put(f, "disable/off", "");
    put(f, "force-complain/usr.bin.b", "");
    put(f, "local/usr.bin.a", "/l r,\n");
    put(f, "abi/3.0", "");
    put(f, "README", "profile readme { }\n");
    put(f, "x.rpmnew", "profile rpm { }\n");
    put(f, ".dot", "profile dot { }\n");
    put(f, "x~", "profile tilde { }\n");
}

static void
assert_list(const char **names, const char *want)
{
    g_autofree const char **owned = names;
    g_autofree char *got = joined(owned);
    assert_string_equal(got, want);
}

static void
test_includes(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autofree char *a = NULL, *b = NULL;
    const AmrBlock *child;

    put_includes(&f);
    fixture_open(&f);
    a = defines(f.index, "usr.bin.a");
    b = defines(f.index, "usr.bin.b");
    assert_string_equal(a, "a | a//hat | a//sanitized");
    assert_string_equal(b, "/b | /b//sanitized");
    assert_int_equal(amr_index_count(f.index), 9);
    child = amr_index_find(f.index, NULL, "/b//sanitized");
    assert_non_null(child);
    assert_int_equal(child->kind, AMR_BLOCK_CHILD);
    assert_string_equal(child->file, "abstractions/helpers");
    assert_string_equal(child->parent->name, "/b");
    assert_list(amr_index_roots(f.index, child), "usr.bin.b");
    assert_list(amr_index_reads(f.index, "usr.bin.a"),
                "abi/3.0 | abstractions/base | abstractions/base.d/one | abstractions/deep | "
                "abstractions/helpers | local/usr.bin.a | tunables/global | usr.bin.a");
    assert_list(amr_index_affected(f.index, "abstractions/deep"), "usr.bin.a | usr.bin.b");
    assert_list(amr_index_affected(f.index, "local/helpers"), "usr.bin.a | usr.bin.b");
    assert_list(amr_index_affected(f.index, "abstractions/base.d/new"), "usr.bin.a | usr.bin.b");
    assert_list(amr_index_affected(f.index, "abstractions/base.d/.new"), "");
    assert_list(amr_index_affected(f.index, "usr.bin.c"), "usr.bin.c");
    assert_list(amr_index_affected(f.index, "off"), "");
    assert_list(amr_index_affected(f.index, "unheard/of"), "");
    assert_true(amr_index_is_disabled(f.index, "off"));
    assert_false(amr_index_is_disabled(f.index, "usr.bin.a"));
    assert_true(amr_index_is_force_complain(f.index, "usr.bin.b"));
    assert_string_equal(amr_index_find(f.index, NULL, "c")->file, "usr.bin.c");
    assert_string_equal(amr_index_find(f.index, NULL, "off")->file, "off");
    assert_null(amr_index_find(f.index, NULL, "readme"));
    assert_null(amr_index_find(f.index, NULL, "no"));
    assert_null(amr_index_find_typed(f.index, "usr.bin.c"));
    assert_non_null(amr_index_bytes(f.index, "abstractions/deep"));
    assert_null(amr_index_bytes(f.index, "local/helpers"));
    assert_int_equal(g_strv_length((char **)amr_index_notes(f.index)), 3);
    fixture_close(&f);
}

static char *
locals(const AmrIndex *index, const char *name)
{
    const AmrBlock *block = amr_index_find(index, NULL, name);
    GString *out = g_string_new(NULL);
    g_autoptr(GArray) all = NULL;

    assert_non_null(block);
    all = amr_index_locals(index, block);
    for (guint i = 0; i < all->len; i++) {
        const AmrLocal *local = &g_array_index(all, AmrLocal, i);
        g_string_append_printf(out, "%s%s at %s:%u depth %u%s%s", i ? " | " : "", local->target,
                               local->file, local->line, local->depth,
                               local->if_exists ? " optional" : "", local->exists ? " there" : "");
    }
    return g_string_free(out, FALSE);
}

static void
test_locals(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autofree char *a = NULL, *child = NULL, *hat = NULL;
    g_autoptr(GPtrArray) reached = NULL, reached_new = NULL;
    AmrLocal local;

    put_includes(&f);
    fixture_open(&f);
    a = locals(f.index, "a");
    child = locals(f.index, "a//sanitized");
    hat = locals(f.index, "a//hat");
    assert_string_equal(a, "local/deep at abstractions/deep:2 depth 2 optional"
                           " | local/other at usr.bin.a:10 depth 0"
                           " | local/usr.bin.a at usr.bin.a:11 depth 0 there");
    assert_string_equal(child, "local/deep at abstractions/deep:2 depth 2 optional"
                               " | local/helpers at abstractions/helpers:3 depth 0 optional");
    assert_string_equal(hat, "");
    assert_true(amr_index_local(f.index, amr_index_find(f.index, NULL, "a"), &local));
    assert_string_equal(local.target, "local/usr.bin.a");
    assert_true(amr_index_local(f.index, amr_index_find(f.index, NULL, "a//sanitized"), &local));
    assert_string_equal(local.target, "local/helpers");
    assert_false(amr_index_local(f.index, amr_index_find(f.index, NULL, "a//hat"), &local));
    reached = amr_index_reached(f.index, "local/shared");
    assert_int_equal(reached->len, 2);
    assert_string_equal(((const AmrBlock *)reached->pdata[0])->name, "c");
    reached_new = amr_index_reached(f.index, "abstractions/base.d/new");
    assert_int_equal(reached_new->len, 5); /* a, a//sanitized, /b, /b//sanitized, off */
    fixture_close(&f);
}

static void
test_place_include(void **state)
{
    static const struct {
        const char *file, *text, *block, *before, *name, *error;
    } cases[] = {
        {"p", "profile x {\n  /a r,\n\t }\n# }", "x", "\t }", "p", NULL},
        {"p", "profile x { /a r, }\n", "x", "}\n", "p", NULL},
        {"p", "profile x {\n ^h {\n  }\n}\n", "x//h", "  }\n}", "p.x.h", NULL},
        {"p", "profile x {\n include <local/p>\n ^/h/i {\n  }\n}\n", "x//^", NULL, NULL, NULL},
        {"p", "profile x {\n include <local/p>\n ^/h/i {\n  }\n}\n", "x///h/i", "  }\n}", "p.x.h.i",
         NULL},
        {"a b", "profile x {\n}\n", "x", "}\n", "a.b", NULL},
        {"p", "profile x {\n /a r,\n", "x", NULL, NULL, "p:1: the profile's block is never closed"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f = {.dir = test_dir_new()};
        const AmrBlock *block;
        g_autoptr(GError) error = NULL;
        g_autofree char *name = NULL;
        gsize offset = 0;
        put(&f, cases[i].file, cases[i].text);
        fixture_open(&f);
        block = amr_index_find(f.index, NULL, cases[i].block);
        if (!cases[i].before && !cases[i].error) {
            assert_null(block);
        } else if (cases[i].error) {
            assert_non_null(block);
            assert_false(amr_index_place_include(f.index, block, &offset, &name, &error));
            assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
            assert_string_equal(error->message, cases[i].error);
        } else {
            assert_non_null(block);
            assert_true(amr_index_place_include(f.index, block, &offset, &name, &error));
            assert_string_equal(name, cases[i].name);
            assert_true(g_str_has_prefix(cases[i].text + offset, cases[i].before));
        }
        fixture_close(&f);
    }
}

/* ---- hostile policy ------------------------------------------------------------------------- */

static char *
repeat(const char *head, const char *unit, guint times, const char *tail)
{
    GString *out = g_string_new(head);

    for (guint i = 0; i < times; i++)
        g_string_append(out, unit);
    g_string_append(out, tail);
    return g_string_free(out, FALSE);
}

static void
test_hostile(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autofree char *braces = repeat("profile x ", "{ ", 100000, "");
    g_autofree char *nested = repeat("", "^a { ", 100000, "");
    g_autofree char *line = repeat("profile x { /", "a", 1000000, " r, }\nprofile y { }");
    g_autofree char *quotes = repeat("profile x { ", "\" ( ", 100001, "");
    g_autofree char *closes = repeat("", "}", 1000000, "profile x { }");
    g_autofree char *big = repeat("", "# too large\n", 100000, "profile big { }");
    g_autofree char *name = NULL;

    put(&f, "loop", "profile l { include <loop> }\n");
    put(&f, "a", "include <b>\nprofile a { include <b> }\n");
    put(&f, "b", "include <a>\nprofile b { include <a> }\n");
    put(&f, "braces", braces);
    put(&f, "nested", nested);
    put(&f, "line", line);
    put(&f, "quotes", quotes);
    put(&f, "closes", closes);
    put(&f, "big", big);
    put(&f, "binary",
        "\x7f"
        "ELF\x01\x02\xff\xfe{{\"\\\x80}}profile b\xff { }");
    put(&f, "bombs/0", "");
    for (int i = 1; i <= 24; i++) {
        g_autofree char *file = g_strdup_printf("bombs/%d", i);
        g_autofree char *text = g_strdup_printf("profile a { include <bombs/%d> }\n"
                                                "profile b { include <bombs/%d> }\n",
                                                i - 1, i - 1);
        put(&f, file, text);
    }
    put(&f, "bomb", "include <bombs/24>\n");
    fixture_open(&f);
    name = defines(f.index, "line");
    assert_string_equal(name, "x | y");
    assert_non_null(amr_index_find(f.index, NULL, "l"));
    assert_non_null(amr_index_find(f.index, NULL, "a//b"));
    assert_non_null(amr_index_find(f.index, NULL, "b\xff"));
    assert_null(amr_index_find(f.index, NULL, "big"));
    assert_true(amr_index_count(f.index) > 1000);
    assert_true(amr_index_count(f.index) <= 65536);
    assert_true(g_strv_length((char **)amr_index_notes(f.index)) > 2);
    fixture_close(&f);
}

/* Any bytes at all, from a fixed seed: it ends, and its places make sense. */
static void
test_junk(void **state)
{
    static const char *const bits[] = {"profile ", "{", "}",  " ",  "\n", "\"", "\\", "#",
                                       "include ", "<", ">",  "(",  ")",  ",",  "^",  "hat ",
                                       "@{x}",     "=", "/a", "->", "x",  "if", ":",  "mount "};
    g_autoptr(GRand) random = g_rand_new_with_seed(7);

    for (int round = 0; round < 60; round++) {
        Fixture f = {.dir = test_dir_new()};
        GString *text = g_string_new(NULL);
        for (int i = 0; i < 400; i++)
            g_string_append(text, bits[g_rand_int_range(random, 0, G_N_ELEMENTS(bits))]);
        put(&f, "p", text->str);
        fixture_open(&f);
        for (guint i = 0; i < amr_index_count(f.index); i++) {
            const AmrBlock *block = amr_index_block(f.index, i);
            assert_true(block->header < block->open && block->open < block->close);
            assert_true(block->close <= text->len);
            assert_int_equal(text->str[block->open], '{');
            assert_true(block->close == text->len || text->str[block->close] == '}');
        }
        g_string_free(text, TRUE);
        fixture_close(&f);
    }
}

static void
test_no_policy(void **state)
{
    g_autofree char *dir = test_dir_new();
    AmrTargetOptions options = {.root = dir};
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrTarget) target = amr_target_new(&options, &error);
    AmrIndex *index = target ? load(target, &error) : NULL;

    assert_null(index);
    assert_non_null(error);
    test_dir_remove(g_steal_pointer(&dir));
}

static void
test_cancel(void **state)
{
    Fixture f = {.dir = test_dir_new()};
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;

    put(&f, "p", "profile x { }");
    fixture_open(&f);
    g_cancellable_cancel(cancellable);
    amr_index_load_async(f.target, cancellable, test_result, &result);
    test_wait_result(&result);
    assert_null(amr_index_load_finish(result, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    fixture_close(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),         cmocka_unit_test(test_block),
        cmocka_unit_test(test_attachment),    cmocka_unit_test(test_attachment_explosion),
        cmocka_unit_test(test_includes),      cmocka_unit_test(test_locals),
        cmocka_unit_test(test_place_include), cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_junk),          cmocka_unit_test(test_no_policy),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
