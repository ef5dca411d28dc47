/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/rule.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/policy/rule_lex.h"
#include "core/policy/rule_terms.h"

typedef struct {
    const char *text;
    GArray *words;
    guint at; /* the word that comes next */
    gboolean audit, deny, owner;
} Reader;

static const AmrWord *
word_at(const Reader *reader, guint n)
{
    return n < reader->words->len ? &g_array_index(reader->words, AmrWord, n) : NULL;
}

static guint
left(const Reader *reader)
{
    return reader->words->len - reader->at;
}

static gboolean
word_is(const Reader *reader, guint n, const char *want)
{
    const AmrWord *word = word_at(reader, n);
    return word && strcmp(word->text, want) == 0;
}

static gboolean
accept_word(Reader *reader, const char *want)
{
    if (!word_is(reader, reader->at, want))
        return FALSE;
    reader->at++;
    return TRUE;
}

/* ---- include ------------------------------------------------------------------------------- */

gboolean
amr_rule_stays_below(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (char **part = parts; *part; part++)
        if (!**part || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0)
            return FALSE;
    return parts[0] != NULL;
}

static AmrRule *
read_include(const Reader *reader, GError **error)
{
    guint n = 1;
    const AmrWord *first = &g_array_index(reader->words, AmrWord, 0);
    const char *path = strlen(first->text) > 7 ? first->text + 7 : NULL;
    gboolean if_exists = !path && word_is(reader, 1, "if") && word_is(reader, 2, "exists");
    gsize at = first->at;
    if (!path) {
        n = if_exists ? 3 : 1;
        const AmrWord *word = word_at(reader, n++);
        path = word ? word->text : "";
        at = word ? word->at : strlen(reader->text);
    }
    gsize len = strlen(path);
    if (len < 3 || path[0] != '<' || path[len - 1] != '>' || strpbrk(path + 1, "<\"\\,") ||
        strcspn(path, ">") != len - 1) {
        amr_rule_wrong(error, reader->text, at, "an include names its file as <file>");
        return NULL;
    }
    g_autofree char *inner = g_strndup(path + 1, len - 2);
    if (!amr_rule_stays_below(inner)) {
        amr_rule_wrong(error, reader->text, at, "an include of a file outside of the policy");
        return NULL;
    }
    if (word_at(reader, n)) {
        amr_rule_wrong(error, reader->text, word_at(reader, n)->at, "text after an include");
        return NULL;
    }
    AmrRule *rule = amr_rule_new(AMR_RULE_INCLUDE);
    rule->include.path = g_steal_pointer(&inner);
    rule->include.if_exists = if_exists;
    return rule;
}

/* ---- file and link -------------------------------------------------------------------------- */

static AmrExecMode
exec_prefix(const char *text, gsize *len)
{
    AmrExecMode found = AMR_EXEC_NONE;
    *len = 0;
#define TRY(name, word)                                        \
    if (strlen(word) > *len && g_str_has_prefix(text, word)) { \
        found = AMR_EXEC_##name;                               \
        *len = strlen(word);                                   \
    }
    AMR_EXEC_MODES(TRY)
#undef TRY
    return found;
}

static guint
access_letter(char letter)
{
    switch (letter) {
    case 'r':
        return AMR_ACCESS_READ;
    case 'w':
        return AMR_ACCESS_WRITE;
    case 'a':
        return AMR_ACCESS_APPEND;
    case 'k':
        return AMR_ACCESS_LOCK;
    case 'l':
        return AMR_ACCESS_LINK;
    case 'm':
        return AMR_ACCESS_MMAP;
    default:
        return 0;
    }
}

/* "mrwkix" and its kin, as far as the model holds them; what it does not hold (`wa`, two exec
 * modes, letters in capitals) is left to the compiler. */
static gboolean
read_mode(const AmrWord *word, gboolean deny, guint *access, AmrExecMode *exec)
{
    guint letters = 0;
    AmrExecMode mode = AMR_EXEC_NONE;
    const char *p = word->text;
    while (*p) {
        gsize len;
        AmrExecMode here = exec_prefix(p, &len);
        guint letter = access_letter(*p);
        if (here != AMR_EXEC_NONE && mode == AMR_EXEC_NONE) {
            mode = here;
            p += len;
        } else if (letter) {
            letters |= letter;
            p++;
        } else {
            return FALSE;
        }
    }
    if ((letters & AMR_ACCESS_WRITE) && (letters & AMR_ACCESS_APPEND))
        return FALSE;
    if (mode != AMR_EXEC_NONE && deny != (mode == AMR_EXEC_DENY_X))
        return FALSE;
    *access = letters;
    *exec = mode;
    return letters || mode != AMR_EXEC_NONE;
}

static gboolean
is_path(const AmrWord *word)
{
    if (!word)
        return FALSE;
    const char *text = word->text + (word->quoted ? 1 : 0);
    return text[0] == '/' || (text[0] == '@' && text[1] == '{');
}

static char *
pattern_of(const AmrWord *word)
{
    gsize len = strlen(word->text);
    return word->quoted ? g_strndup(word->text + 1, len - 2) : g_strdup(word->text);
}

/* The name that an exec target means, or NULL where it is more than a name (a variable), or written
 * in a way whose meaning differs between versions. */
static char *
target_of(const AmrWord *word)
{
    g_autofree char *text = pattern_of(word);
    g_autoptr(GString) name = g_string_new(NULL);
    if (strstr(text, "@{"))
        return NULL;
    for (const char *p = text; *p; p++) {
        if (*p != '\\') {
            g_string_append_c(name, *p);
            continue;
        }
        guint value = 0;
        for (int i = 1; i <= 3; i++) {
            if (p[i] < '0' || p[i] > '7')
                return NULL;
            value = value * 8 + (guint)(p[i] - '0');
        }
        if (value == 0 || value > 255 || value == '\\' || strchr("*,?[]^{}", (int)value))
            return NULL;
        g_string_append_c(name, (char)value);
        p += 3;
    }
    g_autofree char *spelled = amr_policy_name(AMR_PLACE_TARGET, amr_bytes(name->str), NULL);
    return spelled ? g_strdup(name->str) : NULL;
}

static AmrRule *
read_file(Reader *reader)
{
    (void)accept_word(reader, "file"); /* before a path it changes nothing */
    const AmrWord *path = word_at(reader, reader->at), *mode = word_at(reader, reader->at + 1);
    guint access;
    AmrExecMode exec;
    if (!path || !mode)
        return NULL;
    if (!is_path(path)) {
        const AmrWord *swap = path;
        path = mode;
        mode = swap;
    }
    if (!is_path(path) || mode->quoted || mode->comma ||
        !read_mode(mode, reader->deny, &access, &exec))
        return NULL;
    gboolean arrow = left(reader) == 4 && word_is(reader, reader->at + 2, "->");
    if (left(reader) != 2 && !arrow)
        return NULL;
    g_autofree char *target = NULL;
    if (arrow) {
        const AmrWord *word = word_at(reader, reader->at + 3);
        if (exec == AMR_EXEC_NONE || exec == AMR_EXEC_DENY_X || (access & AMR_ACCESS_LINK) ||
            word->comma || word->list)
            return NULL;
        target = target_of(word);
        if (!target)
            return NULL;
    }
    AmrRule *rule = amr_rule_new(AMR_RULE_FILE);
    rule->file.pattern = pattern_of(path);
    rule->file.access = access;
    rule->file.exec = exec;
    rule->file.target = g_steal_pointer(&target);
    return rule;
}

static AmrRule *
read_link(Reader *reader)
{
    if (!accept_word(reader, "link"))
        return NULL;
    gboolean subset = accept_word(reader, "subset");
    const AmrWord *name = word_at(reader, reader->at), *source = word_at(reader, reader->at + 2);
    if (left(reader) != 3 || !word_is(reader, reader->at + 1, "->") || !is_path(name) ||
        !is_path(source))
        return NULL;
    AmrRule *rule = amr_rule_new(AMR_RULE_LINK);
    rule->link.pattern = pattern_of(name);
    rule->link.source = pattern_of(source);
    rule->link.subset = subset;
    return rule;
}

/* ---- capability -------------------------------------------------------------------------------
 */

static gboolean
is_plain(const AmrWord *word)
{
    return word && *word->text &&
           strspn(word->text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(word->text);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static AmrRule *
read_capability(Reader *reader)
{
    if (reader->owner || !accept_word(reader, "capability"))
        return NULL;
    for (guint i = reader->at; i < reader->words->len; i++)
        if (!is_plain(word_at(reader, i)))
            return NULL;
    AmrRule *rule = amr_rule_new(AMR_RULE_CAPABILITY);
    if (left(reader) == 0)
        return rule;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = reader->at; i < reader->words->len; i++)
        g_ptr_array_add(names, word_at(reader, i)->text);
    g_ptr_array_sort(names, compare_names);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (guint i = 0; i < names->len; i++)
        if (i == 0 || strcmp(names->pdata[i - 1], names->pdata[i]) != 0)
            g_strv_builder_add(builder, names->pdata[i]);
    rule->capability.names = g_strv_builder_end(builder);
    return rule;
}

/* ---- all that have terms ------------------------------------------------------------------------
 */

static AmrRule *
read_terms(const Reader *reader)
{
    if (reader->owner || left(reader) == 0)
        return NULL;
    return amr_terms_read(word_at(reader, reader->at), left(reader), NULL);
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

/* Keywords whose rules hold lists in parentheses; elsewhere a comma in one may end the rule. */
static gboolean
knows_lists(const char *word)
{
    static const char *const known[] = {"dbus", "signal",  "ptrace",   "mount",          "umount",
                                        "unix", "unmount", "remount",  "network",        "mqueue",
                                        "all",  "userns",  "io_uring", "change_profile", NULL};
    return g_strv_contains(known, word);
}

static AmrRule *
read_opaque(const Reader *reader, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gboolean lists = FALSE;
    for (guint i = 0; i < reader->words->len; i++) {
        const AmrWord *word = word_at(reader, i);
        if (word->comma || (word->list && !lists)) {
            amr_rule_wrong(error, reader->text, (word->comma ? word->comma : word->list) - 1,
                           "a comma that may end the rule; put the name in quotes");
            return NULL;
        }
        lists = lists || knows_lists(word->text);
        if (i)
            g_string_append_c(text, ' ');
        g_string_append(text, word->text);
    }
    g_string_append_c(text, ',');
    AmrRule *rule = amr_rule_new(AMR_RULE_OPAQUE);
    rule->opaque.text = g_strdup(text->str);
    return rule;
}

/* What is wrong with the brackets of a pattern that stood in quotes, where the lexer takes them for
 * text; 1 + the place of the offender, or 0. */
static gsize
unbalanced(const char *pattern)
{
    gsize open[64], depth = 0;
    for (gsize i = 0; pattern[i]; i++) {
        char c = pattern[i];
        gboolean in_class = depth && pattern[open[depth - 1]] == '[';
        if (c == '\\' && pattern[i + 1]) {
            i++;
        } else if ((c == '{' || c == '[') && !in_class) {
            if (depth == G_N_ELEMENTS(open))
                return i + 1;
            open[depth++] = i;
        } else if (c == ']' || (c == '}' && !in_class)) {
            if (depth == 0 || in_class != (c == ']'))
                return i + 1;
            depth--;
        }
    }
    return depth ? open[depth - 1] + 1 : 0;
}

static gboolean
patterns_closed(const Reader *reader, const AmrRule *rule, GError **error)
{
    for (guint i = 0; i < reader->words->len; i++) {
        const AmrWord *word = word_at(reader, i);
        if (!word->quoted || !is_path(word))
            continue;
        if (rule->kind == AMR_RULE_FILE && i > 0 && word_is(reader, i - 1, "->"))
            continue; /* a target is no pattern */
        g_autofree char *pattern = pattern_of(word);
        gsize at = unbalanced(pattern);
        if (at) {
            amr_rule_wrong(error, reader->text, word->at + at, "this bracket has no partner");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
terms_closed(const Reader *reader, const AmrRule *rule, GError **error)
{
    for (guint i = 0; amr_grammar_of(rule->kind) && i < AMR_TERM_COUNT; i++) {
        const char *value = rule->terms.value[i];
        if (!value || !amr_term_is_pattern(rule->kind, (AmrTerm)i) || !unbalanced(value))
            continue;
        const char *stands = strstr(reader->text, value);
        gsize at = stands ? (gsize)(stands - reader->text) : 0;
        amr_rule_wrong(error, reader->text, at + unbalanced(value) - 1,
                       "this bracket has no partner");
        return FALSE;
    }
    return TRUE;
}

AmrRule *
amr_rule_read(const char *text, GError **error)
{
    gboolean include;
    AmrRule *child = amr_child_read(text);
    if (child)
        return child;
    g_autoptr(GArray) words = amr_rule_lex(text, &include, error);
    if (!words)
        return NULL;
    Reader reader = {.text = text, .words = words};
    if (include)
        return read_include(&reader, error);
    reader.audit = accept_word(&reader, "audit");
    reader.deny = accept_word(&reader, "deny");
    if (!reader.deny)
        (void)accept_word(&reader, "allow"); /* what a rule does anyway */
    reader.owner = accept_word(&reader, "owner");
    g_autoptr(AmrRule) rule = NULL;
    if (word_is(&reader, reader.at, "capability"))
        rule = read_capability(&reader);
    else if (word_is(&reader, reader.at, "link"))
        rule = read_link(&reader);
    else if (!(rule = read_terms(&reader)))
        rule = read_file(&reader);
    if (!rule)
        return read_opaque(&reader, error);
    if (!patterns_closed(&reader, rule, error) || !terms_closed(&reader, rule, error))
        return NULL;
    rule->audit = reader.audit;
    rule->deny = reader.deny;
    rule->owner = reader.owner;
    return g_steal_pointer(&rule);
}
