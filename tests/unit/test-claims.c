/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several changes that want the same rule: it stays while one of them stands. */
#include "tests/unit/changing.h"

#include <string.h>

#define DEMO  POLICY "local/usr.bin.demo"
#define TWINS POLICY "local/twins"

/* Changes by a letter: each wants rules of profiles. */
typedef struct {
    char name;
    const char *wants[3][2]; /* profile, rule */
} Want;

static const Want wants[] = {
    {'A', {{"demo", "/etc/one r,"}}},
    {'B', {{"demo", "/etc/one r,"}, {"demo", "/etc/two r,"}}},
    {'C', {{"demo", "/etc/one r,"}, {"demo", "/etc/three r,"}}},
    {'P', {{"demo", "/etc/one r,"}, {"demo", "/etc/two r,"}}},
    {'T', {{"twin-a", "/etc/one r,"}}},
    {'U', {{"twin-a", "/etc/one r,"}, {"demo", "/etc/two r,"}}},
    {'I', {{"bare", "/etc/one r,"}}},
    {'J', {{"bare", "/etc/two r,"}}},
    {'K', {{"bare", "/etc/one r,"}, {"demo", "/etc/two r,"}}},
    {'X', {{"line", "/etc/one r,"}, {"second", "/etc/one r,"}}},
    {'Y', {{"line", "/etc/two r,"}}},
    {'Z', {{"third", "/etc/one r,"}}},
};

typedef struct {
    Changing fixture;
    gboolean comments;
    char *ids[128]; /* by letter */
} Story;

static AmrPlan *
plan_want(Story *story, char name, GError **error)
{
    AmrPlanContext context = changing_context(&story->fixture, story->comments);
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    AmrPlanRequest requests[3];
    guint n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(wants); i++) {
        for (; wants[i].name == name && n < 3 && wants[i].wants[n][0]; n++) {
            GPtrArray *rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
            g_ptr_array_add(rules, amr_rule_read(wants[i].wants[n][1], NULL));
            g_ptr_array_add(lists, rules);
            requests[n] = (AmrPlanRequest){wants[i].wants[n][0], rules};
        }
    }
    return amr_plan_add(&context, requests, n, TRUE, error);
}

static AmrPlan *
plan_undo(Story *story, char name, GError **error)
{
    AmrPlanContext context = changing_context(&story->fixture, story->comments);
    const AmrChange *change = amr_history_find(story->fixture.history, story->ids[(int)name]);
    g_autoptr(AmrPlan) done = NULL;

    if (!amr_change_may_undo(change, error))
        return NULL;
    done = amr_history_plan(story->fixture.history, change, error);
    return done ? amr_plan_undo(&context, done, error) : NULL;
}

static void
carry_out(Story *story, const AmrPlan *plan)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOutcome) outcome = changing_run(&story->fixture, plan, &error);

    assert_no_error(error);
    assert_non_null(outcome);
    changing_reopen(&story->fixture, FALSE);
}

/* The file without comment lines, blanks for newlines; and with comment lines the letter of the
 * change that each tells, before its rules. */
static char *
digest(Story *story, const char *file)
{
    g_autofree char *text =
        changing_exists(&story->fixture, file) ? test_read(story->fixture.dir, file) : g_strdup("");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *out = g_string_new(NULL);

    for (guint i = 0; lines[i]; i++) {
        const char *id = strstr(lines[i], "change ");
        if (!id) {
            g_string_append(out, lines[i]);
            continue;
        }
        for (int k = 'A'; k <= 'Z'; k++) {
            if (story->ids[k] && strcmp(story->ids[k], id + 7) == 0)
                g_string_append_printf(out, "%c%c:", k, strstr(lines[i], "1 rule,") ? '1' : '2');
        }
    }
    return g_string_free(out, FALSE);
}

/* A story: "A" applies A; "-A" undoes it; "!A" is an undo that finds nothing of its own; "0" is a
 * hand that empties demo's local file. Then what it holds, with comments and without. */
static const struct {
    const char *name, *story, *with, *without, *twins_with, *twins_without;
} stories[] = {
    {"alone", "A -A", "", "", "", ""},
    {"the second undone first", "A B -B", "A1:/etc/one r,", "/etc/one r,", "", ""},
    {"both, the second first", "A B -B -A", "", "", "", ""},
    {"the first undone, the second needs it", "A B -A", "B1:/etc/one r,B1:/etc/two r,", "-", "",
     ""},
    {"both, the first first", "A B -A -B", "", "-", "", ""},
    {"three, in their order", "A B C -A -B", "C1:/etc/one r,C1:/etc/three r,", "-", "", ""},
    {"three, all in their order", "A B C -A -B -C", "", "-", "", ""},
    {"three, the last one before the middle", "A B C -A -C", "B1:/etc/one r,B1:/etc/two r,", "-",
     "", ""},
    {"three, the middle one last", "A B C -A -C -B", "", "-", "", ""},
    {"a part of it is needed", "P C -P", "C1:/etc/one r,C1:/etc/three r,",
     "/etc/one r,/etc/three r,", "", ""},
    {"a part of it was needed", "P C -P -C", "", "", "", ""},
    {"gone by hand, then another's", "P 0 B !P", "B2:/etc/one r,/etc/two r,",
     "/etc/one r,/etc/two r,", "", ""},
    {"gone by hand, then another's, undone", "P 0 B !P -B", "", "", "", ""},
    {"in a file that the second wrote nothing to", "T U -T", "U1:/etc/two r,", "-",
     "U1:/etc/one r,", "-"},
    {"in such a file, both", "T U -T -U", "", "-", "", "-"},
};

static void
tell(gsize n, gboolean comments)
{
    g_auto(GStrv) steps = g_strsplit(stories[n].story, " ", -1);
    Story story = {.comments = comments};

    changing_init(&story.fixture);
    for (guint i = 0; steps[i]; i++) {
        const char *at = steps[i];
        char name = at[strlen(at) - 1];
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan = NULL;

        if (at[0] == '0') {
            test_write(story.fixture.dir, DEMO, "");
            changing_reopen(&story.fixture, FALSE);
            continue;
        }
        plan = at[0] == '-' || at[0] == '!' ? plan_undo(&story, name, &error)
                                            : plan_want(&story, name, &error);
        if (at[0] == '!') {
            assert_null(plan);
            assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
            continue;
        }
        assert_no_error(error);
        if (at[0] != '-')
            story.ids[(int)name] = g_strdup(plan->id);
        carry_out(&story, plan);
    }
    g_autofree char *demo = digest(&story, DEMO);
    g_autofree char *twins = digest(&story, TWINS);
    assert_string_equal(demo, comments ? stories[n].with : stories[n].without);
    assert_string_equal(twins, comments ? stories[n].twins_with : stories[n].twins_without);
    for (int k = 0; k < 128; k++)
        g_free(story.ids[k]);
    changing_clear(&story.fixture);
}

static void
test_stories(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(stories); i++) {
        print_message("# %s\n", stories[i].name);
        tell(i, TRUE);
        if (stories[i].without[0] != '-')
            tell(i, FALSE);
    }
}

/* ---- includes ----------------------------------------------------------------------------------
 */

#define BARE       POLICY "bare"
#define BARE_LOCAL POLICY "local/bare"
#define LINE       POLICY "line"
#define LINE_LOCAL POLICY "local/line"

static const char bare[] = "profile bare {\n    /etc/bare r,\n}\n";
static const char line[] = "profile line { /etc/line r, }\nprofile second {\n}\n"
                           "profile third { }";

/* What the local file holds before all; the story ("+" writes by hand behind the local file, "="
 * takes that out again, "0" empties it, "#" takes the include out by hand); whether the
 * file with the profile is as it was then, and what the local file holds, without comments. */
static const struct {
    const char *name, *before, *story;
    gboolean gone;
    const char *holds;
    gboolean commented; /* for without comment lines the first undo has nothing to write */
} including[] = {
    {"alone", "", "I -I", TRUE, ""},
    {"the adder first", "", "I J -I", FALSE, "/etc/two r,"},
    {"the adder first, both", "", "I J -I -J", TRUE, ""},
    {"the adder last", "", "I J -J -I", TRUE, ""},
    {"a rule is handed over", "", "I K -I", FALSE, "/etc/one r,", TRUE},
    {"a rule is handed over, both", "", "I K -I -K", TRUE, "", TRUE},
    {"two others", "", "I J K -I -J", FALSE, "/etc/one r,", TRUE},
    {"two others, all", "", "I J K -I -J -K", TRUE, "", TRUE},
    {"two others, all, the last first", "", "I J K -I -K -J", TRUE, "", TRUE},
    {"somebody's rule", "", "I + -I", FALSE, "/hand r,"},
    {"somebody's rule, and another's", "", "I + J -I -J", FALSE, "/hand r,"},
    {"somebody's rule, gone before the last", "", "I + J -I = -J", TRUE, ""},
    {"undone before the other was made", "", "I + -I J = -J", TRUE, ""},
    {"taken by hand", "", "I J -I # -J", TRUE, ""},
    {"taken by hand, added again", "", "I J -I # I -J", FALSE, "/etc/one r,"},
    {"taken by hand, added again, all", "", "I J -I # I -J -I", TRUE, ""},
    {"again after all", "", "I J -I -J I J -I -J", TRUE, ""},
    {"again over what was left", "", "I J -I I -J", FALSE, "/etc/one r,"},
    {"again over what was left, all", "", "I J -I I -J -I", TRUE, ""},
    {"what was there", "/old r,\n", "I J -I -J", TRUE, "/old r,"},
    {"what was there, without a newline", "/old r,", "I J -I -J", TRUE, "/old r,"},
    {"on one line", NULL, "X Y -X -Y", TRUE, ""},
    {"on one line, beside another", NULL, "X Z Y -X -Z -Y", TRUE, ""},
    {"on one line, beside another, which goes last", NULL, "X Y Z -X -Y -Z", TRUE, ""},
};

static void
by_hand(Story *story, char what, const char *local)
{
    const char *dir = story->fixture.dir;
    g_autofree char *text = what == '#' ? NULL : test_read(dir, local);
    char *hand = text ? strstr(text, "/hand r,\n") : NULL;

    if (what == '#') {
        test_write(dir, BARE, bare);
    } else if (what == '+') {
        g_autofree char *more = g_strconcat(text, "/hand r,\n", NULL);
        test_write(dir, local, more);
    } else {
        memmove(hand, hand + 9, strlen(hand + 9) + 1);
        test_write(dir, local, text);
    }
    changing_reopen(&story->fixture, FALSE);
}

static void
tell_including(gsize n, gboolean comments)
{
    g_auto(GStrv) steps = g_strsplit(including[n].story, " ", -1);
    const char *before = including[n].before;
    const char *local = before ? BARE_LOCAL : LINE_LOCAL;
    Story story = {.comments = comments};

    changing_init(&story.fixture);
    test_write(story.fixture.dir, LINE, line);
    if (before && before[0])
        test_write(story.fixture.dir, local, before);
    changing_reopen(&story.fixture, FALSE);
    for (guint i = 0; steps[i]; i++) {
        char name = steps[i][strlen(steps[i]) - 1];
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrPlan) plan = NULL;

        if (!g_ascii_isalpha(name)) {
            by_hand(&story, name, local);
            continue;
        }
        plan =
            steps[i][0] == '-' ? plan_undo(&story, name, &error) : plan_want(&story, name, &error);
        assert_no_error(error);
        if (steps[i][0] != '-') {
            g_free(story.ids[(int)name]);
            story.ids[(int)name] = g_strdup(plan->id);
        }
        carry_out(&story, plan);
    }
    g_autofree char *holds = comments ? NULL : digest(&story, local);
    g_autofree char *text = test_read(story.fixture.dir, before ? BARE : LINE);
    if (holds)
        assert_string_equal(holds, including[n].holds);
    if (including[n].gone)
        assert_string_equal(text, before ? bare : line);
    else
        assert_non_null(strstr(text, "include if exists <local/"));
    if (including[n].gone)
        changing_assert_text(&story.fixture, local, before ? before : "");
    for (int k = 0; k < 128; k++)
        g_free(story.ids[k]);
    changing_clear(&story.fixture);
}

static void
test_includes(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(including); i++) {
        print_message("# %s\n", including[i].name);
        tell_including(i, TRUE);
        if (!including[i].commented)
            tell_including(i, FALSE);
    }
}

/* Without comment lines there is nothing to write where all lines stay: it is said who needs them,
 * and the other one goes first. */
static void
test_all_needed(void **state)
{
    Story story = {.comments = FALSE};
    g_autoptr(GError) error = NULL;

    changing_init(&story.fixture);
    g_autoptr(AmrPlan) a = plan_want(&story, 'A', &error);
    story.ids['A'] = a->id;
    carry_out(&story, a);
    g_autoptr(AmrPlan) b = plan_want(&story, 'B', &error);
    carry_out(&story, b);
    assert_null(plan_undo(&story, 'A', &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_NOTHING_TO_DO);
    assert_non_null(strstr(error->message, b->id));
    assert_non_null(strstr(error->message, "/etc/one r,"));
    changing_clear(&story.fixture);
}

/* Between the plan of an undo and its lock another change was made that needs the line, in a file
 * that it did not write to: the files are as they were, and yet nothing may be taken. */
static void
test_came_between(void **state)
{
    Story story = {.comments = TRUE};
    g_autoptr(GError) error = NULL;

    changing_init(&story.fixture);
    g_autoptr(AmrPlan) first = plan_want(&story, 'T', &error);
    story.ids['T'] = first->id;
    carry_out(&story, first);
    g_autoptr(AmrPlan) undo = plan_undo(&story, 'T', &error);
    assert_no_error(error);
    undo->made--;
    g_autoptr(AmrPlan) second = plan_want(&story, 'U', &error);
    carry_out(&story, second);
    assert_null(changing_run(&story.fixture, undo, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    assert_non_null(strstr(error->message, second->id));
    changing_clear(&story.fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_includes),
        cmocka_unit_test(test_all_needed),
        cmocka_unit_test(test_came_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
