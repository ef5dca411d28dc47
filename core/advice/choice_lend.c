/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources that only who has more rights may read: what he has, and what we have of him. */
#include "config.h"

#include "core/advice/choice_private.h"

GVariant *
amr_choice_lend(const AmrChoice *choice)
{
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("a" AMR_LEND_SOURCE));
    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = amr_choice_get(choice, i);
        g_variant_builder_add(&list, AMR_LEND_SOURCE, source->short_name, (guint)source->state,
                              source->reason, source->complete, source->written);
    }
    return g_variant_builder_end(&list);
}

/* What we may not read, and somebody else may for us. */
static void
borrow(AmrChoiceSource *source, GVariant *found)
{
    const char *name, *reason;
    gboolean complete;
    gint64 written;
    GVariantIter iter;
    guint state;

    g_variant_iter_init(&iter, found);
    while (g_variant_iter_next(&iter, "(&su&sbx)", &name, &state, &reason, &complete, &written)) {
        if (!g_str_equal(name, source->short_name) ||
            (state != AMR_CHOICE_USED && state != AMR_CHOICE_SPARE))
            continue;
        source->state = AMR_CHOICE_SPARE;
        source->lent = TRUE;
        source->complete = complete;
        source->written = written;
        g_clear_pointer(&source->reason, g_free);
        g_clear_pointer(&source->remedy, g_free);
        if (source->kind == AMR_SOURCE_KIND_JOURNAL)
            source->holds = complete ? AMR_JOURNAL_ALL : AMR_JOURNAL_LIMITED;
    }
}

void
amr_choice_borrow(AmrChoice *choice, AmrLender *lender)
{
    g_autoptr(GVariant) found = NULL;

    for (guint i = 0; lender && i < choice->sources->len; i++) {
        if (amr_choice_get(choice, i)->state != AMR_CHOICE_REFUSED)
            continue;
        if (!found)
            found = amr_lender_look(lender, NULL);
        if (!found)
            return; /* it is gone: they stay refused */
        borrow(amr_choice_get(choice, i), found);
    }
}
