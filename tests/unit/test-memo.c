/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is remembered of heads and records makes reading quicker, and no other difference at all. */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/denial/memo.h"
#include "core/log/shapes.h"
#include "core/source/intake.h"
#include "tests/unit/logmaker.h"

/* ---- the memo by itself ---------------------------------------------------------------------- */

#define HEAD  "type=AVC msg=audit(1795350882.844:34): "
#define BODY  "apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/x\""
#define REST  " comm=\"c\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0"
#define FIRST HEAD BODY " pid=17" REST

static const struct {
    const char *line;
    gboolean found; /* once FIRST was there */
    guint pid;
} known[] = {
    {FIRST, TRUE, 17},
    {HEAD BODY " pid=4194304" REST, TRUE, 4194304},
    {HEAD BODY " pid=1" REST, TRUE, 1},
    {"audit: type=1400 audit(1795350999.000:35): " BODY " pid=9" REST, TRUE, 9},
    {"Nov 22 14:05:07 h kernel: [   16.641419] audit: type=1400 audit(1795350999.000:35): " BODY
     " pid=9" REST,
     TRUE, 9},
    /* every byte but those of the pid counts */
    {HEAD BODY " pid=17" REST " ", FALSE, 0},
    {HEAD BODY " pid=" REST, FALSE, 0},
    {HEAD BODY " pid=17x" REST, FALSE, 0},
    {HEAD BODY " pid=\"17\"" REST, FALSE, 0},
    {HEAD BODY " pid=12345678901234" REST, FALSE, 0},
    {HEAD BODY " qid=17" REST, FALSE, 0},
    {HEAD BODY "  pid=17" REST, FALSE, 0},
    {HEAD BODY REST, FALSE, 0},
    {HEAD BODY " pid=17 comm=\"d\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0", FALSE,
     0},
    {HEAD "apparmor=\"ALLOWED\" operation=\"open\" profile=\"p\" name=\"/x\" pid=17" REST, FALSE,
     0},
    /* and who logged it, where that says more */
    {"node=a " FIRST, FALSE, 0},
    {"type=1502 msg=audit(1795350882.844:34): " BODY " pid=17" REST, FALSE, 0},
    {"type=USER_AVC msg=audit(1795350882.844:34): pid=5 uid=0 msg='" BODY " pid=17" REST "'", FALSE,
     0},
};

/* One record on its way. */
typedef struct {
    AmrStore *store;
    AmrMemo *memo;
    char scratch[AMR_EVENT_SCRATCH];
} Way;

static gboolean
find(Way *way, const char *block, AmrSpan line, AmrHead *head, AmrMemoText *text,
     AmrOccurrence *occurrence)
{
    assert_true(amr_head_read(head, block, line));
    amr_memo_read(way->memo, head, block, text);
    amr_memo_expect(way->memo, text);
    return amr_memo_find(way->memo, text, head, occurrence);
}

/* Takes it the long way; what it is held as. */
static AmrDenialId
take(Way *way, const char *line)
{
    g_autofree char *block = g_strconcat("\n", line, NULL);
    const AmrSpan span = {1, (uint32_t)strlen(line)};
    AmrOccurrence occurrence;
    AmrMemoText text;
    AmrRecord record;
    AmrEvent event;
    AmrHead head;
    AmrDenialId id;

    (void)find(way, block, span, &head, &text, &occurrence);
    assert_true(amr_record_slice_body(&record, &head, block));
    assert_true(amr_event_decode(&event, &record, block, way->scratch));
    id = amr_store_add(way->store, &event, NULL);
    amr_memo_keep(way->memo, &text, &record, block, id);
    return id;
}

static gboolean
is_found(Way *way, const char *line, AmrOccurrence *occurrence)
{
    g_autofree char *block = g_strconcat("\n", line, NULL);
    AmrMemoText text;
    AmrHead head;
    return find(way, block, (AmrSpan){1, (uint32_t)strlen(line)}, &head, &text, occurrence);
}

static void
test_known(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autoptr(AmrMemo) memo = amr_memo_new(store);
    g_autofree Way *way = g_new0(Way, 1);
    AmrOccurrence occurrence;
    AmrDenialId id;

    way->store = store;
    way->memo = memo;
    id = take(way, FIRST);
    assert_false(is_found(way, FIRST, &occurrence)); /* once is not worth it */
    (void)take(way, FIRST);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        if (is_found(way, known[i].line, &occurrence) != known[i].found)
            fail_msg("%s: not %d", known[i].line, known[i].found);
        if (known[i].found) {
            assert_int_equal(occurrence.id, id);
            assert_int_equal(occurrence.pid, known[i].pid);
        }
    }
}

/* What was folded away is found no more, and again when it is there anew. */
static void
test_folded(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(2);
    g_autoptr(AmrMemo) memo = amr_memo_new(store);
    g_autofree Way *way = g_new0(Way, 1);
    AmrOccurrence occurrence;

    way->store = store;
    way->memo = memo;
    (void)take(way, HEAD "apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/y\" pid=1");
    (void)take(way, FIRST);
    (void)take(way, FIRST);
    assert_true(is_found(way, FIRST, &occurrence));
    (void)take(way, HEAD "apparmor=\"DENIED\" operation=\"open\" profile=\"q\" name=\"/z\" pid=1");
    assert_null(amr_store_get(store, occurrence.id)); /* the newest of p made room */
    assert_false(is_found(way, FIRST, &occurrence));
    (void)take(way, FIRST);
    (void)take(way, FIRST);
    assert_false(is_found(way, FIRST, &occurrence)); /* folded: counted there each time */
}

/* More than it can hold: the newest are there. */
static void
test_bounded(void **state)
{
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autoptr(AmrMemo) memo = amr_memo_new(store);
    g_autofree Way *way = g_new0(Way, 1);
    AmrOccurrence occurrence;
    guint found = 0;

    way->store = store;
    way->memo = memo;
    for (guint i = 0; i < 30000; i++) {
        g_autofree char *line = g_strdup_printf(
            HEAD "apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/%u\" pid=1", i);
        const AmrDenialId id = take(way, line);
        (void)take(way, line);
        assert_true(is_found(way, line, &occurrence));
        assert_int_equal(occurrence.id, id);
    }
    for (guint i = 0; i < 30000; i++) {
        g_autofree char *line = g_strdup_printf(
            HEAD "apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/%u\" pid=1", i);
        if (is_found(way, line, &occurrence)) {
            assert_int_equal(occurrence.id, i + 1);
            found++;
        }
    }
    assert_true(found > 1000 && found < 30000);
}

/* ---- the same store with it and without ------------------------------------------------------ */

typedef struct {
    AmrStore *store;
    AmrIntake *intake;
    AmrInput *input;
} Side;

static Side
side_new(guint limit, gboolean journal, gboolean forgets)
{
    Side side = {amr_store_new(limit), NULL, amr_input_new(3, AMR_OPEN_GIVEN, "log", FALSE)};
    side.intake = amr_intake_new(side.store);
    if (forgets)
        amr_intake_forget(side.intake);
    side.input->regular = !journal;
    if (journal)
        side.input->others_from = 0;
    amr_intake_seed(side.intake, 1); /* both forget the same */
    return side;
}

static void
side_free(Side *side)
{
    amr_input_free(side->input);
    amr_intake_free(side->intake);
    amr_store_free(side->store);
}

static void
assert_same_row(const Side *a, const Side *b, AmrDenialId id)
{
    const AmrDenial *x = amr_store_get(a->store, id), *y = amr_store_get(b->store, id);
    AmrOccurrence last_x, last_y;
    AmrEvent event_x, event_y;

    assert_int_equal(x != NULL, y != NULL);
    if (!x)
        return;
    assert_int_equal(x->state, y->state);
    assert_int_equal(x->first, y->first);
    assert_int_equal(x->last, y->last);
    assert_int_equal(x->count, y->count);
    assert_int_equal(x->last_pid, y->last_pid);
    assert_int_equal(x->folded, y->folded);
    assert_int_equal(x->origin.source, y->origin.source);
    assert_int_equal(x->origin.len, y->origin.len);
    assert_int_equal(x->origin.offset, y->origin.offset);
    assert_true(amr_store_last(a->store, id, &last_x) && amr_store_last(b->store, id, &last_y));
    assert_int_equal(last_x.serial, last_y.serial);
    assert_int_equal(last_x.known, last_y.known);
    assert_true(amr_store_event(a->store, id, &event_x) && amr_store_event(b->store, id, &event_y));
    assert_int_equal(event_x.verdict, event_y.verdict);
    assert_int_equal(event_x.klass, event_y.klass);
    assert_int_equal(event_x.fsuid, event_y.fsuid);
    assert_int_equal(event_x.ouid, event_y.ouid);
    assert_int_equal(event_x.owner, event_y.owner);
    for (int field = 1; field < AMR_FIELD_COUNT; field++)
        assert_true(amr_bytes_equal(event_x.field[field], event_y.field[field]));
}

static void
assert_same(const Side *a, const Side *b)
{
    const guint count = amr_store_count(a->store);
    g_autofree AmrDenialId *ids_a = g_new(AmrDenialId, count + 1);
    g_autofree AmrDenialId *ids_b = g_new(AmrDenialId, count + 1);

    assert_memory_equal(&a->input->stats, &b->input->stats, sizeof a->input->stats);
    assert_int_equal(count, amr_store_count(b->store));
    assert_int_equal(amr_store_total(a->store), amr_store_total(b->store));
    assert_int_equal(amr_store_generation(a->store), amr_store_generation(b->store));
    for (int order = AMR_ORDER_ARRIVAL; order <= AMR_ORDER_PROFILE; order++) {
        assert_int_equal(amr_store_window(a->store, (AmrOrder)order, 0, count, ids_a), count);
        assert_int_equal(amr_store_window(b->store, (AmrOrder)order, 0, count, ids_b), count);
        assert_memory_equal(ids_a, ids_b, count * sizeof *ids_a);
    }
    for (guint i = 0; i < count; i++)
        assert_same_row(a, b, ids_a[i]);
}

/* Gives the same to both; every time it is asked how both stand, the orders are in use. */
static void
give(Side *side, const char *text, gsize size)
{
    gsize at = 0;
    while (at < size) {
        const gsize block = MIN(size - at, AMR_INPUT_BLOCK);
        const gsize done =
            amr_intake_block(side->intake, side->input, text + at, block, at, at + block == size);
        if (done == 0)
            break;
        at += done;
    }
}

static void
compare(const char *text, gsize size)
{
    static const guint limits[] = {0, 1, 3, 20};

    for (gsize i = 0; i < G_N_ELEMENTS(limits) * 2; i++) {
        Side quick = side_new(limits[i / 2], i % 2 == 1, FALSE);
        Side plain = side_new(limits[i / 2], i % 2 == 1, TRUE);
        for (int round = 0; round < 3; round++) {
            give(&quick, text, size);
            give(&plain, text, size);
            assert_same(&quick, &plain);
        }
        side_free(&quick);
        side_free(&plain);
    }
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every file below @dir, in the order of their names. */
static void
for_each_file(const char *dir, void (*take_file)(const char *text, gsize size))
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
    const char *name;

    assert_non_null(list);
    while ((name = g_dir_read_name(list)))
        g_ptr_array_add(names, g_build_filename(dir, name, NULL));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        const char *path = g_ptr_array_index(names, i);
        g_autofree char *text = NULL;
        gsize size = 0;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            for_each_file(path, take_file);
        } else {
            assert_true(g_file_get_contents(path, &text, &size, NULL));
            take_file(text, size);
        }
    }
}

static void
test_logs(void **state)
{
    g_autofree char *logs = test_data("log");
    g_autofree char *corpus =
        g_build_filename(g_getenv("ARMORER_SRCDIR"), "tests", "fuzz", "corpus", NULL);
    for_each_file(logs, compare);
    for_each_file(corpus, compare);
}

static void
test_census_log(void **state)
{
    const guint lines = g_getenv("ARMORER_LONG") ? 100000 : 5000;
    for (int form = LOG_TEXT; form < LOG_FORMS; form++) {
        LogTruth truth;
        g_autoptr(GString) log = log_make((LogForm)form, lines, 1, 7, &truth);
        compare(log->str, log->len);
    }
}

/* ---- hostile likeness ------------------------------------------------------------------------ */

/* What a byte is most likely to change the meaning of a line by. */
static const char letters[] = " \"'=#0159apid:.()[]\t\x1dtypemsg;AVC";

static GPtrArray *all_lines;

static void
collect(const char *text, gsize size)
{
    const char *at = text, *end = text + size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (gsize)(end - at));
        const char *stop = newline ? newline : end;
        if (stop - at < 2000 && g_strstr_len(at, stop - at, "apparmor="))
            g_ptr_array_add(all_lines, g_bytes_new(at, (gsize)(stop - at)));
        at = stop + 1;
    }
}

/* A line as it is, or with a few of its bytes changed, put in or taken out; digits most often. */
static void
put_variant(GString *log, GRand *rand, GBytes *line)
{
    const gsize start = log->len, size = g_bytes_get_size(line);
    const int edits = g_rand_int_range(rand, 0, 4);

    g_string_append_len(log, g_bytes_get_data(line, NULL), (gssize)size);
    for (int i = 0; i < edits; i++) {
        const gsize at = start + (gsize)g_rand_int_range(rand, 0, (gint32)size);
        const char letter = letters[g_rand_int_range(rand, 0, sizeof letters - 1)];
        if (at >= log->len)
            continue;
        if (g_ascii_isdigit(log->str[at]) || g_rand_int_range(rand, 0, 4) > 0)
            log->str[at] = g_ascii_isdigit(log->str[at])
                               ? (char)('0' + g_rand_int_range(rand, 0, 10))
                               : letter;
        else if (g_rand_boolean(rand))
            g_string_insert_c(log, (gssize)at, letter);
        else
            g_string_erase(log, (gssize)at, 1);
    }
    g_string_append_c(log, '\n');
}

static void
test_variants(void **state)
{
    const guint rounds = g_getenv("ARMORER_LONG") ? 300 : 12;
    g_autofree char *logs = test_data("log");
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261124);

    all_lines = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for_each_file(logs, collect);
    assert_true(all_lines->len > 100);
    for (guint round = 0; round < rounds; round++) {
        g_autoptr(GString) log = g_string_new(NULL);
        /* Few kinds at once, so that they come again. */
        for (int i = 0; i < 2000; i++) {
            const gint32 kinds = MIN((gint32)all_lines->len, 12);
            const guint which =
                (round * 12 + (guint)g_rand_int_range(rand, 0, kinds)) % all_lines->len;
            put_variant(log, rand, g_ptr_array_index(all_lines, which));
        }
        compare(log->str, log->len);
    }
    g_ptr_array_unref(all_lines);
}

/* ---- heads ----------------------------------------------------------------------------------- */

/* Each stands before or after one that looks like it and says something else. */
static const char *const alike[] = {
    "type=AVC msg=audit(1795350882.844:34): " BODY,
    "type=AVC msg=audit(1795350999.123:99): " BODY,
    "type=AVC msg=audit(1795350882.844:34) : " BODY,
    "type=1400 msg=audit(1795350882.844:34): " BODY,
    "type=1107 msg=audit(1795350882.844:34): " BODY,
    "type=1502 msg=audit(1795350882.844:34): " BODY,
    "type=1503 msg=audit(1795350882.844:34): " BODY,
    "type=1603 msg=audit(1795350882.844:34): " BODY,
    "type=UNKNOWN[1503] msg=audit(1795350882.844:34): " BODY,
    "type=UNKNOWN[1502] msg=audit(1795350882.844:34): " BODY,
    "type=UNKNOWN[1302] msg=audit(1795350882.844:34): " BODY,
    "node=h1 type=AVC msg=audit(1795350882.844:34): " BODY,
    "node=h2 type=AVC msg=audit(1795350882.844:34): " BODY,
    "Nov 22 14:05:07 h1 kernel: [   16.641419] audit: type=1400 audit(1795350882.844:34): " BODY,
    "Nov 23 14:05:07 h2 kernel: [   99.641419] audit: type=1400 audit(1795350882.844:35): " BODY,
    "Nov 23 14:05:07 h2 kernel: [   99.641419] audit: type=1300 audit(1795350882.844:35): " BODY,
    "Nov 23 14:05:07 h2 kernel: audit: type=1400 audit(1795350882.844:35): " BODY,
    "Nov 23 14:05:07 h2 myprog: audit: type=1400 audit(1795350882.844:35): " BODY,
    "Nov 23 14:05:07 h2 kernel: message repeated 2 times: [ audit: type=1400 "
    "audit(1795350882.844:35): " BODY "]",
    "Nov 23 14:05:07 h2 kernel: message repeated 2 times: [ audit: type=1400 "
    "audit(1795350882.844:35): " BODY " ",
    "5,387,16641419,-;audit: type=1400 audit(1795350882.844:35): " BODY,
    "[   16.641419] audit: type=1400 audit(1795350882.844:34): " BODY,
    "[  116.641419] audit: type=1400 audit(0000000000.000:0): " BODY,
    "audit.log:12:type=AVC msg=audit(1795350882.844:34): " BODY,
    "audit[27]: AVC " BODY,
    "dbus-daemon[1]: " BODY,
};

static void
assert_same_head(AmrShapes *shapes, const char *text)
{
    const AmrSpan line = {1, (uint32_t)strlen(text)};
    g_autofree char *block = g_strconcat("\n", text, "\n", NULL);
    AmrHead want, got;
    const gboolean is_record = amr_head_read(&want, block, line);

    assert_int_equal(amr_shapes_read(shapes, &got, block, line), is_record);
    if (!is_record)
        return;
    assert_int_equal(got.text.off, want.text.off);
    assert_int_equal(got.text.len, want.text.len);
    assert_int_equal(got.body.off, want.body.off);
    assert_int_equal(got.body.len, want.body.len);
    assert_int_equal(got.node.off, want.node.off);
    assert_int_equal(got.node.len, want.node.len);
    assert_int_equal(got.verdict, want.verdict);
    assert_int_equal(got.stamp_ms, want.stamp_ms);
    assert_int_equal(got.serial, want.serial);
    assert_int_equal(got.printed, want.printed);
    assert_int_equal(got.from_kernel, want.from_kernel);
    assert_int_equal(got.nested, want.nested);
}

static void
test_shapes(void **state)
{
    AmrShapes shapes = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(alike); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(alike); j++) {
            AmrShapes two = {0};
            assert_same_head(&two, alike[i]);
            assert_same_head(&two, alike[j]);
            assert_same_head(&two, alike[i]);
            assert_same_head(&shapes, alike[j]);
        }
    }
    assert_int_equal(shapes.count, AMR_SHAPES); /* it did remember some */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),      cmocka_unit_test(test_folded),
        cmocka_unit_test(test_bounded),    cmocka_unit_test(test_logs),
        cmocka_unit_test(test_census_log), cmocka_unit_test(test_variants),
        cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
