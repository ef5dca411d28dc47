/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/rule_terms.h"

#include <string.h>

#include "core/base/text.h"

static const AmrGrammar grammars[] = {
    {.kind = AMR_RULE_NETWORK,
     .keyword = "network",
     .access = " create bind listen accept connect shutdown getattr setattr getopt setopt send "
               "receive r w rw read write ",
     .slots = {{AMR_TERM_IP, AMR_FORM_PATTERN, "ip", FALSE},
               {AMR_TERM_PORT, AMR_FORM_WORD, "port", FALSE},
               {AMR_TERM_PEER_IP, AMR_FORM_PATTERN, "ip", TRUE},
               {AMR_TERM_PEER_PORT, AMR_FORM_WORD, "port", TRUE}}},
    {.kind = AMR_RULE_UNIX,
     .keyword = "unix",
     .access = " create bind listen accept connect shutdown getattr setattr getopt setopt send "
               "receive r w rw read write ",
     .slots = {{AMR_TERM_TYPE, AMR_FORM_LIST, "type", FALSE},
               {AMR_TERM_PROTOCOL, AMR_FORM_LIST, "protocol", FALSE},
               {AMR_TERM_ADDR, AMR_FORM_PATTERN, "addr", FALSE},
               {AMR_TERM_LABEL, AMR_FORM_PATTERN, "label", FALSE},
               {AMR_TERM_PEER_LABEL, AMR_FORM_PATTERN, "label", TRUE},
               {AMR_TERM_PEER_ADDR, AMR_FORM_PATTERN, "addr", TRUE}}},
    {.kind = AMR_RULE_DBUS,
     .keyword = "dbus",
     .access = " send receive bind eavesdrop r w rw read write ",
     .slots = {{AMR_TERM_BUS, AMR_FORM_PATTERN, "bus", FALSE},
               {AMR_TERM_PATH, AMR_FORM_PATTERN, "path", FALSE},
               {AMR_TERM_INTERFACE, AMR_FORM_PATTERN, "interface", FALSE},
               {AMR_TERM_MEMBER, AMR_FORM_PATTERN, "member", FALSE},
               {AMR_TERM_NAME, AMR_FORM_PATTERN, "name", FALSE},
               {AMR_TERM_PEER_NAME, AMR_FORM_PATTERN, "name", TRUE},
               {AMR_TERM_PEER_LABEL, AMR_FORM_PATTERN, "label", TRUE}}},
    {.kind = AMR_RULE_SIGNAL,
     .keyword = "signal",
     .access = " send receive r w rw read write ",
     .slots = {{AMR_TERM_SET, AMR_FORM_LIST, "set", FALSE},
               {AMR_TERM_PEER_LABEL, AMR_FORM_PATTERN, "peer", FALSE}}},
    {.kind = AMR_RULE_PTRACE,
     .keyword = "ptrace",
     .access = " trace tracedby read readby r w rw ",
     .slots = {{AMR_TERM_PEER_LABEL, AMR_FORM_PATTERN, "peer", FALSE}}},
    {.kind = AMR_RULE_MOUNT,
     .keyword = "mount",
     .first = AMR_TERM_SOURCE,
     .arrow = AMR_TERM_POINT,
     .slots = {{AMR_TERM_FSTYPE, AMR_FORM_PATTERNS, "fstype", FALSE},
               {AMR_TERM_OPTIONS, AMR_FORM_LIST, "options", FALSE},
               {AMR_TERM_OPTIONS_IN, AMR_FORM_LIST, "options in", FALSE}}},
    {.kind = AMR_RULE_REMOUNT,
     .keyword = "remount",
     .first = AMR_TERM_POINT,
     .slots = {{AMR_TERM_FSTYPE, AMR_FORM_PATTERNS, "fstype", FALSE},
               {AMR_TERM_OPTIONS, AMR_FORM_LIST, "options", FALSE},
               {AMR_TERM_OPTIONS_IN, AMR_FORM_LIST, "options in", FALSE}}},
    {.kind = AMR_RULE_UMOUNT,
     .keyword = "umount",
     .other = "unmount",
     .first = AMR_TERM_POINT,
     .slots = {{AMR_TERM_FSTYPE, AMR_FORM_PATTERNS, "fstype", FALSE}}},
    {.kind = AMR_RULE_PIVOT_ROOT,
     .keyword = "pivot_root",
     .first = AMR_TERM_POINT,
     .arrow = AMR_TERM_TARGET,
     .slots = {{AMR_TERM_OLDROOT, AMR_FORM_PATTERN, "oldroot", FALSE}}},
    {.kind = AMR_RULE_CHANGE_PROFILE,
     .keyword = "change_profile",
     .first = AMR_TERM_EXEC,
     .arrow = AMR_TERM_TARGET},
    {.kind = AMR_RULE_USERNS, .keyword = "userns", .access = " create ", .bare = TRUE},
    {.kind = AMR_RULE_MQUEUE,
     .keyword = "mqueue",
     .access = " create open delete read write getattr setattr r w rw ",
     .first = AMR_TERM_NAME,
     .slots = {{AMR_TERM_TYPE, AMR_FORM_WORD, "type", FALSE},
               {AMR_TERM_LABEL, AMR_FORM_PATTERN, "label", FALSE}}},
    {.kind = AMR_RULE_IO_URING,
     .keyword = "io_uring",
     .access = " sqpoll override_creds ",
     .slots = {{AMR_TERM_LABEL, AMR_FORM_PATTERN, "label", FALSE}}},
    {.kind = AMR_RULE_RLIMIT, .keyword = "set"},
    {.kind = AMR_RULE_ALL, .keyword = "all"},
};

const AmrGrammar *
amr_grammar_of(AmrRuleKind kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(grammars); i++)
        if (grammars[i].kind == kind)
            return &grammars[i];
    return NULL;
}

const AmrGrammar *
amr_grammar_by_keyword(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(grammars); i++)
        if (strcmp(grammars[i].keyword, word) == 0 || g_strcmp0(grammars[i].other, word) == 0)
            return &grammars[i];
    return NULL;
}

const AmrSlot *
amr_grammar_slot(const AmrGrammar *grammar, const char *key, gsize len, gboolean peer)
{
    for (const AmrSlot *slot = grammar->slots; slot->term; slot++)
        if (!slot->peer == !peer && strlen(slot->key) == len && strncmp(slot->key, key, len) == 0)
            return slot;
    return NULL;
}

gboolean
amr_term_is_pattern(AmrRuleKind kind, AmrTerm term)
{
    const AmrGrammar *grammar = amr_grammar_of(kind);

    if (!grammar || term == AMR_TERM_NONE)
        return FALSE;
    if (term == grammar->first || term == grammar->arrow)
        return TRUE;
    for (const AmrSlot *slot = grammar->slots; slot->term; slot++)
        if (slot->term == term)
            return slot->form == AMR_FORM_PATTERN || slot->form == AMR_FORM_PATTERNS;
    return FALSE;
}

const char *
amr_term_name(AmrTerm term)
{
    static const char *const names[AMR_TERM_COUNT] = {
        [AMR_TERM_IP] = "ip=",
        [AMR_TERM_PORT] = "port=",
        [AMR_TERM_PEER_IP] = "peer=(ip=)",
        [AMR_TERM_PEER_PORT] = "peer=(port=)",
        [AMR_TERM_ADDR] = "addr=",
        [AMR_TERM_LABEL] = "label=",
        [AMR_TERM_PEER_ADDR] = "peer=(addr=)",
        [AMR_TERM_PEER_LABEL] = "the peer",
        [AMR_TERM_PEER_NAME] = "peer=(name=)",
        [AMR_TERM_BUS] = "bus=",
        [AMR_TERM_PATH] = "path=",
        [AMR_TERM_INTERFACE] = "interface=",
        [AMR_TERM_MEMBER] = "member=",
        [AMR_TERM_NAME] = "the name",
        [AMR_TERM_SOURCE] = "the source",
        [AMR_TERM_POINT] = "the mount point",
        [AMR_TERM_OLDROOT] = "oldroot=",
        [AMR_TERM_EXEC] = "the program",
        [AMR_TERM_TARGET] = "the target",
    };
    return (gsize)term < G_N_ELEMENTS(names) && names[term] ? names[term] : "a condition";
}

/* ---- printing ---------------------------------------------------------------------------------
 */

void
amr_rule_append_pattern(GString *out, const char *pattern)
{
    gboolean quoted = amr_policy_needs_quotes(pattern);

    g_string_append_printf(out, quoted ? "\"%s\"" : "%s", pattern);
}

/* Within parentheses the compiler's lexer ends a value at a comma, braces or not. */
static void
append_in_list(GString *out, const char *value)
{
    if (strchr(value, ','))
        g_string_append_printf(out, "\"%s\"", value);
    else
        amr_rule_append_pattern(out, value);
}

static void
append_value(GString *out, const AmrSlot *slot, const char *value)
{
    g_auto(GStrv) words = NULL;

    if (slot->form == AMR_FORM_PATTERN && slot->peer) {
        append_in_list(out, value);
    } else if (slot->form == AMR_FORM_PATTERN) {
        amr_rule_append_pattern(out, value);
    } else if (slot->form == AMR_FORM_WORD) {
        g_string_append(out, value);
    } else {
        words = g_strsplit(value, " ", -1);
        for (guint i = 0; words[i]; i++) {
            g_string_append(out, i ? ", " : "(");
            append_in_list(out, words[i]);
        }
        g_string_append_c(out, ')');
    }
}

static void
append_conditions(GString *out, const AmrGrammar *grammar, const AmrRule *rule)
{
    gboolean in_peer = FALSE;

    for (const AmrSlot *slot = grammar->slots; slot->term; slot++) {
        const char *value = rule->terms.value[slot->term];
        if (!value)
            continue;
        if (slot->peer)
            g_string_append(out, in_peer ? ", " : " peer=(");
        else
            g_string_append_c(out, ' ');
        in_peer = slot->peer;
        g_string_append(out, slot->key);
        g_string_append_c(out, slot->term == AMR_TERM_OPTIONS_IN ? ' ' : '=');
        append_value(out, slot, value);
    }
    if (in_peer)
        g_string_append_c(out, ')');
}

/* Bare, it would be read as something else than what stands in this place. */
static gboolean
is_other(const AmrGrammar *grammar, const char *value)
{
    static const char *const words[] = {"options", "safe", "unsafe", "->", NULL};
    g_autofree char *between = g_strdup_printf(" %s ", value);

    return g_strv_contains(words, value) || (grammar->access && strstr(grammar->access, between)) ||
           (strchr(value, '=') && value[0] != '/' && value[0] != '@');
}

static void
append_first(GString *out, const AmrGrammar *grammar, const char *value)
{
    if (value && is_other(grammar, value))
        g_string_append_printf(out, " \"%s\"", value);
    else if (value)
        amr_rule_append_pattern(g_string_append_c(out, ' '), value);
}

static void
append_place(GString *out, const char *before, const char *value)
{
    if (!value)
        return;
    g_string_append(out, before);
    amr_rule_append_pattern(out, value);
}

static void
append_access(GString *out, const AmrGrammar *grammar, char **access)
{
    if (!access)
        return;
    g_string_append(out, grammar->bare ? " " : " (");
    for (char **word = access; *word; word++)
        g_string_append_printf(out, word == access ? "%s" : ", %s", *word);
    if (!grammar->bare)
        g_string_append_c(out, ')');
}

void
amr_terms_print(GString *out, const AmrRule *rule)
{
    static const AmrTerm socket[] = {AMR_TERM_FAMILY, AMR_TERM_TYPE, AMR_TERM_PROTOCOL};
    const AmrGrammar *grammar = amr_grammar_of(rule->kind);
    char *const *value = rule->terms.value;

    if (!grammar)
        return;
    g_string_append(out, grammar->keyword);
    if (rule->kind == AMR_RULE_RLIMIT) {
        g_string_append_printf(out, " rlimit %s <= %s", value[AMR_TERM_RESOURCE],
                               value[AMR_TERM_VALUE]);
        return;
    }
    append_access(out, grammar, rule->terms.access);
    for (gsize i = 0; rule->kind == AMR_RULE_NETWORK && i < G_N_ELEMENTS(socket); i++)
        if (value[socket[i]])
            g_string_append_printf(out, " %s", value[socket[i]]);
    append_conditions(out, grammar, rule);
    if (value[AMR_TERM_SAFETY])
        g_string_append_printf(out, " %s", value[AMR_TERM_SAFETY]);
    if (grammar->first)
        append_first(out, grammar, value[grammar->first]);
    if (grammar->arrow)
        append_place(out, " -> ", value[grammar->arrow]);
}
