/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many paths from few words, for tests and the bench of clusters. */
#ifndef TESTS_UNIT_PATHMAKER_H
#define TESTS_UNIT_PATHMAKER_H

#include <glib.h>

#include "core/policy/cluster.h"

/* Appends to @paths (char *) what @spec stands for, each place in it with each other, the
 * same at each run:
 *   <3-17>     the numbers
 *   <hex8*40>  40 different hexadecimal numbers of 8 digits
 *   <any*40>   40 different names of eight letters and digits, as mkstemp(3) makes them
 *   <own*40>   40 different words of four to nine small letters
 *   <word*40>  the same, but equal in each directory
 *   <a,b,c>    these */
void pathmaker_add(GPtrArray *paths, const char *spec);

/* Appends accesses (AmrClusterAccess) to the paths of "rw /spec", "owner r /spec". The paths are
 * kept in @paths. */
void pathmaker_accesses(GPtrArray *paths, GArray *accesses, const char *spec);

#endif
