/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an execution leads: what its mode says, and which profiles there are. */
#include <string.h>

#include "core/policy/classes.h"

gboolean
amr_exec_to_child(AmrExecMode mode)
{
    return mode == AMR_EXEC_CX || mode == AMR_EXEC_CX_SAFE || mode == AMR_EXEC_CIX ||
           mode == AMR_EXEC_CIX_SAFE || mode == AMR_EXEC_CUX || mode == AMR_EXEC_CUX_SAFE;
}

static gboolean
to_own(AmrExecMode mode)
{
    return mode == AMR_EXEC_PX || mode == AMR_EXEC_PX_SAFE || mode == AMR_EXEC_PIX ||
           mode == AMR_EXEC_PIX_SAFE || mode == AMR_EXEC_PUX || mode == AMR_EXEC_PUX_SAFE;
}

static gboolean
may_inherit(AmrExecMode mode)
{
    return mode == AMR_EXEC_IX || mode == AMR_EXEC_PIX || mode == AMR_EXEC_PIX_SAFE ||
           mode == AMR_EXEC_CIX || mode == AMR_EXEC_CIX_SAFE;
}

gboolean
amr_exec_may_leave(AmrExecMode mode)
{
    return mode == AMR_EXEC_UX || mode == AMR_EXEC_UX_SAFE || mode == AMR_EXEC_PUX ||
           mode == AMR_EXEC_PUX_SAFE || mode == AMR_EXEC_CUX || mode == AMR_EXEC_CUX_SAFE;
}

gboolean
amr_exec_exists(const AmrProposeContext *context, const char *ns, const char *name)
{
    return (context->index && amr_index_find(context->index, ns, name)) ||
           (context->loaded && amr_loaded_find(context->loaded, ns, name));
}

gboolean
amr_exec_confines(const AmrProposeContext *context, const char *ns, const char *name)
{
    const AmrBlock *block = context->index ? amr_index_find(context->index, ns, name) : NULL;

    if ((block && block->unconfined) || amr_profile_is_catch_all(name))
        return FALSE;
    if (!context->loaded)
        return block && !amr_index_is_disabled(context->index, block->file);
    const AmrLoadedProfile *loaded = amr_loaded_find(context->loaded, ns, name);
    return loaded && loaded->mode != AMR_MODE_UNCONFINED;
}

char *
amr_exec_full(const char *ns, const char *name)
{
    return *ns ? g_strdup_printf(":%s:%s", ns, name) : g_strdup(name);
}

char *
amr_exec_lead(const AmrProposeContext *context, const char *ns, const char *profile,
              const char *exec, AmrExecMode mode, const char *target)
{
    AmrBytes path = amr_bytes(exec);
    g_autofree char *named = NULL;
    const char *found = NULL;

    if (target) {
        /* Another namespace, a stack: not looked into. */
        if (target[0] == ':' || target[0] == '&' || strstr(target, "//&"))
            return NULL;
        named =
            amr_exec_to_child(mode) ? g_strdup_printf("%s//%s", profile, target) : g_strdup(target);
        found = amr_exec_exists(context, ns, named) ? named : NULL;
    } else if (amr_exec_to_child(mode)) {
        found = amr_exec_child(context, ns, amr_bytes(profile), path);
    } else if (to_own(mode)) {
        found = amr_exec_attached(context, ns, path);
    }
    if (!found && may_inherit(mode))
        found = profile;
    return found ? amr_exec_full(ns, found) : NULL;
}
