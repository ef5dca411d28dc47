/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/rulefile.h"

#include <string.h>

#include "core/base/error.h"

AmrRuleGroup *
amr_rule_group_new(const char *profile)
{
    AmrRuleGroup *group = g_new0(AmrRuleGroup, 1);

    group->profile = g_strdup(profile);
    group->rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    return group;
}

void
amr_rule_group_free(AmrRuleGroup *group)
{
    if (!group)
        return;
    g_free(group->profile);
    g_ptr_array_unref(group->rules);
    g_free(group);
}

/* ---- the file -------------------------------------------------------------------------------- */

typedef struct {
    GPtrArray *groups;
    AmrRuleGroup *current; /* borrowed; NULL before the first header */
} Reader;

static void
enter_group(Reader *reader, const char *profile)
{
    for (guint i = 0; i < reader->groups->len; i++) {
        reader->current = g_ptr_array_index(reader->groups, i);
        if (g_str_equal(reader->current->profile, profile))
            return;
    }
    reader->current = amr_rule_group_new(profile);
    g_ptr_array_add(reader->groups, reader->current);
}

/* What follows `# profile:`, or NULL if the comment is none. */
static const char *
header_name(const char *line)
{
    const char *p = line + 1;

    while (*p == ' ' || *p == '\t')
        p++;
    if (!g_str_has_prefix(p, "profile:"))
        return NULL;
    for (p += strlen("profile:"); *p == ' ' || *p == '\t'; p++)
        ;
    return p;
}

static gboolean
read_comment(Reader *reader, const char *line, GError **error)
{
    const char *name = header_name(line);
    g_autofree char *profile = NULL;

    if (!name) {
        /* Without a blank behind the # the compiler takes it for a directive, people for a comment.
         */
        if (g_str_has_prefix(line, "#include"))
            return amr_error_set(error, AMR_ERROR_PARSE,
                                 "#include is no comment: write `include <...>` or take it out");
        return TRUE;
    }
    profile = amr_rule_unspell(name, error);
    if (!profile) {
        g_prefix_error(error, "the profile's name: ");
        return FALSE;
    }
    enter_group(reader, profile);
    return TRUE;
}

static gboolean
read_line(Reader *reader, const char *line, GError **error)
{
    AmrRule *rule;

    if (line[0] == '\0')
        return TRUE;
    if (line[0] == '#')
        return read_comment(reader, line, error);
    if (!reader->current)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "a rule before any `# profile: NAME` line: for which profile?");
    rule = amr_rule_read(line, error);
    if (!rule)
        return FALSE;
    g_ptr_array_add(reader->current->rules, rule);
    return TRUE;
}

static void
drop_empty(GPtrArray *groups)
{
    for (guint i = groups->len; i > 0; i--) {
        const AmrRuleGroup *group = g_ptr_array_index(groups, i - 1);
        if (!group->rules->len)
            g_ptr_array_remove_index(groups, i - 1);
    }
}

GPtrArray *
amr_rulefile_read(AmrBytes text, const char *name, gboolean keep_empty, GError **error)
{
    g_autoptr(GPtrArray) groups =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_group_free);
    Reader reader = {.groups = groups};
    guint number = 0;

    if (text.len && memchr(text.data, '\0', text.len)) {
        amr_error_set(error, AMR_ERROR_PARSE, "%s: is not text: it holds a NUL", name);
        return NULL;
    }
    for (gsize at = 0; at < text.len;) {
        const char *start = text.data + at;
        const char *end = memchr(start, '\n', text.len - at);
        gsize len = end ? (gsize)(end - start) : text.len - at;
        g_autofree char *line = g_strndup(start, len);
        number++;
        at += len + 1;
        g_strstrip(line);
        if (!read_line(&reader, line, error)) {
            g_prefix_error(error, "%s line %u: ", name, number);
            return NULL;
        }
    }
    if (!keep_empty)
        drop_empty(groups);
    return g_steal_pointer(&groups);
}
