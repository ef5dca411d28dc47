/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program needs in the profile that an execution leads to before anything else of it runs.
 * With the same profile the kernel grants it (transition.c); with another one it asks anew: the
 * program is read and mapped under the new profile. Of a script that is its interpreter, which then
 * opens the script; and what env is to start is executed there.
 */
#include <string.h>

#include "core/policy/resolve_private.h"

static void
need_free(gpointer data)
{
    AmrNeed *need = data;
    g_free(need->name);
    g_free(need->script);
    g_free(need);
}

static void
add_need(GPtrArray *needs, const char *name, guint32 perms, const char *script)
{
    AmrNeed *need = g_new0(AmrNeed, 1);
    *need = (AmrNeed){g_strdup(name), perms, g_strdup(script)};
    g_ptr_array_add(needs, need);
}

GPtrArray *
amr_needs(const AmrPrograms *programs, const AmrDecision *decision)
{
    GPtrArray *needs = g_ptr_array_new_with_free_func(need_free);
    const char *exec = decision->exec;
    const AmrProgram *program = programs ? amr_programs_look(programs, amr_bytes(exec)) : NULL;
    gboolean inherits = g_strcmp0(decision->into, decision->profile) == 0;

    if (!decision->into)
        return needs;
    if (!program || program->kind != AMR_PROGRAM_SCRIPT) {
        /* A profile that attaches to the program was written for it. */
        if (decision->makes || (decision->target && !inherits))
            add_need(needs, exec, AMR_PERM_READ | AMR_PERM_MMAP_EXEC, NULL);
        return needs;
    }
    if (!inherits)
        add_need(needs, exec, AMR_PERM_READ, exec);
    if (!inherits && program->through)
        add_need(needs, program->through, AMR_PERM_READ | AMR_PERM_MMAP_EXEC, exec);
    if (program->runs)
        add_need(needs, program->runs, AMR_PERM_EXEC, exec);
    return needs;
}

void
amr_need_event(const AmrNeed *need, AmrEvent *event)
{
    gboolean maps = (need->perms & AMR_PERM_MMAP_EXEC) != 0;
    AmrBytes mask = maps ? AMR_BYTES("mr") : AMR_BYTES("r");

    memset(event, 0, sizeof *event);
    event->klass = AMR_CLASS_FILE;
    event->verdict = AMR_VERDICT_ALLOWED;
    event->requested = event->denied = need->perms;
    event->field[AMR_FIELD_OPERATION] = maps ? AMR_BYTES("file_mmap") : AMR_BYTES("open");
    event->field[AMR_FIELD_REQUESTED_MASK] = mask;
    event->field[AMR_FIELD_DENIED_MASK] = mask;
}

/* What the kernel reads and maps of a program to start it is granted by ix itself; see
 * transition.c. */
gboolean
amr_need_is_granted(const AmrResolved *resolved)
{
    const AmrDecision *last =
        resolved->under->len ? resolved->under->pdata[resolved->under->len - 1] : NULL;
    const AmrEvent *event = &resolved->event;
    return last && last->mode && g_strcmp0(last->into, last->profile) == 0 &&
           event->klass == AMR_CLASS_FILE && event->denied == AMR_PERM_READ &&
           amr_bytes_is(event->field[AMR_FIELD_OPERATION], "file_mmap") &&
           amr_bytes_is(event->field[AMR_FIELD_NAME], last->exec);
}
