/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For targets whose reader opens a file: a directory of this process, gone at its end. */
#ifndef TESTS_FUZZ_FILES_H
#define TESTS_FUZZ_FILES_H

#include <stddef.h>

/* Its path, made at the first call. */
const char *fuzz_dir(void);
/* Writes the file @name there; its directories are made. */
void fuzz_write(const char *name, const void *data, size_t size);

#endif
