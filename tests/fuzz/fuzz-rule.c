/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reads must print on one line without control bytes, and read again as the same rule; and a
 * question as the same question. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy/question.h"
#include "core/policy/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_question(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrQuestion) question = amr_question_read(text, &error);
    if (!question != (error != NULL))
        abort();
    if (!question)
        return;
    g_autoptr(AmrQuestion) again = amr_question_read(question->text, NULL);
    if (!again || again->parts->len != question->parts->len ||
        strcmp(again->text, question->text) != 0 ||
        amr_question_rights(again) != amr_question_rights(question))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    try_question(text);
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
