/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A walk through the policy machine. What is not known is walked as every string without a NUL:
 * one state becomes many, and what holds must hold for all of them.
 */
#include <string.h>

#include "core/policy/oracle_walk.h"

AmrWalk
amr_walk_new(const AmrOracleProfile *profile, const AmrPdb *pdb, guint32 state)
{
    return (AmrWalk){.profile = profile, .pdb = pdb, .one = state};
}

AmrWalk
amr_walk_copy(const AmrWalk *walk)
{
    AmrWalk copy = *walk;
    if (walk->many)
        copy.many = g_memdup2(walk->many, walk->n_many * sizeof *walk->many);
    return copy;
}

void
amr_walk_clear(AmrWalk *walk)
{
    g_clear_pointer(&walk->many, g_free);
}

void
amr_walk_bytes(AmrWalk *walk, const void *bytes, gsize len)
{
    if (!walk->many)
        walk->one = amr_dfa_walk(walk->pdb->dfa, walk->one, bytes, len);
    for (guint i = 0; i < walk->n_many; i++)
        walk->many[i] = amr_dfa_walk(walk->pdb->dfa, walk->many[i], bytes, len);
}

void
amr_walk_byte(AmrWalk *walk, guint8 byte)
{
    amr_walk_bytes(walk, &byte, 1);
}

void
amr_walk_be16(AmrWalk *walk, guint number)
{
    guint8 bytes[2] = {(guint8)(number >> 8), (guint8)number};
    amr_walk_bytes(walk, bytes, 2);
}

/* Every state that any string without a NUL leads to, of at least one byte or @empty too. */
void
amr_walk_unknown(AmrWalk *walk, gboolean empty)
{
    const AmrDfa *dfa = walk->pdb->dfa;
    g_autofree guint8 *seen = g_malloc0(dfa->n_states);
    g_autofree guint8 *class_used = g_malloc0(dfa->n_classes);
    g_autofree guint32 *list = g_new(guint32, 2 * (gsize)dfa->n_states); /* each at most twice */
    guint n = 0;
    for (guint byte = 1; byte < 256; byte++)
        class_used[dfa->class_of[byte]] = 1;
    for (guint i = 0; i < (walk->many ? walk->n_many : 1); i++) {
        guint32 state = walk->many ? walk->many[i] : walk->one;
        if (!seen[state]) {
            seen[state] = 1;
            list[n++] = state;
        }
    }
    guint skip = empty ? 0 : n;
    if (!empty)
        for (guint i = 0; i < n; i++)
            seen[list[i]] = 0;
    for (guint i = 0; i < n; i++) {
        for (guint klass = 0; klass < dfa->n_classes; klass++) {
            if (!class_used[klass])
                continue;
            guint32 next = list[i] ? amr_dfa_step_class(dfa, list[i], klass) : 0;
            if (!seen[next]) {
                seen[next] = 1;
                list[n++] = next;
            }
        }
    }
    g_free(walk->many);
    walk->n_many = n - skip;
    walk->many = g_memdup2(list + skip, walk->n_many * sizeof *list);
}

/* A part that is not known is not empty either: "any label" of a rule takes a byte at least. */
void
amr_walk_part(AmrWalk *walk, AmrBytes part)
{
    if (part.data)
        amr_walk_bytes(walk, part.data, part.len);
    else
        amr_walk_unknown(walk, FALSE);
}

void
amr_walk_perms(const AmrWalk *walk, guint32 state, AmrPerms *perms)
{
    amr_pdb_perms(walk->pdb, walk->profile->abi, state, perms);
}

void
amr_walk_answer(const AmrWalk *walk, guint32 rights, AmrOracleAnswer *answer)
{
    AmrPerms perms;
    for (guint i = 0; i < (walk->many ? walk->n_many : 1); i++) {
        amr_walk_perms(walk, walk->many ? walk->many[i] : walk->one, &perms);
        amr_oracle_answer_add(answer, &perms, rights);
    }
}

/* Rights of several answers of which each has its own: a right is allowed if its answer says so. */
void
amr_oracle_answer_join(AmrOracleAnswer *answer, const AmrOracleAnswer *part)
{
    answer->verdict = AMR_ORACLE_DENIED;
    answer->depends |= part->depends;
    answer->allowed |= part->allowed;
    answer->missing |= part->missing;
    answer->refused |= part->refused;
    answer->audited |= part->audited;
    answer->prompted |= part->prompted;
}

void
amr_walk_answer_also(const AmrWalk *walk, guint32 rights, AmrOracleAnswer *answer)
{
    AmrOracleAnswer part = {0};
    if (!rights)
        return;
    amr_walk_answer(walk, rights, &part);
    amr_oracle_answer_join(answer, &part);
}

/* Any @n bytes, NULs among them. */
void
amr_walk_any(AmrWalk *walk, guint n)
{
    const AmrDfa *dfa = walk->pdb->dfa;
    g_autofree guint8 *seen = g_malloc(dfa->n_states);
    while (n-- > 0) {
        GArray *next = g_array_new(FALSE, FALSE, sizeof(guint32));
        memset(seen, 0, dfa->n_states);
        for (guint i = 0; i < (walk->many ? walk->n_many : 1); i++) {
            guint32 from = walk->many ? walk->many[i] : walk->one;
            for (guint klass = 0; klass < dfa->n_classes; klass++) {
                guint32 to = from ? amr_dfa_step_class(dfa, from, klass) : 0;
                if (!seen[to]) {
                    seen[to] = 1;
                    g_array_append_val(next, to);
                }
            }
        }
        g_free(walk->many);
        walk->n_many = next->len;
        walk->many = (guint32 *)(gpointer)g_array_free(next, FALSE);
    }
}

/* Takes over the states of @other. */
void
amr_walk_join(AmrWalk *walk, AmrWalk *other)
{
    guint n = walk->many ? walk->n_many : 1, m = other->many ? other->n_many : 1;
    guint32 *all = g_new(guint32, n + m);
    memcpy(all, walk->many ? walk->many : &walk->one, n * sizeof *all);
    memcpy(all + n, other->many ? other->many : &other->one, m * sizeof *all);
    amr_walk_clear(walk);
    walk->many = all;
    walk->n_many = n + m;
}

/* ---- labels ------------------------------------------------------------------------------ */

static gboolean
is_stack(AmrBytes label)
{
    return label.data && g_strstr_len(label.data, (gssize)label.len, "//&") != NULL;
}

/* A label of several profiles: as a whole, else each of them must be allowed (label_match of
 * label.c). */
void
amr_walk_answer_label(const AmrWalk *walk, AmrBytes label, guint32 rights, AmrOracleAnswer *answer)
{
    g_auto(AmrWalk) whole = amr_walk_copy(walk);
    AmrOracleAnswer first = {0};
    amr_walk_part(&whole, label);
    amr_walk_answer(&whole, rights, &first);
    if (!is_stack(label) || !first.missing) {
        *answer = first;
        return;
    }
    const char *at = label.data, *end = label.data + label.len;
    while (at <= end) {
        const char *next = g_strstr_len(at, end - at, "//&");
        g_auto(AmrWalk) one = amr_walk_copy(walk);
        amr_walk_bytes(&one, at, (gsize)((next ? next : end) - at));
        amr_walk_answer(&one, rights, answer);
        if (!next)
            break;
        at = next + 3;
    }
    answer->depends = first.depends;
}
