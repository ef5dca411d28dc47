/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as messages of the helper that reads, or of who borrows: each is one of its kind or
 * ends the talk, and a stream of them does nothing but count up and give text. A message is its
 * length, two bytes, and so many bytes. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "core/base/fsutil.h"
#include "core/base/lender.h"
#include "core/source/live.h"
#include "tests/fuzz/fuzz.h"

static void
check_message(int socket)
{
    g_autoptr(GVariant) content = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) refused = NULL;
    AmrLend kind = amr_lend_receive(socket, 0, &content, NULL, &error);

    FUZZ_CHECK((kind == AMR_LEND_UNKNOWN) == (error != NULL));
    FUZZ_CHECK((kind != AMR_LEND_UNKNOWN) == (content != NULL));
    if (kind == AMR_LEND_REFUSED) {
        FUZZ_CHECK(!amr_lend_refused(content, &refused));
        FUZZ_CHECK(g_utf8_validate(refused->message, -1, NULL));
        FUZZ_CHECK(!strchr(refused->message, '\033'));
    } else if (kind == AMR_LEND_OPEN || kind == AMR_LEND_SAYS) {
        g_autofree char *name = amr_lend_named(content);
        FUZZ_CHECK(!name || name[0]);
    }
}

static void
put(gpointer data, const char *text, gsize len)
{
    *(gsize *)data += len;
    FUZZ_CHECK(len < AMR_LEND_MAX);
}

/* FALSE: it ended. */
static gboolean
check_stream(AmrLive *live)
{
    const AmrLive before = *live;
    g_autoptr(GError) error = NULL;
    gsize given = 0;
    AmrLiveStep step = live->step(live, put, &given, &error);

    FUZZ_CHECK((step == AMR_LIVE_FAILED) == (error != NULL));
    for (guint i = 0; i < AMR_LOSS_COUNT; i++)
        FUZZ_CHECK(live->lost[i] >= before.lost[i]);
    FUZZ_CHECK(live->bytes >= before.bytes);
    return step != AMR_LIVE_FAILED;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int talk[2], stream[2];
    gboolean more = TRUE;
    AmrLive *live;

    FUZZ_CHECK(amr_lender_socket(&talk[0], &talk[1], NULL));
    FUZZ_CHECK(amr_lender_socket(&stream[0], &stream[1], NULL));
    live = amr_live_lent_new(stream[1], size % 2);
    while (size >= 2) {
        const size_t len = MIN((size_t)(data[0] | data[1] << 8), size - 2);
        if (len > 0) {
            FUZZ_CHECK(send(talk[0], data + 2, len, MSG_NOSIGNAL) == (ssize_t)len);
            check_message(talk[1]);
        }
        if (len > 0 && more) {
            FUZZ_CHECK(send(stream[0], data + 2, len, MSG_NOSIGNAL) == (ssize_t)len);
            more = check_stream(live);
        }
        data += 2 + len;
        size -= 2 + len;
    }
    live->free(live);
    amr_fs_close_fd(&talk[0]);
    amr_fs_close_fd(&talk[1]);
    amr_fs_close_fd(&stream[0]);
    return 0;
}
