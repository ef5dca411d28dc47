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
    g_free(process->exe);
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

/* Whose program was replaced on disk still has its path, with a word behind it (proc(5)). */
static void
read_program(AmrOpener *opener, const char *pid, AmrProcess *process)
{
    static const char deleted[] = " (deleted)";
    g_autofree char *name = g_build_filename(pid, "exe", NULL);
    g_autoptr(GError) error = NULL;

    process->exe = amr_opener_read_link(opener, AMR_OPEN_PROC, name, &error);
    process->hidden = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    if (process->exe && g_str_has_suffix(process->exe, deleted))
        process->exe[strlen(process->exe) - strlen(deleted)] = '\0';
}

static gboolean
is_pid(const char *name, guint *pid)
{
    guint64 number;

    if (!amr_bytes_to_uint64(amr_bytes(name), &number) || number == 0 || number > G_MAXINT32)
        return FALSE;
    *pid = (guint)number;
    return TRUE;
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
        guint pid;
        char *label;
        if (!is_pid(name, &pid))
            continue;
        if (!(label = read_label(opener, name, &mode)))
            continue;
        process = g_new0(AmrProcess, 1);
        process->pid = pid;
        process->label = label;
        process->mode = mode;
        process->comm = amr_tree_text(opener, AMR_OPEN_PROC, name, "comm");
        if (!process->comm)
            process->comm = g_strdup("");
        read_program(opener, name, process);
        g_ptr_array_add(processes, process);
    }
    g_ptr_array_sort(processes, by_pid);
    return g_steal_pointer(&processes);
}

guint
amr_process_named(AmrOpener *opener, const char *comm)
{
    g_autoptr(GPtrArray) names = amr_tree_list(opener, AMR_OPEN_PROC, ".");
    guint lowest = 0;

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *is = NULL;
        guint pid;
        if (!is_pid(names->pdata[i], &pid) || (lowest > 0 && pid > lowest))
            continue;
        is = amr_tree_text(opener, AMR_OPEN_PROC, names->pdata[i], "comm");
        if (g_strcmp0(is, comm) == 0)
            lowest = pid;
    }
    return lowest;
}

guint
amr_process_self(AmrOpener *opener)
{
    g_autofree char *pid = amr_opener_read_link(opener, AMR_OPEN_PROC, "self", NULL);
    guint number;

    return pid && is_pid(pid, &number) ? number : 0;
}

/* "PID (COMM) STATE PPID ...", where the name may hold anything (proc(5)). */
guint
amr_process_parent(AmrOpener *opener, guint pid)
{
    g_autofree char *dir = g_strdup_printf("%u", pid);
    g_autofree char *stat = amr_tree_text(opener, AMR_OPEN_PROC, dir, "stat");
    const char *behind = stat ? strrchr(stat, ')') : NULL;
    g_auto(GStrv) words = behind ? g_strsplit(behind, " ", 4) : NULL;
    guint number;

    return words && g_strv_length(words) > 2 && is_pid(words[2], &number) ? number : 0;
}

gboolean
amr_process_is_of_system(AmrOpener *opener, guint pid)
{
    g_autofree char *dir = g_strdup_printf("%u", pid);
    g_autofree char *group = amr_tree_text(opener, AMR_OPEN_PROC, dir, "cgroup");

    if (pid == 1 || (group && (strstr(group, "/system.slice/") || strstr(group, "/init.scope"))))
        return TRUE;
    return !(group && strstr(group, ".slice/")) && amr_process_parent(opener, pid) == 1;
}
