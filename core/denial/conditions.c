/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/denial/conditions.h"

#include <string.h>

static const char *const words[] = {
#define WORD(name, word) word,
    AMR_CONDITIONS(WORD)
#undef WORD
};

void
amr_conditions_clear(AmrConditions *conditions)
{
    for (guint i = 0; i < AMR_CONDITION_COUNT; i++)
        g_clear_pointer(&conditions->wanted[i], g_ptr_array_unref);
}

gboolean
amr_conditions_take(AmrConditions *conditions, const char *key, const char *value)
{
    for (guint i = 0; i < AMR_CONDITION_COUNT; i++) {
        if (strcmp(key, words[i]) != 0)
            continue;
        if (!conditions->wanted[i])
            conditions->wanted[i] =
                g_ptr_array_new_with_free_func((GDestroyNotify)amr_wildcard_free);
        g_ptr_array_add(conditions->wanted[i],
                        amr_wildcard_new(amr_bytes(value),
                                         i == AMR_CONDITION_VERDICT ? AMR_WILDCARD_FOLD : 0));
        return TRUE;
    }
    return FALSE;
}

gboolean
amr_conditions_ask(const AmrConditions *conditions)
{
    for (guint i = 0; i < AMR_CONDITION_COUNT; i++)
        if (conditions->wanted[i])
            return TRUE;
    return FALSE;
}

/* What was denied, else what was asked for; the bus has a word of its own. */
static AmrBytes
mask_of(const AmrEvent *event)
{
    static const AmrField fields[] = {AMR_FIELD_DENIED_MASK, AMR_FIELD_REQUESTED_MASK,
                                      AMR_FIELD_MASK};
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (event->field[fields[i]].len)
            return event->field[fields[i]];
    return (AmrBytes){NULL, 0};
}

static AmrBytes
value_of(const AmrEvent *event, AmrCondition condition)
{
    switch (condition) {
    case AMR_CONDITION_PROFILE:
        return event->field[AMR_FIELD_PROFILE];
    case AMR_CONDITION_CLASS:
        return amr_bytes(amr_class_word(event->klass));
    case AMR_CONDITION_OPERATION:
        return event->field[AMR_FIELD_OPERATION];
    case AMR_CONDITION_INFO:
        return event->field[AMR_FIELD_INFO];
    case AMR_CONDITION_NAME:
        return event->field[AMR_FIELD_NAME];
    case AMR_CONDITION_COMM:
        return event->field[AMR_FIELD_COMM];
    case AMR_CONDITION_CAPABILITY:
        return event->field[AMR_FIELD_CAPNAME];
    case AMR_CONDITION_MASK:
        return mask_of(event);
    case AMR_CONDITION_FAMILY:
        return event->field[AMR_FIELD_FAMILY];
    case AMR_CONDITION_ERROR:
        return event->field[AMR_FIELD_ERROR];
    case AMR_CONDITION_VERDICT:
        return amr_bytes(amr_verdict_word(event->verdict));
    case AMR_CONDITION_COUNT:
        break;
    }
    return (AmrBytes){NULL, 0};
}

gboolean
amr_conditions_fit(const AmrConditions *conditions, const AmrEvent *event)
{
    for (guint i = 0; i < AMR_CONDITION_COUNT; i++) {
        const GPtrArray *wanted = conditions->wanted[i];
        if (!wanted)
            continue;
        AmrBytes value = value_of(event, (AmrCondition)i);
        gboolean one = FALSE;
        for (guint k = 0; !one && k < wanted->len; k++)
            one = value.len && amr_wildcard_match(wanted->pdata[k], value);
        if (!one)
            return FALSE;
    }
    return TRUE;
}
