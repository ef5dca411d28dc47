/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the oracle share: compiled policy, made here or kept as samples. */
#ifndef TESTS_UNIT_ORACLING_H
#define TESTS_UNIT_ORACLING_H

#include "tests/unit/testing.h"

#include "core/policy/oracle.h"

/* Compiled by the installed parser with the features of abi/3.0, or those of @features. */
AmrOracle *oracle_compile(const char *text);
AmrOracle *oracle_compile_with(const char *text, const char *features);
GBytes *oracle_compile_bytes(const char *text, const char *features);
/* tests/data/oracle/NAME, read. */
AmrOracle *oracle_sample(const char *name);

/* Questions, as values. */
#define Q_FILE(letters, name)                               \
    ((AmrOracleQuestion){.klass = AMR_CLASS_FILE,           \
                         .rights = oracle_letters(letters), \
                         .file = {.path = AMR_BYTES(name)}})
#define Q_OWN(letters, name)                                \
    ((AmrOracleQuestion){.klass = AMR_CLASS_FILE,           \
                         .rights = oracle_letters(letters), \
                         .file = {.path = AMR_BYTES(name), .owner = TRUE}})
#define Q_LINK(name, to)                          \
    ((AmrOracleQuestion){.klass = AMR_CLASS_FILE, \
                         .rights = AMR_PERM_LINK, \
                         .file = {.path = AMR_BYTES(name), .target = AMR_BYTES(to)}})
#define Q_OWN_LINK(name, to)     \
    ((AmrOracleQuestion){        \
        .klass = AMR_CLASS_FILE, \
        .rights = AMR_PERM_LINK, \
        .file = {.path = AMR_BYTES(name), .owner = TRUE, .target = AMR_BYTES(to)}})
#define Q(class_, rights_, ...) \
    ((AmrOracleQuestion){.klass = AMR_CLASS_##class_, .rights = (rights_), __VA_ARGS__})

guint32 oracle_letters(const char *letters);

/* Asks the profile, which must be there. */
AmrOracleAnswer oracle_ask(const AmrOracle *oracle, const char *profile,
                           AmrOracleQuestion question);

#endif
