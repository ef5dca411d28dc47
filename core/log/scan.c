/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/scan.h"

#include <string.h>

#include "core/log/probe.h"

/* Whether @word stands at @at - @back, all of it within the block. */
static bool
stands(const AmrScan *scan, size_t at, size_t back, const char *word)
{
    const size_t len = strlen(word);
    return at >= scan->pos + back && scan->size - (at - back) >= len &&
           memcmp(scan->block + at - back, word, len) == 0;
}

/* "NAME: 12 callbacks suppressed", of which the probe found the k. */
static bool
suppressed(const AmrScan *scan, size_t at)
{
    static const char *const names[] = {AMR_SUPPRESSORS};
    static const size_t back = sizeof " callbac" - 1;
    size_t i;

    if (!stands(scan, at, back, " callbacks suppressed"))
        return false;
    for (i = at - back; i > scan->pos; i--) {
        if (scan->block[i - 1] < '0' || scan->block[i - 1] > '9')
            break;
    }
    for (size_t j = 0; j < sizeof names / sizeof *names && i < at - back; j++) {
        if (stands(scan, i, strlen(names[j]), names[j]))
            return true;
    }
    return false;
}

/* What the pair of bytes that the probe found at @at belongs to; AMR_SCAN_END if to nothing. */
static AmrScanResult
needle(const AmrScan *scan, size_t at)
{
    bool record = false, loss = false;
    switch (scan->block[at]) {
    case 'p':
        record = stands(scan, at, strlen("ap"), "apparmor=");
        break;
    case 'P': /* records of old kernels have no word apparmor=, their type tells */
        record = stands(scan, at, strlen("type=AP"), "type=APPARMOR");
        break;
    case 'e':
        record = stands(scan, at, strlen("typ"), "type=150");
        break;
    case 'N':
        record = stands(scan, at, strlen("UNKNOW"), "UNKNOWN[150");
        break;
    case '_':
        loss = stands(scan, at, strlen("audit: audit"), "audit: audit_lost=");
        break;
    case 'k':
        loss = stands(scan, at, strlen("audit: bac"), "audit: backlog limit exceeded") ||
               stands(scan, at, strlen("audit: audit_bac"), "audit: audit_backlog=") ||
               suppressed(scan, at);
        break;
    default:
        break;
    }
    return record ? AMR_SCAN_RECORD : loss ? AMR_SCAN_LOSS : AMR_SCAN_END;
}

static uint32_t
skip_hole(const char *block, uint32_t at, uint32_t end)
{
    while (at < end && block[at] == '\0')
        at++;
    return at;
}

void
amr_scan_init(AmrScan *scan, const char *block, size_t size, bool last)
{
    const char *newline;

    *scan = (AmrScan){.block = block, .size = (uint32_t)size, .last = last};
    scan->rest = scan->size;
    if (last || size == 0)
        return;
    newline = memrchr(block, '\n', size);
    scan->rest = skip_hole(block, newline ? (uint32_t)(newline + 1 - block) : 0, scan->size);
    if (scan->size - scan->rest > AMR_SCAN_LINE_MAX) {
        scan->rest = scan->size;
        scan->cut = true;
    }
}

AmrScanResult
amr_scan_next(AmrScan *scan, AmrSpan *line)
{
    size_t at = scan->pos;

    while ((at = amr_probe_next(scan->block, at, scan->rest)) < scan->rest) {
        const AmrScanResult found = needle(scan, at);
        const char *start, *end;
        uint32_t from;
        size_t len;

        if (found == AMR_SCAN_END) {
            at++;
            continue;
        }
        start = memrchr(scan->block + scan->pos, '\n', at - scan->pos);
        from = start ? (uint32_t)(start + 1 - scan->block) : scan->pos;
        start = scan->block + skip_hole(scan->block, from, (uint32_t)at);
        end = memchr(scan->block + at, '\n', scan->rest - at);
        scan->pos = end ? (uint32_t)(end + 1 - scan->block) : scan->rest;
        if (!end)
            end = scan->block + scan->rest;
        if (end > start && end[-1] == '\r')
            end--;
        len = (size_t)(end - start);
        line->off = (uint32_t)(start - scan->block);
        line->len = len > AMR_SCAN_LINE_MAX ? AMR_SCAN_LINE_MAX : (uint32_t)len;
        if (len > AMR_SCAN_LINE_MAX)
            return AMR_SCAN_OVERLONG;
        return memchr(start, '\0', len) ? AMR_SCAN_TORN : found;
    }
    scan->pos = scan->rest;
    return AMR_SCAN_END;
}

size_t
amr_scan_rest(const AmrScan *scan)
{
    return scan->rest;
}

bool
amr_scan_is_cut(const AmrScan *scan)
{
    return scan->cut;
}
