/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reads must print on one line without control bytes, and read again as the same rule. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrRule) rule = amr_rule_read(text, &error);
    if (!rule != (error != NULL))
        abort();
    if (!rule)
        return 0;
    g_autofree char *printed = amr_rule_print(rule);
    for (const char *p = printed; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            abort();
    g_autoptr(AmrRule) again = amr_rule_read(printed, NULL);
    if (!again || !amr_rule_equal(rule, again))
        abort();
    g_autoptr(AmrRule) twin = amr_rule_deny_twin(rule);
    g_autofree char *denied = twin ? amr_rule_print(twin) : NULL;
    g_autoptr(AmrRule) denied_again = denied ? amr_rule_read(denied, NULL) : NULL;
    if (twin && (!denied_again || !amr_rule_equal(twin, denied_again)))
        abort();
    return 0;
}
