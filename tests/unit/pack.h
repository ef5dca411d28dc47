/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compressed data for tests. */
#ifndef TESTS_UNIT_PACK_H
#define TESTS_UNIT_PACK_H

#include "core/base/decompress.h"

/* Appends @text as one whole member or frame to @packed. */
void test_pack(AmrCompression kind, GByteArray *packed, const char *text, gsize len);

#endif
