/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the loaded policy. The one place that calls libapparmor. */
#include "config.h"

#include "core/kernel/loaded.h"

#include <errno.h>
#include <string.h>
#include <sys/apparmor.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* What the kernel's answer is not about; see apparmor's perms.h. */
#define EXEC_MMAP 0x10000

/* More than any policy grants: a kernel that allows all of it says that the class is none of its
 * (allperms of apparmorfs.c). */
#define EVERY_RIGHT 0xffffffffu

/* Any user but root: the kernel answers for an owner if and only if the asker's fsuid is 0. */
#define SOMEBODY 65534

static gboolean
mask_of(const char *access, guint32 *mask, GError **error)
{
    static const struct {
        char letter;
        guint32 bit;
    } letters[] = {
        {'r', AA_MAY_READ}, {'w', AA_MAY_WRITE}, {'a', AA_MAY_APPEND}, {'x', AA_MAY_EXEC},
        {'m', EXEC_MMAP},   {'k', AA_MAY_LOCK},  {'l', AA_MAY_LINK},
    };
    guint32 bits = 0;

    for (const char *p = access; *p; p++) {
        gsize i = 0;
        while (i < G_N_ELEMENTS(letters) && letters[i].letter != *p)
            i++;
        if (i == G_N_ELEMENTS(letters))
            break;
        bits |= letters[i].bit;
        if (p[1] == '\0') {
            *mask = bits;
            return TRUE;
        }
    }
    return amr_error_set(error, AMR_ERROR_USAGE, "The kernel cannot be asked for this access");
}

/* The query by hand: room for the command, label, NUL, class, path. libapparmor's own path query
 * drops the last character of the path (3.0.8 to 4.1.8). */
static GByteArray *
build_query(const char *label, guint8 class, AmrBytes path)
{
    static const guint8 head[AA_QUERY_CMD_LABEL_SIZE];
    GByteArray *query = g_byte_array_new();

    g_byte_array_append(query, head, sizeof head);
    g_byte_array_append(query, (const guint8 *)label, (guint)strlen(label) + 1);
    g_byte_array_append(query, &class, 1);
    g_byte_array_append(query, (const guint8 *)path.data, (guint)path.len);
    return query;
}

/* aa_query_label() as root or as somebody else; the file system identity belongs to this thread
 * and is back before this returns. errno as the query left it; EPERM where only root could ask. */
static int
ask(guint32 mask, GByteArray *query, gboolean owner, int *allowed)
{
    int audited, result = -1, saved = EPERM;
    int before = owner ? 0 : setfsuid(SOMEBODY);

    /* setfsuid(2) tells of no failure but by what it finds at the next call. */
    if (owner || setfsuid((uid_t)-1) != 0) {
        result = aa_query_label(mask, (char *)query->data, query->len, allowed, &audited);
        saved = errno;
    }
    if (!owner)
        (void)setfsuid((uid_t)before);
    errno = saved;
    return result;
}

static gboolean
can_ask(const AmrTarget *target, const char *label, gsize len, GError **error)
{
    if (!amr_target_is_live(target))
        return amr_error_set(error, AMR_ERROR_NOT_ENABLED,
                             "Only the running kernel can be asked, and this is another system");
    if (label[0] == '\0' || strlen(label) + len > 60000)
        return amr_error_set(error, AMR_ERROR_USAGE, "The kernel takes no such question");
    return TRUE;
}

static gboolean
no_answer(const char *label, int reason, GError **error)
{
    g_autofree char *shown = amr_display_string(label);

    switch (reason) {
    case ENOENT:
        return amr_error_set(error, AMR_ERROR_NOT_FOUND, "Profile %s is not loaded", shown);
    case EACCES:
    case EPERM:
        return amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                             "Asking the kernel about %s is not permitted", shown);
    case ENOSYS:
    case ENODEV:
    case ECANCELED:
        return amr_error_set(error, AMR_ERROR_NOT_ENABLED, "This kernel answers no such questions");
    default:
        return amr_error_errno(error, reason, "Asking the kernel about %s", shown);
    }
}

gboolean
amr_kernel_query_file(const AmrTarget *target, const char *label, const char *access, AmrBytes path,
                      gboolean owner, gboolean *allowed, GError **error)
{
    g_autoptr(GByteArray) query = NULL;
    guint32 mask = 0;
    int allow = 0;

    if (!can_ask(target, label, path.len, error) || !mask_of(access, &mask, error))
        return FALSE;
    if (owner && geteuid() != 0)
        return amr_error_set(error, AMR_ERROR_NOT_PERMITTED,
                             "Only root can ask the kernel what an owner may do");
    query = build_query(label, AA_CLASS_FILE, path);
    if (ask(mask, query, owner, &allow) != 0)
        return no_answer(label, errno, error);
    *allowed = allow != 0;
    return TRUE;
}

gboolean
amr_kernel_mediates_bus(const AmrTarget *target, const char *label, gboolean *mediated,
                        GError **error)
{
    g_autoptr(GByteArray) query = NULL;
    int allow = 0;

    if (!can_ask(target, label, 0, error))
        return FALSE;
    query = build_query(label, AA_CLASS_DBUS, (AmrBytes){NULL, 0});
    if (ask(EVERY_RIGHT, query, TRUE, &allow) != 0)
        return no_answer(label, errno, error);
    *mediated = allow == 0;
    return TRUE;
}
