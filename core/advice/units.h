/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which services of systemd start a program: a daemon is run by its unit, not by hand. */
#ifndef AMR_ADVICE_UNITS_H
#define AMR_ADVICE_UNITS_H

#include "core/base/target.h"

G_BEGIN_DECLS

/* The names of the service units of @target ("nginx.service") whose first ExecStart= is @program (a
 * path without links), by name; templates are left out, for they want an instance. Reads the unit
 * files where systemd looks for them (systemd.unit(5)): the first of a name counts.
 * NULL-terminated, free with g_strfreev(). */
char **amr_units_of(const AmrTarget *target, const char *program);

/* The program that a line of a unit file starts: the first word behind ExecStart= and its marks
 * (systemd.service(5)); NULL for another line, or what cannot be read here. The caller frees. */
char *amr_unit_starts(const char *line);

G_END_DECLS
#endif
