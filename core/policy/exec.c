/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which profiles there are for a program that is executed. */
#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/glob.h"

/*
 * Who attaches to a path. The kernel takes the profile with the most specific match; of two that
 * are equally so it takes none, and the exec fails. A name that is the path itself, without an
 * attachment beside it, wins at once. What is unconfined takes part, but to win is no use to us: px
 * to it would be ux by another name. Source: find_attach() in security/apparmor/domain.c, Linux 6.1
 * and 6.12.
 */
typedef struct {
    AmrBytes target;
    gsize best;
    const char *winner; /* NULL: nobody so far */
    gboolean usable, tied;
    GPtrArray *best_of; /* the names of all that are equally good; NULL: not wanted */
} Contest;

#define EXACT G_MAXSIZE

/* @block may be NULL, @own is the profile's name without its parents'. */
static void
enter_contest(Contest *contest, const AmrBlock *block, const char *name, const char *own,
              gboolean usable)
{
    const char *attachment = block ? block->attachment : NULL;
    gsize fixed;
    if (block && block->elusive)
        return;
    if (!attachment && own[0] != '/')
        return;
    if (!attachment && amr_bytes_is(contest->target, own))
        fixed = EXACT;
    else if (!amr_glob_match_fixed(attachment ? attachment : own, contest->target, &fixed))
        return;
    if (contest->winner && fixed < contest->best)
        return;
    if (contest->winner && fixed == contest->best) {
        contest->tied = contest->tied || strcmp(contest->winner, name) != 0;
        if (contest->best_of && usable)
            g_ptr_array_add(contest->best_of, (gpointer)name);
        return;
    }
    *contest = (Contest){contest->target, fixed, name, usable, FALSE, contest->best_of};
    if (contest->best_of)
        g_ptr_array_set_size(contest->best_of, 0);
    if (contest->best_of && usable)
        g_ptr_array_add(contest->best_of, (gpointer)name);
}

static const char *
winner_of(const Contest *contest)
{
    return contest->usable && !contest->tied ? contest->winner : NULL;
}

static gboolean
is_confining(const AmrBlock *block, const char *name)
{
    return !(block && block->unconfined) && !amr_profile_is_catch_all(name);
}

static void
enter_loaded(Contest *contest, const AmrProposeContext *context, const char *ns)
{
    for (guint i = 0; i < amr_loaded_count(context->loaded); i++) {
        const AmrLoadedProfile *profile = amr_loaded_profile(context->loaded, i);
        if (strcmp(profile->ns, ns) != 0 || strstr(profile->name, "//"))
            continue;
        const AmrBlock *block =
            context->index ? amr_index_find(context->index, ns, profile->name) : NULL;
        enter_contest(contest, block, profile->name, profile->name,
                      profile->mode != AMR_MODE_UNCONFINED && is_confining(NULL, profile->name));
    }
}

/* Where it is not known what is loaded, what is on disk and not disabled stands for it. */
static void
enter_indexed(Contest *contest, const AmrProposeContext *context, const char *ns)
{
    for (guint i = 0; i < amr_index_count(context->index); i++) {
        const AmrBlock *block = amr_index_block(context->index, i);
        if (block->kind == AMR_BLOCK_PROFILE && strcmp(block->ns, ns) == 0 &&
            !amr_index_is_disabled(context->index, block->file))
            enter_contest(contest, block, block->name, block->name,
                          is_confining(block, block->name));
    }
}

static void
hold_contest(Contest *contest, const AmrProposeContext *context, const char *ns)
{
    if (context->loaded)
        enter_loaded(contest, context, ns);
    else if (context->index)
        enter_indexed(contest, context, ns);
}

/* The names of a contest's profiles are the context's own. */
const char *
amr_exec_attached(const AmrProposeContext *context, const char *ns, AmrBytes target)
{
    Contest contest = {.target = target};
    hold_contest(&contest, context, ns);
    return winner_of(&contest);
}

GPtrArray *
amr_exec_tied(const AmrProposeContext *context, const char *ns, AmrBytes target)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    Contest contest = {.target = target, .best_of = names};
    hold_contest(&contest, context, ns);
    if (!contest.tied)
        g_ptr_array_set_size(names, 0);
    return g_steal_pointer(&names);
}

const char *
amr_exec_child(const AmrProposeContext *context, const char *ns, AmrBytes profile, AmrBytes target)
{
    Contest contest = {.target = target};
    g_autofree char *name = amr_bytes_dup(profile), *path = amr_bytes_dup(target);
    g_autofree char *literal = g_strdup_printf("%s//%s", name, path);
    const AmrLoadedProfile *loaded =
        context->loaded ? amr_loaded_find(context->loaded, ns, literal) : NULL;
    if (loaded)
        return loaded->name;
    for (guint i = 0; context->index && i < amr_index_count(context->index); i++) {
        const AmrBlock *block = amr_index_block(context->index, i);
        if (block->kind != AMR_BLOCK_CHILD || !block->parent ||
            strcmp(block->parent->name, name) != 0 || strcmp(block->ns, ns) != 0 ||
            !g_str_has_prefix(block->name, block->parent->name))
            continue;
        const char *own = block->name + strlen(block->parent->name);
        if (g_str_has_prefix(own, "//"))
            enter_contest(&contest, block, block->name, own + 2, is_confining(block, own + 2));
    }
    return winner_of(&contest);
}

char *
amr_exec_new_child(const AmrProposeContext *context, const char *ns, AmrBytes profile, AmrBytes own)
{
    g_autofree char *name = amr_bytes_dup(profile), *last = amr_bytes_dup(own);
    g_autofree char *child = g_strdup_printf("%s//%s", name, last);
    const AmrBlock *block = context->index ? amr_index_find(context->index, ns, name) : NULL;

    /* A child of a profile in a namespace is compiled without it (3.0.8 to 5.0.2): where it is
     * loaded by itself it is none of that namespace. */
    if (!block || *ns || block->kind != AMR_BLOCK_PROFILE || strlen(name) != profile.len ||
        strlen(last) != own.len || !amr_rule_may_name_child(last) ||
        amr_index_find(context->index, ns, child))
        return NULL;
    return g_steal_pointer(&child);
}
