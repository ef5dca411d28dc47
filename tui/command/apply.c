/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer apply: rules into local policy, all of a call as one change. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fsutil.h"
#include "core/change/questions.h"
#include "core/change/request.h"
#include "core/change/rulefile.h"
#include "tui/command/agree.h"
#include "tui/command/elsewhere.h"

/* ---- what is to be applied ------------------------------------------------------------------- */

static GBytes *
slurp(int fd, const char *name, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 block[8192];
    gssize n;

    for (;;) {
        n = read(fd, block, sizeof(block));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        g_byte_array_append(bytes, block, (guint)n);
        if (bytes->len > AMR_RULEFILE_MAX) {
            amr_error_set(error, AMR_ERROR_LIMIT, "Reading %s: more than 1 MiB of rules", name);
            return NULL;
        }
    }
    if (n < 0 && errno == EISDIR) {
        amr_error_set(error, AMR_ERROR_PARSE, "Reading %s: Not rules but a directory", name);
        return NULL;
    }
    if (n < 0) {
        amr_error_errno(error, errno, "Reading %s", name);
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static GPtrArray *
read_from(const char *file, gboolean reload, GError **error)
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
    bytes = slurp(fd, name, error);
    if (!bytes)
        return NULL;
    const char *data = g_bytes_get_data(bytes, &len);
    return amr_rulefile_read((AmrBytes){data, len}, name, reload, error);
}

static GPtrArray *
read_words(char **words, GError **error)
{
    g_autoptr(GPtrArray) groups =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_group_free);
    AmrRuleGroup *group = amr_rule_group_new(words[0]);

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

/* ---- the verb -------------------------------------------------------------------------------- */

/* What is asked for, and how. */
typedef struct {
    const GPtrArray *groups; /* AmrRuleGroup */
    gboolean listed;         /* written down before, so that profiles may be gone by now */
    gboolean add_include;
    gboolean broad;  /* the word for broad rules is said */
    gboolean reload; /* load what is granted on disk; write nothing */
    TuiCarry carry;
    char *lasts; /* how long the rules shall; NULL: for ever */
} Request;

static AmrPlan *
make_plan(const AmrPlanContext *context, const Request *request, gboolean reload, GPtrArray **left,
          GError **error)
{
    const AmrGroupsRequest asked = {request->groups, reload,
                                    request->add_include ? AMR_PLAN_PLACE_ADD_INCLUDE
                                                         : AMR_PLAN_PLACE_LOCAL,
                                    request->listed};
    return amr_plan_groups(context, &asked, left, error);
}

/* Nothing has to be written, says @why: is loading what is left to do? */
static int
offer_reload(TuiCommand *command, const AmrPlanContext *context, const Request *request,
             const GError *why)
{
    g_autoptr(GPtrArray) left = NULL;
    g_autoptr(AmrPlan) plan = make_plan(context, request, TRUE, &left, NULL);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) notes = NULL;
    g_autoptr(GError) error = NULL;
    TuiWait wait = {0};

    if (!plan)
        return tui_fail(why);
    amr_executor_check_async(command->session->executor, plan, command->session->index, NULL, NULL,
                             command->cancellable, tui_wait_done, &wait);
    result = tui_wait_result(&wait);
    (void)tui_fail(why);
    if (amr_executor_check_finish(command->session->executor, result, &notes, &error)) {
        tui_say_notes(notes);
        tui_say("what is loaded differs from what is on disk, or cannot be compared with it: "
                "apply --reload loads what is on disk");
    } else {
        tui_say("%s", error->message);
    }
    return TUI_EXIT_NOTHING;
}

/* Rules that open all of a place that many share are asked for by a typed word. */
static gboolean
agrees_to_broad(const TuiCommand *command, const Request *request, const AmrPlan *plan,
                GError **error)
{
    g_autoptr(GPtrArray) broad = amr_plan_broad(command->session->index, plan);

    return request->broad || request->carry.dry_run || broad->len == 0 ||
           tui_agree_broad(broad, command->cancellable, error);
}

/* The timer is gone after a reboot, the rules are not. */
static void
say_end(const TuiCommand *command, const AmrPlan *plan)
{
    g_autofree char *when = amr_clock_show(amr_target_clock(command->session->target), plan->until);

    tui_say("until %s; should the system be started anew before, or a file be changed by another "
            "hand, what is over stays until armorer undo --expired is run, or armorer undo",
            when);
}

/* NULL-terminated; the strings are the request's. */
static const char **
profiles_of(const Request *request)
{
    const char **profiles = g_new0(const char *, request->groups->len + 1);

    for (guint i = 0; i < request->groups->len; i++)
        profiles[i] = ((const AmrRuleGroup *)request->groups->pdata[i])->profile;
    return profiles;
}

/* Why there is no plan; the exit status. */
static int
refuse(TuiCommand *command, const AmrPlanContext *context, const Request *request,
       const GPtrArray *left, const GError *error)
{
    g_autofree const char **profiles = profiles_of(request);
    int status;

    tui_say_notes(left);
    if (!request->reload && g_error_matches(error, AMR_ERROR, AMR_ERROR_NOTHING_TO_DO))
        return offer_reload(command, context, request, error);
    status = tui_fail_elsewhere(command, error, profiles, FALSE);
    if (g_error_matches(error, AMR_ERROR, AMR_ERROR_NO_LOCAL_INCLUDE))
        tui_say("with --add-include it is given one");
    return status;
}

static int
apply(TuiCommand *command, Request *request)
{
    AmrPlanContext context;
    g_autofree char *id = NULL;
    g_autoptr(GPtrArray) questions = NULL, left = NULL, elsewhere = NULL;
    g_autofree const char **profiles = profiles_of(request);
    g_autoptr(AmrPlan) plan = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) granted = NULL;
    int status;

    if (!tui_command_plan_context(command, &request->carry, &context, &id, &error))
        return tui_fail(error);
    plan = make_plan(&context, request, request->reload, &left, &error);
    if (!plan)
        return refuse(command, &context, request, left, error);
    if (request->lasts && plan->kind == AMR_PLAN_RELOAD) {
        tui_say("--for is of rules that are written: loading what is on disk has no end");
        return TUI_EXIT_USAGE;
    }
    if (!tui_command_lasts(command, request->lasts, &plan->until, &error) ||
        !agrees_to_broad(command, request, plan, &error))
        return tui_fail(error);
    if (plan->until)
        say_end(command, plan);
    questions = amr_plan_questions(plan);
    elsewhere = left->len ? tui_elsewhere(command, profiles, FALSE) : NULL;
    if (elsewhere)
        tui_say_elsewhere(elsewhere);
    request->carry.elsewhere = elsewhere;
    request->carry.granted = &granted;
    status = tui_command_carry_out(command, plan, questions, &request->carry);
    if (granted)
        return offer_reload(command, &context, request, granted);
    return status == TUI_EXIT_DONE && left->len ? TUI_EXIT_PARTLY : status;
}

/* The rules, read before anything else is looked at; NULL with *status, having said why. */
static GPtrArray *
read_rules(const char *from, char **words, gboolean reload, int *status)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *groups;

    if (from ? words != NULL : !words || (!words[1] && !reload)) {
        tui_say("apply takes PROFILE RULE..., or --from FILE; --reload takes a PROFILE alone too");
        *status = TUI_EXIT_USAGE;
        return NULL;
    }
    groups = from ? read_from(from, reload, &error) : read_words(words, &error);
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
    Request request = {0};
    g_autofree char *from = NULL;
    const GOptionEntry entries[] = {
        TUI_OPTIONS_CARRY(&request.carry),
        {"add-include", 0, 0, G_OPTION_ARG_NONE, &request.add_include,
         "give a profile its local include where it has none", NULL},
        {"broad", 0, 0, G_OPTION_ARG_NONE, &request.broad,
         "write rules that open all of a place that many share, too", NULL},
        {"reload", 0, 0, G_OPTION_ARG_NONE, &request.reload,
         "write nothing: load what is granted on disk and not in the kernel", NULL},
        {"for", 0, 0, G_OPTION_ARG_STRING, &request.lasts,
         "take the rules back by itself after this: 30m, 1h, 2d", "TIME"},
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &from, "what propose printed; - is standard input",
         "FILE"},
        {0},
    };
    g_auto(GStrv) words = NULL;
    g_autoptr(GPtrArray) groups = NULL;
    int status;

    if (tui_command_parse(command, tui_verb_find("apply"), entries, &argc, &argv, &words,
                          &status) &&
        (groups = read_rules(from, words, request.reload, &status))) {
        request.groups = groups;
        request.listed = from != NULL;
        status = tui_command_open(command, TRUE);
        if (status == TUI_EXIT_DONE)
            status = tui_command_may_change(command, request.carry.dry_run);
        if (status == TUI_EXIT_DONE)
            status = apply(command, &request);
    }
    tui_carry_clear(&request.carry);
    g_free(request.lasts);
    return status;
}
