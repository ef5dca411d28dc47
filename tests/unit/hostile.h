/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names as an attacker would choose them. */
#ifndef TESTS_UNIT_HOSTILE_H
#define TESTS_UNIT_HOSTILE_H

/* clang-format off: this one comes first. */
#include "tests/unit/testing.h"
/* clang-format on */

/* Fills @out (@max bytes, over 8) with bytes that make trouble more often than chance would have
 * them; how many. */
gsize hostile_bytes(GRand *rand, char *out, gsize max);

/* @text is valid UTF-8 that a terminal shows and does not obey. */
void hostile_assert_inert(const char *text);

#endif
