/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hostile names in every place where a name stands in a rule: what is made of them compiles,
 * matches exactly that name, and nothing near it. Through the real compiler, in batches, and the
 * oracle. From a seed (ARMORER_SEED; printed); ARMORER_LONG=1 makes it thousands. Another compiler:
 * ARMORER_PARSER, ARMORER_POLICY (for its abi files), ARMORER_FEATURES.
 */
#include "tests/unit/hostile.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/policy/oracle.h"
#include "core/policy/probe.h"

/* What a name must be so that the kernel can ask about it. */
typedef enum {
    KIND_PATH,      /* begins with a slash, no two of them in a row */
    KIND_DIRECTORY, /* and ends in one */
    KIND_LABEL,     /* any bytes, of which some mean namespaces and stacks */
    KIND_WORDS,     /* any bytes */
    KIND_ABSTRACT,  /* "@" and any bytes */
    KIND_HAT,       /* "p//" and any bytes: a hat's or child's */
} Kind;

typedef struct {
    const char *what;
    Kind kind;
    const char *rule; /* of which @term is set to the name; NULL: see make_rule() */
    AmrTerm term;
    gboolean (*ask)(AmrOracleQuestion *question, AmrBytes name);
} Place;

/* ---- questions --------------------------------------------------------------------------------
 */

#define ASK(name_, class_, rights_, ...)                                                        \
    static gboolean ask_##name_(AmrOracleQuestion *question, AmrBytes name)                     \
    {                                                                                           \
        *question =                                                                             \
            (AmrOracleQuestion){.klass = AMR_CLASS_##class_, .rights = (rights_), __VA_ARGS__}; \
        return TRUE;                                                                            \
    }
ASK(file, FILE, AMR_PERM_READ, .file = {.path = name})
ASK(owner, FILE, AMR_PERM_WRITE, .file = {.path = name, .owner = TRUE})
ASK(exec, FILE, AMR_PERM_EXEC, .file = {.path = name})
ASK(link, FILE, AMR_PERM_LINK, .file = {.path = name, .target = AMR_BYTES("/to")})
ASK(link_to, FILE, AMR_PERM_LINK, .file = {.path = AMR_BYTES("/from"), .target = name})
ASK(unix_own, UNIX, AMR_MAY_BIND, .unix_socket = {.type = 1, .address = name})
ASK(unix_peer, UNIX, AMR_MAY_SEND,
    .unix_socket = {
        .type = 1, .address = AMR_BYTES("none"), .peer_address = name, .peer = AMR_BYTES("q")})
ASK(unix_label, UNIX, AMR_MAY_SEND,
    .unix_socket = {
        .type = 1, .address = AMR_BYTES("none"), .peer_address = AMR_BYTES("@x"), .peer = name})
ASK(signal, SIGNAL, AMR_MAY_SEND, .signal = {.number = 15, .peer = name})
ASK(ptrace, PTRACE, AMR_MAY_READ, .ptrace = {.peer = name})
#define MESSAGE(bus_, path_, interface_, member_, peer_) \
    .dbus = {.bus = bus_, .path = path_, .interface = interface_, .member = member_, .peer = peer_}
ASK(bus, DBUS, AMR_MAY_SEND,
    MESSAGE(name, AMR_BYTES("/a"), AMR_BYTES("i.f"), AMR_BYTES("M"), AMR_BYTES("q")))
ASK(dbus_path, DBUS, AMR_MAY_SEND,
    MESSAGE(AMR_BYTES("system"), name, AMR_BYTES("i.f"), AMR_BYTES("M"), AMR_BYTES("q")))
ASK(interface, DBUS, AMR_MAY_SEND,
    MESSAGE(AMR_BYTES("system"), AMR_BYTES("/a"), name, AMR_BYTES("M"), AMR_BYTES("q")))
ASK(member, DBUS, AMR_MAY_SEND,
    MESSAGE(AMR_BYTES("system"), AMR_BYTES("/a"), AMR_BYTES("i.f"), name, AMR_BYTES("q")))
ASK(dbus_label, DBUS, AMR_MAY_SEND,
    MESSAGE(AMR_BYTES("system"), AMR_BYTES("/a"), AMR_BYTES("i.f"), AMR_BYTES("M"), name))
ASK(bus_name, DBUS, AMR_MAY_OWN, .dbus = {.bus = AMR_BYTES("system"), .name = name})
#define MS_NOSUID 2
#define MOUNT(point_, source_, fstype_) \
    .mount = {.point = point_, .source = source_, .fstype = fstype_, .flags = MS_NOSUID}
ASK(point, MOUNT, AMR_MAY_MOUNT, MOUNT(name, AMR_BYTES("none"), AMR_BYTES("tmpfs")))
ASK(source, MOUNT, AMR_MAY_MOUNT, MOUNT(AMR_BYTES("/mnt/"), name, AMR_BYTES("tmpfs")))
ASK(fstype, MOUNT, AMR_MAY_MOUNT, MOUNT(AMR_BYTES("/mnt/"), AMR_BYTES("none"), name))
ASK(umount, MOUNT, AMR_MAY_UMOUNT, .mount = {.point = name})
ASK(new_root, MOUNT, AMR_MAY_PIVOT_ROOT, .mount = {.point = name, .source = AMR_BYTES("/old/")})
ASK(old_root, MOUNT, AMR_MAY_PIVOT_ROOT, .mount = {.point = AMR_BYTES("/new/"), .source = name})
ASK(change, CHANGE_PROFILE, AMR_MAY_CHANGE, .change_profile = {.target = name})
ASK(queue, MQUEUE, AMR_MAY_OPEN, .mqueue = {.name = name})
ASK(uring, IO_URING, AMR_MAY_OVERRIDE_CREDS, .io_uring = {.label = name})

static const Place places[] = {
    {"a file", KIND_PATH, NULL, AMR_TERM_NONE, ask_file},
    {"an owner's file", KIND_PATH, NULL, AMR_TERM_NONE, ask_owner},
    {"a program", KIND_PATH, NULL, AMR_TERM_NONE, ask_exec},
    {"a new link", KIND_PATH, NULL, AMR_TERM_NONE, ask_link},
    {"a link's target", KIND_PATH, NULL, AMR_TERM_NONE, ask_link_to},
    {"unix, own address", KIND_ABSTRACT, "unix (bind) type=(stream),", AMR_TERM_ADDR, ask_unix_own},
    {"unix, the other's address", KIND_ABSTRACT, "unix (send) type=(stream) peer=(label=q),",
     AMR_TERM_PEER_ADDR, ask_unix_peer},
    {"unix, the other's label", KIND_LABEL, "unix (send) type=(stream) peer=(addr=\"@x\"),",
     AMR_TERM_PEER_LABEL, ask_unix_label},
    {"signal, the peer", KIND_LABEL, "signal (send) set=(term),", AMR_TERM_PEER_LABEL, ask_signal},
    {"ptrace, the peer", KIND_LABEL, "ptrace (read),", AMR_TERM_PEER_LABEL, ask_ptrace},
    {"dbus, the bus", KIND_WORDS, "dbus (send) path=/a interface=i.f member=M peer=(label=q),",
     AMR_TERM_BUS, ask_bus},
    {"dbus, the path", KIND_WORDS, "dbus (send) bus=system interface=i.f member=M peer=(label=q),",
     AMR_TERM_PATH, ask_dbus_path},
    {"dbus, the interface", KIND_WORDS, "dbus (send) bus=system path=/a member=M peer=(label=q),",
     AMR_TERM_INTERFACE, ask_interface},
    {"dbus, the member", KIND_WORDS, "dbus (send) bus=system path=/a interface=i.f peer=(label=q),",
     AMR_TERM_MEMBER, ask_member},
    {"dbus, the peer", KIND_LABEL, "dbus (send) bus=system path=/a interface=i.f member=M,",
     AMR_TERM_PEER_LABEL, ask_dbus_label},
    {"dbus, a name that is bound", KIND_WORDS, "dbus (bind) bus=system,", AMR_TERM_NAME,
     ask_bus_name},
    {"a mount point", KIND_DIRECTORY, "mount fstype=(tmpfs) options=(nosuid, rw) none,",
     AMR_TERM_POINT, ask_point},
    {"a mount's source", KIND_WORDS, "mount fstype=(tmpfs) options=(nosuid, rw) -> /mnt/,",
     AMR_TERM_SOURCE, ask_source},
    {"a file system", KIND_WORDS, "mount options=(nosuid, rw) none -> /mnt/,", AMR_TERM_FSTYPE,
     ask_fstype},
    {"umount", KIND_DIRECTORY, "umount,", AMR_TERM_POINT, ask_umount},
    {"pivot_root, the new root", KIND_DIRECTORY, "pivot_root oldroot=/old/,", AMR_TERM_POINT,
     ask_new_root},
    {"pivot_root, the old root", KIND_DIRECTORY, "pivot_root /new/,", AMR_TERM_OLDROOT,
     ask_old_root},
    {"change_profile", KIND_LABEL, "change_profile,", AMR_TERM_TARGET, ask_change},
    {"unix, a hat's label", KIND_HAT, "unix (send) type=(stream) peer=(addr=\"@x\"),",
     AMR_TERM_PEER_LABEL, ask_unix_label},
    {"signal, a hat", KIND_HAT, "signal (send) set=(term),", AMR_TERM_PEER_LABEL, ask_signal},
    {"ptrace, a hat", KIND_HAT, "ptrace (read),", AMR_TERM_PEER_LABEL, ask_ptrace},
    {"dbus, a hat", KIND_HAT, "dbus (send) bus=system path=/a interface=i.f member=M,",
     AMR_TERM_PEER_LABEL, ask_dbus_label},
    {"change_profile to a hat", KIND_HAT, "change_profile,", AMR_TERM_TARGET, ask_change},
    {"a queue", KIND_PATH, "mqueue (open) type=posix,", AMR_TERM_NAME, ask_queue},
    {"io_uring, the label", KIND_LABEL, "io_uring (override_creds),", AMR_TERM_LABEL, ask_uring},
};

/* ---- names ------------------------------------------------------------------------------------
 */

/* Bytes that the lexer, the pattern compiler or the label reader takes for something. */
static void
sprinkle(GRand *random, GString *name)
{
    static const char *const bits[] = {" ",          "\t",
                                       "\"",         ",",
                                       "\\",         "\\\\",
                                       "*",          "**",
                                       "?",          "[a-z]",
                                       "[^a]",       "{a,b}",
                                       "{",          "}",
                                       "[",          "]",
                                       "^",          "@{HOME}",
                                       "@{",         "@",
                                       "#",          "!",
                                       "$",          "=",
                                       "(",          ")",
                                       " -> ",       "<",
                                       ">",          "|",
                                       ";",          "&",
                                       "//&",        ":",
                                       "://",        "~",
                                       "'",          "%",
                                       "\\040",      "\\x41",
                                       "\\d65",      "+",
                                       "-",          "peer=(",
                                       "label=",     "\r",
                                       "\x01",       "\x7f",
                                       "\xff",       "\xc3\xa9",
                                       "null",       "none",
                                       "all",        "options",
                                       "in",         "7",
                                       "0",          "\n}\nprofile x {\n",
                                       " r,",        "include <",
                                       "safe",       "unsafe",
                                       "unconfined", "send",
                                       ".",          "..",
                                       "a",          "Z",
                                       "true"};
    g_string_append(name, bits[g_rand_int_range(random, 0, G_N_ELEMENTS(bits))]);
}

static void
append_random(GRand *random, GString *name)
{
    char bytes[64];
    gsize len = hostile_bytes(random, bytes, sizeof bytes);

    for (gsize i = 0; i < len; i++)
        if (bytes[i]) /* no name of ours holds one; such a record is refused */
            g_string_append_c(name, bytes[i]);
}

static void
squeeze(GString *name)
{
    for (gsize i = 1; i < name->len;) {
        if (name->str[i] == '/' && name->str[i - 1] == '/')
            g_string_erase(name, (gssize)i, 1);
        else
            i++;
    }
}

static char *
make_name(GRand *random, Kind kind)
{
    g_autoptr(GString) name = g_string_new(NULL);
    int n = g_rand_int_range(random, 1, 7);

    if (kind == KIND_PATH || kind == KIND_DIRECTORY)
        g_string_append_c(name, '/');
    if (kind == KIND_ABSTRACT)
        g_string_append_c(name, '@');
    if (kind == KIND_HAT)
        g_string_append(name, "p//n"); /* "p//&" would be a stack */
    for (int i = 0; i < n; i++) {
        if (g_rand_int_range(random, 0, 6) == 0)
            append_random(random, name);
        else
            sprinkle(random, name);
        if (name->len > 1 && g_rand_boolean(random))
            g_string_append_c(name, "ab/c"[g_rand_int_range(random, 0, 4)]);
    }
    if (kind == KIND_PATH || kind == KIND_DIRECTORY)
        squeeze(name);
    if (kind == KIND_PATH && name->len > 1 && name->str[name->len - 1] == '/')
        g_string_append_c(name, 'e');
    if (kind == KIND_DIRECTORY && name->str[name->len - 1] != '/')
        g_string_append_c(name, '/');
    /* Labels of other namespaces and of stacks are not names of one profile: no record of a peer
     * begins or ends so. */
    if (kind == KIND_LABEL && name->str[0] == ':')
        g_string_prepend_c(name, 'n');
    return g_string_free(g_steal_pointer(&name), FALSE);
}

/* Names that are not @name, but are to a reader who slips: cut, longer, one byte other, what a glob
 * would take, what an escape would be. NULL-terminated. */
static char **
near_names(GRand *random, const char *name, Kind kind)
{
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();
    gsize len = strlen(name), at = (gsize)g_rand_int_range(random, 0, (gint32)len);
    gsize first = kind == KIND_PATH || kind == KIND_DIRECTORY || kind == KIND_ABSTRACT ? 1
                  : kind == KIND_HAT                                                   ? 3
                                                                                       : 0;
    g_autoptr(GString) other = g_string_new(name);

    g_string_append(other, "x");
    g_strv_builder_add(out, other->str);
    if (len > first + 1) {
        g_string_assign(other, name);
        g_string_truncate(other, len - 1);
        g_strv_builder_add(out, other->str);
    }
    if (at >= first) {
        g_string_assign(other, name);
        other->str[at] = name[at] == 'Q' ? 'W' : 'Q';
        g_strv_builder_add(out, other->str);
        g_string_assign(other, name);
        g_string_insert(other, (gssize)at, "Q");
        g_strv_builder_add(out, other->str);
    }
    for (gsize i = first; i < len; i++) {
        if (!strchr("*?[]{}\\,^@", name[i]))
            continue;
        g_string_assign(other, name);
        other->str[i] = 'a';
        g_strv_builder_add(out, other->str);
        g_string_assign(other, name);
        g_string_erase(other, (gssize)i, 1);
        if (other->len > first)
            g_strv_builder_add(out, other->str);
    }
    return g_strv_builder_end(out);
}

/* ---- rules ------------------------------------------------------------------------------------
 */

static AmrRule *
file_rule(const Place *place, char *pattern)
{
    gboolean link = place->ask == ask_link || place->ask == ask_link_to;
    AmrRule *rule = amr_rule_new(link ? AMR_RULE_LINK : AMR_RULE_FILE);

    if (place->ask == ask_link) {
        rule->link.pattern = pattern;
        rule->link.source = g_strdup("/to");
        return rule;
    }
    if (link) {
        rule->link.pattern = g_strdup("/from");
        rule->link.source = pattern;
        return rule;
    }
    rule->file.pattern = pattern;
    rule->owner = place->ask == ask_owner;
    rule->file.access = place->ask == ask_file    ? AMR_ACCESS_READ
                        : place->ask == ask_owner ? AMR_ACCESS_WRITE
                                                  : 0;
    rule->file.exec = place->ask == ask_exec ? AMR_EXEC_IX : AMR_EXEC_NONE;
    return rule;
}

static AmrRule *
make_rule(const Place *place, const char *name)
{
    g_autoptr(GError) error = NULL;
    char *pattern = amr_rule_spell(place->term, amr_bytes(name), &error);
    AmrRule *rule;

    assert_no_error(error);
    if (!place->rule)
        return file_rule(place, pattern);
    rule = amr_rule_read(place->rule, &error);
    assert_no_error(error);
    amr_rule_set(rule, place->term, pattern);
    g_free(pattern);
    return rule;
}

/* ---- the compiler ------------------------------------------------------------------------------
 */

typedef struct {
    AmrTarget *target;
    AmrCompiler *compiler;
    AmrProbe *probe;
    GRand *random;
} Bench;

static const char *
setting(const char *name, const char *otherwise)
{
    const char *value = g_getenv(name);
    return value && *value ? value : otherwise;
}

static int
set_up(void **state)
{
    g_autoptr(GError) error = NULL;
    const char *policy = setting("ARMORER_POLICY", "/etc/apparmor.d");
    g_autofree char *abi = g_build_filename(policy, "abi/3.0", NULL);
    const AmrTargetOptions options = {.policy = policy,
                                      .parser = setting("ARMORER_PARSER", NULL),
                                      .features = setting("ARMORER_FEATURES", abi)};
    guint32 seed = (guint32)strtoul(setting("ARMORER_SEED", "20261127"), NULL, 10);
    Bench *bench = g_new0(Bench, 1);

    print_message("seed %u\n", seed);
    bench->random = g_rand_new_with_seed(seed);
    bench->target = amr_target_new(&options, &error);
    assert_no_error(error);
    bench->compiler = amr_compiler_new(bench->target);
    bench->probe = amr_probe_new(bench->compiler);
    *state = bench;
    return 0;
}

static int
tear_down(void **state)
{
    Bench *bench = *state;
    amr_probe_free(bench->probe);
    amr_compiler_free(bench->compiler);
    amr_target_free(bench->target);
    g_rand_free(bench->random);
    g_free(bench);
    return 0;
}

static AmrOracle *
compile(const Bench *bench, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) done = NULL;
    g_autoptr(GBytes) input = g_bytes_new(text, strlen(text));
    const AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .text = input};
    AmrOracle *oracle;

    amr_compiler_run_async(bench->compiler, &job, NULL, test_result, &done);
    test_wait_result(&done);
    g_autoptr(AmrCompileResult) result = amr_compiler_run_finish(bench->compiler, done, &error);
    assert_no_error(error);
    if (!result->ok) {
        amr_compile_result_to_error(result, AMR_ERROR_RULE_REJECTED, &error);
        fail_msg("%s\n%s", error->message, text);
    }
    oracle = amr_oracle_new(result->output, &error);
    assert_no_error(error);
    return oracle;
}

static gboolean
is_stated(const Bench *bench, const Place *place)
{
    g_autoptr(AmrRule) rule = make_rule(place, place->kind == KIND_ABSTRACT ? "@n" : "/n");
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    g_autoptr(GAsyncResult) done = NULL;

    g_ptr_array_add(rules, rule);
    amr_probe_ask_async(bench->probe, AMR_PROBE_PLAIN, NULL, "p", rules, NULL, test_result, &done);
    test_wait_result(&done);
    assert_true(amr_probe_ask_finish(done, NULL));
    return amr_probe_look(bench->probe, AMR_PROBE_PLAIN, NULL, "p", rule, NULL) ==
           AMR_STATING_STATED;
}

static guint
how_many(void)
{
    return g_getenv("ARMORER_LONG") ? 1000 : 60;
}

static void
check_name(const Bench *bench, const Place *place, const AmrOracleProfile *profile,
           const char *name, const char *rule)
{
    g_auto(GStrv) others = near_names(bench->random, name, place->kind);
    AmrOracleQuestion question;
    AmrOracleAnswer answer;

    place->ask(&question, amr_bytes(name));
    amr_oracle_ask(profile, &question, &answer);
    if (answer.verdict != AMR_ORACLE_ALLOWED)
        fail_msg("%s: %s does not match its name: %s", place->what, rule,
                 amr_oracle_verdict_word(answer.verdict));
    for (char **other = others; *other; other++) {
        gboolean slashes =
            (place->kind == KIND_PATH || place->kind == KIND_DIRECTORY) && strstr(*other, "//");
        /* A stack is asked about profile by profile. */
        gboolean stack =
            (place->kind == KIND_LABEL || place->kind == KIND_HAT) && strstr(*other, "//&");
        if (strcmp(*other, name) == 0 || slashes || stack)
            continue;
        place->ask(&question, amr_bytes(*other));
        amr_oracle_ask(profile, &question, &answer);
        if (answer.verdict == AMR_ORACLE_ALLOWED) {
            g_autofree char *shown = amr_display_string(*other);
            fail_msg("%s: %s matches %s, too", place->what, rule, shown);
        }
    }
}

/* A batch is one compilation: a profile a name. */
static void
check_batch(const Bench *bench, const Place *place, guint n)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(AmrOracle) oracle = NULL;

    for (guint i = 0; i < n; i++) {
        char *name = make_name(bench->random, place->kind);
        g_autoptr(AmrRule) rule = make_rule(place, name);
        char *printed = amr_rule_print(rule);
        g_autoptr(AmrRule) again = amr_rule_read(printed, NULL);
        if (!again || !amr_rule_equal(again, rule))
            fail_msg("%s: does not read back: %s", place->what, printed);
        g_ptr_array_add(names, name);
        g_ptr_array_add(rules, printed);
        g_string_append_printf(text, "profile p%u {\n  %s\n}\n", i, printed);
    }
    oracle = compile(bench, text->str);
    assert_int_equal(amr_oracle_count(oracle), n);
    for (guint i = 0; i < n; i++) {
        g_autofree char *profile = g_strdup_printf("p%u", i);
        const AmrOracleProfile *found = amr_oracle_find(oracle, profile);
        assert_non_null(found);
        check_name(bench, place, found, names->pdata[i], rules->pdata[i]);
    }
}

static void
test_places(void **state)
{
    Bench *bench = *state;
    guint stated = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        if (!is_stated(bench, &places[i])) {
            print_message("%s: this compiler has no such rules\n", places[i].what);
            continue;
        }
        stated++;
        for (guint done = 0; done < how_many(); done += 50)
            check_batch(bench, &places[i], 50);
    }
    print_message("%u names in each of %u places\n", how_many(), stated);
    assert_true(stated >= G_N_ELEMENTS(places) - 2); /* queues and io_uring are of 4.x */
}

/* ---- where a name is no pattern -----------------------------------------------------------------
 */

/* A profile for each of @names with `/bin/x px -> NAME`: what it leads to is that name. */
static void
check_targets(const Bench *bench, const GPtrArray *names)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(AmrOracle) oracle = NULL;

    for (guint i = 0; i < names->len; i++) {
        g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_FILE);
        rule->file.pattern = g_strdup("/bin/x");
        rule->file.exec = AMR_EXEC_PX;
        rule->file.target = g_strdup(names->pdata[i]);
        g_autofree char *printed = amr_rule_print(rule);
        g_string_append_printf(text, "profile p%u {\n  %s\n}\n", i, printed);
    }
    oracle = compile(bench, text->str);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *profile = g_strdup_printf("p%u", i);
        AmrOracleQuestion question;
        AmrOracleAnswer answer;
        ask_exec(&question, AMR_BYTES("/bin/x"));
        amr_oracle_ask(amr_oracle_find(oracle, profile), &question, &answer);
        assert_int_equal(answer.exec, AMR_EXEC_PX);
        assert_string_equal(answer.target, names->pdata[i]);
    }
}

/* What cannot be spelled as a target is refused, the rest is it to the byte. */
static void
test_targets(void **state)
{
    Bench *bench = *state;
    static const Kind kinds[] = {KIND_WORDS, KIND_HAT};

    for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < how_many(); i++) {
            char *name = make_name(bench->random, kinds[k]);
            const char *own = kinds[k] == KIND_HAT ? name + strlen("p//") : name;
            g_autofree char *spelled = amr_policy_name(AMR_PLACE_TARGET, amr_bytes(name), NULL);
            /* Those that mean a namespace or a stack are no names of one profile. */
            if (spelled && own[0] != ':' && own[0] != '&' && !strstr(own, "//"))
                g_ptr_array_add(names, name);
            else
                g_free(name);
        }
        assert_true(names->len > how_many() / 8);
        check_targets(bench, names);
    }
}

/* ---- where a name is a header
 * --------------------------------------------------------------------
 */

/* A child that is made for a program: who runs it comes there, and only by that name; a name that
 * a header would take for more is refused. */
static void
test_children(void **state)
{
    Bench *bench = *state;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(AmrOracle) oracle = NULL;

    for (guint i = 0; i < how_many() * 8 && names->len < how_many(); i++) {
        char *name = make_name(bench->random, KIND_PATH);
        g_autoptr(AmrRule) child = amr_rule_new(AMR_RULE_CHILD);
        g_autoptr(AmrRule) exec = amr_rule_new(AMR_RULE_FILE);
        if (!amr_rule_may_name_child(name)) {
            g_free(name);
            continue;
        }
        child->child.name = g_strdup(name);
        child->child.local = g_strdup("local/none.such");
        exec->file.pattern = amr_policy_pattern(amr_bytes(name), NULL);
        exec->file.exec = AMR_EXEC_CX;
        g_autofree char *block = amr_rule_print(child), *rule = amr_rule_print(exec);
        g_autoptr(AmrRule) again = amr_rule_read(block, NULL);
        if (!again || !amr_rule_equal(again, child))
            fail_msg("a child does not read back: %s", block);
        g_string_append_printf(text, "profile p%u {\n  %s\n%s\n}\n", names->len, rule, block);
        g_ptr_array_add(names, name);
    }
    assert_true(names->len > how_many() / 8);
    oracle = compile(bench, text->str);
    assert_int_equal(amr_oracle_count(oracle), 2 * names->len);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *profile = g_strdup_printf("p%u", i);
        g_autofree char *child = g_strdup_printf("%s//%s", profile, (char *)names->pdata[i]);
        AmrOracleQuestion question;
        AmrOracleAnswer answer;
        ask_exec(&question, amr_bytes(names->pdata[i]));
        amr_oracle_ask(amr_oracle_find(oracle, profile), &question, &answer);
        assert_int_equal(answer.exec, AMR_EXEC_CX);
        assert_non_null(amr_oracle_find(oracle, child));
    }
}

/* The header of `propose` and `apply`, of profiles and hats: what is written is read back. */
static void
test_headers(void **state)
{
    static const Kind kinds[] = {KIND_PATH, KIND_LABEL, KIND_WORDS, KIND_HAT};
    Bench *bench = *state;

    for (guint i = 0; i < 50 * how_many(); i++) {
        g_autofree char *name = make_name(bench->random, kinds[i % G_N_ELEMENTS(kinds)]);
        g_autofree char *spelled = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(name), NULL);
        g_autofree char *again = spelled ? amr_rule_unspell(spelled, NULL) : NULL;
        assert_non_null(spelled);
        assert_null(strpbrk(spelled, "\n\r\x1b"));
        assert_non_null(again);
        assert_string_equal(again, name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_children),
        cmocka_unit_test(test_headers),
    };
    return cmocka_run_group_tests_name("names", tests, set_up, tear_down);
}
