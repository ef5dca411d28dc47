/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/rule.h"

#include "core/base/text.h"
#include "core/policy/rule_lex.h"
#include "core/policy/rule_terms.h"

/* A word that means something to the compiler would not be a name there, were it bare. */
static gboolean
is_keyword(const char *name)
{
    static const char *const words[] = {
        "abi",      "alias",      "all",    "allow",  "append",
        "audit",    "capability", "cap",    "dbus",   "deny",
        "defined",  "else",       "exists", "false",  "file",
        "flags",    "hat",        "if",     "in",     "include",
        "io_uring", "link",       "mount",  "mqueue", "network",
        "not",      "other",      "owner",  "prompt", "pivot_root",
        "priority", "profile",    "ptrace", "quiet",  "remount",
        "rewrite",  "rlimit",     "safe",   "set",    "signal",
        "subset",   "to",         "true",   "umount", "unix",
        "unmount",  "unsafe",     "userns", "access", "change_profile",
        NULL};
    return g_strv_contains(words, name);
}

/* A target that no policy can spell comes out as "", which the compiler refuses: a rule that says
 * something else than its model must not come into being here. */
static void
append_target(GString *out, const char *target)
{
    g_autofree char *name = amr_policy_name(AMR_PLACE_TARGET, amr_bytes(target), NULL);
    gboolean quote = name && is_keyword(name);
    g_string_append_printf(out, "%s%s%s", quote ? "\"" : "", name ? name : "\"\"",
                           quote ? "\"" : "");
}

static void
append_file(GString *out, const AmrRule *rule)
{
    static const struct {
        guint bit;
        char letter;
    } letters[] = {
        {AMR_ACCESS_MMAP, 'm'},   {AMR_ACCESS_READ, 'r'}, {AMR_ACCESS_WRITE, 'w'},
        {AMR_ACCESS_APPEND, 'a'}, {AMR_ACCESS_LOCK, 'k'}, {AMR_ACCESS_LINK, 'l'},
    };
    amr_rule_append_pattern(out, rule->file.pattern);
    g_string_append_c(out, ' ');
    for (gsize i = 0; i < G_N_ELEMENTS(letters); i++)
        if (rule->file.access & letters[i].bit)
            g_string_append_c(out, letters[i].letter);
    g_string_append(out, amr_exec_mode_word(rule->file.exec));
    if (rule->file.target) {
        g_string_append(out, " -> ");
        append_target(out, rule->file.target);
    }
}

static void
append_word(GString *out, const char *word)
{
    if (word)
        g_string_append_printf(out, " %s", word);
}

static void
append_qualifiers(GString *out, const AmrRule *rule)
{
    if (rule->audit)
        g_string_append(out, "audit ");
    if (rule->deny)
        g_string_append(out, "deny ");
    if (rule->owner)
        g_string_append(out, "owner ");
}

static void
append_link(GString *out, const AmrRule *rule)
{
    g_string_append(out, rule->link.subset ? "link subset " : "link ");
    amr_rule_append_pattern(out, rule->link.pattern);
    g_string_append(out, " -> ");
    amr_rule_append_pattern(out, rule->link.source);
}

char *
amr_rule_print(const AmrRule *rule)
{
    GString *out = g_string_new(NULL);
    if (rule->kind != AMR_RULE_OPAQUE && rule->kind != AMR_RULE_INCLUDE &&
        rule->kind != AMR_RULE_CHILD)
        append_qualifiers(out, rule);
    switch (rule->kind) {
    case AMR_RULE_FILE:
        append_file(out, rule);
        break;
    case AMR_RULE_LINK:
        append_link(out, rule);
        break;
    case AMR_RULE_CAPABILITY:
        g_string_append(out, "capability");
        for (char **name = rule->capability.names; name && *name; name++)
            append_word(out, *name);
        break;
    case AMR_RULE_INCLUDE:
        g_string_append_printf(out, "include %s<%s>", rule->include.if_exists ? "if exists " : "",
                               rule->include.path);
        return g_string_free(out, FALSE);
    case AMR_RULE_CHILD:
        amr_child_print(out, rule);
        return g_string_free(out, FALSE);
    case AMR_RULE_OPAQUE:
        g_string_append(out, rule->opaque.text);
        return g_string_free(out, FALSE);
    case AMR_RULE_UNKNOWN:
        break;
    default:
        amr_terms_print(out, rule);
        break;
    }
    g_string_append_c(out, ',');
    return g_string_free(out, FALSE);
}
