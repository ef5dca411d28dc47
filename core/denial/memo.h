/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Remembers the text of records that the store has had before, so that the same text again is
 * counted without being sliced and decoded. A record is the same only if every byte of its fields
 * is, but for the digits of its pid: what it says is then the same too. Bounded, and lossy: what is
 * not remembered goes the long way, with the same result.
 */
#ifndef AMR_DENIAL_MEMO_H
#define AMR_DENIAL_MEMO_H

#include "core/denial/store.h"
#include "core/log/record.h"

G_BEGIN_DECLS

typedef struct AmrMemo AmrMemo;

/* Of @store, which is borrowed and outlives it. Takes 3 MiB at most, and that only as it fills. */
AmrMemo *amr_memo_new(AmrStore *store);
void amr_memo_free(AmrMemo *memo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrMemo, amr_memo_free)

/* The fields of one record as the memo sees them: what stands before the digits of its pid, these,
 * and the rest. Borrowed from the block. */
typedef struct {
    const char *text;
    guint32 len;    /* 0: a record that the memo does not serve */
    guint32 before; /* where the digits begin; @len if there are none */
    guint32 after;  /* where they end */
    guint32 pid;
    guint64 hash;
} AmrMemoText;

/* Reads the text behind @head, and begins to look for it. */
void amr_memo_read(const AmrMemo *memo, const AmrHead *head, const char *block, AmrMemoText *text);
/* Goes on looking: fetches what amr_memo_find() will compare. Costs time only if it is left out. */
void amr_memo_expect(const AmrMemo *memo, const AmrMemoText *text);
/* Whether @text is remembered: then @occurrence is what amr_store_repeat() counts. */
gboolean amr_memo_find(const AmrMemo *memo, const AmrMemoText *text, const AmrHead *head,
                       AmrOccurrence *occurrence);

/* Remembers @text, which was sliced to @record and is held by the store as @id, if it was there
 * before: most of what comes only once is never worth its place. */
void amr_memo_keep(AmrMemo *memo, const AmrMemoText *text, const AmrRecord *record,
                   const char *block, AmrDenialId id);

G_END_DECLS
#endif
