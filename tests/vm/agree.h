/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks the kernel and the oracle the same, in a guest, as root. */
#ifndef TESTS_VM_AGREE_H
#define TESTS_VM_AGREE_H

#include "core/policy/oracle.h"

/* Compiles @text with this machine's parser for this kernel, loads it and reads what was compiled.
 * NULL if the parser does not take it. */
AmrOracle *agree_load(const char *text);

/* Things done for real under small profiles. The number of differences; *@tried counts. */
guint attempt_all(guint *tried);

/* Executions and links done for real under @policies files of made policy; the same. */
guint passage_all(GRand *random, guint policies, guint *tried);

#endif
