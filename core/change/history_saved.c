/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a change: its plan, and what the kernel held before it, policy and modes. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/history_private.h"

#define PLAN_MAX (64 * 1024 * 1024)
#define RAW_MAX  (64 * 1024 * 1024)
#define WHO_MAX  32
#define HELD     "held"
#define HELD_MAX (16 * 1024 * 1024)

/* The boot that it was in; of each profile its name, and the word of its mode or nothing. */
#define HELD_TYPE "(sa(ayay))"
#define BOOT_ID   "sys/kernel/random/boot_id"

/* Who asked for it asked rightly: what is kept is damaged, or gone. */
static void
refuse_plan(const AmrChange *change, GError **error)
{
    if (!error)
        return;
    if (g_error_matches(*error, AMR_ERROR, AMR_ERROR_PARSE) ||
        g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        (*error)->domain = AMR_ERROR;
        (*error)->code = AMR_ERROR_REFUSED;
    }
    g_prefix_error(error, "The plan of change %s: ", change->id);
}

AmrPlan *
amr_history_plan(const AmrHistory *history, const AmrChange *change, GError **error)
{
    g_autoptr(GBytes) bytes = amr_history_read_of(history, change->id, "plan", PLAN_MAX, error);
    g_autoptr(GVariant) variant = NULL;
    g_autoptr(AmrPlan) plan = NULL;

    if (bytes) {
        variant = amr_plan_variant_of_bytes(bytes);
        plan = amr_plan_from_variant(variant, error);
    }
    if (plan && strcmp(plan->id, change->id) != 0) {
        amr_error_set(error, AMR_ERROR_PARSE, "It is that of another change");
        g_clear_pointer(&plan, amr_plan_free);
    }
    if (!plan)
        refuse_plan(change, error);
    return g_steal_pointer(&plan);
}

void
amr_history_drop(int state, const char *path)
{
    static const char *const files[] = {"plan", "who"};

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *file = g_strdup_printf("%s/%s", path, files[i]);
        (void)unlinkat(state, file, 0);
    }
    (void)unlinkat(state, path, AT_REMOVEDIR);
}

static gboolean
create(AmrHistory *history, const char *id, const char *name, GBytes *data, GError **error)
{
    amr_autofd int state = amr_history_open_state(history, error);
    g_autofree char *path = g_strdup_printf("changes/%s/%s", id, name);

    return state >= 0 && amr_fs_create(state, path, data, 0600, error);
}

gboolean
amr_history_save_raw(AmrHistory *history, const char *id, guint n, GBytes *data, GError **error)
{
    g_autofree char *name = g_strdup_printf("raw.%u", n);
    return create(history, id, name, data, error);
}

GBytes *
amr_history_raw(AmrHistory *history, const char *id, guint n, GError **error)
{
    g_autofree char *name = g_strdup_printf("raw.%u", n);
    return amr_history_read_of(history, id, name, RAW_MAX, error);
}

gboolean
amr_history_who(AmrHistory *history, const AmrChange *change, guint64 *uid)
{
    g_autoptr(GBytes) bytes = amr_history_read_of(history, change->id, "who", WHO_MAX, NULL);
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;

    if (len > 0 && data[len - 1] == '\n')
        len--;
    return amr_bytes_to_uint64((AmrBytes){data, len}, uid);
}

void
amr_history_held_free(AmrHistoryHeld *held)
{
    if (!held)
        return;
    g_free(held->profile);
    g_free(held->mode);
    g_free(held);
}

AmrHistoryHeld *
amr_history_held_new(const char *profile, const char *mode)
{
    AmrHistoryHeld *held = g_new0(AmrHistoryHeld, 1);

    held->profile = g_strdup(profile);
    held->mode = g_strdup(mode);
    return held;
}

/* Little endian, as a plan is. */
static GVariant *
ordered(GVariant *variant)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(variant);

    return G_BYTE_ORDER == G_BIG_ENDIAN ? g_variant_byteswap(sunk) : g_steal_pointer(&sunk);
}

/* Which boot this is; "" where that is not told. */
static char *
boot_id(const AmrHistory *history)
{
    g_autoptr(GBytes) bytes = amr_fs_read(amr_target_proc_fd(history->target), BOOT_ID, 128, NULL);
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : "";
    g_autofree char *id = g_strndup(data, len);

    return g_utf8_make_valid(g_strstrip(id), -1);
}

gboolean
amr_history_save_held(AmrHistory *history, const char *id, const GPtrArray *all, GError **error)
{
    g_autofree char *boot = boot_id(history);
    g_autoptr(GVariant) variant = NULL;
    g_autoptr(GBytes) bytes = NULL;
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ayay)"));
    for (guint i = 0; i < all->len; i++) {
        const AmrHistoryHeld *held = all->pdata[i];
        g_variant_builder_add(&builder, "(^ay^ay)", held->profile, held->mode ? held->mode : "");
    }
    variant = ordered(g_variant_new(HELD_TYPE, boot, &builder));
    bytes = g_variant_get_data_as_bytes(variant);
    return create(history, id, HELD, bytes, error);
}

GPtrArray *
amr_history_held(const AmrHistory *history, const char *id, gboolean *same_boot, GError **error)
{
    g_autoptr(GBytes) bytes = amr_history_read_of(history, id, HELD, HELD_MAX, error);
    g_autoptr(GVariant) variant = NULL;
    g_autoptr(GVariant) list = NULL;
    g_autoptr(GPtrArray) all = NULL;
    g_autofree char *now = boot_id(history);
    const char *boot;

    if (!bytes)
        return NULL;
    variant = ordered(g_variant_new_from_bytes(G_VARIANT_TYPE(HELD_TYPE), bytes, FALSE));
    if (!g_variant_is_normal_form(variant)) {
        amr_error_set(error, AMR_ERROR_PARSE, "What change %s found in the kernel: It is none", id);
        return NULL;
    }
    g_variant_get_child(variant, 0, "&s", &boot);
    *same_boot = strcmp(boot, now) == 0;
    list = g_variant_get_child_value(variant, 1);
    all = g_ptr_array_new_with_free_func((GDestroyNotify)amr_history_held_free);
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        const char *profile, *mode;
        g_variant_get_child(list, i, "(^&ay^&ay)", &profile, &mode);
        g_ptr_array_add(all, amr_history_held_new(profile, mode[0] ? mode : NULL));
    }
    return g_steal_pointer(&all);
}
