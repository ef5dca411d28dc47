/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another root with a policy and plain files that stand for a kernel, to be changed by tests. */
#ifndef TESTS_UNIT_CHANGING_H
#define TESTS_UNIT_CHANGING_H

#include "tests/unit/testing.h"

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/executor.h"

#define POLICY "etc/apparmor.d/"
#define KERNEL "sys/kernel/security/apparmor/"

/* The profiles of the fixture; all but "idle", "off" and the
 * second of "pair" are loaded, "soft" in complain mode. */
extern const char *const changing_profiles;

typedef struct {
    char *dir;
    char *parser;    /* the compiler from the next changing_reopen() on; NULL: the usual one */
    AmrClock *clock; /* the target's */
    AmrTarget *target;
    AmrOpener *opener;
    AmrCompiler *compiler;
    AmrIndex *index;
    AmrLoaded *loaded;
    AmrHistory *history;
    AmrExecutor *executor;
} Changing;

void changing_init(Changing *fixture);
/* Opens all again, as the next armorer would. */
void changing_reopen(Changing *fixture, gboolean read_only);
void changing_clear(Changing *fixture);

/* Whether DIR/NAME is there; its text compared. */
gboolean changing_exists(const Changing *fixture, const char *name);
void changing_assert_text(const Changing *fixture, const char *name, const char *want);

AmrPlanContext changing_context(const Changing *fixture, gboolean comments);
/* A plan for rules (NULL-terminated) of one profile. */
AmrPlan *changing_plan(const Changing *fixture, const char *profile, const char *const *rules,
                       AmrPlanPlace place, GError **error);
/* The same, which must succeed, for one rule. */
AmrPlan *changing_plan_one(const Changing *fixture, const char *profile, const char *rule);
/* Whether one of @notes (char *) holds @part. */
gboolean changing_has_note(const GPtrArray *notes, const char *part);
AmrOutcome *changing_run(const Changing *fixture, const AmrPlan *plan, GError **error);

#endif
