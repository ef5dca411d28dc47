/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names as rules spell them, read back to the bytes that they mean. */
#include <string.h>

#include "core/base/error.h"
#include "core/policy/rule.h"

static gboolean
is_octal(const char *p)
{
    return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* Undoes what stands behind a backslash at *p and moves on; FALSE where the compiler would read
 * something else than a byte. */
static gboolean
append_escaped(GString *out, const char **p)
{
    const char *at = *p + 1;

    if (is_octal(at)) {
        int byte = (at[0] - '0') * 64 + (at[1] - '0') * 8 + (at[2] - '0');
        if (byte == 0)
            return FALSE;
        g_string_append_c(out, (char)byte);
        *p += 4;
        return TRUE;
    }
    if (!*at || strchr("01234567aefnrtdx", *at))
        return FALSE;
    g_string_append_c(out, *at);
    *p += 2;
    return TRUE;
}

static gboolean
is_squeezed(AmrTerm term)
{
    return term == AMR_TERM_ADDR || term == AMR_TERM_PEER_ADDR || term == AMR_TERM_PATH ||
           term == AMR_TERM_SOURCE || term == AMR_TERM_POINT || term == AMR_TERM_OLDROOT;
}

char *
amr_rule_spell(AmrTerm term, AmrBytes name, GError **error)
{
    g_autofree char *pattern = amr_policy_pattern(name, error);
    GString *spelled;

    if (!pattern)
        return NULL;
    spelled = g_string_new(NULL);
    for (const char *p = pattern; *p; p++) {
        if (*p == '/' && p > pattern && p[-1] == '/' && is_squeezed(term))
            g_string_append(spelled, "[/]");
        else if (term == AMR_TERM_FSTYPE && (*p == ' ' || *p == ','))
            g_string_append_printf(spelled, "\\%03o", *p);
        else
            g_string_append_c(spelled, *p);
    }
    return g_string_free(spelled, FALSE);
}

char *
amr_rule_unspell(const char *spelled, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gsize len = strlen(spelled);
    gboolean quoted = spelled[0] == '"';
    const char *p = spelled + (quoted ? 1 : 0);
    const char *end = spelled + len;

    if (quoted && (len < 2 || end[-1] != '"')) {
        amr_error_set(error, AMR_ERROR_PARSE, "the quotes are not closed");
        return NULL;
    }
    if (quoted)
        end--;
    while (p < end) {
        if (*p == '\\') {
            if (!append_escaped(out, &p) || p > end) {
                amr_error_set(error, AMR_ERROR_PARSE, "a backslash that escapes nothing");
                return NULL;
            }
        } else if (*p == '"' || (!quoted && g_ascii_isspace(*p))) {
            amr_error_set(error, AMR_ERROR_PARSE, "a name with blanks stands in quotes");
            return NULL;
        } else {
            g_string_append_c(out, *p++);
        }
    }
    if (!out->len) {
        amr_error_set(error, AMR_ERROR_PARSE, "the name is empty");
        return NULL;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
amr_rule_literal(const char *pattern)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *p = pattern;

    while (*p) {
        if (*p == '\\') {
            if (!append_escaped(out, &p))
                return NULL;
        } else if (g_str_has_prefix(p, "[/]")) {
            g_string_append_c(out, '/');
            p += strlen("[/]");
        } else if (strchr("*?[]{}", *p)) {
            return NULL;
        } else {
            g_string_append_c(out, *p++);
        }
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
