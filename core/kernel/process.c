/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who runs under which profile. */
#include "config.h"

#include "core/kernel/loaded.h"

#include <string.h>

#include "core/base/error.h"
#include "core/kernel/tree.h"

static void
free_process(gpointer data)
{
    AmrProcess *process = data;

    g_free(process->label);
    g_free(process->comm);
    g_free(process);
}

/* The label of @pid, NULL if it may not be read or is none of AppArmor's: attr/current belongs to
 * whichever module comes first, and others write no "(mode)". */
static char *
read_label(AmrOpener *opener, const char *pid, AmrMode *mode)
{
    g_autofree char *label = amr_tree_text(opener, AMR_OPEN_PROC, pid, "attr/apparmor/current");
    const char *word;

    if (!label)
        label = amr_tree_text(opener, AMR_OPEN_PROC, pid, "attr/current");
    if (!label)
        return NULL;
    word = amr_tree_split_mode(label);
    if (word)
        *mode = amr_mode_from_word(amr_bytes(word));
    else if (strcmp(label, "unconfined") == 0)
        *mode = AMR_MODE_UNCONFINED;
    else
        return NULL;
    return g_steal_pointer(&label);
}

static int
by_pid(gconstpointer a, gconstpointer b)
{
    guint x = (*(const AmrProcess *const *)a)->pid, y = (*(const AmrProcess *const *)b)->pid;
    return x < y ? -1 : x > y;
}

GPtrArray *
amr_processes_read(AmrOpener *opener, GError **error)
{
    g_autoptr(GPtrArray) names = amr_tree_list(opener, AMR_OPEN_PROC, ".");
    g_autoptr(GPtrArray) processes = g_ptr_array_new_with_free_func(free_process);

    if (names->len == 0) {
        amr_error_set(error, AMR_ERROR_NOT_FOUND, "Reading the processes: there is no /proc");
        return NULL;
    }
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        AmrProcess *process;
        AmrMode mode = AMR_MODE_UNKNOWN;
        guint64 pid;
        char *label;
        if (!amr_bytes_to_uint64(amr_bytes(name), &pid) || pid > G_MAXINT32 || pid == 0)
            continue;
        if (!(label = read_label(opener, name, &mode)))
            continue;
        process = g_new0(AmrProcess, 1);
        process->pid = (guint)pid;
        process->label = label;
        process->mode = mode;
        process->comm = amr_tree_text(opener, AMR_OPEN_PROC, name, "comm");
        if (!process->comm)
            process->comm = g_strdup("");
        g_ptr_array_add(processes, process);
    }
    g_ptr_array_sort(processes, by_pid);
    return g_steal_pointer(&processes);
}
