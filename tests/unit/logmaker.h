/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes logs in which it is known what stands: each record has a number, in its name "/census/N",
 * and between them is noise of all kinds. */
#ifndef TESTS_UNIT_LOGMAKER_H
#define TESTS_UNIT_LOGMAKER_H

#include <glib.h>

typedef enum {
    LOG_TEXT,
    LOG_KMSG,
    LOG_EXPORT,
    LOG_JSON,
    LOG_FORMS,
} LogForm;

typedef struct {
    guint records; /* 0 .. records-1, each once */
    guint torn;    /* records and entries cut within a value */
    guint overlong;
    guint losses;
} LogTruth;

/* A log of @lines lines or entries; the first is @pad bytes longer, so that all that follows falls
 * otherwise on the bounds of blocks. Of a journal many records come twice, from the audit subsystem
 * and from the kernel. */
GString *log_make(LogForm form, guint lines, guint pad, guint seed, LogTruth *truth);

#endif
