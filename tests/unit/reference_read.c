/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the text of policy: blocks, variables, and each rule as a list of words. */
#include "config.h"

#include <string.h>

#include "tests/unit/reference_private.h"

typedef struct {
    const char *p;
    guint line;
    RefPolicy *policy;
    char **why;
} Reader;

static void read_block(Reader *r, RefProfile *profile, char **qualifiers);

static gboolean
complain(Reader *r, const char *what, const char *word)
{
    if (!*r->why)
        *r->why = g_strdup_printf("line %u: %s: %s", r->line, what, word);
    return FALSE;
}

static void
skip_blank(Reader *r)
{
    for (;; r->p++) {
        if (*r->p == '#')
            r->p += strcspn(r->p, "\n");
        if (*r->p == '\n')
            r->line++;
        if (!*r->p || !g_ascii_isspace(*r->p))
            return;
    }
}

/* A comma ends a rule if it stands outside of quotes, braces and brackets, before a blank or behind
 * a word that is no name. */
static gboolean
ends_rule(const char *p, const GString *word)
{
    return *p == ',' && (!p[1] || g_ascii_isspace(p[1]) || p[1] == '#' || p[1] == '}' ||
                         !strchr("/@\"", word->str[0]));
}

/* A word with its quotes and escapes; lists in brackets are one with their key ("set=(hup int)").
 * Returns 'w', or the sign that came instead of a word: , { } or 0 at the end. */
static char
next_word(Reader *r, GString *word)
{
    gboolean quoted = FALSE;
    guint braces = 0, brackets = 0;

    g_string_truncate(word, 0);
    skip_blank(r);
    if (!*r->p)
        return 0;
    if (strchr("},", *r->p) || (*r->p == '{' && (g_ascii_isspace(r->p[1]) || !r->p[1])))
        return *r->p++;
    for (; *r->p; r->p++) {
        char c = *r->p;
        if (c == '\\' && r->p[1]) {
            g_string_append_len(word, r->p++, 2);
            continue;
        }
        if (c == '"')
            quoted = !quoted;
        if (!quoted) {
            gboolean name = word->len && strchr("/\"@", word->str[0]) && word->str[0];
            if (!braces && !brackets && (g_ascii_isspace(c) || ends_rule(r->p, word))) {
                const char *more = r->p;
                while (*more == ' ')
                    more++;
                if (c != ' ' || *more != '=' || name)
                    return 'w';
                g_string_append_c(word, '='); /* "peer = x" */
                r->p = more + strspn(more + 1, " ");
                continue;
            }
            braces += c == '{';
            if (c == '}' && braces-- == 0)
                return 'w';
            brackets += c == '(' && !name;
            if (c == ')' && brackets)
                brackets--;
        }
        r->line += c == '\n';
        g_string_append_c(word, c);
    }
    return 'w';
}

static char *
unquoted(const char *word)
{
    gsize len = strlen(word);

    return len > 1 && *word == '"' && word[len - 1] == '"' ? g_strndup(word + 1, len - 2)
                                                           : g_strdup(word);
}

/* @{NAME} = value "other value", to the end of the line; += adds. */
static gboolean
read_variable(Reader *r)
{
    const char *close = strchr(r->p, '}');
    const char *eol = r->p + strcspn(r->p, "\n"), *p = close ? close + 1 : eol;
    g_autofree char *name = close ? g_strndup(r->p + 2, (gsize)(close - r->p - 2)) : NULL;
    GPtrArray *values;

    while (*p == ' ' || *p == '\t')
        p++;
    if (!name || p >= eol || (*p != '=' && strncmp(p, "+=", 2) != 0))
        return FALSE;
    values = g_hash_table_lookup(r->policy->variables, name);
    if (*p == '=' || !values) {
        values = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_replace(r->policy->variables, g_steal_pointer(&name), values);
    }
    r->p = *p == '=' ? p + 1 : p + 2;
    for (;;) {
        g_autoptr(GString) value = g_string_new(NULL);
        gboolean quoted = FALSE;
        r->p += strspn(r->p, " \t");
        if (!*r->p || *r->p == '\n' || *r->p == '#')
            break;
        for (; *r->p && *r->p != '\n' && (quoted || !g_ascii_isspace(*r->p)); r->p++) {
            quoted ^= *r->p == '"';
            g_string_append_c(value, *r->p);
        }
        g_ptr_array_add(values, unquoted(value->str));
    }
    r->p += strcspn(r->p, "\n");
    return TRUE;
}

static gboolean
is_one_of(const char *word, const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);

    return g_strv_contains((const char *const *)list, word);
}

static RefProfile *
new_profile(Reader *r, const RefProfile *parent, char **words)
{
    RefProfile *profile = g_new0(RefProfile, 1);
    g_autofree char *name = NULL;

    profile->rules = g_ptr_array_new_with_free_func((GDestroyNotify)ref_rule_free);
    if (words[0][0] == '^') {
        profile->hat = TRUE;
        name = unquoted(words[0] + 1);
    } else if (strcmp(words[0], "hat") == 0 && words[1]) {
        profile->hat = TRUE;
        name = unquoted(words[1]);
    } else {
        name = unquoted(strcmp(words[0], "profile") == 0 && words[1] ? words[1] : words[0]);
    }
    if (strstr(name, "@{")) {
        char *expanded = ref_text_expand(name, r->policy->variables);
        g_free(name);
        name = expanded ? expanded : g_strdup("");
    }
    profile->name = parent ? g_strdup_printf("%s//%s", parent->name, name) : g_strdup(name);
    g_ptr_array_add(r->policy->profiles, profile);
    return profile;
}

/* set rlimit nofile <= 1024: the reader takes plain numbers and sizes. */
static gboolean
read_rlimit(Reader *r, RefProfile *profile, char **words)
{
    static const char names[] = "cpu fsize data stack core rss nproc nofile memlock as locks "
                                "sigpending msgqueue nice rtprio rttime";
    g_auto(GStrv) list = g_strsplit(names, " ", -1);
    char *end = NULL;

    if (g_strv_length(words) < 3)
        return complain(r, "rlimit", words[0]);
    for (guint i = 0; list[i]; i++) {
        const char *text = words[g_strv_length(words) - 1] + strspn(words[2], "<=");
        guint64 value;
        if (strcmp(list[i], words[1]) != 0 || strcmp(list[i], "nice") == 0)
            continue;
        value = strcmp(text, "infinity") == 0 ? G_MAXUINT64 : g_ascii_strtoull(text, &end, 10);
        if (end && *end)
            return complain(r, "rlimit", text);
        profile->limits[i] = value;
        profile->limits_set |= 1u << i;
        return TRUE;
    }
    return complain(r, "rlimit", words[1]);
}

static gboolean take_rule(Reader *r, RefProfile *profile, char **words, char **outer);

/* `all` of compilers 4.0 and later stands for these, with its qualifiers: add_implied_rules() of
 * the parser. */
static gboolean
take_all(Reader *r, RefProfile *profile, char **words, char **outer)
{
    static const char *const implied[] = {"unix",          "dbus",   "io_uring", "mqueue",
                                          "ptrace",        "signal", "userns",   "network",
                                          "capability",    "mount",  "umount",   "pivot_root",
                                          "/{**,} rwlkmix"};
    const guint qualifiers = g_strv_length(words) - 1;

    for (guint i = 0; i < G_N_ELEMENTS(implied); i++) {
        g_auto(GStrv) rule = g_strsplit(implied[i], " ", -1);
        g_autoptr(GPtrArray) all = g_ptr_array_new();
        for (guint n = 0; n < qualifiers; n++)
            g_ptr_array_add(all, words[n]);
        for (char **word = rule; *word; word++)
            g_ptr_array_add(all, *word);
        g_ptr_array_add(all, NULL);
        if (!take_rule(r, profile, (char **)all->pdata, outer))
            return FALSE;
    }
    return TRUE;
}

/* One rule, its words without the comma; @outer are the qualifiers of the blocks that it is in. */
static gboolean
take_rule(Reader *r, RefProfile *profile, char **words, char **outer)
{
    gboolean audited = FALSE;
    RefRule *rule;

    if (!words[0] || is_one_of(words[0], "abi include"))
        return TRUE;
    if (!profile)
        return complain(r, "outside of a profile", words[0]);
    if (is_one_of(words[0], "set rlimit")) {
        words += strcmp(words[0], "set") == 0;
        return read_rlimit(r, profile, words);
    }
    if (strcmp(words[g_strv_length(words) - 1], "all") == 0 &&
        is_one_of(words[0], "all audit deny allow quiet"))
        return take_all(r, profile, words, outer);
    rule = g_new0(RefRule, 1);
    rule->line = r->line;
    g_ptr_array_add(profile->rules, rule);
    for (int inner = 0; inner < 2; inner++) {
        char **at = inner ? words : outer;
        audited = rule->audit;
        rule->audit = FALSE;
        for (; at && *at && is_one_of(*at, "audit deny allow owner quiet file"); at++) {
            rule->audit |= strcmp(*at, "audit") == 0;
            rule->deny |= strcmp(*at, "deny") == 0;
            rule->owner |= strcmp(*at, "owner") == 0;
            if (strcmp(*at, "file") == 0 && !at[1])
                break;
        }
        words = inner ? at : words;
    }
    rule->audit |= audited;
    if (outer && rule->deny) /* 3.0 denies, 4.1 grants */
        return complain(r, "a deny in a block of qualifiers", words[0]);
    if (!words[0] || !ref_read_rule(rule, words, r->policy->variables, r->why))
        return complain(r, "rule", words[0] ? words[0] : "nothing");
    /* Of a block of qualifiers the compiler takes the file rules alone and drops the others without
     * a word (tried with 3.0.8). */
    if (outer && rule->klass != AMR_CLASS_FILE)
        g_ptr_array_remove(profile->rules, rule);
    return TRUE;
}

static gboolean
is_header(char **words, const RefProfile *profile)
{
    return words[0] && (is_one_of(words[0], "profile hat") || words[0][0] == '^' ||
                        (!profile && strchr("/@\"", words[0][0])));
}

/* What rules may ask of the profile that they stand in. */
static void
set_current(Reader *r, const RefProfile *profile)
{
    GPtrArray *own = g_ptr_array_new_with_free_func(g_free);
    GString *name = g_string_new(NULL);

    /* The name itself, no pattern. */
    for (const char *p = profile->name; *p; p++) {
        if (strchr("*?[]{},\"\\@^", *p))
            g_string_append_c(name, '\\');
        g_string_append_c(name, *p);
    }
    g_ptr_array_add(own, g_string_free(name, FALSE));
    g_hash_table_replace(r->policy->variables, g_strdup("profile_name"), own);
}

static void
take_block(Reader *r, RefProfile *profile, char **words, char **outer)
{
    if (is_header(words, profile)) {
        RefProfile *inner = new_profile(r, profile, words);
        set_current(r, inner);
        read_block(r, inner, NULL);
        if (profile)
            set_current(r, profile);
    } else {
        g_autoptr(GPtrArray) all = g_ptr_array_new();
        for (; outer && *outer; outer++)
            g_ptr_array_add(all, *outer);
        for (; *words; words++) {
            if (!is_one_of(*words, "audit deny allow owner quiet"))
                complain(r, "block", *words);
            g_ptr_array_add(all, *words);
        }
        g_ptr_array_add(all, NULL);
        read_block(r, profile, (char **)all->pdata);
    }
}

static void
read_block(Reader *r, RefProfile *profile, char **qualifiers)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) word = g_string_new(NULL);

    while (!*r->why) {
        char sign;
        skip_blank(r);
        if (words->len == 0 && !profile && g_str_has_prefix(r->p, "@{") && read_variable(r))
            continue;
        sign = next_word(r, word);
        if (sign == 'w') {
            g_ptr_array_add(words, g_strdup(word->str));
            continue;
        }
        if (sign == 0 || sign == '}') {
            if (words->len || (sign == 0) != (!profile && !qualifiers))
                complain(r, "ends within a rule", words->len ? words->pdata[0] : "");
            return;
        }
        g_ptr_array_add(words, NULL);
        if (sign == ',')
            take_rule(r, profile, (char **)words->pdata, qualifiers);
        else
            take_block(r, profile, (char **)words->pdata, qualifiers);
        g_ptr_array_set_size(words, 0);
    }
}

/* Rules that nobody writes: who may change profile or has hats reaches the files to
 * do it by. */
static void
imply(Reader *r, RefProfile *profile, const char *attributes)
{
    const char *const rules[][3] = {
        {"/proc/*/attr/apparmor/", "r", NULL},
        {"/sys/module/apparmor/parameters/enabled", "r", NULL},
        {attributes, "w", NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        RefRule *rule = g_new0(RefRule, 1);
        g_ptr_array_add(profile->rules, rule);
        ref_read_rule(rule, (char **)rules[i], r->policy->variables, r->why);
        /* Not what a rule with these letters would be. */
        rule->rights &= ~(guint32)AMR_PERM_APPEND;
        rule->owner = TRUE;
    }
}

static gboolean
changes_profile(const RefProfile *profile)
{
    for (guint i = 0; i < profile->rules->len; i++) {
        const RefRule *rule = profile->rules->pdata[i];
        if (rule->klass == AMR_CLASS_CHANGE_PROFILE)
            return TRUE;
    }
    return FALSE;
}

static void
imply_all(Reader *r)
{
    const GPtrArray *profiles = r->policy->profiles;

    for (guint i = 0; i < profiles->len; i++) {
        RefProfile *profile = profiles->pdata[i];
        g_autofree char *prefix = g_strconcat(profile->name, "//", NULL);
        gboolean has = profile->hat;
        for (guint j = 0; j < profiles->len; j++)
            has |= g_str_has_prefix(((RefProfile *)profiles->pdata[j])->name, prefix);
        if (has)
            imply(r, profile, "/proc/[0-9]*/attr/{apparmor/,}current");
        if (changes_profile(profile))
            imply(r, profile, "/proc/*/attr/{apparmor/,}{current,exec}");
    }
}

static void
profile_free(gpointer data)
{
    RefProfile *profile = data;

    g_free(profile->name);
    g_ptr_array_unref(profile->rules);
    g_free(profile);
}

RefPolicy *
ref_policy_read(const char *text, char **why)
{
    RefPolicy *policy = g_new0(RefPolicy, 1);
    Reader r = {.p = text, .line = 1, .policy = policy, .why = why};

    *why = NULL;
    policy->profiles = g_ptr_array_new_with_free_func(profile_free);
    policy->variables =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    read_block(&r, NULL, NULL);
    if (!*why)
        imply_all(&r);
    if (!*why)
        return policy;
    ref_policy_free(policy);
    return NULL;
}

void
ref_policy_free(RefPolicy *policy)
{
    if (!policy)
        return;
    g_ptr_array_unref(policy->profiles);
    g_hash_table_unref(policy->variables);
    g_free(policy);
}

RefProfile *
ref_policy_find(const RefPolicy *policy, const char *name)
{
    for (guint i = 0; i < policy->profiles->len; i++)
        if (strcmp(((RefProfile *)policy->profiles->pdata[i])->name, name) == 0)
            return policy->profiles->pdata[i];
    return NULL;
}
