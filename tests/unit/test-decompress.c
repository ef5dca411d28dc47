/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "core/base/decompress.h"
#include "core/base/error.h"
#include "tests/unit/pack.h"

static const AmrCompression kinds[] = {AMR_COMPRESSION_GZIP, AMR_COMPRESSION_XZ,
                                       AMR_COMPRESSION_ZSTD};

/* Unpacks in pieces of @in and @out bytes; what came is in @text also on failure. */
static gboolean
unpack(AmrCompression kind, const GByteArray *packed, gsize in, gsize out, GString *text,
       GError **error)
{
    g_autoptr(AmrDecompress) stream = amr_decompress_new(kind);
    g_autofree char *room = g_malloc(out);
    gsize at = 0, steps = 0;

    for (;;) {
        const gsize size = MIN(in, packed->len - at);
        const gboolean last = at + size == packed->len;
        AmrDecompressed done;
        const gboolean fine = amr_decompress_step(stream, (const char *)packed->data + at, size,
                                                  last, room, out, &done, error);
        assert_true(done.taken <= size && done.given <= out);
        g_string_append_len(text, room, (gssize)done.given);
        at += done.taken;
        if (!fine)
            return FALSE;
        if (last && done.taken == 0 && done.given == 0)
            return TRUE;
        assert_true(++steps < 1000000);
    }
}

static char *
some_text(gsize lines)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < lines; i++)
        g_string_append_printf(text, "line %" G_GSIZE_FORMAT " of %x\n", i,
                               (guint)(i * 2654435761U));
    return g_string_free(text, FALSE);
}

static void
test_guess(void **state)
{
    gboolean unsure;

    for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
        g_autoptr(GByteArray) packed = g_byte_array_new();
        test_pack(kinds[k], packed, "x", 1);
        assert_int_equal(amr_compression_guess((char *)packed->data, packed->len, &unsure),
                         kinds[k]);
        assert_false(unsure);
        assert_int_equal(amr_compression_guess((char *)packed->data, 1, &unsure),
                         AMR_COMPRESSION_NONE);
        assert_true(unsure);
    }
    assert_int_equal(amr_compression_guess("type=AVC", 8, &unsure), AMR_COMPRESSION_NONE);
    assert_false(unsure);
    assert_int_equal(amr_compression_guess("", 0, &unsure), AMR_COMPRESSION_NONE);
    assert_false(unsure);
}

/* However it is cut, of one member or of several, with padding: the same text. */
static void
test_whole(void **state)
{
    static const struct {
        gsize in, out;
    } cuts[] = {{1, 1}, {7, 3}, {1000, 65536}, {1 << 20, 100}, {1 << 20, 1 << 20}};
    g_autofree char *first = some_text(3000), *second = some_text(700);
    g_autofree char *want = g_strconcat(first, second, NULL);

    for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
        g_autoptr(GByteArray) packed = g_byte_array_new();
        test_pack(kinds[k], packed, first, strlen(first));
        test_pack(kinds[k], packed, "", 0);
        test_pack(kinds[k], packed, second, strlen(second));
        for (gsize padded = 0; padded < 2; padded++) {
            if (padded)
                g_byte_array_append(packed, (const guint8 *)"\0\0\0\0\0\0\0\0", 8);
            for (gsize i = 0; i < G_N_ELEMENTS(cuts); i++) {
                g_autoptr(GString) text = g_string_new(NULL);
                g_autoptr(GError) error = NULL;
                (void)unpack(kinds[k], packed, cuts[i].in, cuts[i].out, text, &error);
                assert_no_error(error);
                assert_string_equal(text->str, want);
            }
        }
    }
}

/* Cut short anywhere it is an error that says so, and what came is the beginning of the text. */
static void
test_truncated(void **state)
{
    g_autofree char *want = some_text(40000);

    for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
        g_autoptr(GByteArray) packed = g_byte_array_new();
        gsize most = 0;
        test_pack(kinds[k], packed, want, strlen(want));
        for (guint len = packed->len - 1; len >= 8; len -= MIN(len, packed->len / 20)) {
            g_autoptr(GString) text = g_string_new(NULL);
            g_autoptr(GError) error = NULL;
            GByteArray head = {packed->data, len};
            assert_false(unpack(kinds[k], &head, 65536, 65536, text, &error));
            assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
            assert_non_null(strstr(error->message, "too early"));
            assert_non_null(strstr(error->message, amr_compression_word(kinds[k])));
            assert_memory_equal(text->str, want, text->len);
            most = MAX(most, text->len);
        }
        assert_true(most > strlen(want) / 2);
    }
}

static void
test_damaged(void **state)
{
    g_autofree char *want = some_text(4000);

    for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
        g_autoptr(GByteArray) packed = g_byte_array_new(), followed = g_byte_array_new();
        g_autoptr(GString) text = g_string_new(NULL), before = g_string_new(NULL);
        g_autoptr(GError) error = NULL, other = NULL;
        test_pack(kinds[k], packed, want, strlen(want));
        g_byte_array_append(followed, packed->data, packed->len);
        packed->data[packed->len / 2] ^= 0x55;
        packed->data[packed->len / 2 + 1] ^= 0xaa;
        assert_false(unpack(kinds[k], packed, 4096, 4096, text, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        g_byte_array_append(followed, (const guint8 *)"something else", 14);
        assert_false(unpack(kinds[k], followed, 4096, 4096, before, &other));
        assert_error(other, AMR_ERROR, AMR_ERROR_PARSE);
        assert_string_equal(before->str, want);
    }
}

/* A frame that asks for a window of 2 GiB is refused, not tried. */
static void
test_memory(void **state)
{
    static const guint8 frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00};
    GByteArray packed = {(guint8 *)(gpointer)frame, sizeof frame};
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    assert_false(unpack(AMR_COMPRESSION_ZSTD, &packed, 4096, 4096, text, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_LIMIT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guess),     cmocka_unit_test(test_whole),
        cmocka_unit_test(test_truncated), cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
