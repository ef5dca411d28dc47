/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer apply: rules into local policy, all of a call as one change. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fsutil.h"
#include "tui/command/command.h"
#include "tui/command/rulefile.h"

/* ---- what is to be applied ------------------------------------------------------------------- */

static GPtrArray *
read_from(const char *file, GError **error)
{
    gboolean standard_input = g_str_equal(file, "-");
    g_autofree char *name = standard_input ? g_strdup("standard input") : amr_display_string(file);
    amr_autofd int fd = -1;
    g_autoptr(GBytes) bytes = NULL;
    gsize len;

    /* Not O_NONBLOCK: a FIFO of the shell's <( ) is a fine thing to read from. */
    fd =
        standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        amr_error_errno(error, errno, "Reading %s", name);
        return NULL;
    }
    bytes = tui_rulefile_slurp(fd, name, error);
    if (!bytes)
        return NULL;
    const char *data = g_bytes_get_data(bytes, &len);
    return tui_rulefile_read((AmrBytes){data, len}, name, error);
}

static GPtrArray *
read_words(char **words, GError **error)
{
    g_autoptr(GPtrArray) groups =
        g_ptr_array_new_with_free_func((GDestroyNotify)tui_rule_group_free);
    TuiRuleGroup *group = tui_rule_group_new(words[0]);

    g_ptr_array_add(groups, group);
    for (guint i = 1; words[i]; i++) {
        AmrRule *rule = amr_rule_read(words[i], error);
        if (!rule) {
            g_prefix_error(error, "rule %u: ", i);
            return NULL;
        }
        g_ptr_array_add(group->rules, rule);
    }
    return g_steal_pointer(&groups);
}

/* ---- what the kernel is asked afterwards -------------------------------------------------------
 */

static char *
access_letters(guint access, gboolean exec)
{
    static const struct {
        guint bit;
        char letter;
    } letters[] = {
        {AMR_ACCESS_READ, 'r'}, {AMR_ACCESS_WRITE, 'w'}, {AMR_ACCESS_APPEND, 'a'},
        {AMR_ACCESS_MMAP, 'm'}, {AMR_ACCESS_LOCK, 'k'},  {AMR_ACCESS_LINK, 'l'},
    };
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(letters); i++) {
        if (access & letters[i].bit)
            g_string_append_c(out, letters[i].letter);
    }
    if (exec)
        g_string_append_c(out, 'x');
    return g_string_free(out, FALSE);
}

/* Only a rule that names one file can be asked about; NULL for others. */
static AmrExecutorQuestion *
question_for(const char *profile, const AmrRule *rule)
{
    g_autofree char *path = NULL;
    AmrExecutorQuestion *question;

    if (rule->kind != AMR_RULE_FILE || rule->deny)
        return NULL;
    path = amr_rule_literal(rule->file.pattern);
    if (!path)
        return NULL;
    question = g_new0(AmrExecutorQuestion, 1);
    question->label = g_strdup(profile);
    question->access = access_letters(rule->file.access, rule->file.exec != AMR_EXEC_NONE);
    question->path_len = strlen(path);
    question->path = g_steal_pointer(&path);
    question->owner = rule->owner;
    return question;
}

static GPtrArray *
questions_for(const AmrPlan *plan)
{
    GPtrArray *questions =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_executor_question_free);

    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = g_ptr_array_index(plan->parts, i);
        for (guint n = 0; n < part->rules->len; n++) {
            AmrExecutorQuestion *question =
                question_for(part->profile, g_ptr_array_index(part->rules, n));
            if (question)
                g_ptr_array_add(questions, question);
        }
    }
    return questions;
}

/* ---- the verb -------------------------------------------------------------------------------- */

static int
apply(TuiCommand *command, const GPtrArray *groups, gboolean add_include, gboolean dry_run)
{
    AmrPlanContext context = amr_session_plan_context(command->session);
    g_autofree AmrPlanRequest *requests = g_new0(AmrPlanRequest, groups->len);
    g_autoptr(GPtrArray) questions = NULL;
    g_autoptr(AmrPlan) plan = NULL;
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < groups->len; i++) {
        const TuiRuleGroup *group = g_ptr_array_index(groups, i);
        requests[i] = (AmrPlanRequest){group->profile, group->rules};
    }
    plan = amr_plan_add(&context, requests, groups->len, add_include, &error);
    if (g_error_matches(error, AMR_ERROR, AMR_ERROR_NO_LOCAL_INCLUDE)) {
        int status = tui_fail(error);
        tui_say("with --add-include a profile at the top of its file is given one");
        return status;
    }
    if (!plan)
        return tui_fail(error);
    questions = questions_for(plan);
    return tui_command_carry_out(command, plan, questions, dry_run);
}

/* The rules, read before anything else is looked at; NULL with *status, having said why. */
static GPtrArray *
read_rules(const char *from, char **words, int *status)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *groups;

    if (from ? words != NULL : (!words || !words[1])) {
        tui_say("apply takes PROFILE RULE..., or --from FILE");
        *status = TUI_EXIT_USAGE;
        return NULL;
    }
    groups = from ? read_from(from, &error) : read_words(words, &error);
    if (!groups) {
        *status = tui_fail(error);
        return NULL;
    }
    if (!groups->len) {
        tui_say("there are no rules to apply");
        *status = TUI_EXIT_NOTHING;
        g_clear_pointer(&groups, g_ptr_array_unref);
    }
    return groups;
}

int
tui_command_apply(TuiCommand *command, int argc, char **argv)
{
    gboolean dry_run = FALSE, add_include = FALSE;
    g_autofree char *from = NULL;
    const GOptionEntry entries[] = {
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "show and check, write nothing", NULL},
        {"add-include", 0, 0, G_OPTION_ARG_NONE, &add_include,
         "give a profile its local include where it has none", NULL},
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &from, "what propose printed; - is standard input",
         "FILE"},
        {0},
    };
    g_auto(GStrv) words = NULL;
    g_autoptr(GPtrArray) groups = NULL;
    int status;

    if (!tui_command_parse(command, tui_verb_find("apply"), entries, &argc, &argv, &words, &status))
        return status;
    groups = read_rules(from, words, &status);
    if (!groups)
        return status;
    status = tui_command_open(command, TRUE);
    if (status == TUI_EXIT_DONE)
        status = tui_command_may_change(command, dry_run);
    if (status == TUI_EXIT_DONE)
        status = apply(command, groups, add_include, dry_run);
    return status;
}
