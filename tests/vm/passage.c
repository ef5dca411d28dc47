/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executions and links done for real under made policy: where a program ends up, whether its
 * environment is scrubbed, and which links are made, are to be what the oracle says. */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/apparmor.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/agree.h"

#define PICK(random, list) ((list)[g_rand_int_range((random), 0, G_N_ELEMENTS(list))])
#define COMMON             "/** mr, /proc/** r, "

/* Copies of cat, which says under what it runs; those of `theirs` belong to another user. */
static const char *const programs[] = {"a",   "ab",  "b",    "far",   "far2",  "wide",
                                       "wir", "kid", "kid2", "named", "theirs"};
static const char *const link_names[] = {"x", "y"};
static const char *const link_targets[] = {"root", "user", "run"};

typedef struct {
    GRand *random;
    GString *out;
} Maker;

static gboolean
chance(GRand *random, int in)
{
    return g_rand_int_range(random, 0, in) == 0;
}

/* ---- policy --------------------------------------------------------------------------------- */

/* Profiles that rules may lead to; the same names in every policy, so that none is left over. */
static const char others[] = "profile far /tmp/ex/{far,far2} { " COMMON "}\n"
                             "profile wide /tmp/ex/wi* { " COMMON "}\n"
                             "profile wider /tmp/ex/wid* { " COMMON "}\n"
                             "/tmp/ex/named { " COMMON "}\n"
                             "profile soft flags=(complain) { " COMMON "}\n";
static const char children[] = " profile kid /tmp/ex/{kid,far} { " COMMON "}\n"
                               " profile /tmp/ex/kid2 { " COMMON "}\n"
                               " ^hat { " COMMON "}\n";

static const char *const exec_modes[] = {"ix", "px",  "Px",  "ux",  "Ux",  "pix", "Pix", "cx",
                                         "Cx", "cix", "Cix", "pux", "PUx", "cux", "CUx"};
static const char *const named_modes[] = {"px", "Px", "pix", "Pix", "pux", "PUx"};
static const char *const child_modes[] = {"cx", "Cx", "cix", "Cix", "cux", "CUx"};
static const char *const named_targets[] = {"far", "wider", "nowhere", "p//kid", "soft"};
static const char *const child_targets[] = {"kid", "nokid", "/tmp/ex/kid2"};

/* How to execute: one word, perhaps with where to. */
static char *
way(GRand *random)
{
    switch (g_rand_int_range(random, 0, 4)) {
    case 0:
        return g_strdup_printf("%s -> %s", PICK(random, named_modes), PICK(random, named_targets));
    case 1:
        return g_strdup_printf("%s -> %s", PICK(random, child_modes), PICK(random, child_targets));
    default:
        return g_strdup(PICK(random, exec_modes));
    }
}

/* Names without globs go their own way, over what the globs (one way for all of them) say. */
static void
make_execs(Maker *m)
{
    static const char *const globs[] = {"*", "a*", "{a,b}", "[ab]", "*2", "{far,kid}*", "w*", "**"};
    g_autofree char *of_globs = way(m->random);
    guint taken = 0;

    for (int n = g_rand_int_range(m->random, 1, 7); n > 0; n--) {
        guint i = (guint)g_rand_int_range(m->random, 0, G_N_ELEMENTS(programs));
        const char *owner = chance(m->random, 4) ? "owner " : "";
        g_autofree char *own_way = way(m->random);
        if (chance(m->random, 5)) {
            g_string_append_printf(m->out, " %sdeny %s/tmp/ex/%s x,\n",
                                   chance(m->random, 3) ? "audit " : "", owner,
                                   chance(m->random, 2) ? programs[i] : PICK(m->random, globs));
        } else if (chance(m->random, 2)) {
            g_string_append_printf(m->out, " %s/tmp/ex/%s %s,\n", owner, PICK(m->random, globs),
                                   of_globs);
        } else if (!(taken & (1u << i))) {
            taken |= 1u << i;
            g_string_append_printf(m->out, " %s/tmp/ex/%s %s,\n", owner, programs[i], own_way);
        }
    }
}

static void
make_links(Maker *m)
{
    static const char *const globs[] = {"x",    "y",   "*",       "{x,root}",    "[xy]", "root",
                                        "user", "run", "{x,run}", "{root,user}", "**",   "x*"};
    static const char *const modes[] = {"l",  "l",   "rl",  "rwl", "r",    "rw", "w",  "mrl",
                                        "rk", "rkl", "rix", "lix", "lrix", "px", "lpx"};
    static const char *const prefixes[] = {"", "", "", "", "audit ", "deny ", "audit deny "};

    for (int n = g_rand_int_range(m->random, 1, 7); n > 0; n--) {
        const char *owner = chance(m->random, 4) ? "owner " : "", *mode = PICK(m->random, modes);
        const char *prefix = PICK(m->random, prefixes);
        if (chance(m->random, 3)) {
            g_string_append_printf(m->out, " %s%slink %s/tmp/al/%s -> /tmp/al/%s,\n", prefix, owner,
                                   chance(m->random, 2) ? "subset " : "", PICK(m->random, globs),
                                   PICK(m->random, globs));
            continue;
        }
        if (strstr(prefix, "deny") && strchr(mode, 'x'))
            mode = "l";
        g_string_append_printf(m->out, " %s%s/tmp/al/%s %s,\n", prefix, owner,
                               PICK(m->random, globs), mode);
    }
}

static char *
make_policy(GRand *random, gboolean links)
{
    static const char *const flags[] = {"",
                                        "",
                                        "",
                                        " flags=(complain)",
                                        " flags=(audit)",
                                        " flags=(kill)",
                                        " flags=(complain, audit)"};
    const char *abi =
        chance(random, 2) && g_file_test("/etc/apparmor.d/abi/4.0", G_FILE_TEST_EXISTS) ? "4.0"
                                                                                        : "3.0";
    Maker m = {.random = random, .out = g_string_new(NULL)};

    g_string_append_printf(m.out, "abi <abi/%s>,\n%sprofile p%s {\n capability,\n", abi, others,
                           PICK(random, flags));
    if (links)
        make_links(&m);
    else
        make_execs(&m);
    g_string_append(m.out, links ? " /etc/ld.so.cache r,\n" : " " COMMON "\n");
    g_string_append_printf(m.out, "%s}\n", children);
    return g_string_free(m.out, FALSE);
}

/* ---- executions ----------------------------------------------------------------------------- */

/* What a program came to. */
typedef struct {
    char label[256]; /* "" if it was refused */
    gboolean scrubbed;
    gboolean either; /* or it is refused */
} Passage;

/* Among the children of @parent, or where that is NULL those at the top: the one that attaches with
 * the longest literal begin (aa_xattrs aside; find_attach of domain.c). */
static const char *
attached(const AmrOracle *oracle, const char *parent, const char *path)
{
    const AmrOracleProfile *best = NULL;
    gsize skip = parent ? strlen(parent) + 2 : 0;

    for (guint i = 0; i < amr_oracle_count(oracle); i++) {
        const AmrOracleProfile *one = amr_oracle_profile(oracle, i);
        if (parent ? strncmp(one->name, parent, skip - 2) != 0 ||
                         strncmp(one->name + skip - 2, "//", 2) != 0
                   : strstr(one->name, "//") != NULL)
            continue;
        if (!amr_oracle_attaches(one, amr_bytes(path)))
            continue;
        if (!one->has_attachment)
            return one->name;
        if (!best || one->attach_length > best->attach_length)
            best = one;
    }
    return best ? best->name : NULL;
}

static void
expect(const AmrOracle *oracle, const AmrOracleAnswer *answer, const char *path, Passage *passage)
{
    AmrExecMode mode = answer->exec;
    const char *word = amr_exec_mode_word(mode), *to = NULL;

    *passage = (Passage){.label = ""};
    if (answer->allowed & AMR_PERM_EXEC) {
        passage->scrubbed = g_ascii_isupper(word[0]);
        if (answer->target)
            to = amr_oracle_find(oracle, answer->target) ? answer->target : NULL;
        else if (strchr("pPcC", word[0]))
            to = attached(oracle, strchr("cC", word[0]) ? "p" : NULL, path);
        if (!to && strchr(word, 'i')) {
            to = "p";
            passage->scrubbed = FALSE; /* who stays is not, whatever the letter says */
        }
        if (!to && strpbrk(word, "uU"))
            to = "unconfined";
    }
    if (!to && answer->happens && answer->mode == AMR_ORACLE_MODE_COMPLAIN) {
        to = "p//null-";
        /* A rule that leads to no profile: 7.2 makes one up, 6.12 refuses. */
        passage->either = (answer->allowed & AMR_PERM_EXEC) != 0;
    }
    g_strlcpy(passage->label, to ? to : "", sizeof passage->label);
}

/* "label (mode)\n", then the auxiliary vector. */
static void
read_passage(int fd, Passage *passage)
{
    char buffer[4096];
    gsize len = 0;
    ssize_t got;
    char *end;

    while ((got = read(fd, buffer + len, sizeof buffer - len)) > 0)
        len += (gsize)got;
    end = memchr(buffer, '\n', len);
    *passage = (Passage){.label = ""};
    if (!end)
        return;
    *end = '\0';
    g_strlcpy(passage->label, buffer, sizeof passage->label);
    if (strstr(passage->label, " ("))
        *strstr(passage->label, " (") = '\0';
    for (char *at = end + 1; at + sizeof(Elf64_auxv_t) <= buffer + len;
         at += sizeof(Elf64_auxv_t)) {
        Elf64_auxv_t pair;
        memcpy(&pair, at, sizeof pair);
        if (pair.a_type == AT_SECURE)
            passage->scrubbed = pair.a_un.a_val != 0;
    }
}

/* FALSE if it failed in a way that is none of policy's. */
static gboolean
execute(const char *path, Passage *passage)
{
    const char *const argv[] = {path, "/proc/self/attr/current", "/proc/self/auxv", NULL};
    int pipes[2], status = 0;
    pid_t pid;

    if (pipe(pipes) != 0 || (pid = fork()) < 0)
        g_error("fork: %s", g_strerror(errno));
    if (pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        if (aa_change_profile("p") != 0)
            _exit(2);
        execv(path, (char *const *)argv);
        _exit(errno == EACCES || errno == EPERM ? 1 : 3);
    }
    close(pipes[1]);
    read_passage(pipes[0], passage);
    close(pipes[0]);
    (void)waitpid(pid, &status, 0);
    if (*passage->label)
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 1) ||
           (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* A profile that complain mode made up has the program's name behind it. */
static gboolean
same_passage(const Passage *a, const Passage *want)
{
    if (want->either && !*a->label)
        return TRUE;
    if (g_str_has_suffix(want->label, "//null-"))
        return g_str_has_prefix(a->label, want->label);
    return strcmp(a->label, want->label) == 0 && (!*a->label || a->scrubbed == want->scrubbed);
}

static guint
try_execs(const AmrOracle *oracle, const char *text, guint *tried)
{
    guint wrong = 0;

    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_strconcat("/tmp/ex/", programs[i], NULL);
        AmrOracleAnswer answer;
        Passage want, got;
        gboolean good;
        amr_oracle_ask_path(amr_oracle_find(oracle, "p"), AMR_PERM_EXEC,
                            strcmp(programs[i], "theirs") != 0, path, strlen(path), &answer);
        expect(oracle, &answer, path, &want);
        good = execute(path, &got);
        (*tried)++;
        if (good && same_passage(&got, &want))
            continue;
        if (wrong++ == 0)
            printf("# %s: as \"%s\"%s%s, the oracle says %s (\"%s\"%s) in\n%s", path, got.label,
                   got.scrubbed ? " scrubbed" : "", good ? "" : " (failed)",
                   amr_oracle_verdict_word(answer.verdict), want.label,
                   want.scrubbed ? " scrubbed" : "", text);
    }
    return wrong;
}

/* ---- links ---------------------------------------------------------------------------------- */

/* 1 made, 0 refused, -1 failed otherwise. */
static int
make_link(const char *target, const char *name)
{
    int status = 0;
    pid_t pid;

    (void)unlink(name);
    pid = fork();
    if (pid == 0) {
        if (aa_change_profile("p") != 0)
            _exit(3);
        _exit(link(target, name) == 0 ? 0 : errno == EACCES || errno == EPERM ? 1 : 2);
    }
    (void)waitpid(pid, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return 0;
    return WIFEXITED(status) && WEXITSTATUS(status) < 2 ? !WEXITSTATUS(status) : -1;
}

static guint
try_links(const AmrOracle *oracle, const char *text, guint *tried)
{
    guint wrong = 0;

    for (guint i = 0; i < G_N_ELEMENTS(link_names) * G_N_ELEMENTS(link_targets); i++) {
        const char *to = link_targets[i % G_N_ELEMENTS(link_targets)];
        g_autofree char *name =
            g_strconcat("/tmp/al/", link_names[i / G_N_ELEMENTS(link_targets)], NULL);
        g_autofree char *target = g_strconcat("/tmp/al/", to, NULL);
        AmrOracleQuestion question = {.klass = AMR_CLASS_FILE,
                                      .rights = AMR_PERM_LINK,
                                      .file = {amr_bytes(name), strcmp(to, "user") != 0,
                                               amr_bytes(target)}};
        AmrOracleAnswer answer;
        int done;
        amr_oracle_ask(amr_oracle_find(oracle, "p"), &question, &answer);
        done = make_link(target, name);
        (*tried)++;
        if (done == answer.happens || (answer.depends && done >= 0))
            continue; /* or it is one of those in which kernels differ */
        if (wrong++ == 0)
            printf("# link %s -> %s: %s, the oracle says %s in\n%s", name, target,
                   done < 0 ? "failed"
                   : done   ? "made"
                            : "refused",
                   amr_oracle_verdict_word(answer.verdict), text);
    }
    return wrong;
}

/* ---- both ----------------------------------------------------------------------------------- */

static void
prepare(void)
{
    g_autofree char *cat = g_find_program_in_path("cat");
    g_autofree char *bytes = NULL;
    gsize len;

    (void)mkdir("/tmp/ex", 0755);
    (void)mkdir("/tmp/al", 0777);
    if (!cat || !g_file_get_contents(cat, &bytes, &len, NULL))
        g_error("no cat");
    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_strconcat("/tmp/ex/", programs[i], NULL);
        if (!g_file_set_contents(path, bytes, (gssize)len, NULL) || chmod(path, 0755) != 0 ||
            (strcmp(programs[i], "theirs") == 0 && chown(path, 1000, 1000) != 0))
            g_error("%s: %s", path, g_strerror(errno));
    }
    for (guint i = 0; i < G_N_ELEMENTS(link_targets); i++) {
        g_autofree char *path = g_strconcat("/tmp/al/", link_targets[i], NULL);
        if (!g_file_set_contents(path, "", 0, NULL) ||
            (strcmp(link_targets[i], "user") == 0 && chown(path, 1000, 1000) != 0))
            g_error("%s: %s", path, g_strerror(errno));
    }
    (void)g_file_set_contents("/proc/sys/fs/protected_hardlinks", "0", 1, NULL);
}

guint
passage_all(GRand *random, guint policies, guint *tried)
{
    guint wrong = 0;

    prepare();
    for (guint i = 0; i < policies; i++) {
        gboolean links = i % 2 != 0;
        g_autofree char *text = make_policy(random, links);
        g_autoptr(AmrOracle) oracle = agree_load(text);
        if (oracle)
            wrong += (links ? try_links : try_execs)(oracle, text, tried);
    }
    return wrong;
}
