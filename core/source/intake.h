/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a block of lines to the store. Private to core/source.
 */
#ifndef AMR_SOURCE_INTAKE_H
#define AMR_SOURCE_INTAKE_H

#include "core/source/input.h"

G_BEGIN_DECLS

typedef struct AmrIntake AmrIntake;

/* @store is borrowed and outlives it. */
AmrIntake *amr_intake_new(AmrStore *store);
void amr_intake_free(AmrIntake *intake);

/* An AmrInputSink; @data is the intake. All records of the block are in the store when it
 * returns. */
gsize amr_intake_block(gpointer data, AmrInput *input, const char *block, gsize size,
                       guint64 offset, gboolean last);

/* The record at @origin of an input that is not kept; NULL if it is no longer held. */
GBytes *amr_intake_raw(const AmrIntake *intake, const AmrOrigin *origin);

/* While the past is read, records without a stamp are told apart by their number alone; from then
 * on by time too. */
void amr_intake_past_is_over(AmrIntake *intake);
/* Another source gives all that the kernel's own log leaves out: what that suppressed is not lost.
 */
void amr_intake_set_covered(AmrIntake *intake, gboolean covered);

void amr_intake_set_taken(AmrIntake *intake, AmrIngestTaken taken, gpointer data);
void amr_intake_set_relay(AmrIntake *intake, AmrIngestRelay relay, gpointer data);

/* Makes what is forgotten the same in each run, for tests. */
void amr_intake_seed(AmrIntake *intake, guint64 seed);
/* Takes the long way with each record from now on, as if none had been seen before. What the tests
 * measure the short one by. */
void amr_intake_forget(AmrIntake *intake);

G_END_DECLS
#endif
