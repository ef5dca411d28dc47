/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is mounted where, by /proc/self/mountinfo (proc(5)): asking the file systems themselves
 * could hang already. */
#include <string.h>

#include "core/base/fsutil.h"
#include "core/policy/breadth_private.h"

#include <fcntl.h>

#define MOUNTINFO_MAX (16u << 20)

static const char *const made_up[] = {
    "proc",       "sysfs",     "securityfs", "debugfs", "tracefs", "cgroup",      "cgroup2",
    "configfs",   "pstore",    "efivarfs",   "bpf",     "bpf_fs",  "binfmt_misc", "mqueue",
    "hugetlbfs",  "fusectl",   "nsfs",       "nfsd",    "devpts",  "selinuxfs",   "smackfs",
    "rpc_pipefs", "resctrl",   "functionfs", "rootfs",  "sockfs",  "pipefs",      "cpuset",
    "binder",     "secretmem", "devmem",
};

/* fuse.NAME is any of many; 9p and virtiofs are served by a host. */
static const char *const may_hang[] = {
    "nfs",   "nfs4",     "cifs",  "smb3",   "smbfs", "ceph",      "afs",  "coda",
    "ncpfs", "9p",       "davfs", "lustre", "gpfs",  "glusterfs", "gfs2", "virtiofs",
    "ocfs2", "orangefs", "fuse",  "beegfs", "pvfs2", "vboxsf",    "acfs",
};

static gboolean
is_one_of(const char *const *words, gsize n, const char *word)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0)
            return TRUE;
    return FALSE;
}

static AmrBreadthKind
kind_of(const char *fstype)
{
    if (strcmp(fstype, "autofs") == 0)
        return AMR_BREADTH_NEVER;
    if (is_one_of(may_hang, G_N_ELEMENTS(may_hang), fstype) || g_str_has_prefix(fstype, "fuse."))
        return AMR_BREADTH_MAY_HANG;
    return is_one_of(made_up, G_N_ELEMENTS(made_up), fstype) ? AMR_BREADTH_MADE_UP
                                                             : AMR_BREADTH_ON_DISK;
}

static void
mount_free(gpointer data)
{
    AmrBreadthMount *mount = data;
    g_free(mount->path);
    g_free(mount->fstype);
    g_free(mount);
}

/* Space, tab, newline and backslash stand there as \ooo. */
static char *
unescape(const char *word)
{
    char *out = g_strdup(word), *to = out;

    for (const char *at = out; *at; at++) {
        gboolean octal = at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] >= '0' &&
                         at[2] <= '7' && at[3] >= '0' && at[3] <= '7';
        if (octal) {
            *to++ = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
            at += 3;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    return out;
}

/* What @path is below @root: "" for the root itself; NULL where it is not below. */
static const char *
below(const char *path, const char *root)
{
    gsize len = strcmp(root, "/") == 0 ? 0 : strlen(root);

    if (strncmp(path, root, len) != 0 || (path[len] != '/' && path[len] != '\0'))
        return NULL;
    return strcmp(path + len, "/") == 0 ? "" : path + len;
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": the path is the fifth, the type
 * the first behind the dash. */
static void
take_line(GHashTable *mounts, char *line, const char *root)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint n = g_strv_length(words), dash = 6;

    while (dash < n && strcmp(words[dash], "-") != 0)
        dash++;
    if (dash + 1 >= n)
        return;
    g_autofree char *path = unescape(words[4]);
    const char *inside = below(path, root);
    if (!inside)
        return;
    AmrBreadthMount *mount = g_new0(AmrBreadthMount, 1);
    mount->path = g_strdup(inside);
    mount->fstype = unescape(words[dash + 1]);
    mount->kind = kind_of(mount->fstype);
    g_hash_table_replace(mounts, mount->path, mount);
}

GHashTable *
amr_breadth_mounts_read(const char *text, const char *root)
{
    GHashTable *mounts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, mount_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++)
        take_line(mounts, *line, root);
    return mounts;
}

GHashTable *
amr_breadth_mounts_new(const char *root)
{
    amr_autofd int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    g_autoptr(GBytes) bytes = fd >= 0 ? amr_fs_read_fd(fd, MOUNTINFO_MAX, NULL) : NULL;
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    g_autofree char *text = data ? g_strndup(data, len) : g_strdup("");
    g_autofree char *real = realpath(root, NULL);

    return amr_breadth_mounts_read(text, real ? real : root);
}
