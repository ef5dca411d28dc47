/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel says is mounted, and what the child that counts files answers: whatever they say,
 * nothing is read beyond it. The first byte chooses a root. */
#include "config.h"

#include <string.h>

#include "core/policy/breadth_worker.h"
#include "tests/fuzz/fuzz.h"

static void
check_mounts(const char *text, const char *root)
{
    g_autoptr(GHashTable) mounts = amr_breadth_mounts_read(text, root);
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init(&iter, mounts);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const AmrBreadthMount *mount = value;
        FUZZ_CHECK(mount->path == key);
        FUZZ_CHECK(mount->path[0] == '/' || mount->path[0] == '\0');
        FUZZ_CHECK(strcmp(mount->path, "/") != 0);
        FUZZ_CHECK(mount->fstype);
        FUZZ_CHECK(mount->kind >= AMR_BREADTH_ON_DISK && mount->kind <= AMR_BREADTH_NEVER);
    }
}

/* What is taken says the same when it is packed again. */
static void
check_answer(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);

    for (guint lanes = 0; lanes <= 2; lanes++) {
        g_autoptr(GPtrArray) all = amr_breadth_unpack(bytes, lanes);
        g_autoptr(GBytes) packed = all ? amr_breadth_pack(all) : NULL;
        g_autoptr(GPtrArray) again = packed ? amr_breadth_unpack(packed, lanes) : NULL;
        if (!all)
            continue;
        FUZZ_CHECK(all->len == lanes && again && again->len == lanes);
        g_autoptr(GBytes) twice = amr_breadth_pack(again);
        FUZZ_CHECK(g_bytes_equal(packed, twice));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const roots[] = {"/", "/srv/root", "/a b", "/x/"};

    if (size == 0)
        return 0;
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    check_mounts(text, roots[data[0] % G_N_ELEMENTS(roots)]);
    check_answer(data + 1, size - 1);
    return 0;
}
