/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of reading logs share: a fresh directory, a store, and who reads into it. */
#ifndef TESTS_UNIT_INGEST_FIXTURE_H
#define TESTS_UNIT_INGEST_FIXTURE_H

#include "core/source/ingest.h"

/* A record of the audit log. */
#define LINE(n)                                                                                 \
    "type=AVC msg=audit(1795350882.844:" #n "): apparmor=\"DENIED\" operation=\"open\" "        \
    "profile=\"p\" name=\"/x/" #n "\" pid=1 comm=\"c\" requested_mask=\"r\" denied_mask=\"r\" " \
    "fsuid=0 ouid=0\n"

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrOpener *opener;
    AmrStore *store;
    AmrIngest *ingest;
} Bench;

int bench_set_up(void **state);
int bench_tear_down(void **state);
/* A file of its directory. */
guint bench_add(Bench *bench, const char *name, gboolean follow);
gboolean bench_load(Bench *bench, GError **error);
void bench_load_well(Bench *bench);
/* Runs the main loop until the store has counted so many. */
void bench_wait_for_total(Bench *bench, guint64 total);
AmrSourceInfo bench_info(const Bench *bench, guint source);

#endif
