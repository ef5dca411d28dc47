/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first line is a name, the rest a file of what matters: entries are taken or named in a
 * warning, whatever stands there; what is told of a name is inert, and of the file before. */
#include "config.h"

#include <string.h>

#include "core/policy/sensitive.h"
#include "tests/fuzz/fuzz.h"

#define RIGHTS 0xffff

static void
check_inert(const char *text)
{
    FUZZ_CHECK(g_utf8_validate(text, -1, NULL));
    for (const char *at = text; *at; at++)
        FUZZ_CHECK(((guchar)*at >= 0x20 && *at != 0x7f) || *at == '\t');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    const size_t len = end ? (size_t)(end - data) : size;
    const char *rest = end ? (const char *)end + 1 : "";
    const AmrBytes name = {(const char *)data, len};
    g_autoptr(AmrSensitive) sensitive = amr_sensitive_new();

    amr_data_take(amr_sensitive_data(sensitive), rest, end ? size - len - 1 : 0, "fuzzed");
    const GPtrArray *warnings = amr_data_warnings(amr_sensitive_data(sensitive));
    for (guint i = 0; i < warnings->len; i++) {
        FUZZ_CHECK(g_str_has_prefix(warnings->pdata[i], "fuzzed line "));
        check_inert(warnings->pdata[i]);
    }
    guint count = amr_data_count(amr_sensitive_data(sensitive));
    g_autoptr(AmrSensitiveMatcher) matcher = amr_sensitive_matcher_new(sensitive);
    (void)amr_sensitive_asks_setuid(matcher);
    for (int kind = AMR_SENSITIVE_ANY; size > 0 && kind <= AMR_SENSITIVE_SETUID; kind++) {
        const char *why = NULL;
        int rank = amr_sensitive_match(matcher, name, (AmrSensitiveKind)kind, RIGHTS, &why);
        FUZZ_CHECK(rank >= -1 && rank < (int)count);
        FUZZ_CHECK((rank >= 0) == (why != NULL));
        if (why)
            check_inert(why);
        FUZZ_CHECK(amr_sensitive_match(matcher, name, (AmrSensitiveKind)kind, 0, &why) == -1 ||
                   rank >= 0);
    }
    return 0;
}
