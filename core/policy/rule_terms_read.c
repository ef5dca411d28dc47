/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/rule_terms.h"

#include <string.h>

typedef struct {
    const AmrGrammar *grammar;
    AmrRule *rule;
    const AmrWord *words;
    guint n, at;
} Reading;

static gboolean
is_plain(const char *text)
{
    return *text &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+") ==
               strlen(text);
}

/* One value without its quotes; NULL if it is empty, or a list. */
static char *
unquoted(const char *text, gsize len)
{
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"')
        return len > 2 ? g_strndup(text + 1, len - 2) : NULL;
    return len > 0 && text[0] != '(' && !memchr(text, '"', len) ? g_strndup(text, len) : NULL;
}

/* The items of `(a, "b c" d)`, with their quotes; NULL if it is not such a list, or an empty one.
 */
static char **
items_of(const char *text)
{
    g_autoptr(GStrvBuilder) items = g_strv_builder_new();
    gsize len = strlen(text), begin = 1, count = 0;
    gboolean quoted = FALSE;

    if (len < 2 || text[0] != '(' || text[len - 1] != ')')
        return NULL;
    for (gsize i = 1; i < len; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        if (quoted || !strchr(", )", text[i]))
            continue;
        if (i > begin) {
            g_autofree char *item = g_strndup(text + begin, i - begin);
            g_strv_builder_add(items, item);
            count++;
        }
        begin = i + 1;
    }
    return count ? g_strv_builder_end(items) : NULL;
}

/* "b a" as "a b"; NULL if an item is no word of its own. */
static char *
list_value(const char *text, gboolean plain)
{
    g_auto(GStrv) items = text[0] == '(' ? items_of(text) : NULL;
    g_auto(GStrv) words = NULL;

    if (!items && text[0] == '(')
        return NULL;
    if (!items) {
        items = g_new0(char *, 2);
        items[0] = g_strdup(text);
    }
    for (char **item = items; *item; item++) {
        char *word = unquoted(*item, strlen(*item));
        /* A blank within would part two words. */
        if (!word || strpbrk(word, " \t\"") || (plain && !is_plain(word))) {
            g_free(word);
            return NULL;
        }
        g_free(*item);
        *item = word;
    }
    words = amr_sorted_words(items);
    return g_strjoinv(" ", words);
}

static gboolean
set_slot(AmrRule *rule, const AmrSlot *slot, const char *text)
{
    gboolean list = slot->form == AMR_FORM_LIST || slot->form == AMR_FORM_PATTERNS;
    char *value =
        list ? list_value(text, slot->form == AMR_FORM_LIST) : unquoted(text, strlen(text));

    if (!value || rule->terms.value[slot->term] ||
        (slot->form == AMR_FORM_WORD && !is_plain(value))) {
        g_free(value);
        return FALSE;
    }
    rule->terms.value[slot->term] = value;
    return TRUE;
}

/* `key=value` as the table has it. */
static gboolean
read_condition(AmrRule *rule, const AmrGrammar *grammar, const char *text, gboolean peer)
{
    const char *equals = strchr(text, '=');
    const AmrSlot *slot =
        equals ? amr_grammar_slot(grammar, text, (gsize)(equals - text), peer) : NULL;

    return slot && set_slot(rule, slot, equals + 1);
}

static gboolean
read_peer(AmrRule *rule, const AmrGrammar *grammar, const char *text)
{
    g_auto(GStrv) items = items_of(text);

    for (char **item = items; item && *item; item++)
        if (!read_condition(rule, grammar, *item, TRUE))
            return FALSE;
    return items != NULL;
}

static gboolean
read_access(Reading *reading)
{
    const AmrWord *word = &reading->words[reading->at];
    const char *known = reading->grammar->access;
    g_auto(GStrv) items = NULL;

    if (!known || word->quoted || reading->rule->terms.access)
        return FALSE;
    items = word->text[0] == '(' ? items_of(word->text) : g_strsplit(word->text, " ", 1);
    for (char **item = items; item && *item; item++) {
        g_autofree char *between = g_strdup_printf(" %s ", *item);
        if (!strstr(known, between))
            return FALSE;
    }
    if (!items)
        return FALSE;
    reading->rule->terms.access = amr_sorted_words(items);
    reading->at++;
    return TRUE;
}

/* Family, type and protocol stand without a key. */
static gboolean
read_socket(Reading *reading)
{
    static const char *const types[] = {"stream", "dgram",  "seqpacket", "rdm",
                                        "raw",    "packet", NULL};
    static const char *const protocols[] = {"tcp", "udp", "icmp", NULL};
    const char *word = reading->words[reading->at].text;
    char **value = reading->rule->terms.value;
    AmrTerm term;

    if (!is_plain(word) || value[AMR_TERM_PROTOCOL] || value[AMR_TERM_TYPE])
        return FALSE;
    if (value[AMR_TERM_FAMILY])
        term = g_strv_contains(types, word) ? AMR_TERM_TYPE : AMR_TERM_PROTOCOL;
    else
        term = g_strv_contains(protocols, word) ? AMR_TERM_PROTOCOL : AMR_TERM_FAMILY;
    value[term] = g_strdup(word);
    reading->at++;
    return TRUE;
}

/* `options in (a b)` is three words. */
static gboolean
read_options_in(Reading *reading)
{
    const AmrWord *word = reading->words + reading->at;
    const AmrSlot *slot =
        amr_grammar_slot(reading->grammar, "options in", strlen("options in"), FALSE);

    if (!slot || reading->at + 2 >= reading->n || strcmp(word[0].text, "options") != 0 ||
        strcmp(word[1].text, "in") != 0 || !set_slot(reading->rule, slot, word[2].text))
        return FALSE;
    reading->at += 3;
    return TRUE;
}

static gboolean
read_arrow(Reading *reading)
{
    const AmrWord *word = reading->words + reading->at;
    char *value;

    if (!reading->grammar->arrow || strcmp(word->text, "->") != 0 || reading->at + 2 != reading->n)
        return FALSE;
    value = unquoted(word[1].text, strlen(word[1].text));
    if (!value)
        return FALSE;
    reading->rule->terms.value[reading->grammar->arrow] = value;
    reading->at += 2;
    return TRUE;
}

static gboolean
read_first(Reading *reading)
{
    const AmrWord *word = reading->words + reading->at;
    AmrTerm term = reading->grammar->first;
    char **value = reading->rule->terms.value;
    gboolean exec = term == AMR_TERM_EXEC && !value[term];

    if (term == AMR_TERM_NONE || value[term] ||
        (strchr(word->text, '=') && !word->quoted && word->text[0] != '/' && word->text[0] != '@'))
        return FALSE;
    if (exec && !value[AMR_TERM_SAFETY] &&
        (strcmp(word->text, "safe") == 0 || strcmp(word->text, "unsafe") == 0))
        term = AMR_TERM_SAFETY;
    value[term] = unquoted(word->text, strlen(word->text));
    if (!value[term])
        return FALSE;
    reading->at++;
    return TRUE;
}

static gboolean
read_word(Reading *reading)
{
    const AmrWord *word = &reading->words[reading->at];
    const AmrGrammar *grammar = reading->grammar;

    if (word->comma)
        return FALSE;
    if (!word->quoted && strncmp(word->text, "peer=(", strlen("peer=(")) == 0) {
        reading->at++;
        return read_peer(reading->rule, grammar, word->text + strlen("peer="));
    }
    if (!word->quoted && read_condition(reading->rule, grammar, word->text, FALSE)) {
        reading->at++;
        return TRUE;
    }
    if (reading->at == 1 && read_access(reading))
        return TRUE;
    if (word->list || (word->text[0] == '(' && !word->quoted))
        return FALSE;
    if (grammar->kind == AMR_RULE_NETWORK && read_socket(reading))
        return TRUE;
    return read_options_in(reading) || read_arrow(reading) || read_first(reading);
}

/* `set rlimit nofile <= 1024`: a sentence, not conditions. */
static AmrRule *
read_rlimit(const AmrWord *words, guint n)
{
    AmrRule *rule;

    if (n != 5 || strcmp(words[1].text, "rlimit") != 0 || !is_plain(words[2].text) ||
        strcmp(words[3].text, "<=") != 0 || !is_plain(words[4].text))
        return NULL;
    rule = amr_rule_new(AMR_RULE_RLIMIT);
    amr_rule_set(rule, AMR_TERM_RESOURCE, words[2].text);
    amr_rule_set(rule, AMR_TERM_VALUE, words[4].text);
    return rule;
}

AmrRule *
amr_terms_read(const AmrWord *words, guint n, guint *failed)
{
    g_autoptr(AmrRule) rule = NULL;
    Reading reading = {.words = words, .n = n, .at = 1};

    if (n)
        reading.grammar = amr_grammar_by_keyword(words[0].text);
    if (!reading.grammar)
        return NULL;
    if (reading.grammar->kind == AMR_RULE_RLIMIT)
        return read_rlimit(words, n);
    reading.rule = rule = amr_rule_new(reading.grammar->kind);
    while (reading.at < n) {
        guint at = reading.at;
        if (read_word(&reading))
            continue;
        if (failed)
            *failed = at;
        return NULL;
    }
    return g_steal_pointer(&rule);
}
