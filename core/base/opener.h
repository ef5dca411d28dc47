/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who opens a log or a kernel file. No source and no kernel reader opens a path itself: it asks
 * the opener, which does so in-process, or has what it may not open lent by armorer-helper.
 */
#ifndef AMR_BASE_OPENER_H
#define AMR_BASE_OPENER_H

#include <gio/gio.h>

#include "core/base/lender.h"
#include "core/base/target.h"

G_BEGIN_DECLS

typedef struct AmrOpener AmrOpener;

/* What a name is relative to. */
typedef enum {
    AMR_OPEN_UNKNOWN,
    AMR_OPEN_GIVEN,  /* a file that the user named, relative to the working directory */
    AMR_OPEN_SOURCE, /* a log of the target, below its root: "var/log/audit/audit.log" */
    AMR_OPEN_KERNEL, /* below the target's apparmor directory of securityfs: "profiles" */
    AMR_OPEN_PROC,   /* below the target's /proc: "1/attr/current" */
} AmrOpenPlace;

/* @target is borrowed and must outlive the opener. */
AmrOpener *amr_opener_new(const AmrTarget *target);
void amr_opener_free(AmrOpener *opener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrOpener, amr_opener_free)

/* Has what the kernel's files refuse us (AMR_OPEN_KERNEL) opened by @lender, which is borrowed and
 * outlives the opener; NULL: by nobody, as it is at first. Logs that are refused are for who reads
 * them to ask for. */
void amr_opener_set_lender(AmrOpener *opener, AmrLender *lender);
AmrLender *amr_opener_lender(const AmrOpener *opener);

/* A descriptor for reading (O_CLOEXEC; O_NONBLOCK only while opening, so that a FIFO without a
 * writer does not hang, but a read from it waits), or -1 with the error as errno said. Asks nobody.
 * A directory is refused with G_IO_ERROR_IS_DIRECTORY unless @name is to be listed
 * (amr_opener_open_dir). */
int amr_opener_open(AmrOpener *opener, AmrOpenPlace place, const char *name, GError **error);
int amr_opener_open_dir(AmrOpener *opener, AmrOpenPlace place, const char *name, GError **error);

/* The same, but may take its time to ask for privilege (not in-process). */
void amr_opener_open_async(AmrOpener *opener, AmrOpenPlace place, const char *name,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
int amr_opener_open_finish(AmrOpener *opener, GAsyncResult *result, GError **error);

/* A whole small file; securityfs and /proc files have no size. At most @max bytes, else
 * AMR_ERROR_LIMIT. */
GBytes *amr_opener_read(AmrOpener *opener, AmrOpenPlace place, const char *name, gsize max,
                        GError **error);

/* What a symbolic link says, those of /proc too; raw bytes. Not for AMR_OPEN_GIVEN. */
char *amr_opener_read_link(AmrOpener *opener, AmrOpenPlace place, const char *name, GError **error);

G_END_DECLS
#endif
