/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/wire.h"

#if G_BYTE_ORDER == G_BIG_ENDIAN
#define swap(variant) g_variant_byteswap(variant)
#else
#define swap(variant) g_variant_ref(variant)
#endif

GBytes *
amr_wire_pack(GVariant *content)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(content);
    g_autoptr(GVariant) wire = swap(owned);

    return g_variant_get_data_as_bytes(wire);
}

GVariant *
amr_wire_unpack(const char *type, const guint8 *data, gsize len)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, len);
    g_autoptr(GVariant) wire =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(type), bytes, FALSE));

    return g_variant_is_normal_form(wire) ? swap(wire) : NULL;
}
