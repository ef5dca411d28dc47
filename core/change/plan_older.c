/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans as an older armorer wrote them, made what would be written now. The first field is their
 * format, of all of them: 2 knew no end (`until`), and before that nothing of rules that stand
 * already; 1 said of a load only whether all of it was in complain mode in the kernel alone. What
 * those lacked is empty: nothing of the kind was done then. An undo needs the parts and the files,
 * which all of them have, and makes its loads anew.
 */
#include "config.h"

#include <string.h>

#include "core/change/plan_private.h"

#define HEAD   "uussx"
#define FILES  "a(aymaymay)"
#define LOADS  "a(ayaaybaayb)"
#define NO_END "(" HEAD "a(ayayayaayaayaay)" FILES LOADS "aayas)"
#define EARLY  "(" HEAD "a(ayayayaayaay)" FILES LOADS "aayas)"
#define FIRST  "(" HEAD "a(ayayayaayaay)" FILES "a(ayaaybbb)aayas)"

/* Fields of all formats. */
#define PARTS   5
#define TO_LOAD 7
#define END     10

/* As forms[] below. */
enum {
    WAS_NO_END,
    WAS_EARLY,
    WAS_FIRST,
    FORMS
};

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

/* In complain mode all that it defines, or nothing. */
static GVariant *
loads_with_names(GVariant *loads)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE(LOADS));
    for (gsize i = 0; i < g_variant_n_children(loads); i++) {
        g_autoptr(GVariant) load = g_variant_get_child_value(loads, i);
        g_autoptr(GVariant) path = g_variant_get_child_value(load, 0);
        g_autoptr(GVariant) profiles = g_variant_get_child_value(load, 1);
        g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new_bytestring_array(NULL, 0));
        gboolean loaded, complain, disabled;
        g_variant_get_child(load, 2, "b", &loaded);
        g_variant_get_child(load, 3, "b", &complain);
        g_variant_get_child(load, 4, "b", &disabled);
        g_variant_builder_add(&builder, "(@ay@aayb@aayb)", path, profiles, loaded,
                              complain ? profiles : none, disabled);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
renew(GVariant *old, guint form)
{
    GVariant *fields[END + 1];

    for (gsize i = 1; i < END; i++) {
        g_autoptr(GVariant) field = g_variant_get_child_value(old, i);
        if (i == PARTS && form != WAS_NO_END)
            fields[i] = g_variant_ref_sink(parts_with_all(field));
        else if (i == TO_LOAD && form == WAS_FIRST)
            fields[i] = g_variant_ref_sink(loads_with_names(field));
        else
            fields[i] = g_steal_pointer(&field);
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
    static const struct {
        const char *type;
        guint format;
    } forms[FORMS] = {
        [WAS_NO_END] = {NO_END, 2}, [WAS_EARLY] = {EARLY, 2}, [WAS_FIRST] = {FIRST, 1}};
    g_autoptr(GVariant) plan = take(bytes, AMR_PLAN_TYPE);
    guint format = format_of(plan);

    for (guint i = 0; i < FORMS; i++) {
        g_autoptr(GVariant) old = forms[i].format == format ? take(bytes, forms[i].type) : NULL;
        if (old && g_variant_is_normal_form(old))
            return renew(old, i);
    }
    return g_steal_pointer(&plan);
}
