/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of data that ship, for tests that need to know what armorer knows. */
#ifndef TESTS_UNIT_SHIPPED_H
#define TESTS_UNIT_SHIPPED_H

#include "core/advice/explain.h"
#include "core/policy/refusals.h"
#include "core/policy/risks.h"

/* Reads data/NAME into @data; fails the test if any line of it is wrong. */
void test_take_shipped(AmrData *data, const char *name);

/* Filled with theirs; the caller frees. */
AmrRisks *test_risks(void);
AmrRefusals *test_refusals(void);
AmrSentences *test_sentences(void);

#endif
