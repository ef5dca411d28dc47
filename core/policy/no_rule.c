/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/no_rule.h"

#include <string.h>

const char *
amr_risk_word(AmrRisk risk)
{
    switch (risk) {
#define WORD(name, word)  \
    case AMR_RISK_##name: \
        return word;
        AMR_RISKS(WORD)
#undef WORD
    case AMR_RISK_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *
amr_no_rule_word(AmrNoRule reason)
{
    switch (reason) {
#define WORD(name, word)     \
    case AMR_NO_RULE_##name: \
        return word;
        AMR_NO_RULES(WORD)
#undef WORD
    case AMR_NO_RULE_NONE:
        break;
    }
    return "none";
}

AmrNoRule
amr_no_rule_from_word(const char *word)
{
#define FIND(name, text)         \
    if (strcmp(word, text) == 0) \
        return AMR_NO_RULE_##name;
    AMR_NO_RULES(FIND)
#undef FIND
    return AMR_NO_RULE_NONE;
}
