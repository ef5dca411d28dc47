/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of policy: the scan ends, blocks pair up and lie in the file. */
#include "core/policy/index_scan.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GArray) items = amr_scan_file((AmrBytes){(const char *)data, size});
    guint open = 0;

    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        if (item->kind == AMR_SCAN_BLOCK) {
            FUZZ_CHECK(item->header <= item->open && item->open < item->close);
            FUZZ_CHECK(item->close <= size && data[item->open] == '{');
            FUZZ_CHECK(!item->whole || data[item->close] == '}');
            open++;
        } else if (item->kind == AMR_SCAN_CLOSE) {
            FUZZ_CHECK(open > 0);
            open--;
        }
    }
    FUZZ_CHECK(open == 0);
    return 0;
}
