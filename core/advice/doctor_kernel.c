/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor on the kernel: whether AppArmor is on, what it holds, what it keeps quiet. */
#include "config.h"

#include "core/advice/doctor_private.h"

#include <string.h>

#include "core/base/fsutil.h"
#include "core/base/text.h"

#define PARAMETERS "sys/module/apparmor/parameters/"

/* ---- on or off ------------------------------------------------------------------------------ */

/* Why the module was not chosen when the kernel started, by its command line (kernel
 * documentation, admin-guide/kernel-parameters: apparmor=, security=, lsm=). */
static char *
why_off(const char *cmdline, const char *lsm, char **remedy)
{
    static const char *const off[] = {"apparmor=0", "apparmor=off", "apparmor=no"};

    for (guint i = 0; cmdline && i < G_N_ELEMENTS(off); i++) {
        if (amr_exam_has_word(cmdline, " \n", off[i])) {
            *remedy = g_strdup_printf("Take %s off the kernel's command line (on most systems in "
                                      "/etc/default/grub, then update-grub) and restart.",
                                      off[i]);
            return g_strdup_printf("AppArmor is switched off by %s on the kernel's command line.",
                                   off[i]);
        }
    }
    *remedy = g_strdup("Start the kernel with apparmor=1 security=apparmor (on most systems in "
                       "/etc/default/grub, then update-grub). To look around without it: "
                       "armorer --demo.");
    if (lsm && lsm[0]) {
        g_autofree char *shown = amr_display_string(lsm);
        return g_strdup_printf("AppArmor is in the kernel, but not among the security modules that "
                               "it started with (%s).",
                               shown);
    }
    return g_strdup("AppArmor is in the kernel, but was not chosen when it started.");
}

void
amr_exam_kernel(AmrExam *exam)
{
    AmrOpener *opener = exam->context.opener;
    g_autofree char *enabled = amr_exam_text(exam, AMR_OPEN_SOURCE, PARAMETERS "enabled", NULL);
    g_autofree char *lsm = amr_exam_text(exam, AMR_OPEN_SOURCE, "sys/kernel/security/lsm", NULL);
    g_autofree char *cmdline = amr_exam_text(exam, AMR_OPEN_PROC, "cmdline", NULL);
    gboolean files = amr_kernel_enabled(opener, NULL);
    gboolean listed = !lsm || !lsm[0] || amr_exam_has_word(lsm, ",", "apparmor");
    char *remedy = NULL, *why;

    exam->kernel = files || (enabled && enabled[0] == 'Y');
    if (!amr_target_is_live(exam->context.target) && !enabled && !files && !lsm)
        return; /* a tree of files, no running system */
    if (exam->kernel && listed) {
        g_autofree char *shown = lsm && lsm[0] ? amr_display_string(lsm) : NULL;
        amr_exam_add(exam, AMR_CHECK_ID_KERNEL, AMR_CHECK_OK,
                     shown ? g_strdup_printf("AppArmor is on; security modules: %s.", shown)
                           : g_strdup("AppArmor is on."),
                     NULL);
        return;
    }
    if (!exam->kernel && !enabled) {
        amr_exam_add(exam, AMR_CHECK_ID_KERNEL, AMR_CHECK_TROUBLE,
                     g_strdup("This kernel has no AppArmor."),
                     g_strdup("Start a kernel that was built with it (the distributions' own "
                              "are). To look around without it: armorer --demo."));
        return;
    }
    exam->kernel = FALSE;
    why = why_off(cmdline, lsm, &remedy);
    amr_exam_add(exam, AMR_CHECK_ID_KERNEL, AMR_CHECK_TROUBLE, why, remedy);
}

/* ---- its files ------------------------------------------------------------------------------ */

void
amr_exam_securityfs(AmrExam *exam)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) denied = NULL;
    amr_autofd int fd = -1;

    if (!exam->kernel)
        return;
    if (!amr_kernel_enabled(exam->context.opener, &error)) {
        amr_exam_add(exam, AMR_CHECK_ID_SECURITYFS, AMR_CHECK_TROUBLE,
                     g_strdup("AppArmor's files below /sys/kernel/security are not there: "
                              "securityfs is not mounted, or not lent to this container."),
                     g_strdup("mount -t securityfs securityfs /sys/kernel/security"));
        return;
    }
    fd = amr_opener_open(exam->context.opener, AMR_OPEN_KERNEL, "profiles", &denied);
    if (!denied) {
        amr_exam_add(exam, AMR_CHECK_ID_SECURITYFS, AMR_CHECK_OK,
                     g_strdup("securityfs is mounted and can be read."), NULL);
        return;
    }
    if (exam->context.loaded)
        amr_exam_add(exam, AMR_CHECK_ID_SECURITYFS, AMR_CHECK_OK,
                     g_strdup("securityfs is mounted; the list of profiles is root's, their names "
                              "and modes anybody may read."),
                     NULL);
    else
        amr_exam_add(exam, AMR_CHECK_ID_SECURITYFS, AMR_CHECK_UNKNOWN,
                     g_strdup_printf("securityfs is mounted, but what is loaded cannot be read: "
                                     "%s.",
                                     denied->message),
                     g_strdup("Run this with sudo."));
}

/* ---- what is loaded ------------------------------------------------------------------------- */

static guint
confined(const AmrExam *exam, gboolean *known)
{
    g_autoptr(GPtrArray) processes = amr_processes_read(exam->context.opener, NULL);
    guint n = 0;

    *known = processes != NULL;
    for (guint i = 0; processes && i < processes->len; i++) {
        const AmrProcess *process = processes->pdata[i];
        n += strcmp(process->label, "unconfined") != 0;
    }
    return n;
}

static char *
count_modes(const AmrLoaded *loaded)
{
    GString *text = g_string_new(NULL);

    for (guint mode = 1; mode < AMR_MODE_COUNT; mode++) {
        guint n = amr_loaded_in_mode(loaded, (AmrMode)mode);
        if (n > 0)
            g_string_append_printf(text, ", %u %s", n, amr_mode_word((AmrMode)mode));
    }
    return g_string_free(text, FALSE);
}

void
amr_exam_policy(AmrExam *exam)
{
    const AmrLoaded *loaded = exam->context.loaded;
    guint n = loaded ? amr_loaded_count(loaded) : 0, under;
    gboolean known;

    if (!loaded)
        return; /* said before, or no kernel to ask */
    if (n == 0) {
        amr_exam_add(exam, AMR_CHECK_ID_POLICY, AMR_CHECK_TROUBLE,
                     g_strdup("No profile is loaded: nothing is confined, so nothing is denied."),
                     exam->context.index
                         ? g_strdup(
                               "systemctl enable --now apparmor loads those of /etc/apparmor.d.")
                         : g_strdup("Install profiles (on Debian and Ubuntu: the package "
                                    "apparmor-profiles)."));
        return;
    }
    if (n == amr_loaded_in_mode(loaded, AMR_MODE_UNCONFINED)) {
        amr_exam_add(exam, AMR_CHECK_ID_POLICY, AMR_CHECK_WARNING,
                     g_strdup_printf("All %u loaded profiles are of the mode unconfined: they deny "
                                     "nothing.",
                                     n),
                     NULL);
        return;
    }
    g_autofree char *modes = count_modes(loaded);
    const char *are = n == 1 ? "profile is" : "profiles are";
    under = confined(exam, &known);
    if (!known)
        amr_exam_add(exam, AMR_CHECK_ID_POLICY, AMR_CHECK_OK,
                     g_strdup_printf("%u %s loaded%s.", n, are, modes), NULL);
    else if (under == 0)
        amr_exam_add(exam, AMR_CHECK_ID_POLICY, AMR_CHECK_OK,
                     g_strdup_printf("%u %s loaded%s; no program that can be seen runs "
                                     "under one just now.",
                                     n, are, modes),
                     NULL);
    else
        amr_exam_add(exam, AMR_CHECK_ID_POLICY, AMR_CHECK_OK,
                     g_strdup_printf("%u %s loaded%s; %u %s.", n, are, modes, under,
                                     under == 1 ? "process runs under one"
                                                : "processes run under them"),
                     NULL);
}

/* ---- what is kept quiet --------------------------------------------------------------------- */

/* A rule that begins with deny (a priority may stand before it) denies without a word; `audit deny`
 * is logged. A look at lines, no parser: a count for people. */
static guint
quiet_rules(GBytes *bytes)
{
    gsize len = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    guint n = 0;

    for (const char *at = text, *end = text ? text + len : NULL; at < end;) {
        const char *stop = memchr(at, '\n', (gsize)(end - at));
        stop = stop ? stop : end;
        while (at < stop && g_ascii_isspace(*at))
            at++;
        if (stop - at > 9 && strncmp(at, "priority=", 9) == 0) {
            while (at < stop && !g_ascii_isspace(*at))
                at++;
            while (at < stop && g_ascii_isspace(*at))
                at++;
        }
        n += stop - at > 5 && strncmp(at, "deny", 4) == 0 && g_ascii_isspace(at[4]);
        at = stop < end ? stop + 1 : end;
    }
    return n;
}

/* Top-level files that read a file with such rules; and the number of these rules. */
static guint
quiet_files(const AmrIndex *index, guint *rules)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree const char **names = index ? amr_index_files(index) : NULL;
    guint files = 0;

    *rules = 0;
    for (guint i = 0; names && names[i]; i++) {
        g_autofree const char **reads = amr_index_reads(index, names[i]);
        gboolean some = FALSE;
        for (guint k = 0; reads[k]; k++) {
            gpointer known = NULL;
            if (!g_hash_table_lookup_extended(counts, reads[k], NULL, &known)) {
                known = GUINT_TO_POINTER(quiet_rules(amr_index_bytes(index, reads[k])));
                g_hash_table_insert(counts, (gpointer)reads[k], known);
                *rules += GPOINTER_TO_UINT(known);
            }
            some |= known != NULL;
        }
        files += some;
    }
    return files;
}

void
amr_exam_quiet(AmrExam *exam)
{
    g_autofree char *audit = amr_exam_text(exam, AMR_OPEN_SOURCE, PARAMETERS "audit", NULL);
    guint rules, files = quiet_files(exam->context.index, &rules);
    gboolean all = audit && (strcmp(audit, "noquiet") == 0 || strcmp(audit, "all") == 0);

    if (audit && (strcmp(audit, "quiet") == 0 || strcmp(audit, "quiet_denied") == 0)) {
        amr_exam_add(exam, AMR_CHECK_ID_QUIET, AMR_CHECK_TROUBLE,
                     g_strdup_printf("The kernel is told to log no denials at all (%s in "
                                     "/" PARAMETERS "audit).",
                                     audit),
                     g_strdup("echo normal | sudo tee /" PARAMETERS "audit"));
        return;
    }
    if (!exam->context.index)
        return;
    if (files == 0 || all) {
        amr_exam_add(exam, AMR_CHECK_ID_QUIET, AMR_CHECK_OK,
                     all ? g_strdup("What deny rules refuse is logged too (noquiet).")
                         : g_strdup("No rule denies without a word."),
                     NULL);
        return;
    }
    amr_exam_add(
        exam, AMR_CHECK_ID_QUIET, AMR_CHECK_OK,
        g_strdup_printf("%u %s of policy %s deny rules without audit (%u in all): what these "
                        "refuse is never logged, and that is meant so.",
                        files, files == 1 ? "file" : "files", files == 1 ? "reads" : "read", rules),
        g_strdup("To see them too, until the next start: "
                 "echo noquiet | sudo tee /" PARAMETERS "audit"));
}
