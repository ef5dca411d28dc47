/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor on the way from the kernel to the log: audit, its daemon, its rules, its limits. */
#include "config.h"

#include "core/advice/doctor_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

#define RULES_MAX (1024 * 1024) /* bytes of a file of audit rules */
#define FILES_MAX 256           /* of them */
#define TYPE_AVC  1400          /* of AppArmor's records (linux/audit.h) */

/* ---- audit in the kernel -------------------------------------------------------------------- */

/* As the kernel says. What it logs by itself, denials among it, does not hang on "enabled", which
 * is about system calls (audit_log_start() of kernel/audit.c). */
static void
tell_audit(AmrExam *exam)
{
    static const char *const switches[] = {
        "audits no system calls (denials are logged all the same)", "is on",
        "is on, its rules locked until the next start"};
    const AmrAuditState *audit = exam->audit;
    g_autofree char *room =
        audit->backlog_limit > 0
            ? g_strdup_printf("%u of %u records wait", audit->backlog, audit->backlog_limit)
            : g_strdup_printf("%u records wait, without a limit", audit->backlog);
    AmrCheck *check =
        amr_exam_add(exam, AMR_CHECK_ID_AUDIT, AMR_CHECK_OK,
                     g_strdup_printf("The kernel's audit %s; %s.",
                                     switches[MIN(audit->enabled, G_N_ELEMENTS(switches) - 1)],
                                     room),
                     NULL);
    if (audit->failure == 2)
        amr_check_detail(check, "It halts the machine when it fails (-f 2).");
}

void
amr_exam_audit(AmrExam *exam)
{
    static const char *const off[] = {"audit=0", "audit=off"};
    g_autofree char *cmdline = amr_exam_text(exam, AMR_OPEN_PROC, "cmdline", NULL);

    if (!cmdline)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(off); i++) {
        if (!amr_exam_has_word(cmdline, " \n", off[i]))
            continue;
        amr_exam_add(exam, AMR_CHECK_ID_AUDIT, AMR_CHECK_TROUBLE,
                     g_strdup_printf("Audit is switched off by %s on the kernel's command line: "
                                     "denials happen, but are logged nowhere.",
                                     off[i]),
                     g_strdup_printf("Take %s away (on most systems in /etc/default/grub, then "
                                     "update-grub) and restart.",
                                     off[i]));
        return;
    }
    if (exam->audit)
        tell_audit(exam);
    else
        amr_exam_add(exam, AMR_CHECK_ID_AUDIT, AMR_CHECK_OK,
                     g_strdup("Nothing on the kernel's command line switches audit off."), NULL);
}

/* ---- audit rules ---------------------------------------------------------------------------- */

typedef struct {
    GPtrArray *excludes; /* "WHERE: RULE", display form */
    AmrAuditKeeps keeps; /* what they keep out, at most */
    guint rate;          /* -r */
} AuditRules;

/* Whether a condition of a rule, "msgtype=AVC", holds for AppArmor's records; TRUE for a field that
 * is about who did it: it may. (auditctl(8), "-F [n=v...]") */
static gboolean
may_hold(const char *condition)
{
    const char *value;
    gint64 number;
    gsize len = strlen("msgtype");

    if (strncmp(condition, "msgtype", len) != 0)
        return TRUE;
    value = condition + len + strspn(condition + len, "!<>=");
    number =
        g_ascii_strncasecmp(value, "AVC", 4) == 0 ? TYPE_AVC : g_ascii_strtoll(value, NULL, 10);
    g_autofree char *operator= g_strndup(condition + len, (gsize)(value - condition) - len);
    if (g_str_equal(operator, "="))
        return number == TYPE_AVC;
    if (g_str_equal(operator, "!="))
        return number != TYPE_AVC;
    if (g_str_equal(operator, ">"))
        return TYPE_AVC > number;
    if (g_str_equal(operator, ">="))
        return TYPE_AVC >= number;
    if (g_str_equal(operator, "<"))
        return TYPE_AVC < number;
    return g_str_equal(operator, "<=") && TYPE_AVC <= number;
}

/* "-a always,exclude" and "-a never,exclude" both keep the record out (auditctl(8)). */
static AmrAuditKeeps
excludes_denials(char *const *words)
{
    gboolean excludes = FALSE, some = FALSE;

    for (; words[0]; words++) {
        const char *next = words[1];
        if (!next)
            continue;
        if (g_str_equal(words[0], "-a") || g_str_equal(words[0], "-A"))
            excludes = amr_exam_has_word(next, ",", "exclude");
        else if (g_str_equal(words[0], "-F") && !may_hold(next))
            return AMR_AUDIT_KEEPS_NONE;
        else if (g_str_equal(words[0], "-F"))
            some |= !g_str_has_prefix(next, "msgtype");
    }
    if (!excludes)
        return AMR_AUDIT_KEEPS_NONE;
    return some ? AMR_AUDIT_KEEPS_SOME : AMR_AUDIT_KEEPS_ALL;
}

static void
add_exclude(AuditRules *rules, AmrAuditKeeps keeps, const char *where, const char *rule)
{
    if (keeps == AMR_AUDIT_KEEPS_NONE)
        return;
    rules->keeps = MAX(rules->keeps, keeps);
    g_ptr_array_add(rules->excludes, g_strdup_printf("%s: %s", where, rule));
}

static void
read_rule(AuditRules *rules, const char *file, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t\r", 64);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();

    for (guint i = 0; words[i]; i++) {
        if (words[i][0])
            g_ptr_array_add(kept, words[i]);
    }
    g_ptr_array_add(kept, NULL);
    const char *first = kept->pdata[0], *second = first ? kept->pdata[1] : NULL;
    if (!first || first[0] == '#')
        return;
    if (g_str_equal(first, "-D")) {
        g_ptr_array_set_size(rules->excludes, 0);
        rules->keeps = AMR_AUDIT_KEEPS_NONE;
    } else if (g_str_equal(first, "-r") && second) {
        rules->rate = (guint)CLAMP(g_ascii_strtoll(second, NULL, 10), 0, G_MAXINT);
    } else {
        g_autofree char *name = amr_display_string(file);
        g_autofree char *rule = amr_display_string(line);
        add_exclude(rules, excludes_denials((char *const *)kept->pdata), name, rule);
    }
}

/* FALSE if it is there and cannot be read. */
static gboolean
read_rules(const AmrExam *exam, AuditRules *rules, const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        amr_opener_read(exam->context.opener, AMR_OPEN_SOURCE, file, RULES_MAX, &error);
    gsize len;
    const char *data;

    if (!bytes)
        return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    data = g_bytes_get_data(bytes, &len);
    g_autofree char *text = g_strndup(data ? data : "", len);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        read_rule(rules, file, lines[i]);
    return TRUE;
}

static void
take_rules_in_force(const AmrExam *exam, AuditRules *rules)
{
    for (guint i = 0; i < exam->audit->rules->len; i++) {
        const AmrAuditRule *rule = exam->audit->rules->pdata[i];
        add_exclude(rules, rule->keeps, "in force", rule->text);
    }
    rules->rate = exam->audit->rate_limit;
}

#define MEND_RULES "in /etc/audit/rules.d, then augenrules --load."

/* FALSE: @rules keep nothing out. */
static gboolean
tell_rules(AmrExam *exam, const AuditRules *rules, const char *whose, const char *later)
{
    AmrCheck *check;

    if (rules->keeps != AMR_AUDIT_KEEPS_NONE) {
        const gboolean all = rules->keeps == AMR_AUDIT_KEEPS_ALL;
        check = amr_exam_add(
            exam, AMR_CHECK_ID_EXCLUDE, all && !later[0] ? AMR_CHECK_TROUBLE : AMR_CHECK_WARNING,
            g_strdup_printf("An audit rule %s excludes %sAppArmor's records: they are logged "
                            "nowhere%s.",
                            whose, all ? "" : "some of ", later),
            g_strdup("Take the rule out " MEND_RULES));
        for (guint i = 0; i < rules->excludes->len; i++)
            amr_check_detail(check, "%s", (const char *)rules->excludes->pdata[i]);
        return TRUE;
    }
    if (rules->rate == 0)
        return FALSE;
    amr_exam_add(exam, AMR_CHECK_ID_EXCLUDE, AMR_CHECK_WARNING,
                 g_strdup_printf("The audit rules %s let %u records a second pass (-r); the rest "
                                 "is lost%s.",
                                 whose, rules->rate, later),
                 g_strdup("Set -r 0 " MEND_RULES));
    return TRUE;
}

/* What is in force, where the kernel may be asked, counts before what stands on disk. */
void
amr_exam_exclude(AmrExam *exam)
{
    g_autoptr(GPtrArray) on_disk = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) in_force = g_ptr_array_new_with_free_func(g_free);
    AuditRules disk = {.excludes = on_disk}, force = {.excludes = in_force};
    const gboolean known = read_rules(exam, &disk, "etc/audit/audit.rules");

    if (exam->audit) {
        take_rules_in_force(exam, &force);
        if (tell_rules(exam, &force, "in force", "") ||
            tell_rules(exam, &disk, "on disk", " from the next start on"))
            return;
        amr_exam_add(exam, AMR_CHECK_ID_EXCLUDE, AMR_CHECK_OK,
                     g_strdup("No audit rule in force keeps AppArmor's records out."), NULL);
    } else if (!known) {
        amr_exam_add(exam, AMR_CHECK_ID_EXCLUDE, AMR_CHECK_UNKNOWN,
                     g_strdup("The audit rules of /etc/audit may be read by root only."),
                     g_strdup("Run this with sudo."));
    } else if (!tell_rules(exam, &disk, "on disk", "") &&
               (amr_target_is_live(exam->context.target) || exam->auditd > 0)) {
        amr_exam_add(exam, AMR_CHECK_ID_EXCLUDE, AMR_CHECK_OK,
                     g_strdup("No audit rule on disk keeps AppArmor's records out."), NULL);
    }
}

/* ---- the daemon ----------------------------------------------------------------------------- */

void
amr_exam_auditd(AmrExam *exam)
{
    if (exam->auditd > 0)
        amr_exam_add(exam, AMR_CHECK_ID_AUDITD, AMR_CHECK_OK,
                     g_strdup_printf("auditd runs (pid %u): all denials go to "
                                     "/var/log/audit/audit.log, and none to the kernel's log "
                                     "(dmesg, kern.log).",
                                     exam->auditd),
                     NULL);
    else if (amr_target_is_live(exam->context.target))
        amr_exam_add(exam, AMR_CHECK_ID_AUDITD, AMR_CHECK_OK,
                     g_strdup("auditd does not run: denials go to the kernel's log, and to the "
                              "journal where it listens to audit; nothing keeps all of them."),
                     g_strdup("To keep all of them: install and start auditd."));
}

/* ---- logs ----------------------------------------------------------------------------------- */

static void
tell_sources(AmrCheck *check, const AmrChoice *choice)
{
    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = &g_array_index(choice->sources, AmrChoiceSource, i);
        amr_check_detail(check, "%s: %s: %s%s%s", source->name,
                         amr_choice_state_word(source->state), source->reason,
                         source->remedy ? "; " : "", source->remedy ? source->remedy : "");
    }
}

/* Whether denials are seen as they happen. */
static gboolean
is_live(const AmrChoice *choice)
{
    for (guint i = 0; i < choice->sources->len; i++) {
        if (g_array_index(choice->sources, AmrChoiceSource, i).live)
            return TRUE;
    }
    return FALSE;
}

void
amr_exam_logs(AmrExam *exam)
{
    const AmrChoice *choice = exam->choice =
        amr_choice_new(exam->context.target, exam->context.opener, TRUE);
    g_autofree char *used = amr_choice_summary(choice);
    const char *remedy = amr_choice_remedy(choice);
    AmrCheck *check;

    if (!used[0]) {
        g_autofree char *why = amr_choice_why_none(choice);
        if (!amr_target_is_live(exam->context.target) && !remedy)
            return; /* a tree of files without a log */
        check = amr_exam_add(exam, AMR_CHECK_ID_LOGS, AMR_CHECK_TROUBLE,
                             g_strdup_printf("No log can be read: %s.", why),
                             g_strdup(remedy ? remedy : "Install and start auditd or rsyslog."));
    } else if (!is_live(choice)) {
        check = amr_exam_add(exam, AMR_CHECK_ID_LOGS, AMR_CHECK_WARNING,
                             g_strdup_printf("Read: %s. Nothing tells of denials as they happen.",
                                             used),
                             g_strdup(remedy));
    } else if (remedy) {
        check = amr_exam_add(exam, AMR_CHECK_ID_LOGS, AMR_CHECK_WARNING,
                             g_strdup_printf("Read: %s. Another source holds more and may not be "
                                             "read.",
                                             used),
                             g_strdup(remedy));
    } else {
        check = amr_exam_add(exam, AMR_CHECK_ID_LOGS, AMR_CHECK_OK,
                             g_strdup_printf("Read: %s.", used), NULL);
    }
    tell_sources(check, choice);
}

/* ---- the kernel log's limit ----------------------------------------------------------------- */

static gboolean
read_number(const AmrExam *exam, const char *name, guint64 *number)
{
    g_autofree char *text = amr_exam_text(exam, AMR_OPEN_PROC, name, NULL);

    return text && amr_bytes_to_uint64(amr_bytes(text), number);
}

void
amr_exam_printk(AmrExam *exam)
{
    guint64 seconds, burst;
    g_autofree char *limit = NULL;

    if (!read_number(exam, "sys/kernel/printk_ratelimit", &seconds) ||
        !read_number(exam, "sys/kernel/printk_ratelimit_burst", &burst))
        return;
    if (seconds == 0) {
        amr_exam_add(exam, AMR_CHECK_ID_PRINTK, AMR_CHECK_OK,
                     g_strdup("The kernel's log takes all records."), NULL);
        return;
    }
    limit = g_strdup_printf("The kernel's log takes at most %" G_GUINT64_FORMAT
                            " records in %" G_GUINT64_FORMAT " s",
                            burst, seconds);
    if (exam->auditd > 0 || amr_choice_is_complete(exam->choice)) {
        amr_exam_add(exam, AMR_CHECK_ID_PRINTK, AMR_CHECK_OK,
                     g_strdup_printf("%s, but armorer has them from elsewhere.", limit), NULL);
        return;
    }
    amr_exam_add(exam, AMR_CHECK_ID_PRINTK, AMR_CHECK_WARNING,
                 g_strdup_printf("%s, and the rest is dropped (\"callbacks suppressed\"): of many "
                                 "denials only the first are seen.",
                                 limit),
                 g_strdup("Run armorer with sudo, which listens to the kernel itself, or install "
                          "auditd; or sysctl -w kernel.printk_ratelimit=0."));
}

#define LARGER_BACKLOG                                                                         \
    "auditd with a larger backlog keeps more: -b 8192 in /etc/audit/rules.d, then augenrules " \
    "--load."

/* What the kernel itself counts since the machine was started; 0 also where that is not known. */
static guint
lost_in_kernel(const AmrExam *exam)
{
    return exam->audit && amr_audit_lost_counts(exam->audit, amr_audit_keeps(exam->context.opener))
               ? exam->audit->lost
               : 0;
}

void
amr_exam_lost(AmrExam *exam)
{
    const AmrIngest *ingest = exam->context.ingest;
    const gboolean read = ingest && amr_ingest_source_count(ingest) > 0;
    const guint kernels = lost_in_kernel(exam);
    g_autoptr(GString) said = g_string_new(NULL);
    guint64 lost[AMR_LOSS_COUNT] = {0}, sum = read ? amr_ingest_lost(ingest, lost) : 0;

    if (!read && !exam->audit)
        return;
    if (sum > 0)
        g_string_append_printf(said, "At least %" G_GUINT64_FORMAT " records were lost:", sum);
    else if (read)
        g_string_append(said, "Of what was read, no record is known to be lost.");
    for (int kind = 1, n = 0; kind < AMR_LOSS_COUNT; kind++) {
        if (lost[kind])
            g_string_append_printf(said, "%s %" G_GUINT64_FORMAT " %s", n++ ? ";" : "", lost[kind],
                                   amr_loss_where((AmrLossKind)kind));
    }
    if (sum > 0)
        g_string_append_c(said, '.');
    if (kernels > 0)
        g_string_append_printf(said,
                               "%sThe kernel counts %u audit records lost since the machine was "
                               "started.",
                               said->len ? " " : "", kernels);
    else if (!read)
        g_string_append(said, "The kernel counts no audit record as lost.");
    amr_exam_add(exam, AMR_CHECK_ID_LOST, sum + kernels > 0 ? AMR_CHECK_WARNING : AMR_CHECK_OK,
                 g_strdup(said->str), sum + kernels > 0 ? g_strdup(LARGER_BACKLOG) : NULL);
}
