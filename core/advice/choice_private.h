/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What choice.c, which looks and chooses, and choice_lend.c share. */
#ifndef AMR_ADVICE_CHOICE_PRIVATE_H
#define AMR_ADVICE_CHOICE_PRIVATE_H

#include "core/advice/choice.h"

G_BEGIN_DECLS

/* What a journal holds. */
#define AMR_JOURNAL_ALL \
    "all that the kernel's audit backlog lets through: journald listens to audit"
#define AMR_JOURNAL_LIMITED \
    "the kernel's log, which is rate limited: journald does not listen to audit"

static inline AmrChoiceSource *
amr_choice_get(const AmrChoice *choice, guint i)
{
    return &g_array_index(choice->sources, AmrChoiceSource, i);
}

/* Has what is REFUSED of @choice read by @lender, where he may; NULL: there is none. */
void amr_choice_borrow(AmrChoice *choice, AmrLender *lender);

G_END_DECLS
#endif
