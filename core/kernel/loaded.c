/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/kernel/loaded.h"

#include <string.h>

#include "core/base/error.h"
#include "core/kernel/tree.h"

#define PROFILES_MAX ((gsize)64 * 1024 * 1024) /* bytes of the file `profiles` */

struct AmrLoaded {
    GPtrArray *profiles; /* AmrLoadedProfile *, by namespace and name */
};

const char *
amr_mode_word(AmrMode mode)
{
    static const char *const words[] = {"",
#define AMR_MODE_WORD(name, word) word,
                                        AMR_MODES(AMR_MODE_WORD)
#undef AMR_MODE_WORD
    };
    return (guint)mode < G_N_ELEMENTS(words) ? words[mode] : "";
}

AmrMode
amr_mode_from_word(AmrBytes word)
{
    if (amr_bytes_is(word, "user"))
        return AMR_MODE_PROMPT;
    for (guint mode = 1; mode < AMR_MODE_COUNT; mode++)
        if (amr_bytes_is(word, amr_mode_word((AmrMode)mode)))
            return (AmrMode)mode;
    return AMR_MODE_UNKNOWN;
}

static void
free_profile(gpointer data)
{
    AmrLoadedProfile *profile = data;

    g_free(profile->name);
    g_free(profile->ns);
    g_free(profile->mode_word);
    g_free(profile);
}

/* No profile is without a name, whatever a list below another root says. */
static void
add(AmrLoaded *loaded, const char *ns, const char *name, const char *mode)
{
    if (!*name)
        return;
    AmrLoadedProfile *profile = g_new0(AmrLoadedProfile, 1);

    profile->ns = g_strdup(ns);
    profile->name = g_strdup(name);
    profile->mode_word = g_strdup(mode);
    profile->mode = amr_mode_from_word(amr_bytes(mode));
    g_ptr_array_add(loaded->profiles, profile);
}

/* @label as `profiles` has it: "name", ":ns:name" or ":ns://name". */
static void
add_label(AmrLoaded *loaded, char *label, const char *mode)
{
    char *end = label[0] == ':' ? strchr(label + 1, ':') : NULL;

    if (!end) {
        add(loaded, "", label, mode);
        return;
    }
    *end++ = '\0';
    if (g_str_has_prefix(end, "//"))
        end += 2;
    add(loaded, label + 1, end, mode);
}

/* A profile's name may hold a newline, which the kernel prints as it is: lines that do not end in
 * a mode belong to the next one. */
static void
read_lines(AmrLoaded *loaded, const char *data, gsize len)
{
    const char *start = data, *at = data, *end;

    if (len == 0)
        return;
    end = data + len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (gsize)(end - at));
        const char *stop = newline ? newline : end;
        g_autofree char *label = NULL;
        const char *mode;
        at = newline ? newline + 1 : end;
        if (stop == start || stop[-1] != ')')
            continue;
        label = g_strndup(start, (gsize)(stop - start));
        if (!(mode = amr_tree_split_mode(label)))
            continue;
        add_label(loaded, label, mode);
        start = at;
    }
}

static gboolean
read_tree(AmrLoaded *loaded, AmrOpener *opener, GError **error)
{
    g_autoptr(GPtrArray) found = amr_tree_read(opener, NULL, NULL, error);

    if (!found)
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const AmrTreeProfile *profile = found->pdata[i];
        g_autofree char *mode = amr_tree_text(opener, AMR_OPEN_KERNEL, profile->path, "mode");
        add(loaded, profile->ns, profile->full, mode ? mode : "");
    }
    return TRUE;
}

static int
compare(const AmrLoadedProfile *a, const char *ns, const char *name)
{
    int order = strcmp(a->ns, ns);
    return order ? order : strcmp(a->name, name);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    const AmrLoadedProfile *y = *(const AmrLoadedProfile *const *)b;
    return compare(*(const AmrLoadedProfile *const *)a, y->ns, y->name);
}

AmrLoaded *
amr_loaded_read(AmrOpener *opener, GError **error)
{
    g_autoptr(AmrLoaded) loaded = g_new0(AmrLoaded, 1);
    g_autoptr(GError) local = NULL;
    g_autoptr(GBytes) bytes =
        amr_opener_read(opener, AMR_OPEN_KERNEL, "profiles", PROFILES_MAX, &local);

    loaded->profiles = g_ptr_array_new_with_free_func(free_profile);
    if (bytes) {
        gsize len;
        const char *data = g_bytes_get_data(bytes, &len);
        read_lines(loaded, data, len);
    } else if (!read_tree(loaded, opener, NULL)) {
        if (!amr_kernel_enabled(opener, error))
            return NULL;
        g_propagate_prefixed_error(error, g_steal_pointer(&local), "Reading the loaded profiles: ");
        return NULL;
    }
    g_ptr_array_sort(loaded->profiles, by_name);
    return g_steal_pointer(&loaded);
}

void
amr_loaded_free(AmrLoaded *loaded)
{
    if (!loaded)
        return;
    g_clear_pointer(&loaded->profiles, g_ptr_array_unref);
    g_free(loaded);
}

guint
amr_loaded_count(const AmrLoaded *loaded)
{
    return loaded->profiles->len;
}

const AmrLoadedProfile *
amr_loaded_profile(const AmrLoaded *loaded, guint n)
{
    return n < loaded->profiles->len ? loaded->profiles->pdata[n] : NULL;
}

const AmrLoadedProfile *
amr_loaded_find(const AmrLoaded *loaded, const char *ns, const char *name)
{
    guint low = 0, high = loaded->profiles->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        const AmrLoadedProfile *profile = loaded->profiles->pdata[middle];
        int order = compare(profile, ns ? ns : "", name);
        if (order == 0)
            return profile;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

guint
amr_loaded_in_mode(const AmrLoaded *loaded, AmrMode mode)
{
    guint count = 0;

    for (guint i = 0; i < loaded->profiles->len; i++)
        count += ((const AmrLoadedProfile *)loaded->profiles->pdata[i])->mode == mode;
    return count;
}

gboolean
amr_kernel_enabled(AmrOpener *opener, GError **error)
{
    g_autoptr(GPtrArray) names = amr_tree_list(opener, AMR_OPEN_KERNEL, ".");
    g_autofree char *parameter = NULL;

    for (guint i = 0; i < names->len; i++)
        if (strcmp(names->pdata[i], "profiles") == 0 || strcmp(names->pdata[i], "policy") == 0)
            return TRUE;
    parameter = amr_tree_text(opener, AMR_OPEN_SOURCE, "sys/module/apparmor/parameters", "enabled");
    if (!parameter)
        return amr_error_set(error, AMR_ERROR_NOT_ENABLED, "This kernel has no AppArmor");
    if (parameter[0] != 'Y')
        return amr_error_set(
            error, AMR_ERROR_NOT_ENABLED,
            "AppArmor is switched off (it was not chosen when the kernel started)");
    return amr_error_set(error, AMR_ERROR_NOT_ENABLED,
                         "AppArmor is on, but its files below /sys/kernel/security are not there: "
                         "securityfs is not mounted");
}
