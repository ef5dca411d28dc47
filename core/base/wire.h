/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GVariant as it goes from one process to another: in normal form and little-endian. */
#ifndef AMR_BASE_WIRE_H
#define AMR_BASE_WIRE_H

#include <glib.h>

G_BEGIN_DECLS

/* The bytes of @content; a floating one is taken. */
GBytes *amr_wire_pack(GVariant *content);

/* What @data of another process says, owned, trusted to be of @type; NULL where it is not in normal
 * form. The bytes are copied. */
GVariant *amr_wire_unpack(const char *type, const guint8 *data, gsize len);

G_END_DECLS
#endif
