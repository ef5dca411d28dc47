/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do two compiled profiles allow the same? By what they accept, not by their bytes: compilers from
 * 4.0 on write the same language in different bytes. */
#include <string.h>

#include "core/policy/oracle_compare.h"

static const char *const change_words[] = {"unknown",
#define AMR_ORACLE_CHANGE_WORD(name, word) word,
                                           AMR_ORACLE_CHANGES(AMR_ORACLE_CHANGE_WORD)
#undef AMR_ORACLE_CHANGE_WORD
};

const char *
amr_oracle_change_word(AmrOracleChange change)
{
    return (guint)change < G_N_ELEMENTS(change_words) ? change_words[change] : change_words[0];
}

void
amr_oracle_difference_free(AmrOracleDifference *difference)
{
    if (!difference)
        return;
    g_free(difference->profile);
    g_free(difference->bytes);
    g_free(difference->what);
    g_free(difference->prefix);
    g_free(difference->target_before);
    g_free(difference->target_after);
    g_free(difference);
}

static AmrOracleDifference *
add(GPtrArray *list, AmrOracleChange change, AmrClass klass)
{
    AmrOracleDifference *difference = g_new0(AmrOracleDifference, 1);
    difference->change = change;
    difference->klass = klass;
    difference->prefix = g_strdup("");
    g_ptr_array_add(list, difference);
    return difference;
}

AmrOracleDifference *
amr_oracle_add_header(GPtrArray *list, const char *what)
{
    AmrOracleDifference *difference = add(list, AMR_ORACLE_CHANGE_HEADER, AMR_CLASS_UNKNOWN);
    difference->what = g_strdup(what);
    return difference;
}

/* ---- findings as differences ------------------------------------------------------------- */

static char *
tell_where(const AmrOracleDifference *difference, const AmrFinding *finding)
{
    gboolean file = difference->klass == AMR_CLASS_FILE;
    if (file && !finding->single && finding->prefix_len > 1 &&
        !memchr(finding->prefix, '\0', finding->prefix_len)) {
        g_autofree char *shown = amr_display((AmrBytes){finding->prefix, finding->prefix_len});
        return g_strdup_printf("names that begin with %s", shown);
    }
    AmrOracleQuestion question = difference->example;
    if (file)
        question.file.owner = FALSE;
    g_autofree char *example = amr_oracle_question_text(&question);
    if (finding->single)
        return g_steal_pointer(&example);
    return g_strdup_printf("%ssuch as %s", file ? "names " : "", example);
}

void
amr_oracle_add_findings(GPtrArray *list, GPtrArray *findings, guint8 klass)
{
    for (guint i = 0; i < findings->len; i++) {
        const AmrFinding *finding = g_ptr_array_index(findings, i);
        const AmrDelta *delta = &finding->delta;
        AmrOracleDifference *difference = add(list, delta->change, delta->klass);
        difference->gained = delta->gained;
        difference->lost = delta->lost;
        difference->gained_other = delta->gained_other;
        difference->lost_other = delta->lost_other;
        difference->exec_before = delta->exec_before;
        difference->exec_after = delta->exec_after;
        difference->target_before = g_strdup(delta->target_before);
        difference->target_after = g_strdup(delta->target_after);
        difference->single = finding->single;
        difference->names = finding->names;
        difference->deep = finding->deep;
        if (delta->klass == AMR_CLASS_FILE) {
            g_free(difference->prefix);
            difference->prefix = g_strndup(finding->prefix, finding->prefix_len);
        }
        amr_oracle_decode(difference, finding, klass);
        difference->what = tell_where(difference, finding);
    }
}

/* ---- headers ----------------------------------------------------------------------------- */

static void
add_words(GPtrArray *list, const char *what, const char *before, const char *after)
{
    if (g_strcmp0(before, after) == 0)
        return;
    g_autofree char *shown_before = amr_display_string(before ? before : "none");
    g_autofree char *shown_after = amr_display_string(after ? after : "none");
    g_autofree char *text = g_strdup_printf("%s: %s, then %s", what, shown_before, shown_after);
    amr_oracle_add_header(list, text);
}

static void
add_number(GPtrArray *list, const char *what, guint32 before, guint32 after)
{
    if (before == after)
        return;
    g_autofree char *text = g_strdup_printf("%s: 0x%x, then 0x%x", what, before, after);
    amr_oracle_add_header(list, text);
}

static char *
join_words(const char *const *words)
{
    return words ? g_strjoinv(" ", (char **)words) : NULL;
}

static void
compare_limits(GPtrArray *list, const AmrOracleProfile *before, const AmrOracleProfile *after)
{
    for (guint i = 0; i < AMR_ORACLE_LIMITS; i++) {
        gboolean was = (before->limits_set >> i & 1) != 0, is = (after->limits_set >> i & 1) != 0;
        if (was == is && (!was || before->limits[i] == after->limits[i]))
            continue;
        g_autofree char *old =
            was ? g_strdup_printf("%" G_GUINT64_FORMAT, before->limits[i]) : NULL;
        g_autofree char *new = is ? g_strdup_printf("%" G_GUINT64_FORMAT, after->limits[i]) : NULL;
        g_autofree char *what = g_strdup_printf("rlimit %s", amr_oracle_limit_word(i));
        add_words(list, what, old, new);
    }
}

static void
compare_secmarks(GPtrArray *list, const AmrOracleProfile *before, const AmrOracleProfile *after)
{
    gboolean same = before->n_secmarks == after->n_secmarks;
    for (guint i = 0; same && i < before->n_secmarks; i++)
        same = before->secmarks[i].audit == after->secmarks[i].audit &&
               before->secmarks[i].deny == after->secmarks[i].deny &&
               strcmp(before->secmarks[i].label, after->secmarks[i].label) == 0;
    if (!same)
        amr_oracle_add_header(list, "secmark");
}

static void
compare_headers(GPtrArray *list, const AmrOracleProfile *before, const AmrOracleProfile *after)
{
    g_autofree char *xattrs_before = join_words(before->xattrs);
    g_autofree char *xattrs_after = join_words(after->xattrs);
    g_autofree char *unknown_before = join_words(before->unknown);
    g_autofree char *unknown_after = join_words(after->unknown);
    add_words(list, "mode", amr_oracle_mode_word(before->mode), amr_oracle_mode_word(after->mode));
    add_words(list, "rename", before->rename, after->rename);
    add_words(list, "attach_disconnected.path", before->disconnected, after->disconnected);
    add_words(list, "xattrs", xattrs_before, xattrs_after);
    add_words(list, "not known", unknown_before, unknown_after);
    add_number(list, "flags", before->flags, after->flags);
    add_number(list, "path flags", before->path_flags, after->path_flags);
    add_number(list, "kill.signal", before->kill_signal, after->kill_signal);
    add_number(list, "error", before->error, after->error);
    compare_limits(list, before, after);
    compare_secmarks(list, before, after);
    if (before->audit_all != after->audit_all)
        add(list, AMR_ORACLE_CHANGE_LOGGING, AMR_CLASS_UNKNOWN)->what = g_strdup("audit of all");
}

static void
add_capability(GPtrArray *list, AmrOracleChange change, guint number, gboolean gained)
{
    AmrOracleDifference *difference = add(list, change, AMR_CLASS_CAPABILITY);
    *(gained ? &difference->gained : &difference->lost) = AMR_MAY_CHANGE;
    difference->single = TRUE;
    difference->names = 1;
    difference->example =
        (AmrOracleQuestion){.klass = AMR_CLASS_CAPABILITY, .rights = AMR_MAY_CHANGE};
    difference->example.capability.number = number;
    difference->what = amr_oracle_question_text(&difference->example);
}

/* Quiet matters where it is denied, audit where it is allowed. */
static void
compare_capabilities(GPtrArray *list, const AmrOracleProfile *before, const AmrOracleProfile *after)
{
    guint64 access = before->caps_allow ^ after->caps_allow;
    guint64 both = before->caps_allow & after->caps_allow;
    guint64 logging =
        ((before->caps_audit ^ after->caps_audit) & both) |
        ((before->caps_quiet ^ after->caps_quiet) & ~(before->caps_allow | after->caps_allow));
    for (guint i = 0; i < 64; i++) {
        /* Beyond the last that the kernel has, `capability,` sets what means nothing. */
        gboolean gained = (after->caps_allow >> i & 1) != 0;
        if ((access >> i & 1) != 0)
            add_capability(list, AMR_ORACLE_CHANGE_ACCESS, i, gained);
        else if ((logging >> i & 1) != 0)
            add_capability(list, AMR_ORACLE_CHANGE_LOGGING, i, TRUE);
    }
    if (before->caps_extended != after->caps_extended)
        amr_oracle_add_header(list, "extended capabilities");
}

/* ---- the whole --------------------------------------------------------------------------- */

static char *
full_name(const AmrOracleProfile *profile)
{
    return *profile->ns ? g_strdup_printf(":%s:%s", profile->ns, profile->name)
                        : g_strdup(profile->name);
}

static gboolean
compare_into(AmrOracleComparison *comparison, const AmrOracleProfile *before,
             const AmrOracleProfile *after, GError **error)
{
    GPtrArray *list = comparison->differences;
    guint from = list->len;
    compare_headers(list, before, after);
    compare_capabilities(list, before, after);
    if (!amr_oracle_compare_attachment(list, before, after, error) ||
        !amr_oracle_compare_files(list, before, after, FALSE, error) ||
        !amr_oracle_compare_policy(list, before, after, FALSE, error)) {
        g_autofree char *shown = amr_display_string(after->name);
        g_prefix_error(error, "Profile '%s': ", shown);
        return FALSE;
    }
    for (guint i = from; i < list->len; i++) {
        AmrOracleDifference *difference = g_ptr_array_index(list, i);
        difference->profile = full_name(after);
    }
    if (list->len > AMR_ORACLE_DIFFERENCES)
        g_ptr_array_set_size(list, AMR_ORACLE_DIFFERENCES);
    return TRUE;
}

static AmrOracleComparison *
comparison_new(void)
{
    AmrOracleComparison *comparison = g_new0(AmrOracleComparison, 1);
    comparison->differences =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_oracle_difference_free);
    return comparison;
}

static void
conclude(AmrOracleComparison *comparison)
{
    comparison->same = comparison->differences->len == 0;
    comparison->same_access = TRUE;
    for (guint i = 0; i < comparison->differences->len; i++) {
        const AmrOracleDifference *difference = g_ptr_array_index(comparison->differences, i);
        if (difference->change != AMR_ORACLE_CHANGE_LOGGING)
            comparison->same_access = FALSE;
    }
}

static void
add_alone(AmrOracleComparison *comparison, const AmrOracleProfile *profile, const char *what)
{
    AmrOracleDifference *difference =
        add(comparison->differences, AMR_ORACLE_CHANGE_PROFILE, AMR_CLASS_UNKNOWN);
    difference->profile = full_name(profile);
    difference->what = g_strdup(what);
}

AmrOracleComparison *
amr_oracle_compare(const AmrOracle *before, const AmrOracle *after, GError **error)
{
    g_autoptr(AmrOracleComparison) comparison = comparison_new();
    for (guint i = 0; i < amr_oracle_count(before); i++) {
        const AmrOracleProfile *profile = amr_oracle_profile(before, i);
        g_autofree char *name = full_name(profile);
        const AmrOracleProfile *other = amr_oracle_find(after, name);
        if (!other)
            add_alone(comparison, profile, "only before");
        else if (!compare_into(comparison, profile, other, error))
            return NULL;
    }
    for (guint i = 0; i < amr_oracle_count(after); i++) {
        const AmrOracleProfile *profile = amr_oracle_profile(after, i);
        g_autofree char *name = full_name(profile);
        if (!amr_oracle_find(before, name))
            add_alone(comparison, profile, "only after");
    }
    conclude(comparison);
    return g_steal_pointer(&comparison);
}

AmrOracleComparison *
amr_oracle_compare_profiles(const AmrOracleProfile *before, const AmrOracleProfile *after,
                            GError **error)
{
    g_autoptr(AmrOracleComparison) comparison = comparison_new();
    if (!compare_into(comparison, before, after, error))
        return NULL;
    conclude(comparison);
    return g_steal_pointer(&comparison);
}

/* Of the differences only what is allowed more; what stands there of other kinds goes. */
static void
keep_gains(GPtrArray *list, const AmrOracleProfile *before)
{
    for (guint i = list->len; i-- > 0;) {
        const AmrOracleDifference *one = list->pdata[i];
        gboolean quiet = one->klass == AMR_CLASS_CAPABILITY &&
                         (before->caps_quiet >> one->example.capability.number & 1) != 0;
        if (one->change != AMR_ORACLE_CHANGE_ACCESS || quiet ||
            !(one->gained || one->gained_other) || one->lost || one->lost_other)
            g_ptr_array_remove_index(list, i);
    }
}

AmrOracleComparison *
amr_oracle_gains(const AmrOracleProfile *profile, const AmrOracleProfile *rules, GError **error)
{
    g_autoptr(AmrOracleComparison) comparison = comparison_new();
    GPtrArray *list = comparison->differences;

    compare_capabilities(list, profile, rules);
    if (!amr_oracle_compare_files(list, profile, rules, TRUE, error) ||
        !amr_oracle_compare_policy(list, profile, rules, TRUE, error))
        return NULL;
    keep_gains(list, profile);
    conclude(comparison);
    return g_steal_pointer(&comparison);
}

void
amr_oracle_comparison_free(AmrOracleComparison *comparison)
{
    if (!comparison)
        return;
    g_ptr_array_unref(comparison->differences);
    g_free(comparison);
}
