/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of fields and verdicts. */
#ifndef AMR_LOG_FIELD_H
#define AMR_LOG_FIELD_H

#include "core/log/record.h"

/* The field of a key, aliases too; AMR_FIELD_UNKNOWN for a key that is none. */
AmrField amr_field_from_key(const char *key, size_t len);

/* The verdict that the type of an old kernel's record stands for (1501 to 1507). */
AmrVerdict amr_verdict_from_type(unsigned type);

#endif
