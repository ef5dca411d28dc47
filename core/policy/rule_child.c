/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child that a change makes: one line that opens and closes the block, so that it is added to a
 * local file and taken out of it as any rule is. Its own rules stand in the local file that it
 * includes. The one-line form compiles with 3.0.8, 4.1.0, 4.1.8 and 5.0.2.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/policy/rule_lex.h"

#define BEGIN    "profile "
#define COMPLAIN " flags=(complain)"
#define BASE     " include if exists <abstractions/base>"
#define LOCAL    " include if exists <"
#define END      "> }"
#define WORD     G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-"
#define SAFE     WORD "/"

/* What a pattern has to escape, the name of a header cannot say: 3.0.8 keeps the backslash. A "//"
 * would be a child's child. What is no path is a plain word. */
gboolean
amr_rule_may_name_child(const char *name)
{
    g_autofree char *pattern = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(name), NULL);
    if (name[0] != '/')
        return g_ascii_isalnum(name[0]) && strspn(name, WORD) == strlen(name);
    return pattern && !strchr(pattern, '\\') && !strstr(name, "//") && !g_str_has_suffix(name, "/");
}

void
amr_child_print(GString *out, const AmrRule *rule)
{
    g_autofree char *name = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(rule->child.name), NULL);
    /* "" is what the compiler refuses: a name that cannot be spelled comes to nothing. */
    g_string_append_printf(out, BEGIN "%s%s {%s" LOCAL "%s" END, name ? name : "\"\"",
                           rule->child.complain ? COMPLAIN : "", rule->child.base ? BASE : "",
                           rule->child.local);
}

/* Steps over @word if it stands at *@at. */
static gboolean
accept(const char **at, const char *word)
{
    if (!g_str_has_prefix(*at, word))
        return FALSE;
    *at += strlen(word);
    return TRUE;
}

/* The name as written, quotes included. */
static char *
take_name(const char **at)
{
    const char *begin = *at;
    const char *end = *begin == '"' ? strchr(begin + 1, '"') : begin + strcspn(begin, " \t{");

    if (!end)
        return NULL;
    *at = *begin == '"' ? end + 1 : end;
    return g_strndup(begin, (gsize)(*at - begin));
}

AmrRule *
amr_child_read(const char *text)
{
    g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_CHILD);
    const char *at = text;
    g_autofree char *written =
        strlen(text) <= AMR_RULE_TEXT_MAX && accept(&at, BEGIN) ? take_name(&at) : NULL;

    rule->child.name = written ? amr_rule_unspell(written, NULL) : NULL;
    if (!rule->child.name || !amr_rule_may_name_child(rule->child.name))
        return NULL;
    rule->child.complain = accept(&at, COMPLAIN);
    if (!accept(&at, " {"))
        return NULL;
    rule->child.base = accept(&at, BASE);
    const char *end = accept(&at, LOCAL) ? strchr(at, '>') : NULL;
    if (!end || end == at)
        return NULL;
    rule->child.local = g_strndup(at, (gsize)(end - at));
    g_autofree char *printed = amr_rule_print(rule);
    return strspn(at, SAFE) == (gsize)(end - at) && amr_rule_stays_below(rule->child.local) &&
                   strcmp(printed, text) == 0
               ? g_steal_pointer(&rule)
               : NULL;
}
