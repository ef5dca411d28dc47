/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/glob.h"

#include <string.h>

#define STEPS_MAX 100000
#define DEPTH_MAX 512

/* What is still to be matched: a piece of pattern, and what follows after it (an alternative's
 * tail comes after its branch). */
typedef struct Rest Rest;
struct Rest {
    const char *p, *end;
    const Rest *next;
};

/* The bounds of the work, and in a search for the most specific match what is known of it. */
typedef struct {
    guint steps, depth;
    gboolean all;      /* look for the most specific match, not for any */
    gboolean starred;  /* a star stands on the way to here, the first one so far away from */
    gsize left;        /* ... the end of the name */
    gsize total, best; /* of the name; of the matches, `matched` if there is one */
    gboolean matched;
} Budget;

static gboolean match(Budget *budget, Rest rest, AmrBytes name, char before);

static AmrBytes
skip(AmrBytes bytes, gsize n)
{
    return (AmrBytes){bytes.data + n, bytes.len - n};
}

/* The byte after a backslash: \ooo, or the byte itself. */
static guchar
escaped(const char **p, const char *end)
{
    guint value = 0;
    int digits = 0;
    while (digits < 3 && *p + digits < end && (*p)[digits] >= '0' && (*p)[digits] <= '7')
        value = value * 8 + (guint)((*p)[digits++] - '0');
    if (digits == 3) {
        *p += 3;
        return (guchar)value;
    }
    return *p < end ? (guchar) * (*p)++ : '\\';
}

static gboolean
match_class(const char **p, const char *end, guchar c, gboolean *valid)
{
    gboolean not = *p < end && **p == '^', hit = FALSE;
    if (not )
        (*p)++;
    while (*p < end && **p != ']') {
        guchar from = (guchar) * (*p)++, to;
        if (from == '\\')
            from = escaped(p, end);
        to = from;
        if (end - *p >= 2 && (*p)[0] == '-' && (*p)[1] != ']') {
            (*p)++;
            to = (guchar) * (*p)++;
            if (to == '\\')
                to = escaped(p, end);
        }
        hit = hit || (c >= from && c <= to);
    }
    *valid = *p < end;
    if (*valid)
        (*p)++;
    return hit != not ;
}

/* A star stands for the next @least bytes or more, of one component unless it is @deep. */
static gboolean
match_run(Budget *budget, Rest rest, AmrBytes name, char before, gboolean deep, gsize least)
{
    for (gsize n = 0; n <= name.len; n++) {
        char last = n ? name.data[n - 1] : before;
        if (n && !deep && last == '/')
            return FALSE;
        if (n >= least && match(budget, rest, skip(name, n), 'x'))
            return TRUE;
    }
    return FALSE;
}

/* `*` and `**`. After a slash at the end of a component they stand for one byte at least, so
 * that "/a/ *" is not the directory itself. */
static gboolean
match_star(Budget *budget, Rest rest, AmrBytes name, char before)
{
    gboolean deep = rest.p + 1 < rest.end && rest.p[1] == '*', first = !budget->starred;
    rest.p += deep ? 2 : 1;
    gsize least = before == '/' && (rest.p == rest.end || *rest.p == '/') ? 1 : 0;
    if (first) {
        budget->starred = TRUE;
        budget->left = name.len - MIN(least, name.len);
    }
    gboolean matched = match_run(budget, rest, name, before, deep, least);
    if (first)
        budget->starred = FALSE;
    return matched;
}

static const char *
branch_end(const char *p, const char *end)
{
    guint depth = 0;
    for (; p < end; p++) {
        if (*p == '\\' && p + 1 < end)
            p++;
        else if (*p == '{')
            depth++;
        else if (*p == '}' && depth-- == 0)
            return p;
        else if (*p == ',' && depth == 0)
            return p;
    }
    return NULL;
}

static gboolean
match_braces(Budget *budget, Rest rest, AmrBytes name, char before)
{
    const char *close = rest.p;
    do {
        close = branch_end(close + 1, rest.end);
        if (!close)
            return FALSE;
    } while (*close != '}');
    Rest after = {close + 1, rest.end, rest.next};
    const char *p = rest.p;
    do {
        const char *end = branch_end(p + 1, rest.end);
        if (match(budget, (Rest){p + 1, end, &after}, name, before))
            return TRUE;
        p = end;
    } while (p != close);
    return FALSE;
}

/* A match was found: notes how specific it is. TRUE if the search may end. */
static gboolean
is_enough(Budget *budget)
{
    gsize fixed = budget->starred ? budget->total - budget->left : budget->total;
    budget->best = budget->matched ? MAX(budget->best, fixed) : fixed;
    budget->matched = TRUE;
    return !budget->all || fixed == budget->total;
}

static gboolean
match_step(Budget *budget, Rest rest, AmrBytes name, char before)
{
    for (;;) {
        if (++budget->steps > STEPS_MAX)
            return FALSE;
        if (rest.p == rest.end) {
            if (!rest.next)
                return name.len == 0 && is_enough(budget);
            rest = *rest.next;
            continue;
        }
        if (*rest.p == '*')
            return match_star(budget, rest, name, before);
        if (*rest.p == '{')
            return match_braces(budget, rest, name, before);
        if (name.len == 0)
            return FALSE;
        guchar c = (guchar)name.data[0], want = (guchar)*rest.p++;
        gboolean hit, valid = TRUE;
        if (want == '?') {
            hit = c != '/';
        } else if (want == '[') {
            hit = match_class(&rest.p, rest.end, c, &valid) && c != '/';
        } else {
            if (want == '\\')
                want = escaped(&rest.p, rest.end);
            hit = c == want;
        }
        if (!hit || !valid)
            return FALSE;
        before = (char)c;
        name = skip(name, 1);
    }
}

static gboolean
match(Budget *budget, Rest rest, AmrBytes name, char before)
{
    if (budget->depth >= DEPTH_MAX)
        return FALSE;
    budget->depth++;
    gboolean matched = match_step(budget, rest, name, before);
    budget->depth--;
    return matched;
}

static gboolean
search(Budget *budget, const char *pattern, AmrBytes name)
{
    gsize len = strlen(pattern);
    if (len >= 2 && pattern[0] == '"' && pattern[len - 1] == '"') {
        pattern++;
        len -= 2;
    }
    if (g_strstr_len(pattern, (gssize)len, "@{") || name.len == 0)
        return FALSE;
    budget->total = name.len;
    match(budget, (Rest){pattern, pattern + len, NULL}, name, '\0');
    return budget->matched;
}

gboolean
amr_glob_match(const char *pattern, AmrBytes name)
{
    Budget budget = {0};
    return search(&budget, pattern, name);
}

gboolean
amr_glob_match_fixed(const char *pattern, AmrBytes name, gsize *fixed)
{
    Budget budget = {.all = TRUE};
    if (!search(&budget, pattern, name))
        return FALSE;
    *fixed = budget.best;
    return TRUE;
}
