/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans as an older armorer wrote them, made what would be written now. The first field is their
 * format, of all of them: 2 knew no end (`until`), and before that nothing of rules that stand
 * already. What those lacked is empty: nothing of the kind was done then. Format 1 is not read: of
 * a load it did not say in which modes the kernel had its profiles.
 */
#include "config.h"

#include <string.h>

#include "core/change/plan_private.h"

#define HEAD   "uussx"
#define FILES  "a(aymaymay)"
#define LOADS  "a(ayaaybaayb)"
#define NO_END "(" HEAD "a(ayayayaayaayaay)" FILES LOADS "aayas)"
#define EARLY  "(" HEAD "a(ayayayaayaay)" FILES LOADS "aayas)"

/* Fields of all formats before the parts, and behind them. */
#define PARTS 5
#define END   10

static GVariant *
take(GBytes *bytes, const char *type)
{
    g_autoptr(GVariant) read =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(type), bytes, FALSE));
#if G_BYTE_ORDER == G_BIG_ENDIAN
    return g_variant_byteswap(read);
#else
    return g_steal_pointer(&read);
#endif
}

static guint
format_of(GVariant *plan)
{
    guint format;

    g_variant_get_child(plan, 0, "u", &format);
    return format;
}

/* With no rule that stands already. */
static GVariant *
parts_with_all(GVariant *parts)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ayayayaayaayaay)"));
    for (gsize i = 0; i < g_variant_n_children(parts); i++) {
        g_autoptr(GVariant) part = g_variant_get_child_value(parts, i);
        g_variant_builder_open(&builder, G_VARIANT_TYPE("(ayayayaayaayaay)"));
        for (gsize k = 0; k < g_variant_n_children(part); k++) {
            g_autoptr(GVariant) field = g_variant_get_child_value(part, k);
            g_variant_builder_add_value(&builder, field);
        }
        g_variant_builder_add_value(&builder, g_variant_new_bytestring_array(NULL, 0));
        g_variant_builder_close(&builder);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
renew(GVariant *old, gboolean early)
{
    GVariant *fields[END + 1];

    for (gsize i = 1; i < END; i++) {
        g_autoptr(GVariant) field = g_variant_get_child_value(old, i);
        fields[i] = early && i == PARTS ? g_variant_ref_sink(parts_with_all(field))
                                        : g_steal_pointer(&field);
    }
    fields[0] = g_variant_ref_sink(g_variant_new_uint32(AMR_PLAN_FORMAT));
    fields[END] = g_variant_ref_sink(g_variant_new_int64(0));
    GVariant *plan = g_variant_ref_sink(g_variant_new_tuple(fields, END + 1));
    for (gsize i = 0; i <= END; i++)
        g_variant_unref(fields[i]);
    return plan;
}

GVariant *
amr_plan_variant_of_bytes(GBytes *bytes)
{
    static const char *const types[] = {NO_END, EARLY};
    g_autoptr(GVariant) plan = take(bytes, AMR_PLAN_TYPE);

    for (guint i = 0; format_of(plan) == 2 && i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GVariant) old = take(bytes, types[i]);
        if (g_variant_is_normal_form(old))
            return renew(old, i == 1);
    }
    return g_steal_pointer(&plan);
}
