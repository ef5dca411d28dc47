/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Null profiles, what policy on disk says, mirrors: from records to what is proposed for them. */
#include "tests/unit/testing.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/policy/mirror.h"
#include "core/policy/resolve.h"

static const char policy[] = "profile p /opt/p {\n"
                             "  /opt/decided ix,\n"
                             "  /opt/gone ux,\n"
                             "  /opt/aside px -> aside,\n"
                             "  /opt/both px -> p//&own,\n"
                             "  /opt/into cx -> named,\n"
                             "  /opt/else px -> nowhere,\n"
                             "  /opt/lost cx,\n"
                             "  /opt/miss{ed,ing} Cx -> missing,\n"
                             "  /opt/odd cx -> \"no word\",\n"
                             "  /opt/back cix -> missing,\n"
                             "  deny /opt/never x,\n"
                             "  deny /srv/hidden r,\n"
                             "  /srv/known r,\n"
                             "  signal (send) set=(hup) peer=quiet,\n"
                             "  profile child /opt/child {\n"
                             "    /srv/of-child r,\n"
                             "  }\n"
                             "  profile named {\n"
                             "  }\n"
                             "  ^hat {\n"
                             "  }\n"
                             "}\n"
                             "profile own /opt/own {\n"
                             "  /srv/of-own r,\n"
                             "}\n"
                             "profile known /opt/known {\n}\n"
                             "profile readable /opt/readable {\n  /opt/readable r,\n  "
                             "/usr/bin/dash mr,\n}\n"
                             "profile aside {\n}\n"
                             "profile open flags=(unconfined) {\n}\n"
                             "profile quiet {\n"
                             "  signal (receive) set=(hup),\n"
                             "  deny signal (receive) set=(kill),\n"
                             "  deny ptrace (readby),\n"
                             "}\n"
                             "profile loud {\n"
                             "  signal,\n"
                             "}\n"
                             "profile :far:p {\n}\n"
                             "profile :far:q {\n}\n"
                             "profile :far:own /opt/own {\n}\n"
                             "profile \"a \\\"b\" {\n}\n";

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrOpener *opener;
    AmrCompiler *compiler;
    AmrIndex *index;
    AmrLoaded *loaded;
    AmrStore *store;
    AmrFacts *facts;
    AmrPrograms *programs;
} System;

/* Scripts, whose interpreters are there. */
static void
make_programs(const char *dir)
{
    static const struct {
        const char *name, *text;
    } programs[] = {
        {"opt/script", "#!/bin/dash -e\n"},
        {"opt/known", "#!/bin/dash\n"},
        {"opt/env", "#!/usr/bin/env python\n"},
        {"opt/ruined", "#!/nowhere\n"},
        {"opt/readable", "#!/bin/dash\n"},
        {"usr/bin/dash", "\177ELF"},
        {"usr/bin/env", "\177ELF"},
        {"usr/bin/python", "\177ELF"},
    };
    g_autofree char *bin = g_build_filename(dir, "bin", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_build_filename(dir, programs[i].name, NULL);
        test_write(dir, programs[i].name, programs[i].text);
        assert_int_equal(chmod(path, 0755), 0);
    }
    assert_int_equal(symlink("usr/bin", bin), 0);
}

static void
system_open(System *system, const char *text, const char *profiles)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    *system = (System){.dir = test_dir_new()};
    test_write(system->dir, "etc/apparmor.d/p", text);
    if (profiles)
        test_write(system->dir, "sys/kernel/security/apparmor/profiles", profiles);
    system->target = amr_target_new(&(AmrTargetOptions){.root = system->dir,
                                                        .features = "/etc/apparmor.d/abi/3.0"},
                                    &error);
    assert_no_error(error);
    system->opener = amr_opener_new(system->target);
    system->compiler = amr_compiler_new(system->target);
    amr_index_load_async(system->target, NULL, test_result, &result);
    test_wait_result(&result);
    system->index = amr_index_load_finish(result, &error);
    assert_no_error(error);
    system->loaded = profiles ? amr_loaded_read(system->opener, &error) : NULL;
    assert_no_error(error);
    make_programs(system->dir);
    system->programs = amr_programs_new(system->target);
    system->store = amr_store_new(0);
    system->facts = amr_facts_new(NULL);
}

static void
system_close(System *system)
{
    amr_facts_free(system->facts);
    amr_programs_free(system->programs);
    amr_store_free(system->store);
    amr_loaded_free(system->loaded);
    amr_index_free(system->index);
    amr_compiler_free(system->compiler);
    amr_opener_free(system->opener);
    amr_target_free(system->target);
    test_dir_remove(system->dir);
}

/* Adds the records of @text, one a line without what stands before their fields. */
static void
feed(System *system, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    for (char **line = lines; *line; line++) {
        g_autofree char *whole =
            g_strdup_printf("type=AVC msg=audit(1700000000.123:45): apparmor=%s", *line);
        AmrRecord record;
        AmrEvent event;
        AmrOrigin origin = {0};
        AmrSpan span = {0, (uint32_t)strlen(whole)};
        assert_true(amr_record_slice(&record, whole, span));
        assert_true(amr_event_decode(&event, &record, whole, scratch));
        assert_true(amr_store_add(system->store, &event, &origin) != AMR_DENIAL_NONE);
    }
}

static AmrExecMode
choose(const char *profile, const char *exec, const char **target, gpointer data)
{
    return GPOINTER_TO_UINT(data);
}

static void
ask_all(System *system)
{
    const AmrAskContext context = {
        system->target, system->opener, system->compiler, system->index, NULL, NULL, NULL};
    g_autoptr(AmrAsker) asker = amr_asker_new(&context);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    amr_facts_ask_async(system->facts, asker, NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_facts_ask_finish(result, &error));
    assert_no_error(error);
}

/* Looks at what is executed; whether any was not known. */
static gboolean
look_at_all(System *system, const GPtrArray *all)
{
    gboolean any = FALSE;

    for (guint i = 0; i < all->len; i++) {
        const char *path = ((AmrResolved *)all->pdata[i])->proposal->look_at;
        g_autoptr(GAsyncResult) result = NULL;
        if (!path)
            continue;
        amr_programs_ask_async(system->programs, amr_bytes(path), NULL, test_result, &result);
        test_wait_result(&result);
        assert_true(amr_programs_ask_finish(result, NULL));
        any = TRUE;
    }
    return any;
}

static GPtrArray *
resolve(System *system, const AmrDenialId *ids, guint n, AmrExecMode mode)
{
    const AmrResolveContext context = {.store = system->store,
                                       .propose = {.index = system->index,
                                                   .loaded = system->loaded,
                                                   .programs = system->programs},
                                       .facts = system->facts,
                                       .choose = mode ? choose : NULL,
                                       .data = GUINT_TO_POINTER(mode)};
    GPtrArray *out = amr_resolve(&context, ids, n);
    for (guint rounds = 0; look_at_all(system, out) || amr_facts_want(system->facts); rounds++) {
        assert_true(rounds < 20);
        ask_all(system);
        g_ptr_array_unref(out);
        out = amr_resolve(&context, ids, n);
    }
    return out;
}

/* "profile: rule", or "profile: !word"; "?" before an execution that the log does not hold; "<
 * mode/by" for each decision; "& other: rule" for a mirror. */
static void
show_one(GString *out, const AmrResolved *resolved)
{
    const AmrProposal *proposal = resolved->proposal;
    if (out->len)
        g_string_append_c(out, '\n');
    g_string_append_printf(out, "%s%s:", resolved->id ? "" : "?", proposal->profile);
    if (proposal->no_rule) {
        assert_non_null(proposal->reason);
        assert_int_equal(proposal->candidates->len, 0);
        g_string_append_printf(out, " !%s", amr_no_rule_word(proposal->no_rule));
    } else {
        const AmrCandidate *candidate = proposal->candidates->pdata[resolved->best];
        g_autofree char *rule = amr_rule_print(candidate->rule);
        g_autofree char *mirror = candidate->mirror ? amr_rule_print(candidate->mirror) : NULL;
        g_string_append_printf(out, " %s", rule);
        if (mirror)
            g_string_append_printf(out, " & %s: %s", proposal->other, mirror);
        if (proposal->other_no_rule)
            g_string_append_printf(out, " & %s: !%s", proposal->other,
                                   amr_no_rule_word(proposal->other_no_rule));
    }
    for (guint i = 0; i < resolved->under->len; i++) {
        const AmrDecision *decision = resolved->under->pdata[i];
        g_string_append_printf(out, " < %s %s/%s", decision->exec,
                               decision->mode ? amr_exec_mode_word(decision->mode) : "-",
                               amr_decided_word(decision->by));
    }
}

static char *
show(const GPtrArray *all)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < all->len; i++)
        show_one(out, all->pdata[i]);
    return g_string_free(out, FALSE);
}

#define HELD(profile, name, mask)                                         \
    "\"ALLOWED\" operation=\"open\" profile=\"" profile "\" name=\"" name \
    "\" pid=7 comm=\"c\" requested_mask=\"" mask "\" denied_mask=\"" mask "\" fsuid=1000 ouid=0"
#define MAP(profile, name, mask)                                                              \
    "\"ALLOWED\" operation=\"file_mmap\" class=\"file\" profile=\"" profile "\" name=\"" name \
    "\" pid=7 comm=\"c\" requested_mask=\"" mask "\" denied_mask=\"" mask "\" fsuid=1000 ouid=0"
#define EXEC(profile, name)                                                      \
    "\"ALLOWED\" operation=\"exec\" profile=\"" profile "\" name=\"" name        \
    "\" pid=7 comm=\"c\" requested_mask=\"x\" denied_mask=\"x\" fsuid=0 ouid=0 " \
    "target=\"" profile "//null-" name "\""
#define SIGNAL(profile, mask, signal, peer)                                                   \
    "\"DENIED\" operation=\"signal\" class=\"signal\" profile=\"" profile                     \
    "\" pid=7 comm=\"c\" requested_mask=\"" mask "\" denied_mask=\"" mask "\" signal=" signal \
    " peer=\"" peer "\""
#define PTRACE(profile, mask, peer)                      \
    "\"DENIED\" operation=\"ptrace\" profile=\"" profile \
    "\" pid=7 comm=\"c\" requested_mask=\"" mask "\" denied_mask=\"" mask "\" peer=\"" peer "\""

typedef struct {
    const char *name;
    AmrExecMode mode;
    const char *log, *want;
} Row;

static void
check(const Row *rows, gsize n, const char *profiles)
{
    for (gsize i = 0; i < n; i++) {
        System system;
        system_open(&system, policy, profiles);
        feed(&system, rows[i].log);
        g_autofree AmrDenialId *ids = g_new(AmrDenialId, amr_store_count(system.store));
        for (guint j = 0; j < amr_store_count(system.store); j++)
            ids[j] = j + 1;
        g_autoptr(GPtrArray) all =
            resolve(&system, ids, amr_store_count(system.store), rows[i].mode);
        g_autofree char *got = show(all);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s:\n%s\ninstead of\n%s", rows[i].name, got, rows[i].want);
        system_close(&system);
    }
}

static void
test_null(void **state)
{
    static const Row rows[] = {
        {"ix by default", 0, EXEC("p", "/opt/x") "\n" HELD("p//null-/opt/x", "/srv/a", "r"),
         "p: /opt/x ix,\np: /srv/a r, < /opt/x ix/default"},
        {"the execution stands behind", 0,
         HELD("p//null-/opt/x", "/srv/a", "r") "\n" EXEC("p", "/opt/x"),
         "p: /opt/x ix,\np: /srv/a r, < /opt/x ix/default"},
        {"the execution is not in the log", 0, HELD("p//null-/opt/x", "/srv/a", "r"),
         "?p: /opt/x ix,\np: /srv/a r, < /opt/x ix/default"},
        {"a label without the spaces at the end", 0,
         "\"ALLOWED\" operation=\"exec\" profile=\"p\" name=2F6F70742F780A pid=7 comm=\"c\" "
         "requested_mask=\"x\" denied_mask=\"x\" fsuid=0 ouid=0 target=\"p//null-/opt/x\""
         "\n" HELD("p//null-/opt/x", "/srv/a", "r"),
         "p: \"/opt/x\\012\" ix,\np: /srv/a r, < /opt/x\n ix/default"},
        {"px where a profile attaches", 0,
         EXEC("p", "/opt/own") "\n" HELD("p//null-/opt/own", "/srv/a",
                                         "r") "\n" HELD("p//null-/opt/own", "/srv/of-own", "r"),
         "p: /opt/own px,\nown: /srv/a r, < /opt/own px/default\n"
         "own: !granted-already < /opt/own px/default"},
        {"ix by choice", AMR_EXEC_IX,
         EXEC("p", "/opt/own") "\n" HELD("p//null-/opt/own", "/srv/a", "r"),
         "p: /opt/own ix,\np: /srv/a r, < /opt/own ix/choice"},
        {"cx makes a child", AMR_EXEC_CX,
         EXEC("p", "/opt/own") "\n" HELD("p//null-/opt/own", "/srv/a", "r"),
         "p: /opt/own cx,\n?p///opt/own: /opt/own mr, < /opt/own cx/choice\n"
         "p///opt/own: /srv/a r, < /opt/own cx/choice"},
        {"cx makes a child, for the execution that is not in the log", AMR_EXEC_CX,
         HELD("p//null-/opt/x y", "/srv/a", "r") "\n" HELD("p//null-/opt/x y", "/srv/b", "w"),
         "?p: \"/opt/x y\" cx,\n?p///opt/x y: \"/opt/x y\" mr, < /opt/x y cx/choice\n"
         "p///opt/x y: /srv/a r, < /opt/x y cx/choice\n"
         "p///opt/x y: /srv/b w, < /opt/x y cx/choice"},
        {"no child of a child", AMR_EXEC_CX,
         EXEC("p//child", "/opt/own") "\n" HELD("p//child//null-/opt/own", "/srv/a", "r"),
         "p//child: /opt/own px,\nown: /srv/a r, < /opt/own px/default"},
        {"what a new child executes stays in it", AMR_EXEC_CX,
         HELD("p//null-/opt/x//null-/opt/y", "/srv/a", "r"),
         "?p: /opt/x cx,\n?p///opt/x: /opt/x mr, < /opt/x cx/choice\n"
         "?p///opt/x: /opt/y ix, < /opt/x cx/choice\n"
         "p///opt/x: /srv/a r, < /opt/x cx/choice < /opt/y ix/default"},
        {"no child of a name that a header would take for a pattern", AMR_EXEC_CX,
         HELD("p//null-/opt/[", "/srv/a", "r"),
         "?p: \"/opt/\\[\" ix,\np: /srv/a r, < /opt/[ ix/default"},
        {"no child of what is not on disk", AMR_EXEC_CX, HELD("nobody//null-/opt/x", "/srv/a", "r"),
         "?nobody: /opt/x ix,\nnobody: /srv/a r, < /opt/x ix/default"},
        {"cx where there is a child", 0,
         EXEC("p", "/opt/child") "\n" HELD("p//null-/opt/child", "/srv/a",
                                           "r") "\n" HELD("p//null-/opt/child", "/srv/of-child",
                                                          "r"),
         "p: /opt/child cx,\np//child: /srv/a r, < /opt/child cx/default\n"
         "p//child: !granted-already < /opt/child cx/default"},
        {"policy decided", 0, HELD("p//null-/opt/decided", "/srv/a", "r"),
         "p: /srv/a r, < /opt/decided ix/policy"},
        {"policy decided, and so the execution is granted", 0,
         EXEC("p", "/opt/decided") "\n" HELD("p//null-/opt/decided", "/srv/known", "r"),
         "p: !granted-already\np: !granted-already < /opt/decided ix/policy"},
        {"policy decided for another profile", AMR_EXEC_IX,
         HELD("p//null-/opt/aside", "/srv/a", "r"), "aside: /srv/a r, < /opt/aside px/policy"},
        /* The compiler makes `px -> p//named` of `cx -> named`. */
        {"policy decided for a child by name", 0, HELD("p//null-/opt/into", "/srv/a", "r"),
         "p//named: /srv/a r, < /opt/into px/policy"},
        {"policy lets it go", 0, HELD("p//null-/opt/gone", "/srv/a", "r"),
         "p: !granted-already < /opt/gone ux/policy"},
        {"policy decided for what is not there", 0, HELD("p//null-/opt/else", "/srv/a", "r"),
         "p: !no-transition < /opt/else px/policy"},
        {"policy decided for a child that is not there", AMR_EXEC_IX,
         EXEC("p", "/opt/lost") " info=\"profile transition not found\" error=-13\n" HELD(
             "p//null-/opt/lost", "/srv/a", "r"),
         "p: /opt/lost cx,\n?p///opt/lost: /opt/lost mr, < /opt/lost cx/policy\n"
         "p///opt/lost: /srv/a r, < /opt/lost cx/policy"},
        {"the same, and the log does not hold the execution", 0,
         HELD("p//null-/opt/lost", "/srv/a", "r"),
         "?p: /opt/lost cx,\n?p///opt/lost: /opt/lost mr, < /opt/lost cx/policy\n"
         "p///opt/lost: /srv/a r, < /opt/lost cx/policy"},
        {"by name", 0, EXEC("p", "/opt/missing") " info=\"profile transition not found\"",
         "p: /opt/missing Cx -> missing,\n?p//missing: /opt/missing mr, < /opt/missing Px/policy"},
        {"two programs under one name", 0,
         HELD("p//null-/opt/missing", "/srv/a", "r") "\n" HELD("p//null-/opt/missed", "/srv/b",
                                                               "r"),
         "?p: /opt/missing Cx -> missing,\n?p//missing: /opt/missing mr, < /opt/missing Px/policy\n"
         "p//missing: /srv/a r, < /opt/missing Px/policy\n"
         "?p: /opt/missed Cx -> missing,\n?p//missing: /opt/missed mr, < /opt/missed Px/policy\n"
         "p//missing: /srv/b r, < /opt/missed Px/policy"},
        {"by a name that is no word", 0, HELD("p//null-/opt/odd", "/srv/a", "r"),
         "p: !no-transition < /opt/odd px/policy"},
        {"policy falls back to ix", 0, HELD("p//null-/opt/back", "/srv/a", "r"),
         "p: /srv/a r, < /opt/back pix/policy"},
        {"an explicit deny of the execution", 0,
         EXEC("p", "/opt/never") "\n" HELD("p//null-/opt/never", "/srv/a", "r"),
         "p: !explicitly-denied\np: !explicitly-denied < /opt/never -/policy"},
        {"an explicit deny of what is held", 0, HELD("p//null-/opt/x", "/srv/hidden", "r"),
         "?p: /opt/x ix,\np: !explicitly-denied < /opt/x ix/default"},
        {"nested, from the outside in", 0, HELD("p//null-/opt/x//null-/opt/child", "/srv/a", "r"),
         "?p: /opt/x ix,\n?p: /opt/child cx, < /opt/x ix/default\n"
         "p//child: /srv/a r, < /opt/x ix/default < /opt/child cx/default"},
        {"nested in another profile", 0,
         EXEC("p//null-/opt/own", "/opt/y") "\n" HELD("p//null-/opt/own//null-/opt/y", "/srv/a",
                                                      "r"),
         "?p: /opt/own px,\nown: /opt/y ix, < /opt/own px/default\n"
         "own: /srv/a r, < /opt/own px/default < /opt/y ix/default"},
        {"a program runs itself", 0,
         EXEC("p//null-/opt/x", "/opt/x") "\n" HELD("p//null-/opt/x//null-/opt/x", "/srv/a", "r"),
         "?p: /opt/x ix,\np: /opt/x ix, < /opt/x ix/default\n"
         "p: /srv/a r, < /opt/x ix/default < /opt/x ix/default"},
        {"its own start", 0,
         MAP("p//null-/opt/x", "/opt/x", "r") "\n" MAP("p//null-/opt/x", "/opt/lib", "rm"),
         "?p: /opt/x ix,\np: !granted-already < /opt/x ix/default\n"
         "p: /opt/lib mr, < /opt/x ix/default"},
        {"a hat that is missing", 0, HELD("p//null-nohat", "/srv/a", "r"),
         "p: !null-profile < nohat -/open"},
        {"a hat that is there by now", 0, HELD("p//null-hat", "/srv/a", "r"),
         "p//hat: /srv/a r, < hat -/policy"},
        {"a profile to change to that is there by now", 0, HELD("p//null-own", "/srv/a", "r"),
         "own: /srv/a r, < own -/policy"},
        {"a program under a missing hat", 0, HELD("p//null-nohat//null-/opt/x", "/srv/a", "r"),
         "p: !null-profile < nohat -/open"},
    };
    check(rows, G_N_ELEMENTS(rows), NULL);
}

/* Under another profile a script needs to be read, and its interpreter mapped: what lacks there is
 * told with the execution. */
static void
test_scripts(void **state)
{
    static const Row rows[] = {
        {"inherited, it is read by the same rule", 0, EXEC("p", "/opt/script"),
         "p: /opt/script rix,"},
        {"under a new child", AMR_EXEC_CX, EXEC("p", "/opt/script"),
         "p: /opt/script cx,\n?p///opt/script: /opt/script r, < /opt/script cx/choice\n"
         "?p///opt/script: /usr/bin/dash mr, < /opt/script cx/choice"},
        {"under a profile that allows none of it", 0, EXEC("p", "/opt/known"),
         "p: /opt/known px,\n?known: /opt/known r,\n?known: /usr/bin/dash mr,"},
        {"under one that lets it be read", 0, EXEC("p", "/opt/readable"), "p: /opt/readable px,"},
        {"what the log holds is not told twice", 0,
         EXEC("p", "/opt/known") "\n" HELD("p//null-/opt/known", "/opt/known", "r"),
         "p: /opt/known px,\n?known: /usr/bin/dash mr,\nknown: /opt/known r, < /opt/known "
         "px/default"},
        {"nor what the other profile was denied", 0,
         EXEC("p", "/opt/known") "\n" MAP("known", "/usr/bin/dash", "mr"),
         "p: /opt/known px,\n?known: /opt/known r,\nknown: /usr/bin/dash mr,"},
        {"by env", AMR_EXEC_CX, EXEC("p", "/opt/env"),
         "p: /opt/env cx,\n?p///opt/env: /opt/env r, < /opt/env cx/choice\n"
         "?p///opt/env: /usr/bin/env mr, < /opt/env cx/choice\n"
         "?p///opt/env: /usr/bin/python ix,"},
        {"by env, inherited", 0, EXEC("p", "/opt/env"),
         "p: /opt/env rix,\n?p: /usr/bin/python ix,"},
        {"of an interpreter that is not there", AMR_EXEC_CX, EXEC("p", "/opt/ruined"),
         "p: /opt/ruined cx,\n?p///opt/ruined: /opt/ruined r, < /opt/ruined cx/choice"},
        {"in a null profile", 0, HELD("p//null-/opt/known", "/srv/a", "r"),
         "?p: /opt/known px,\n?known: /opt/known r,\n?known: /usr/bin/dash mr,\n"
         "known: /srv/a r, < /opt/known px/default"},
    };
    check(rows, G_N_ELEMENTS(rows), NULL);
}

/* Of a stack each profile logs what it lacks by itself. */
static void
test_stacks(void **state)
{
    static const Row rows[] = {
        {"policy runs it under two", 0, HELD("p//null-/opt/both", "/srv/a", "r"),
         "p: !null-profile < /opt/both px/policy"},
    };
    check(rows, G_N_ELEMENTS(rows), NULL);
}

static void
test_hostile(void **state)
{
    /* p//null-/opt/a "b\n,] and the file /srv/"\n, in a profile that may be called a "b */
    static const Row rows[] = {
        {"bytes", 0,
         "\"ALLOWED\" operation=\"open\" profile=702F2F6E756C6C2D2F6F70742F612022620A2C5D "
         "name=2F7372762F220A2C requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0",
         "?p: \"/opt/a \\042b\\012,\\]\" ix,\n"
         "p: \"/srv/\\042\\012,\" r, < /opt/a \"b\n,] ix/default"},
        {"a profile of such a name", 0,
         "\"DENIED\" operation=\"signal\" profile=\"p\" requested_mask=\"send\" "
         "denied_mask=\"send\" signal=term peer=61202262",
         "p: signal (send) set=(term) peer=\"a \\042b\", & a \"b: signal (receive) set=(term) "
         "peer=p,"},
        {"not UTF-8", 0,
         "\"ALLOWED\" operation=\"open\" profile=702F2F6E756C6C2D2F6F70742FFF "
         "name=\"/srv/a\" requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0",
         "?p: \"/opt/\\377\" ix,\np: /srv/a r, < /opt/\xff ix/default"},
        {"null parts in a program's name", 0, HELD("p//null-/opt/null-/x", "/srv/a", "r"),
         "?p: /opt/null-/x ix,\np: /srv/a r, < /opt/null-/x ix/default"},
        {"a null part without a name", 0, HELD("p//null-", "/srv/a", "r"),
         "p: !null-profile <  -/open"},
        {"no parent", 0, HELD("null-/opt/x", "/srv/a", "r"), "null-/opt/x: !null-profile"},
    };
    check(rows, G_N_ELEMENTS(rows), NULL);
}

static void
test_namespaces(void **state)
{
    static const Row rows[] = {
        {"a null profile in one", 0,
         "\"ALLOWED\" operation=\"open\" namespace=\"root//far\" profile=\"p//null-/opt/own\" "
         "name=\"/srv/of-own\" requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0",
         "?:far:p: /opt/own px,\n:far:own: /srv/of-own r, < /opt/own px/default"},
        {"no child is made in one", AMR_EXEC_CX,
         "\"ALLOWED\" operation=\"open\" namespace=\"root//far\" profile=\"p//null-/opt/x\" "
         "name=\"/srv/a\" requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0",
         "?:far:p: /opt/x ix,\n:far:p: /srv/a r, < /opt/x ix/default"},
        {"its execution is not that of another", 0,
         EXEC("p",
              "/opt/own") "\n"
                          "\"ALLOWED\" operation=\"open\" namespace=\"root//far\" "
                          "profile=\"p//null-/opt/own\" "
                          "name=\"/srv/a\" requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0",
         "p: /opt/own px,\n?:far:p: /opt/own px,\n:far:own: /srv/a r, < /opt/own px/default"},
        {"policy of the root decides nothing there", 0,
         "\"ALLOWED\" operation=\"open\" namespace=\"root//far\" profile=\"p//null-/opt/decided\" "
         "name=\"/srv/known\" requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0",
         "?:far:p: /opt/decided ix,\n:far:p: /srv/known r, < /opt/decided ix/default"},
        {"a mirror in one", 0,
         "\"DENIED\" operation=\"signal\" namespace=\"root//far\" profile=\"p\" "
         "requested_mask=\"send\" denied_mask=\"send\" signal=term peer=\"q\"",
         ":far:p: signal (send) set=(term) peer=q, & :far:q: signal (receive) set=(term) peer=p,"},
        {"no mirror into the root's", 0,
         "\"DENIED\" operation=\"signal\" namespace=\"root//far\" profile=\"p\" "
         "requested_mask=\"send\" denied_mask=\"send\" signal=term peer=\"aside\"",
         ":far:p: signal (send) set=(term) peer=aside,"},
        {"no mirror into another's", 0, SIGNAL("p", "send", "term", ":far:q"),
         "p: signal (send) set=(term) peer=:far:q,"},
        {"what may not be seen", 0, SIGNAL("p", "send", "term", "---"),
         "p: signal (send) set=(term) peer=---,"},
    };
    check(rows, G_N_ELEMENTS(rows), NULL);
}

static void
test_mirror(void **state)
{
    static const Row rows[] = {
        {"the receiver refuses too", 0, SIGNAL("p", "send", "term", "aside"),
         "p: signal (send) set=(term) peer=aside, & aside: signal (receive) set=(term) peer=p,"},
        {"the sender refuses too", 0, SIGNAL("aside", "receive", "term", "p"),
         "aside: signal (receive) set=(term) peer=p, & p: signal (send) set=(term) peer=aside,"},
        {"the receiver allows it", 0, SIGNAL("p", "send", "term", "loud"),
         "p: signal (send) set=(term) peer=loud,"},
        {"the receiver denies it explicitly", 0, SIGNAL("p", "send", "kill", "quiet"),
         "p: signal (send) set=(kill) peer=quiet, & quiet: !explicitly-denied"},
        {"this side allows it already", 0, SIGNAL("p", "send", "hup", "quiet"),
         "p: !granted-already"},
        {"itself", 0, SIGNAL("aside", "send", "term", "aside"),
         "aside: signal (send) set=(term) peer=aside, & aside: signal (receive) set=(term) "
         "peer=aside,"},
        {"unconfined", 0, SIGNAL("p", "send", "term", "unconfined"),
         "p: signal (send) set=(term) peer=unconfined,"},
        {"unconfined by its flag", 0, SIGNAL("p", "send", "term", "open"),
         "p: signal (send) set=(term) peer=open,"},
        {"nobody knows it", 0, SIGNAL("p", "send", "term", "nix"),
         "p: signal (send) set=(term) peer=nix,"},
        {"a stack", 0, SIGNAL("p", "send", "term", "aside//&own"),
         "p: signal (send) set=(term) peer=\"aside//&own\","},
        {"trace", 0, PTRACE("p", "trace", "aside"),
         "p: ptrace (trace) peer=aside, & aside: ptrace (tracedby) peer=p,"},
        {"tracedby", 0, PTRACE("aside", "tracedby", "p"),
         "aside: ptrace (tracedby) peer=p, & p: ptrace (trace) peer=aside,"},
        {"read, denied explicitly", 0, PTRACE("p", "read", "quiet"),
         "p: ptrace (read) peer=quiet, & quiet: !explicitly-denied"},
        {"a held signal of a child to its parent", 0,
         EXEC("p", "/opt/x") "\n" SIGNAL("p//null-/opt/x", "send", "term", "p"),
         "p: /opt/x ix,\np: signal (send) set=(term) peer=p, & p: signal (receive) set=(term) "
         "peer=p, < /opt/x ix/default"},
        {"a signal to what is held", 0, SIGNAL("own", "send", "term", "p//null-/opt/x"),
         "?p: /opt/x ix,\nown: signal (send) set=(term) peer=p, & p: signal (receive) set=(term) "
         "peer=own,"},
        {"a signal to a stack with what is held", 0,
         SIGNAL("own", "send", "term", "aside//&p//null-/opt/x"), "own: !null-profile"},
        {"a signal to what is held in another namespace", 0,
         SIGNAL("own", "send", "term", ":far:p//null-/opt/x"), "own: !null-profile"},
        {"a signal to what nobody can decide", 0, SIGNAL("own", "send", "term", "p//null-nohat"),
         "p: !null-profile"},
    };
    check(rows, G_N_ELEMENTS(rows), NULL);
}

static void
test_loaded(void **state)
{
    static const Row rows[] = {
        {"only in the kernel", 0, SIGNAL("p", "send", "term", "made"),
         "p: signal (send) set=(term) peer=made, & made: !incomplete"},
        {"loaded as unconfined", 0, SIGNAL("p", "send", "term", "aside"),
         "p: signal (send) set=(term) peer=aside,"},
        {"not loaded, so px leads nowhere", 0, HELD("p//null-/opt/own", "/srv/a", "r"),
         "?p: /opt/own ix,\np: /srv/a r, < /opt/own ix/default"},
    };
    check(rows, G_N_ELEMENTS(rows), "p (enforce)\nmade (enforce)\naside (unconfined)\n");
}

/* Both sides stand in the log: what is applied of both is each rule once. */
static void
test_twice(void **state)
{
    System system;
    const AmrDenialId ids[] = {1, 2};
    system_open(&system, policy, NULL);
    feed(&system,
         SIGNAL("p", "send", "term", "aside") "\n" SIGNAL("aside", "receive", "term", "p"));
    g_autoptr(GPtrArray) all = resolve(&system, ids, 2, 0);
    const AmrResolved *sender = all->pdata[0], *receiver = all->pdata[1];
    const AmrCandidate *send = sender->proposal->candidates->pdata[0];
    const AmrCandidate *receive = receiver->proposal->candidates->pdata[0];
    assert_true(amr_rule_equal(send->rule, receive->mirror));
    assert_true(amr_rule_equal(receive->rule, send->mirror));
    assert_string_equal(sender->proposal->other, receiver->proposal->profile);
    system_close(&system);
}

static void
test_family(void **state)
{
    static const struct {
        const char *name, *ids, *want;
    } rows[] = {
        {"a denial alone", "1", "1"},
        {"one that is held", "3", "2 3 4 6"},
        {"the execution", "2", "2 3 4 6"},
        {"one that is nested", "6", "2 3 4 6"},
        {"two families", "1 5 3", "1 2 3 4 5 6 8"},
        {"one that is ignored, if it is asked for", "7", "2 3 4 6 7"},
        {"none that is there", "99", "99"},
    };
    System system;
    system_open(&system, policy, NULL);
    feed(&system, HELD("p", "/srv/a", "r") "\n" EXEC("p", "/opt/x") "\n" HELD(
                      "p//null-/opt/x", "/srv/a",
                      "r") "\n" EXEC("p//null-/opt/x", "/opt/y") "\n" HELD("p//null-/opt/"
                                                                           "y",
                                                                           "/srv/a", "r"));
    feed(&system, HELD("p//null-/opt/x//null-/opt/y", "/srv/b",
                       "r") "\n" HELD("p//null-/opt/x", "/srv/ignored",
                                      "r") "\n" HELD("p//null-/opt/y", "/srv/c", "r"));
    amr_store_set_state(system.store, 7, AMR_DENIAL_STATE_IGNORED);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) words = g_strsplit(rows[i].ids, " ", -1);
        AmrDenialId ids[8];
        guint n = g_strv_length(words);
        for (guint j = 0; j < n; j++)
            ids[j] = (AmrDenialId)g_ascii_strtoull(words[j], NULL, 10);
        g_autoptr(GArray) family = amr_resolve_family(system.store, ids, n);
        g_autoptr(GString) got = g_string_new(NULL);
        for (guint j = 0; j < family->len; j++)
            g_string_append_printf(got, "%s%u", j ? " " : "",
                                   g_array_index(family, AmrDenialId, j));
        if (strcmp(got->str, rows[i].want) != 0)
            fail_msg("%s: %s instead of %s", rows[i].name, got->str, rows[i].want);
    }
    system_close(&system);
}

/* What policy became while it was asked is not what was asked. */
static void
test_forget(void **state)
{
    System system;
    const AmrDenialId id = 1;
    system_open(&system, policy, NULL);
    feed(&system, HELD("p", "/srv/known", "r"));
    g_autoptr(GPtrArray) all = resolve(&system, &id, 1, 0);
    assert_int_equal(((AmrResolved *)all->pdata[0])->proposal->no_rule, AMR_NO_RULE_GRANTED);
    amr_facts_forget(system.facts);
    assert_false(amr_facts_want(system.facts));
    const AmrResolveContext context = {.store = system.store,
                                       .propose = {system.index, NULL},
                                       .facts = system.facts};
    g_autoptr(GPtrArray) again = amr_resolve(&context, &id, 1);
    assert_int_equal(((AmrResolved *)again->pdata[0])->proposal->no_rule, AMR_NO_RULE_NONE);
    assert_true(amr_facts_want(system.facts));

    const AmrAskContext ask = {system.target, system.opener, system.compiler, system.index, NULL,
                               NULL,          NULL};
    g_autoptr(AmrAsker) asker = amr_asker_new(&ask);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_cancellable_cancel(cancellable);
    amr_facts_ask_async(system.facts, asker, cancellable, test_result, &result);
    test_wait_result(&result);
    assert_false(amr_facts_ask_finish(result, NULL));
    assert_true(amr_facts_want(system.facts)); /* still */
    g_clear_object(&result);
    amr_facts_ask_async(system.facts, asker, NULL, test_result, &result);
    amr_facts_forget(system.facts);
    test_wait_result(&result);
    assert_true(amr_facts_ask_finish(result, NULL));
    assert_false(amr_facts_want(system.facts));
    g_autoptr(GPtrArray) last = amr_resolve(&context, &id, 1);
    assert_int_equal(((AmrResolved *)last->pdata[0])->proposal->no_rule, AMR_NO_RULE_NONE);
    system_close(&system);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks),     cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_null),       cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_namespaces), cmocka_unit_test(test_mirror),
        cmocka_unit_test(test_loaded),     cmocka_unit_test(test_twice),
        cmocka_unit_test(test_family),     cmocka_unit_test(test_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
