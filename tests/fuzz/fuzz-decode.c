/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a source: whatever they are unpacked and decoded to, it makes no difference where
 * they were cut, and a line of the text begins only where a decoder began one. */
#include "config.h"

#include <string.h>

#include "core/source/decode-pipe.h"
#include "tests/fuzz/fuzz.h"

static void
take(gpointer data, const char *text, gsize size)
{
    GString *got = data;
    FUZZ_CHECK(size > 0);
    /* A bomb is a matter of time, not of this target. */
    if (got->len < 1 << 20)
        g_string_append_len(got, text, (gssize)size);
}

/* Reads all of it in pieces of @piece. */
static GString *
run(const AmrPipeGuess *guess, const uint8_t *data, size_t size, size_t piece,
    AmrDecodeCounts *counts)
{
    GString *got = g_string_new(NULL);
    g_autoptr(AmrPipe) pipe = amr_pipe_new(guess, take, got);
    size_t at = 0;
    AmrPipeStep step;

    do {
        /* A copy of its own size, so that the sanitizer sees each byte too far. */
        const size_t n = MIN(piece, size - at);
        g_autofree char *copy = g_malloc(MAX(n, (size_t)1));
        g_autoptr(GError) error = NULL;
        gboolean fine;
        memcpy(copy, data + at, n);
        fine = amr_pipe_step(pipe, copy + (n == 0), n, at + n == size, &step, &error);
        FUZZ_CHECK(fine == !error);
        FUZZ_CHECK(fine || step.done);
        FUZZ_CHECK(step.taken <= n);
        FUZZ_CHECK(step.done || !step.idle || at + n < size);
        at += step.taken;
    } while (!step.done);
    *counts = amr_pipe_counts(pipe);
    return got;
}

static void
check_netlink(const uint8_t *data, size_t size)
{
    GString *got = g_string_new(NULL);
    size_t lines = 0;

    (void)amr_decode_netlink(data, size, take, got);
    for (size_t i = 0; i < got->len; i++)
        lines += got->str[i] == '\n';
    /* Each message has a header, and is one line. */
    FUZZ_CHECK(lines <= size / 16 + 1);
    FUZZ_CHECK(got->len == 0 || got->str[got->len - 1] == '\n' || got->len >= 1 << 20);
    (void)g_string_free(got, TRUE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t piece = size > 0 ? data[size - 1] % 64 + 1 : 1;
    AmrDecodeCounts whole, pieces;
    AmrPipeGuess guess;
    GString *a, *b;

    if (size == 0)
        return 0;
    check_netlink(data, size);
    guess = amr_pipe_guess((const char *)data, size, TRUE);
    FUZZ_CHECK(!guess.unsure && guess.form != AMR_FORM_UNSURE);
    a = run(&guess, data, size, size, &whole);
    b = run(&guess, data, size, piece, &pieces);
    /* How much a damaged file gives before the damage is noticed depends on the pieces. */
    if (guess.compression == AMR_COMPRESSION_NONE) {
        FUZZ_CHECK(a->len == b->len && memcmp(a->str, b->str, a->len) == 0);
        FUZZ_CHECK(whole.torn == pieces.torn && whole.overlong == pieces.overlong);
        FUZZ_CHECK(guess.form != AMR_FORM_TEXT || a->len == MIN(size, (size_t)1 << 20));
    }
    (void)g_string_free(a, TRUE);
    (void)g_string_free(b, TRUE);
    return 0;
}
