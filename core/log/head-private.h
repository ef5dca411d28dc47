/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that read heads share. */
#ifndef AMR_LOG_HEAD_PRIVATE_H
#define AMR_LOG_HEAD_PRIVATE_H

#include "core/log/head.h"
#include "core/log/prefix.h"

/* Reads what stands behind "audit(", the closing bracket too. */
bool amr_head_read_stamp(AmrHead *head, AmrCursor *line);

#endif
