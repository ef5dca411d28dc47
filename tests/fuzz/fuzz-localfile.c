/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a local file: what is added to it can be taken out again, and every other byte
 * stays; whatever stands there, what is taken out is never more than was asked for. */
#include "config.h"

#include <string.h>

#include "core/change/localfile.h"
#include "tests/fuzz/fuzz.h"

#define ID    "0123456789abcdef"
#define OTHER "fedcba9876543210"

static const char *const lines[] = {"/srv/a r,", "capability kill,", NULL};

static gboolean
holds(const void *data, size_t size, const char *text)
{
    return size && memmem(data, size, text, strlen(text)) != NULL;
}

/* @bytes, perhaps with the newline that its last line lacked. */
static void
check_same(GBytes *got, GBytes *bytes)
{
    gsize was_len, is_len;
    const char *was = g_bytes_get_data(bytes, &was_len), *is = g_bytes_get_data(got, &is_len);

    FUZZ_CHECK(is_len == was_len || (is_len == was_len + 1 && is[was_len] == '\n'));
    FUZZ_CHECK(was_len == 0 || memcmp(is, was, was_len) == 0);
}

static void
check_added(GBytes *bytes, gboolean fresh, gboolean comments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) added = amr_localfile_add(bytes, lines, ID, 1700000000000000, comments);
    const AmrLocalRemoval what = {.id = ID, .lines = lines};
    g_autoptr(GBytes) got = amr_localfile_remove(added, &what, &error);

    FUZZ_CHECK(!got == (error != NULL));
    FUZZ_CHECK(g_bytes_get_size(added) > g_bytes_get_size(bytes));
    /* Behind a child that is not closed no line is the file's own. */
    FUZZ_CHECK(got || !amr_localfile_has(added, 0, lines[1]) || !fresh);
    if (got && fresh)
        check_same(got, bytes);
    else if (got)
        FUZZ_CHECK(g_bytes_get_size(got) < g_bytes_get_size(added));
}

static void
check_removed(GBytes *bytes, const uint8_t *data, size_t size)
{
    static const char *const theirs[] = {"/srv/a r,", NULL};
    static const char *const handed[] = {"capability kill,", NULL};
    const AmrLocalOwner later = {OTHER, theirs};
    const char *heirs[4] = {size & 1 ? OTHER : NULL, size & 2 ? OTHER : NULL,
                            size & 4 ? OTHER : NULL, NULL};
    const AmrLocalRemoval what = {ID, lines, handed, heirs, &later, size % 2};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = amr_localfile_remove(bytes, &what, &error);

    FUZZ_CHECK(!got == (error != NULL));
    /* Without our lines there is nothing to take. */
    FUZZ_CHECK(!got || holds(data, size, lines[0]));
}

static void
check_include(GBytes *bytes, const uint8_t *data, size_t size)
{
    const gsize open = data[0] % size, offset = open + 1 + data[size - 1] % (size - open);
    const char *target = "local/fuzz.that";

    /* A closing brace stands there, or its line begins. */
    if (offset < size && data[offset] == '\n' && data[offset - 1] != '\n')
        return;
    g_autoptr(GBytes) added = amr_localfile_add_include(bytes, open, offset, target);
    gboolean parted = amr_localfile_include_parts(bytes, added, target);
    g_autoptr(GBytes) got = amr_localfile_remove_include(added, target, parted, NULL);

    FUZZ_CHECK(holds(g_bytes_get_data(added, NULL), g_bytes_get_size(added), target));
    /* A line of the same words is as good. */
    if (got && !holds(data, size, target))
        FUZZ_CHECK(g_bytes_equal(got, bytes));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    gboolean fresh = !holds(data, size, "# armorer:") && !holds(data, size, lines[0]) &&
                     !holds(data, size, lines[1]);

    check_added(bytes, fresh, TRUE);
    check_added(bytes, fresh, FALSE);
    check_removed(bytes, data, size);
    if (size)
        check_include(bytes, data, size);
    return 0;
}
