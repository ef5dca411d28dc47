/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of fields. */
#ifndef AMR_LOG_FIELD_H
#define AMR_LOG_FIELD_H

#include "core/log/record.h"

/* The field of a key, aliases too; AMR_FIELD_UNKNOWN for a key that is none. */
AmrField amr_field_from_key(const char *key, size_t len);

#endif
