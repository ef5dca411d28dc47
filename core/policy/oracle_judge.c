/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What counts as a difference: only names that the kernel can ask, only rights that mean something
 * there.
 */
#include <string.h>

#include "core/policy/oracle_judge.h"

/* ---- files ------------------------------------------------------------------------------- */

enum {
    AFTER_SLASH = 1 << 0, /* the last byte is a slash */
    DOUBLE = 1 << 1,      /* "//" stands in it: a label, no path */
    PAIR = 1 << 2,        /* behind a NUL */
    /* What the name before the NUL granted, so that the pair counts. */
    LINK_BEFORE = 1 << 3,
    LINK_BEFORE_OTHER = 1 << 4,
    LINK_AFTER = 1 << 5,
    LINK_AFTER_OTHER = 1 << 6,
    ONEXEC_BEFORE = 1 << 7,
    ONEXEC_AFTER = 1 << 8,
    EMPTY = 1 << 9, /* no name at all, which nobody asks about */
};

#define FILE_RIGHTS                                                                       \
    (AMR_K_EXEC | AMR_K_WRITE | AMR_K_READ | AMR_K_APPEND | AMR_K_CREATE | AMR_K_DELETE | \
     AMR_K_LOCK | AMR_K_MMAP)

typedef struct {
    const AmrPdb *before, *after;
    gboolean gains;
} Files;

typedef struct {
    AmrPerms before, after, other_before, other_after;
} FilePerms;

static void
file_perms(const Files *files, const AmrPair *pair, FilePerms *perms)
{
    memset(perms, 0, sizeof *perms);
    if (pair->before) {
        amr_pdb_file_perms(files->before, pair->before, TRUE, &perms->before);
        amr_pdb_file_perms(files->before, pair->before, FALSE, &perms->other_before);
    }
    if (pair->after) {
        amr_pdb_file_perms(files->after, pair->after, TRUE, &perms->after);
        amr_pdb_file_perms(files->after, pair->after, FALSE, &perms->other_after);
    }
    if (files->gains) {
        amr_perms_withhold(&perms->after, &perms->before);
        amr_perms_withhold(&perms->other_after, &perms->other_before);
    }
}

/* Two slashes in a row are never in a path that the kernel asks about. */
static gboolean
step_file(gconstpointer data, const AmrPair *from, guint8 byte, AmrPair *to)
{
    FilePerms perms;
    to->context &= ~(guint32)EMPTY;
    if (from->context & PAIR)
        return TRUE;
    if (byte == '/') {
        to->context |= from->context & AFTER_SLASH ? DOUBLE : 0;
        to->context |= AFTER_SLASH;
        return TRUE;
    }
    to->context &= ~(guint32)AFTER_SLASH;
    if (byte != 0)
        return TRUE;
    to->context = PAIR;
    if (from->context & DOUBLE)
        return TRUE;
    file_perms(data, from, &perms);
    to->context |= (amr_perms_allowed(&perms.before) & AMR_K_LINK ? LINK_BEFORE : 0) |
                   (amr_perms_allowed(&perms.other_before) & AMR_K_LINK ? LINK_BEFORE_OTHER : 0) |
                   (amr_perms_allowed(&perms.after) & AMR_K_LINK ? LINK_AFTER : 0) |
                   (amr_perms_allowed(&perms.other_after) & AMR_K_LINK ? LINK_AFTER_OTHER : 0) |
                   (amr_perms_allowed(&perms.other_before) & AMR_K_ONEXEC ? ONEXEC_BEFORE : 0) |
                   (amr_perms_allowed(&perms.other_after) & AMR_K_ONEXEC ? ONEXEC_AFTER : 0);
    return TRUE;
}

/* A link's pair that asks for a subset grants less than one that does not. */
static guint
link_right(const AmrPerms *perms, guint32 context, guint32 flag)
{
    if (!(context & flag) || !(amr_perms_allowed(perms) & AMR_K_LINK))
        return 0;
    return amr_perms_allowed(perms) & AMR_K_LOCK ? 1 : 2;
}

static void
judge_link(guint before, guint after, guint32 *gained, guint32 *lost)
{
    if (after > before)
        *gained = AMR_PERM_LINK;
    if (before > after)
        *lost = AMR_PERM_LINK;
}

static guint
judge_pair(const FilePerms *perms, guint32 context, AmrDelta *deltas)
{
    AmrDelta link = {.change = AMR_ORACLE_CHANGE_ACCESS, .klass = AMR_CLASS_FILE};
    AmrDelta log = {.change = AMR_ORACLE_CHANGE_LOGGING, .klass = AMR_CLASS_FILE};
    AmrDelta exec = {.change = AMR_ORACLE_CHANGE_ACCESS, .klass = AMR_CLASS_CHANGE_PROFILE};
    guint n = 0;
    judge_link(link_right(&perms->before, context, LINK_BEFORE),
               link_right(&perms->after, context, LINK_AFTER), &link.gained, &link.lost);
    judge_link(link_right(&perms->other_before, context, LINK_BEFORE_OTHER),
               link_right(&perms->other_after, context, LINK_AFTER_OTHER), &link.gained_other,
               &link.lost_other);
    if (amr_delta_any(&link))
        deltas[n++] = link;
    if (!link.gained && !link.lost &&
        ((amr_perms_logged(&perms->before) ^ amr_perms_logged(&perms->after)) & AMR_K_LINK))
        log.gained = AMR_PERM_LINK;
    if (!link.gained_other && !link.lost_other &&
        ((amr_perms_logged(&perms->other_before) ^ amr_perms_logged(&perms->other_after)) &
         AMR_K_LINK))
        log.gained_other = AMR_PERM_LINK;
    if (amr_delta_any(&log))
        deltas[n++] = log;
    gboolean was =
        (context & ONEXEC_BEFORE) && (amr_perms_allowed(&perms->other_before) & AMR_K_ONEXEC);
    gboolean is =
        (context & ONEXEC_AFTER) && (amr_perms_allowed(&perms->other_after) & AMR_K_ONEXEC);
    amr_delta_set(&exec, was, is, 0, 0);
    if (amr_delta_any(&exec))
        deltas[n++] = exec;
    return n;
}

/* How an execution that both allow leaves. */
static gboolean
judge_exec(const Files *files, const AmrPerms *before, const AmrPerms *after, AmrDelta *delta)
{
    if (!(amr_perms_allowed(before) & amr_perms_allowed(after) & AMR_K_EXEC))
        return FALSE;
    delta->exec_before = amr_xindex_mode(before->xindex);
    delta->exec_after = amr_xindex_mode(after->xindex);
    delta->target_before = amr_pdb_target(files->before, before->xindex);
    delta->target_after = amr_pdb_target(files->after, after->xindex);
    return delta->exec_before != delta->exec_after ||
           g_strcmp0(delta->target_before, delta->target_after) != 0;
}

static guint
judge_path(const Files *files, const FilePerms *perms, AmrDelta *deltas)
{
    AmrDelta access = {.change = AMR_ORACLE_CHANGE_ACCESS, .klass = AMR_CLASS_FILE};
    AmrDelta log = {.change = AMR_ORACLE_CHANGE_LOGGING, .klass = AMR_CLASS_FILE};
    AmrDelta own = {.change = AMR_ORACLE_CHANGE_TRANSITION, .klass = AMR_CLASS_FILE};
    AmrDelta other = own;
    guint n = 0;
    const guint32 rights = FILE_RIGHTS;
    amr_delta_set(&access, amr_perms_from_kernel(amr_perms_allowed(&perms->before) & rights),
                  amr_perms_from_kernel(amr_perms_allowed(&perms->after) & rights),
                  amr_perms_from_kernel(amr_perms_allowed(&perms->other_before) & rights),
                  amr_perms_from_kernel(amr_perms_allowed(&perms->other_after) & rights));
    if (amr_delta_any(&access))
        deltas[n++] = access;
    log.gained =
        amr_perms_from_kernel((amr_perms_logged(&perms->before) ^ amr_perms_logged(&perms->after)) &
                              rights) &
        ~(access.gained | access.lost);
    log.gained_other = amr_perms_from_kernel((amr_perms_logged(&perms->other_before) ^
                                              amr_perms_logged(&perms->other_after)) &
                                             rights) &
                       ~(access.gained_other | access.lost_other);
    if (amr_delta_any(&log))
        deltas[n++] = log;
    gboolean left = judge_exec(files, &perms->before, &perms->after, &own);
    if (left) {
        own.gained = AMR_PERM_EXEC;
        deltas[n++] = own;
    }
    if (judge_exec(files, &perms->other_before, &perms->other_after, &other)) {
        other.gained_other = AMR_PERM_EXEC;
        /* The same for the owner and others is one. */
        if (left && own.exec_before == other.exec_before && own.exec_after == other.exec_after &&
            g_strcmp0(own.target_before, other.target_before) == 0 &&
            g_strcmp0(own.target_after, other.target_after) == 0)
            deltas[n - 1].gained_other = AMR_PERM_EXEC;
        else
            deltas[n++] = other;
    }
    return n;
}

static guint
judge_file(gconstpointer data, const AmrPair *pair, AmrDelta *deltas)
{
    FilePerms perms;
    guint n = 0;
    if (pair->context & EMPTY)
        return 0;
    file_perms(data, pair, &perms);
    if (pair->context & PAIR)
        return judge_pair(&perms, pair->context, deltas);
    if (!(pair->context & DOUBLE))
        n = judge_path(data, &perms, deltas);
    AmrDelta change = {.change = AMR_ORACLE_CHANGE_ACCESS, .klass = AMR_CLASS_CHANGE_PROFILE};
    amr_delta_set(&change, (amr_perms_allowed(&perms.other_before) & AMR_K_CHANGE_PROFILE) != 0,
                  (amr_perms_allowed(&perms.other_after) & AMR_K_CHANGE_PROFILE) != 0, 0, 0);
    if (amr_delta_any(&change))
        deltas[n++] = change;
    return n;
}

static const AmrPdb no_machine; /* grants nothing */

gboolean
amr_oracle_compare_files(GPtrArray *list, const AmrOracleProfile *before,
                         const AmrOracleProfile *after, gboolean gains, GError **error)
{
    Files files = {&no_machine, &no_machine, gains};
    AmrPair start = {0, 0, EMPTY};
    amr_oracle_file_machine(before, &files.before, &start.before);
    amr_oracle_file_machine(after, &files.after, &start.after);
    AmrProductJob job = {.before = files.before,
                         .after = files.after,
                         .start = start,
                         .apart = "\0/",
                         .n_apart = 2,
                         .gains = gains,
                         .step = step_file,
                         .judge = judge_file,
                         .data = &files};
    g_autoptr(GPtrArray) findings = amr_product_walk(&job, AMR_ORACLE_DIFFERENCES, error);
    if (!findings)
        return FALSE;
    amr_oracle_add_findings(list, findings, 0);
    return TRUE;
}

/* ---- attachment -------------------------------------------------------------------------- */

static guint
judge_attachment(gconstpointer data, const AmrPair *pair, AmrDelta *deltas)
{
    FilePerms perms;
    if (pair->context & DOUBLE)
        return 0;
    file_perms(data, pair, &perms);
    AmrDelta delta = {.change = AMR_ORACLE_CHANGE_HEADER, .klass = AMR_CLASS_FILE};
    amr_delta_set(&delta, amr_perms_allowed(&perms.before) & AMR_K_EXEC,
                  amr_perms_allowed(&perms.after) & AMR_K_EXEC, 0, 0);
    if (!amr_delta_any(&delta))
        return 0;
    *deltas = delta;
    return 1;
}

static gboolean
is_name(const GPtrArray *findings, const AmrOracleProfile *profile)
{
    if (findings->len != 1)
        return FALSE;
    const AmrFinding *finding = g_ptr_array_index(findings, 0);
    return finding->single &&
           amr_bytes_is((AmrBytes){finding->example, finding->example_len}, profile->name);
}

gboolean
amr_oracle_compare_attachment(GPtrArray *list, const AmrOracleProfile *before,
                              const AmrOracleProfile *after, GError **error)
{
    Files files = {&before->rules->attachment, &after->rules->attachment, FALSE};
    if (!files.before->dfa && !files.after->dfa)
        return TRUE;
    AmrProductJob job = {.before = files.before,
                         .after = files.after,
                         .start = {files.before->file, files.after->file, 0},
                         .apart = "\0/",
                         .n_apart = 2,
                         .step = step_file,
                         .judge = judge_attachment,
                         .data = &files};
    g_autoptr(GPtrArray) findings = amr_product_walk(&job, 4, error);
    if (!findings)
        return FALSE;
    /* Without a machine a profile attaches to its name; 5.0 writes a machine for that too. */
    if ((!files.before->dfa && is_name(findings, before)) ||
        (!files.after->dfa && is_name(findings, after)))
        return TRUE;
    for (guint i = 0; i < findings->len; i++) {
        const AmrFinding *finding = g_ptr_array_index(findings, i);
        g_autofree char *shown = amr_display((AmrBytes){finding->example, finding->example_len});
        g_autofree char *what =
            g_strdup_printf("attachment: %s %s",
                            finding->delta.gained ? "attaches to" : "no more to", shown);
        amr_oracle_add_header(list, what);
    }
    return TRUE;
}
