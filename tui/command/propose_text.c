/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one profile gets, as the text that `armorer apply --from` reads. */
#include "config.h"

#include "tui/command/propose.h"

struct TuiProposeGroup {
    char *profile;
    GPtrArray *rules;     /* AmrRule */
    GPtrArray *no_rules;  /* char *: lines, each once */
    GPtrArray *left_out;  /* the same, of rules that the target does not state */
    GHashTable *seen;     /* char *: what is in one of them */
    GHashTable *notes;    /* rule -> how many denials it is for, if more than one */
    GHashTable *measured; /* printed rule -> line of what it opens */
    GHashTable *reasons;  /* why there is none -> Reason */
};

/* Why there is no rule, said once, of the first that it is said of. */
typedef struct {
    char *first; /* what was tried on what */
    guint more, line;
} Reason;

static void
reason_free(gpointer data)
{
    g_free(((Reason *)data)->first);
    g_free(data);
}

void
tui_propose_group_free(gpointer data)
{
    TuiProposeGroup *group = data;

    g_free(group->profile);
    g_ptr_array_unref(group->rules);
    g_ptr_array_unref(group->no_rules);
    g_ptr_array_unref(group->left_out);
    g_hash_table_unref(group->seen);
    g_hash_table_unref(group->notes);
    g_hash_table_unref(group->measured);
    g_hash_table_unref(group->reasons);
    g_free(group);
}

TuiProposeGroup *
tui_propose_group_for(GPtrArray *groups, GHashTable *by_profile, const char *profile)
{
    TuiProposeGroup *group = g_hash_table_lookup(by_profile, profile);

    if (group)
        return group;
    group = g_new0(TuiProposeGroup, 1);
    group->profile = g_strdup(profile);
    group->rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    group->no_rules = g_ptr_array_new_with_free_func(g_free);
    group->left_out = g_ptr_array_new_with_free_func(g_free);
    group->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    group->notes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    group->measured = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    group->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, reason_free);
    g_ptr_array_add(groups, group);
    g_hash_table_insert(by_profile, group->profile, group);
    return group;
}

/* @line is taken over. */
static void
add_line(TuiProposeGroup *group, GPtrArray *lines, char *line)
{
    if (g_hash_table_add(group->seen, g_strdup(line)))
        g_ptr_array_add(lines, line);
    else
        g_free(line);
}

void
tui_propose_group_no_rule(TuiProposeGroup *group, const AmrEvent *event,
                          const AmrProposal *proposal)
{
    g_autofree char *tried = amr_explain_tried(event);
    g_autofree char *object = amr_explain_object(event);
    g_autofree char *what = g_strconcat(tried, " ", object, NULL);
    g_autofree char *why = g_strconcat(proposal->reason, proposal->remedy ? " " : "",
                                       proposal->remedy ? proposal->remedy : "", NULL);
    char *line = g_strdup_printf("# no rule: %s: %s", what, why);
    Reason *reason = g_hash_table_lookup(group->reasons, why);

    if (!g_hash_table_add(group->seen, g_strdup(line))) {
        g_free(line);
    } else if (!reason) {
        reason = g_new0(Reason, 1);
        reason->first = g_steal_pointer(&what);
        reason->line = group->no_rules->len;
        g_hash_table_insert(group->reasons, g_steal_pointer(&why), reason);
        g_ptr_array_add(group->no_rules, line);
    } else {
        g_free(line);
        g_free(group->no_rules->pdata[reason->line]);
        group->no_rules->pdata[reason->line] =
            g_strdup_printf("# no rule: %s and %u more: %s", reason->first, ++reason->more, why);
    }
}

/* The narrower rules in whose place the one above stands. */
void
tui_propose_group_left_out(TuiProposeGroup *group, const AmrProposal *proposal)
{
    for (guint i = 0; i < proposal->left_out->len; i++) {
        const AmrLeftOut *left_out = proposal->left_out->pdata[i];
        if (!amr_propose_left_out_tells(proposal, i))
            continue;
        /* Of many rules of one kind that fail alike one is told. */
        char *alike = g_strdup_printf("%d %d %s", left_out->rule->kind, left_out->stating,
                                      left_out->said ? left_out->said : "");
        if (!g_hash_table_add(group->seen, alike))
            continue;
        g_autofree char *rule = amr_rule_print(left_out->rule);
        g_autofree char *shown = amr_display_string(rule);
        add_line(group, group->left_out,
                 g_strdup_printf("# not offered: %s %s here%s%s", shown,
                                 amr_stating_word(left_out->stating), left_out->said ? ": " : "",
                                 left_out->said ? left_out->said : ""));
    }
}

/* What is better than a rule, for people to read. */
void
tui_propose_group_recipes(TuiProposeGroup *group, const AmrRecipes *recipes, const AmrEvent *event,
                          const AmrProposal *proposal)
{
    g_autoptr(GPtrArray) found = amr_recipes_for(recipes, event, proposal);

    for (guint i = 0; i < found->len; i++) {
        const AmrRecipe *recipe = found->pdata[i];
        g_autofree char *lines = g_strjoinv("\n#   ", recipe->lines);
        g_autofree char *head = g_strdup_printf("# better: %s. %s", recipe->title, recipe->why);
        g_autofree char *key = g_strconcat(head, lines, NULL);
        if (!g_hash_table_add(group->seen, g_steal_pointer(&key)))
            continue;
        g_ptr_array_add(group->no_rules, g_steal_pointer(&head));
        for (char **line = recipe->lines; *line; line++)
            g_ptr_array_add(group->no_rules, g_strdup_printf("#   %s", *line));
    }
}

void
tui_propose_group_rule(TuiProposeGroup *group, const AmrRule *rule)
{
    if (g_hash_table_add(group->seen, amr_rule_print(rule)))
        g_ptr_array_add(group->rules, amr_rule_copy(rule));
}

void
tui_propose_group_candidate(TuiProposeGroup *group, const AmrRule *rule, guint together)
{
    tui_propose_group_rule(group, rule);
    if (together)
        g_hash_table_replace(group->notes, amr_rule_print(rule), GUINT_TO_POINTER(together));
}

void
tui_propose_group_measured(TuiProposeGroup *group, const AmrRule *rule, const char *words)
{
    g_autofree char *printed = amr_rule_print(rule);

    if (!g_hash_table_contains(group->measured, printed))
        g_hash_table_insert(group->measured, g_steal_pointer(&printed),
                            g_strdup_printf("# measured: %s", words));
}

static gboolean
out_lines(const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        if (!tui_out_line(lines->pdata[i]))
            return FALSE;
    return TRUE;
}

static char *
note_of(const TuiProposeGroup *group, const AmrRule *rule)
{
    g_autofree char *printed = amr_rule_print(rule);
    guint together = GPOINTER_TO_UINT(g_hash_table_lookup(group->notes, printed));
    if (together && rule->kind == AMR_RULE_INCLUDE)
        return g_strdup_printf("# for %u denials", together);
    return together ? g_strdup_printf("# for %u denials, and whatever else has such a name; "
                                      "--exact: a rule for each",
                                      together)
                    : NULL;
}

void
tui_propose_group_close(TuiProposeGroup *group, gboolean all, TuiProposeBreadth *breadth)
{
    /* Candidates are alternatives: what they have together is none of them. */
    if (!all)
        amr_rules_merge(group->rules);
    for (guint i = 0; i < group->rules->len; i++)
        (void)tui_propose_breadth_look(breadth, group->profile, group->rules->pdata[i]);
}

gboolean
tui_propose_group_out(TuiProposeGroup *group, TuiProposeBreadth *breadth)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(group->profile), &error);
    g_autofree char *header = NULL;

    if (!name) {
        /* No header, so that no rule of it can be applied to another profile. */
        g_autofree char *shown = amr_display_string(group->profile);
        if (*shown)
            tui_say("profile \"%s\": its name cannot be written: %s", shown, error->message);
        return tui_out_line("# no profile is named") && out_lines(group->no_rules);
    }
    header = g_strconcat("# profile: ", name, NULL);
    if (!tui_out_line(header))
        return FALSE;
    for (guint i = 0; i < group->rules->len; i++) {
        const AmrRule *rule = g_ptr_array_index(group->rules, i);
        g_autofree char *line = amr_rule_print(rule), *note = note_of(group, rule);
        const char *opens = g_hash_table_lookup(group->measured, line);
        const AmrMeasured *measured = tui_propose_breadth_look(breadth, group->profile, rule);
        if ((note && !tui_out_line(note)) || (opens && !tui_out_line(opens)) ||
            (measured && !tui_propose_breadth_lines(measured)) || !tui_out_line(line))
            return FALSE;
    }
    return out_lines(group->left_out) && out_lines(group->no_rules);
}

void
tui_propose_group_but(TuiProposeGroup *group, const char *why)
{
    add_line(group, group->no_rules, g_strdup_printf("# but: %s", why));
}
