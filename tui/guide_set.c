/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guide: the rules that are proposed, each of which can be left out or be another. */
#include "config.h"

#include <string.h>

#include "tui/guide.h"

gboolean
tui_guide_set_list(TuiGuide *guide)
{
    guint n;

    if (!guide->set)
        guide->set = tui_new_set(guide->flow->command, guide->flow->new);
    n = guide->set ? tui_new_set_count(guide->set) : 0;
    if (!n)
        tui_plain_say("Nothing was denied to it so far that the logs tell of.");
    for (guint i = 0; i < n; i++) {
        g_autofree char *rule = tui_new_set_rule(guide->set, i);
        g_autofree char *tells = tui_new_set_tells(guide->set, i);
        const char *profile = tui_new_set_profile(guide->set, i);
        gboolean other = strcmp(profile, guide->flow->new->profile) != 0;
        g_autofree char *of = amr_display_string(profile);
        if (rule)
            tui_plain_say("%3u [%c] %s%s%s  %s", i + 1,
                          tui_new_set_is_left(guide->set, i) ? ' ' : 'x', other ? of : "",
                          other ? ": " : "", rule, tells);
        else
            tui_plain_say("%3u no rule: %s", i + 1, tells);
    }
    return n > 0;
}

/* A row by the number that the list gave it; the set's count where there is none. */
static guint
row_of(const TuiGuide *guide, const char *word)
{
    guint64 number = 0;
    guint n = guide->set ? tui_new_set_count(guide->set) : 0;

    if (word && amr_bytes_to_uint64(amr_bytes(word), &number) && number >= 1 && number <= n)
        return (guint)number - 1;
    tui_plain_say("There is no such number in the set; \"set\" lists it.");
    return G_MAXUINT;
}

void
tui_guide_set_rule(TuiGuide *guide, char **words)
{
    guint row = row_of(guide, words[1]), taken, n;
    guint64 wanted = 0;

    if (row == G_MAXUINT)
        return;
    n = tui_new_set_ladder(guide->set, row, &taken);
    if (words[2] && (!amr_bytes_to_uint64(amr_bytes(words[2]), &wanted) || wanted < 1 ||
                     wanted > n || !tui_new_set_take(guide->set, row, (guint)wanted - 1))) {
        tui_plain_say("There is no such rule on its ladder.");
        return;
    }
    if (words[2]) { /* what stands together may be another by now */
        (void)tui_guide_set_list(guide);
        return;
    }
    for (guint i = 0; i < n; i++) {
        g_autofree char *rung = tui_new_set_rung(guide->set, row, i);
        tui_plain_say("  rule %u%s: %s", i + 1, i == taken ? " (taken)" : "", rung);
    }
    if (!n)
        tui_plain_say("There is no rule for it.");
}

void
tui_guide_set_leave(TuiGuide *guide, char **words)
{
    gboolean left = strcmp(words[0], "leave") == 0;

    for (guint i = 1; words[i]; i++) {
        guint row = row_of(guide, words[i]);
        if (row == G_MAXUINT)
            return;
        tui_new_set_leave(guide->set, row, left);
    }
    if (words[1])
        (void)tui_guide_set_list(guide);
    else
        tui_plain_say("\"%s N...\" takes numbers of the set.", words[0]);
}

void
tui_guide_set_way(TuiGuide *guide, char **words)
{
    guint row = row_of(guide, words[1]);

    if (row == G_MAXUINT)
        return;
    if (tui_new_set_another_way(guide->set, row))
        (void)tui_guide_set_list(guide);
    else
        tui_plain_say("There is no other transition for it.");
}

static AmrPlan *
plan_of(TuiGuide *guide)
{
    g_autoptr(GError) error = NULL;
    AmrPlan *plan;

    if (!guide->set && !tui_guide_set_list(guide))
        return NULL;
    plan = tui_new_set_plan(guide->set, &error);
    if (!plan)
        (void)tui_fail(error);
    return plan;
}

/* The profile as it would be. */
void
tui_guide_set_show(TuiGuide *guide)
{
    g_autoptr(AmrPlan) plan = plan_of(guide);

    for (guint i = 0; plan && i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        gsize len = 0;
        const char *data = file->after ? g_bytes_get_data(file->after, &len) : NULL;
        g_autofree char *name = amr_display_string(file->path);
        g_autofree char *text = amr_display_lines((AmrBytes){data, len});
        tui_plain_say("%s:", name);
        (void)tui_out_text(text);
    }
}

static gboolean
agrees_to_danger(TuiGuide *guide)
{
    g_autofree char *danger = tui_new_set_danger(guide->set);
    g_autofree char *answer = NULL;

    if (!danger)
        return TRUE;
    tui_plain_say("This is dangerous: %s", danger);
    answer = tui_plain_read(&guide->plain, "Type yes, in full, to go on: ");
    if (g_strcmp0(answer, "yes") == 0)
        return TRUE;
    tui_plain_say("Not agreed to: nothing was written.");
    return FALSE;
}

int
tui_guide_set_write(TuiGuide *guide)
{
    g_autoptr(AmrPlan) plan = plan_of(guide);
    g_autoptr(GPtrArray) questions = plan ? tui_new_set_questions(guide->set) : NULL;
    int status;

    if (!plan || !agrees_to_danger(guide))
        return TUI_EXIT_REFUSED;
    status = tui_new_carry_out(guide->flow, plan, questions, tui_new_set_request(guide->set));
    if (status == TUI_EXIT_DONE)
        g_clear_pointer(&guide->set, tui_new_set_free);
    return status;
}
