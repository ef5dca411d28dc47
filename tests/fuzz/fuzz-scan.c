/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any block: lines lie in it, in order, and it makes no difference where it is cut. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/log/probe.h"
#include "core/log/scan.h"
#include "tests/fuzz/fuzz.h"

static size_t
check_block(const char *block, size_t size, bool last)
{
    AmrScan scan;
    AmrSpan line;
    size_t end = 0;

    amr_scan_init(&scan, block, size, last);
    while (amr_scan_next(&scan, &line) != AMR_SCAN_END) {
        FUZZ_CHECK(line.off >= end);
        FUZZ_CHECK(line.len <= AMR_SCAN_LINE_MAX);
        end = (size_t)line.off + line.len;
        FUZZ_CHECK(end <= size);
        FUZZ_CHECK(!memchr(block + line.off, '\n', line.len));
        FUZZ_CHECK(line.off == 0 || block[line.off - 1] == '\n' || block[line.off - 1] == '\0');
    }
    FUZZ_CHECK(amr_scan_rest(&scan) <= size);
    FUZZ_CHECK(!last || amr_scan_rest(&scan) == size);
    return amr_scan_rest(&scan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of its own size, so that the sanitizer sees each byte too far. */
    char *block = malloc(size + 1);
    const size_t cut = size > 0 ? data[0] * size / 256 : 0;
    AmrProbe probe[AMR_PROBES];
    const size_t probes = amr_probe_list(probe);
    char *head;

    memcpy(block, data, size);
    (void)check_block(block, size, true);
    (void)check_block(block, size, false);
    for (size_t i = 0; i < probes; i++)
        FUZZ_CHECK(probe[i](block, cut, size) == amr_probe_next_plain(block, cut, size));
    free(block);
    head = malloc(cut + 1);
    memcpy(head, data, cut);
    FUZZ_CHECK(check_block(head, cut, false) <= cut);
    free(head);
    return 0;
}
