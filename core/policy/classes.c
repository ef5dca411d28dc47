/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/classes.h"

#include <string.h>

#include "core/policy/oracle.h"
#include "core/policy/risk.h"

/* ---- file -------------------------------------------------------------------------------------
 */

/*
 * Creating and deleting ask for w. Append too: opening for append asks a, but the write that
 * follows asks w (measured on 6.1 and 6.12), so the rule that works is w.
 */
guint
amr_propose_access(guint32 perms)
{
    static const struct {
        guint32 perm;
        guint access;
    } table[] = {
        {AMR_PERM_READ, AMR_ACCESS_READ},    {AMR_PERM_WRITE, AMR_ACCESS_WRITE},
        {AMR_PERM_APPEND, AMR_ACCESS_WRITE}, {AMR_PERM_CREATE, AMR_ACCESS_WRITE},
        {AMR_PERM_DELETE, AMR_ACCESS_WRITE}, {AMR_PERM_LOCK, AMR_ACCESS_LOCK},
        {AMR_PERM_LINK, AMR_ACCESS_LINK},    {AMR_PERM_MMAP_EXEC, AMR_ACCESS_MMAP},
    };
    guint access = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (perms & table[i].perm)
            access |= table[i].access;
    return access;
}

char *
amr_propose_access_words(guint access)
{
    static const struct {
        guint bit;
        const char *word;
    } table[] = {
        {AMR_ACCESS_READ, "read"},         {AMR_ACCESS_WRITE, "write"},
        {AMR_ACCESS_APPEND, "append"},     {AMR_ACCESS_LOCK, "lock"},
        {AMR_ACCESS_LINK, "make as link"}, {AMR_ACCESS_MMAP, "map as code"},
    };
    GString *words = g_string_new(NULL);
    guint remaining = (guint)__builtin_popcount(access);
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!(access & table[i].bit))
            continue;
        remaining--;
        if (words->len)
            g_string_append(words, remaining ? ", " : " and ");
        g_string_append(words, table[i].word);
    }
    return g_string_free(words, FALSE);
}

AmrRule *
amr_propose_file_rule(AmrProposal *proposal, AmrBytes name, guint access)
{
    g_autoptr(GError) error = NULL;
    char *pattern = amr_policy_pattern(name, &error);
    if (!pattern) {
        amr_propose_refuse(proposal, AMR_NO_RULE_NOT_EXPRESSIBLE,
                           g_strdup_printf("No rule can name it. %s.", error->message), NULL);
        return NULL;
    }
    AmrRule *rule = amr_rule_new(AMR_RULE_FILE);
    rule->file.pattern = pattern;
    rule->file.access = access;
    return rule;
}

static void
add_file(AmrProposal *proposal, AmrBytes name, guint access, gboolean owner, gboolean widened)
{
    AmrRule *rule = amr_propose_file_rule(proposal, name, access);
    if (!rule)
        return;
    g_autofree char *shown = amr_display(name), *words = amr_propose_access_words(access);
    char *danger = NULL;
    AmrRisk risk = amr_risk_file(name, access, AMR_EXEC_NONE, &danger);
    rule->owner = owner;
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may %s %s%s.", words, shown,
                                    owner ? " where the file belongs to the user it runs as" : ""),
                    widened ? g_strdup("The same where the file belongs to another user.") : NULL,
                    danger);
}

/* The length of the directory in @name with its slash if the rest is what the kernel calls a file
 * made without a name (O_TMPFILE): "#" and its inode number, another one each time. Else 0. Source:
 * d_tmpfile() in fs/dcache.c of Linux; seen on 6.1 and 6.12. */
static gsize
nameless_directory(AmrBytes name)
{
    gsize start = name.len;
    while (start > 0 && g_ascii_isdigit(name.data[start - 1]))
        start--;
    return start < name.len && start > 1 && name.data[start - 1] == '#' &&
                   name.data[start - 2] == '/'
               ? start - 1
               : 0;
}

static void
add_nameless(AmrProposal *proposal, AmrBytes name, AmrBytes directory, guint access, gboolean owner)
{
    AmrRule *rule = amr_propose_file_rule(proposal, directory, access);
    if (!rule)
        return;
    g_autofree char *literal = rule->file.pattern, *shown = amr_display(directory);
    g_autofree char *words = amr_propose_access_words(access);
    char *danger = NULL;
    AmrRisk risk = amr_risk_file(name, access, AMR_EXEC_NONE, &danger);
    rule->file.pattern = g_strconcat(literal, "#[0-9]*", NULL);
    rule->owner = owner;
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may %s files that it makes without a name in %s: the "
                                    "kernel numbers them, each time anew.",
                                    words, shown),
                    g_strdup_printf("Whatever else in %s has a name that begins with # and a "
                                    "digit%s.",
                                    shown, owner ? ", where it belongs to the same user" : ""),
                    danger);
}

/* The narrow rule first, and where it is for owners only, the one for all behind it. A number that
 * the kernel will not give again gets broader ones too, for the literal rule answers nothing but
 * the past. */
static void
add_files(AmrProposal *proposal, const AmrEvent *event, AmrBytes name, guint access)
{
    AmrBytes directory = {name.data, nameless_directory(name)};
    if (event->owner)
        add_file(proposal, name, access, TRUE, FALSE);
    add_file(proposal, name, access, FALSE, event->owner);
    if (directory.len == 0 || proposal->no_rule != AMR_NO_RULE_NONE)
        return;
    if (event->owner)
        add_nameless(proposal, name, directory, access, TRUE);
    add_nameless(proposal, name, directory, access, FALSE);
}

void
amr_propose_refuse_incomplete(AmrProposal *proposal, const char *reason)
{
    amr_propose_refuse(proposal, AMR_NO_RULE_INCOMPLETE, g_strdup(reason), NULL);
}

static void
add_link(AmrProposal *proposal, AmrBytes name, AmrBytes source, gboolean owner, gboolean widened)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pattern = amr_policy_pattern(name, &error);
    g_autofree char *from = pattern ? amr_policy_pattern(source, &error) : NULL;
    if (!from) {
        amr_propose_refuse(proposal, AMR_NO_RULE_NOT_EXPRESSIBLE,
                           g_strdup_printf("No rule can name it. %s.", error->message), NULL);
        return;
    }
    g_autofree char *shown = amr_display(name), *shown_source = amr_display(source);
    char *danger = NULL, *danger_source = NULL;
    /* Who can write through the new name can write what it stands for. */
    AmrRisk risk = amr_risk_file(name, AMR_ACCESS_LINK, AMR_EXEC_NONE, &danger);
    AmrRisk source_risk = amr_risk_file(source, AMR_ACCESS_LINK, AMR_EXEC_NONE, &danger_source);
    if (source_risk > risk) {
        risk = source_risk;
        char *swap = danger;
        danger = danger_source;
        danger_source = swap;
    }
    g_free(danger_source);
    AmrRule *rule = amr_rule_new(AMR_RULE_LINK);
    rule->owner = owner;
    rule->link.pattern = g_steal_pointer(&pattern);
    rule->link.source = g_steal_pointer(&from);
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may give %s the further name %s%s.", shown_source, shown,
                                    owner ? " where it belongs to the user it runs as" : ""),
                    widened ? g_strdup("The same where the file belongs to another user.") : NULL,
                    danger);
}

/*
 * The name is that of the new link, target= what it would stand for. If the mask holds no l, the
 * link itself is allowed, but its name would have permissions that its target has not ("link not
 * subset of target"): what is missing, it must get on the target. Source: profile_path_link() of
 * Linux; link pairs tried on 6.1 and 6.12.
 */
void
amr_propose_link(AmrProposal *proposal, const AmrEvent *event)
{
    AmrBytes name = event->field[AMR_FIELD_NAME], source = event->field[AMR_FIELD_TARGET];
    guint32 perms = event->denied ? event->denied : event->requested;
    if (source.len == 0) {
        add_files(proposal, event, name, amr_propose_access(perms));
        return;
    }
    if (source.data[0] != '/') {
        amr_propose_refuse(proposal, AMR_NO_RULE_DISCONNECTED,
                           g_strdup("The file that the link is to stand for has no path from the "
                                    "root, and rules work by path."),
                           NULL);
        return;
    }
    if (!(perms & AMR_PERM_LINK)) {
        if (perms & AMR_PERM_EXEC)
            amr_propose_refuse_incomplete(
                proposal, "The link's name may be executed in another way than its "
                          "target: which exec rule to change is not in the record.");
        else
            add_files(proposal, event, source, amr_propose_access(perms));
        return;
    }
    if (event->owner)
        add_link(proposal, name, source, TRUE, FALSE);
    add_link(proposal, name, source, FALSE, event->owner);
    if (proposal->no_rule != AMR_NO_RULE_NONE)
        return;
    AmrRule *rule = amr_propose_file_rule(proposal, name, AMR_ACCESS_LINK);
    if (!rule)
        return;
    g_autofree char *shown = amr_display(name);
    char *danger = NULL;
    AmrRisk risk = amr_risk_file(name, AMR_ACCESS_LINK, AMR_EXEC_NONE, &danger);
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may make %s a name of any file that it may use as well.",
                                    shown),
                    g_strdup("Links to other files by that name."), danger);
}

void
amr_propose_file(AmrProposal *proposal, const AmrEvent *event, const AmrProposeContext *context)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    guint32 perms = event->denied ? event->denied : event->requested;
    if (name.len == 0) {
        amr_propose_refuse_incomplete(proposal, "The record does not name the file.");
        return;
    }
    if (perms == 0 || (perms & (guint32)AMR_PERM_OTHER)) {
        amr_propose_refuse_incomplete(proposal,
                                      perms ? "The record asks for a permission that armorer does "
                                              "not know."
                                            : "The record does not say which access was refused.");
        return;
    }
    if (amr_bytes_is(event->field[AMR_FIELD_OPERATION], "link") ||
        ((perms & AMR_PERM_LINK) && event->field[AMR_FIELD_TARGET].len))
        amr_propose_link(proposal, event);
    else if (perms & AMR_PERM_EXEC)
        amr_propose_exec(proposal, event, amr_propose_access(perms), context);
    else
        add_files(proposal, event, name, amr_propose_access(perms));
}

/* ---- capability ---------------------------------------------------------------------------------
 */

gboolean
amr_propose_is_word(AmrBytes bytes)
{
    for (gsize i = 0; i < bytes.len; i++)
        if (!g_ascii_islower(bytes.data[i]) && !g_ascii_isdigit(bytes.data[i]) &&
            bytes.data[i] != '_')
            return FALSE;
    return bytes.len > 0 && bytes.len < 64;
}

static char *
capability_name(const AmrEvent *event)
{
    AmrBytes name = event->field[AMR_FIELD_CAPNAME];
    guint64 number;
    if (name.len == 0)
        name = event->field[AMR_FIELD_NAME];
    if (amr_propose_is_word(name))
        return amr_bytes_dup(name);
    /* Records of old kernels may hold nothing else. */
    if (name.len == 0 && amr_bytes_to_uint64(event->field[AMR_FIELD_CAPABILITY], &number) &&
        number < 64)
        return g_strdup(amr_oracle_capability_word((guint)number));
    return NULL;
}

void
amr_propose_capability(AmrProposal *proposal, const AmrEvent *event)
{
    g_autofree char *name = capability_name(event);
    if (!name) {
        amr_propose_refuse_incomplete(proposal,
                                      "The record does not name a capability that a rule could.");
        return;
    }
    char *danger = NULL;
    AmrRisk risk = amr_risk_capability(name, &danger);
    const char *names[] = {name, NULL};
    AmrRule *rule = amr_rule_new(AMR_RULE_CAPABILITY);
    rule->capability.names = g_strdupv((char **)names);
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may use the capability %s, if it has it.", name),
                    g_strdup("Everything that the kernel lets this capability do."), danger);
}
