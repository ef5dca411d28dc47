/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decision on an execution: px if a loaded profile attaches to the target, cx if the profile
 * has such a child, else ix; never ux.
 *
 * ix needs neither r nor m for a binary: the kernel grants both to the file that it opens for
 * the exec, as long as the label stays the same. The interpreter of a script opens the script
 * anew and needs r (both tried on 6.1 and 6.12).
 */
#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/glob.h"
#include "core/policy/risk.h"

static gboolean
has_flag(const AmrBlock *block, const char *flag)
{
    g_auto(GStrv) flags = g_strsplit_set(block->flags ? block->flags : "", " \t\n,", -1);
    return g_strv_contains((const char *const *)flags, flag);
}

/* A profile without a path for attachment attaches by its name, if that is a path. */
static gboolean
attaches(const char *attachment, const char *name, AmrBytes target)
{
    if (attachment && *attachment)
        return amr_glob_match(attachment, target);
    return name[0] == '/' && (amr_bytes_is(target, name) || amr_glob_match(name, target));
}

static char *
namespace_of(const AmrEvent *event)
{
    AmrBytes ns = amr_event_namespace(event);
    return ns.len ? amr_bytes_dup(ns) : g_strdup("");
}

/* A profile in unconfined mode is none: px to it would be ux by another name. */
static const char *
loaded_attached(const AmrProposeContext *context, const char *ns, AmrBytes target)
{
    for (guint i = 0; i < amr_loaded_count(context->loaded); i++) {
        const AmrLoadedProfile *profile = amr_loaded_profile(context->loaded, i);
        if (strcmp(profile->ns, ns) != 0 || strstr(profile->name, "//") ||
            profile->mode == AMR_MODE_UNCONFINED || amr_profile_is_catch_all(profile->name))
            continue;
        const AmrBlock *block =
            context->index ? amr_index_find(context->index, ns, profile->name) : NULL;
        if (attaches(block ? block->attachment : NULL, profile->name, target))
            return profile->name;
    }
    return NULL;
}

/* Where it is not known what is loaded, what is on disk and not disabled stands for it. */
static const char *
indexed_attached(const AmrProposeContext *context, const char *ns, AmrBytes target)
{
    for (guint i = 0; i < amr_index_count(context->index); i++) {
        const AmrBlock *block = amr_index_block(context->index, i);
        if (block->kind != AMR_BLOCK_PROFILE || strcmp(block->ns ? block->ns : "", ns) != 0 ||
            amr_index_is_disabled(context->index, block->file) || has_flag(block, "unconfined") ||
            amr_profile_is_catch_all(block->name))
            continue;
        if (attaches(block->attachment, block->name, target))
            return block->name;
    }
    return NULL;
}

static const char *
attached_profile(const AmrProposeContext *context, const char *ns, AmrBytes target)
{
    if (context->loaded)
        return loaded_attached(context, ns, target);
    return context->index ? indexed_attached(context, ns, target) : NULL;
}

/* Whether @profile has a child that `cx` would find for @target. */
static gboolean
has_child(const AmrProposeContext *context, const char *ns, AmrBytes profile, AmrBytes target)
{
    g_autofree char *name = amr_bytes_dup(profile), *path = amr_bytes_dup(target);
    g_autofree char *literal = g_strdup_printf("%s//%s", name, path);
    if (context->loaded && amr_loaded_find(context->loaded, ns, literal))
        return TRUE;
    for (guint i = 0; context->index && i < amr_index_count(context->index); i++) {
        const AmrBlock *block = amr_index_block(context->index, i);
        if (block->kind != AMR_BLOCK_CHILD || !block->parent ||
            strcmp(block->parent->name, name) != 0 || has_flag(block, "unconfined") ||
            strcmp(block->ns ? block->ns : "", ns) != 0 ||
            !g_str_has_prefix(block->name, block->parent->name))
            continue;
        const char *own = block->name + strlen(block->parent->name);
        if (g_str_has_prefix(own, "//") && attaches(block->attachment, own + 2, target))
            return TRUE;
    }
    return FALSE;
}

static void
add_exec(AmrProposal *proposal, AmrBytes name, guint access, AmrExecMode exec, char *why,
         char *opens)
{
    AmrRule *rule = amr_propose_file_rule(proposal, name, access);
    if (!rule) {
        g_free(why);
        g_free(opens);
        return;
    }
    char *danger = NULL;
    AmrRisk risk = amr_risk_file(name, access, exec, &danger);
    rule->file.exec = exec;
    amr_propose_add(proposal, rule, risk, why, opens, danger);
}

/* Never `owner`: it asks who owns the program, and that says nothing about who may run it. */
void
amr_propose_exec(AmrProposal *proposal, const AmrEvent *event, guint access,
                 const AmrProposeContext *context)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    g_autofree char *shown = amr_display(name), *ns = namespace_of(event);
    g_autofree char *profile = amr_display_string(proposal->profile);
    const char *attached = attached_profile(context, ns, name);
    if (attached) {
        g_autofree char *other = amr_display_string(attached);
        add_exec(proposal, name, access, AMR_EXEC_PX,
                 g_strdup_printf("It may run %s, under that program's own profile %s.", shown,
                                 other),
                 NULL);
    } else if (has_child(context, ns, event->field[AMR_FIELD_PROFILE], name)) {
        add_exec(proposal, name, access, AMR_EXEC_CX,
                 g_strdup_printf("It may run %s, under the child that %s has for it.", shown,
                                 profile),
                 NULL);
    }
    add_exec(proposal, name, access, AMR_EXEC_IX,
             g_strdup_printf("It may run %s, which inherits the profile %s.", shown, profile),
             NULL);
    if (access & AMR_ACCESS_READ)
        return;
    add_exec(proposal, name, access | AMR_ACCESS_READ, AMR_EXEC_IX,
             g_strdup_printf("It may run and read %s, which inherits the profile %s: a script must "
                             "be read to be run.",
                             shown, profile),
             g_strdup_printf("Reading %s.", shown));
}
