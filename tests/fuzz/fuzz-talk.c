/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a caller says to the helper, or it to him: each message is one of its kind, and
 * a request that is taken is the same when it is written again. */
#include "config.h"

#include <string.h>

#include "core/change/talk.h"
#include "tests/fuzz/fuzz.h"

static void
check_request(GVariant *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrRequest) request = amr_request_from_variant(message, &error);

    FUZZ_CHECK(!request == (error != NULL));
    if (!request)
        return;
    g_autoptr(GVariant) again = g_variant_ref_sink(amr_request_to_variant(request));
    FUZZ_CHECK(g_variant_equal(message, again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) buffer = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    AmrTalk kind;

    g_byte_array_append(buffer, data, (guint)size);
    for (;;) {
        g_autoptr(GVariant) content = NULL;
        kind = amr_talk_take(buffer, &content, &error);
        FUZZ_CHECK((kind != AMR_TALK_UNKNOWN) == (content != NULL));
        if (kind == AMR_TALK_UNKNOWN)
            break;
        FUZZ_CHECK(!error);
        if (kind == AMR_TALK_REQUEST)
            check_request(content);
    }
    return 0;
}
