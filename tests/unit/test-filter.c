/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/error.h"
#include "core/denial/filter.h"
#include "core/denial/wildcard.h"

#define NOW (G_GINT64_CONSTANT(1795400000) * G_USEC_PER_SEC) /* 2026-11-23 02:13:20 UTC */

/* ---- wildcards --------------------------------------------------------------------------------
 */

static void
test_wildcard(void **state)
{
    enum {
        FOLD = AMR_WILDCARD_FOLD,
        ANYWHERE = AMR_WILDCARD_FOLD | AMR_WILDCARD_ANYWHERE
    };
    static const struct {
        const char *name, *pattern, *value;
        guint flags;
        gboolean want;
    } rows[] = {
        {"literal", "abc", "abc", 0, TRUE},
        {"literal, longer value", "abc", "abcd", 0, FALSE},
        {"literal, shorter value", "abc", "ab", 0, FALSE},
        {"nothing matches nothing", "", "", 0, TRUE},
        {"star matches nothing", "*", "", 0, TRUE},
        {"star matches slashes", "/etc/*", "/etc/a/b", 0, TRUE},
        {"star in the middle", "/e*/b", "/etc/a/b", 0, TRUE},
        {"the last of several places", "*ab", "abab", 0, TRUE},
        {"star gives back", "a*bc*d", "abbcxbcd", 0, TRUE},
        {"the end must match", "a*bc*d", "abbcxbcde", 0, FALSE},
        {"stars in a row", "a***b", "axb", 0, TRUE},
        {"question mark is one byte", "a?c", "abc", 0, TRUE},
        {"and not none", "a?c", "ac", 0, FALSE},
        {"two of them for two bytes", "a\?\?c",
         "a\xc3\xbc"
         "c",
         0, TRUE},
        {"set", "a[xyz]c", "ayc", 0, TRUE},
        {"set, not of it", "a[xyz]c", "abc", 0, FALSE},
        {"range", "[a-c0-3]", "2", 0, TRUE},
        {"range, outside", "[a-c0-3]", "4", 0, FALSE},
        {"range of high bytes", "[\x80-\xff]", "\xc3", 0, TRUE},
        {"range the wrong way round is empty", "[c-a]", "b", 0, FALSE},
        {"not", "[!a]", "b", 0, TRUE},
        {"not, is", "[!a]", "a", 0, FALSE},
        {"not by a caret", "[^a-c]", "b", 0, FALSE},
        {"not a slash", "/a/[!/]", "/a//", 0, FALSE},
        {"a bracket that comes first is one", "[]]", "]", 0, TRUE},
        {"and after not", "[!]]", "]", 0, FALSE},
        {"a dash at the end is one", "[a-]", "-", 0, TRUE},
        {"a literal star", "[*]", "*", 0, TRUE},
        {"and nothing else", "[*]", "x", 0, FALSE},
        {"an open bracket is one", "a[bc", "a[bc", 0, TRUE},
        {"and those behind it", "[[[", "[[[", 0, TRUE},
        {"a set before an open bracket", "[ab][", "b[", 0, TRUE},
        {"backslash is a byte", "a\\*", "a\\x", 0, TRUE},
        {"case counts", "abc", "ABC", 0, FALSE},
        {"case folded", "aBc", "AbC", FOLD, TRUE},
        {"case folded in a range", "[a-c]", "B", FOLD, TRUE},
        {"case folded in what is excluded", "[!a-c]", "B", FOLD, FALSE},
        {"anywhere", "tc", "/eTc/", ANYWHERE, TRUE},
        {"anywhere, not there", "tcx", "/etc/", ANYWHERE, FALSE},
        {"anywhere, begins anew", "aab", "aaab", ANYWHERE, TRUE},
        {"with a wildcard it is the whole", "e?c", "/etc/", ANYWHERE, FALSE},
        {"the whole", "*e?c*", "/ETC/", ANYWHERE, TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrWildcard) wildcard =
            amr_wildcard_new(amr_bytes(rows[i].pattern), rows[i].flags);
        if (amr_wildcard_match(wildcard, amr_bytes(rows[i].value)) != rows[i].want)
            fail_msg("%s: %s on %s", rows[i].name, rows[i].pattern, rows[i].value);
    }
}

static void
test_wildcard_nul(void **state)
{
    g_autoptr(AmrWildcard) wildcard = amr_wildcard_new(amr_bytes("@?b*"), 0);
    assert_true(amr_wildcard_match(wildcard, (AmrBytes){"@\0b\0c", 5}));
    assert_false(amr_wildcard_match(wildcard, (AmrBytes){"@\0c", 3}));
    assert_false(amr_wildcard_match(wildcard, (AmrBytes){NULL, 0}));
}

/* The plainest matcher there is: by recursion over all that a star may take. */
static gboolean
slow_match(const char *pattern, const char *value)
{
    if (*pattern == '\0')
        return *value == '\0';
    if (*pattern == '*')
        return slow_match(pattern + 1, value) || (*value && slow_match(pattern, value + 1));
    return *value && (*pattern == '?' || *pattern == *value) && slow_match(pattern + 1, value + 1);
}

static void
test_wildcard_twin(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    guint matched = 0;

    for (int round = 0; round < 50000; round++) {
        char pattern[9] = {0}, value[11] = {0};
        const int pattern_len = g_rand_int_range(random, 0, 9);
        const int value_len = g_rand_int_range(random, 0, 11);
        for (int i = 0; i < pattern_len; i++)
            pattern[i] = "ab*?*a"[g_rand_int_range(random, 0, 6)];
        for (int i = 0; i < value_len; i++)
            value[i] = "ab"[g_rand_int_range(random, 0, 2)];
        g_autoptr(AmrWildcard) wildcard = amr_wildcard_new(amr_bytes(pattern), 0);
        const gboolean got = amr_wildcard_match(wildcard, amr_bytes(value));
        if (got != slow_match(pattern, value))
            fail_msg("%s on %s: %d", pattern, value, got);
        matched += got != FALSE;
    }
    assert_true(matched > 1000);
}

/* Where a matcher that tries all places for all stars would never come back. */
static void
test_wildcard_bound(void **state)
{
    g_autoptr(GString) pattern = g_string_new(NULL);
    g_autofree char *value = g_malloc(65536);
    g_autoptr(AmrWildcard) wildcard = NULL;

    for (int i = 0; i < 500; i++)
        g_string_append(pattern, "*a?");
    g_string_append(pattern, "*b");
    memset(value, 'a', 65536);
    wildcard = amr_wildcard_new(amr_bytes(pattern->str), 0);
    assert_false(amr_wildcard_match(wildcard, (AmrBytes){value, 65536}));
    value[65535] = 'b';
    assert_true(amr_wildcard_match(wildcard, (AmrBytes){value, 65536}));
}

/* ---- events -----------------------------------------------------------------------------------
 */

typedef struct {
    char scratch[AMR_EVENT_SCRATCH];
    AmrEvent event;
} Sample;

static void
decode(Sample *sample, const char *line)
{
    AmrRecord record;
    assert_true(amr_record_slice(&record, line, (AmrSpan){0, (uint32_t)strlen(line)}));
    assert_true(amr_event_decode(&sample->event, &record, line, sample->scratch));
}

#define HEAD "type=AVC msg=audit(1795399900.000:7): apparmor="
/* The name is "/tmp/A b*\xff". */
static const char web[] =
    "node=alpha " HEAD "\"DENIED\" operation=\"open\" class=\"file\" namespace=\"root//web\" "
    "profile=\"ping\" name=2F746D702F4120622AFF pid=4 comm=\"Sly\" requested_mask=\"wr\" "
    "denied_mask=\"wr\" fsuid=1000 ouid=0";
static const char linked[] =
    HEAD "\"ALLOWED\" operation=\"link\" profile=\"/usr/bin/tool//null-/x\" name=\"/srv/new\" "
         "target=\"/srv/old\" comm=\"ln\" requested_mask=\"l\" denied_mask=\"l\" fsuid=0 ouid=0";
static const char capable[] = HEAD "\"DENIED\" operation=\"capable\" profile=\"ping\" pid=1 "
                                   "comm=\"ping\" capability=18  capname=\"sys_chroot\"";
static const char audited[] = HEAD "\"AUDIT\" operation=\"open\" profile=\"p\" name=\"/v\" "
                                   "comm=\"c\" requested_mask=\"r\" fsuid=33 ouid=0";
static const char socket[] = HEAD "\"DENIED\" operation=\"connect\" class=\"net\" profile=\"p\" "
                                  "comm=\"c\" family=\"inet6\" sock_type=\"stream\" protocol=6 "
                                  "requested=\"send\" denied=\"send\"";
static const char bus[] =
    "type=USER_AVC msg=audit(1795399900.000:8): pid=1 uid=0 auid=1 ses=1 msg='apparmor=\"DENIED\" "
    "operation=\"dbus_method_call\" bus=\"system\" path=\"/org/x\" interface=\"org.x.Y\" "
    "member=\"Get\" mask=\"send\" name=\"org.x\" pid=9 label=\"snap.a\" peer_label=\"unconfined\" "
    "exe=\"/usr/bin/dbus-daemon\" sauid=102 hostname=? addr=? terminal=?'";

static void
test_words(void **state)
{
    static const struct {
        const char *word, *line;
        gboolean want;
    } rows[] = {
        {"profile:ping", web, TRUE},
        {"profile:pin", web, FALSE},
        {"profile:PING", web, FALSE},
        {"profile::web:ping", web, TRUE},
        {"profile::web:*", web, TRUE},
        {"profile::web:*", capable, FALSE},
        {"profile::root//web:ping", web, FALSE},
        {"profile:/usr/*//null-*", linked, TRUE},
        {"op:open", web, TRUE},
        {"op:OPEN", web, TRUE},
        {"op:o", web, FALSE},
        {"op:cap*", capable, TRUE},
        {"class:file", web, TRUE},
        {"class:[fn]*", socket, TRUE},
        {"class:file", capable, FALSE},
        {"path:/tmp/A b[*]\xff", web, TRUE},
        {"path:/tmp/a b[*]\xff", web, FALSE},
        {"path:/tmp/A*", web, TRUE},
        {"path:2F*", web, FALSE},
        {"path:/srv/new", linked, TRUE},
        {"path:/srv/old", linked, TRUE},
        {"path:/org/*", bus, TRUE},
        {"path:*", capable, FALSE},
        {"mask:wr", web, TRUE},
        {"mask:rw", web, TRUE}, /* as it is shown */
        {"mask:r", web, FALSE},
        {"mask:*w*", web, TRUE},
        {"mask:r", audited, TRUE}, /* nothing was denied: what was asked for */
        {"mask:send", socket, TRUE},
        {"mask:send", bus, TRUE},
        {"mask:*", capable, FALSE},
        {"comm:Sly", web, TRUE},
        {"comm:sly", web, FALSE},
        {"uid:1000", web, TRUE},
        {"uid:1*", web, TRUE},
        {"uid:0", linked, TRUE},
        {"uid:0", capable, FALSE}, /* not known is not root */
        {"uid:*", capable, FALSE},
        {"host:ALPHA", web, TRUE},
        {"host:alpha", linked, FALSE},
        {"verdict:denied", web, TRUE},
        {"verdict:ALLOWED", linked, TRUE},
        {"verdict:denied", linked, FALSE},
        {"state:*", web, FALSE}, /* of no denial */
        {"ping", web, TRUE},
        {"PIN", web, TRUE},
        {":WEB:p", web, TRUE},
        {"sly", web, TRUE},
        {"/tmp/a ", web, TRUE},
        {"pe", web, TRUE}, /* open */
        {"alpha", web, FALSE},
        {"1000", web, FALSE},
        {"denied", web, FALSE},
        {"old", linked, TRUE},
        {"CHROOT", capable, TRUE},
        {"inet6", socket, TRUE},
        {"org.x.y", bus, TRUE},
        {"p?ng", web, TRUE},
        {"p?n", web, FALSE},
        {"/etc:x", web, FALSE},
        {"!ping", web, FALSE},
        {"!profile:ping", linked, TRUE},
        {"!!profile:ping", web, TRUE},
        {"!uid:0", capable, TRUE},
        {"since:100s", web, TRUE},
        {"since:99s", web, FALSE},
        {"!since:99s", web, TRUE},
    };
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);
    g_autofree Sample *sample = g_new(Sample, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *const words[] = {rows[i].word, NULL};
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrFilter) filter = amr_filter_new(words, clock, &error);
        assert_no_error(error);
        decode(sample, rows[i].line);
        if (amr_filter_match(filter, &sample->event, NULL) != rows[i].want)
            fail_msg("%s on %s", rows[i].word, rows[i].line);
    }
}

static void
test_all_must_match(void **state)
{
    static const struct {
        const char *line;
        gboolean want;
    } rows[] = {
        {"", TRUE},
        {"  \t ", TRUE},
        {"profile:ping op:open", TRUE},
        {"profile:ping op:exec", FALSE},
        {"op:exec profile:ping", FALSE},
        {"profile:ping !op:exec uid:1000", TRUE},
        {"  path:\"/tmp/A b*\"\tping ", TRUE},
        {"\"path:/tmp/A b*\"", TRUE},
        {"!\"path:/tmp/A b*\"", FALSE},
        {"path:/tmp/\"A b\"*", TRUE},
        {"path:/tmp/A b*", FALSE}, /* two words */
        {"\"A B\"", TRUE},
    };
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);
    g_autofree Sample *sample = g_new(Sample, 1);

    decode(sample, web);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrFilter) filter = amr_filter_read(rows[i].line, clock, &error);
        assert_no_error(error);
        assert_int_equal(amr_filter_is_empty(filter),
                         rows[i].line[strspn(rows[i].line, " \t")] == '\0');
        if (amr_filter_match(filter, &sample->event, NULL) != rows[i].want)
            fail_msg("%s", rows[i].line);
    }
}

static void
test_refused(void **state)
{
    g_autofree char *too_long = g_strnfill(5000, 'x');
    const struct {
        const char *line, *says;
    } rows[] = {
        {"op:open frob:x", "'frob:x': Unknown key"},
        {"Profile:x", "'Profile:x': Unknown key"},
        {"!frob:x", "'!frob:x': Unknown key"},
        {"http://x", "'http://x': Unknown key"},
        {"op:", "'op:': No value"},
        {"!path:", "'!path:': No value"},
        {"path:\"\"", "'path:': No value"},
        {"!", "'!': Empty"},
        {"a \"\"", "'': Empty"},
        {"since:", "'since:': No value"},
        {"since:soon", "'since:soon': Not a time"},
        {"a \"b c", "'b c': The quote"},
        {"state:fixd", "'state:fixd': No such value; known are came-back new proposed fixed"},
        {"!class:caps", "known are file capability network"},
        {"verdict:deny", "known are denied allowed audit"},
        {"uid:alice", "Not the number of a user"},
        {too_long, "Longer"},
    };
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AmrFilter) filter = amr_filter_read(rows[i].line, clock, &error);
        assert_null(filter);
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        if (!strstr(error->message, rows[i].says))
            fail_msg("%s: %s", rows[i].line, error->message);
    }
}

static void
test_refused_is_shown_inert(void **state)
{
    const char *const words[] = {"since:\x1b[2J\xe2\x80\xae", NULL};
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);
    g_autoptr(GError) error = NULL;

    assert_null(amr_filter_new(words, clock, &error));
    assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
    assert_null(strchr(error->message, '\x1b'));
    assert_non_null(strstr(error->message, "\\u{202e}"));
}

/* ---- time -------------------------------------------------------------------------------------
 */

static void
test_since(void **state)
{
    /* Now is 2026-11-23 02:13:20 UTC, in Berlin 03:13:20. */
    static const struct {
        const char *zone, *text;
        gint64 want; /* seconds; 0: refused */
    } rows[] = {
        {"UTC", "10s", 1795399990},
        {"UTC", "10m", 1795399400},
        {"UTC", "2h", 1795392800},
        {"UTC", "3d", 1795140800},
        {"UTC", "0s", 1795400000},
        {"UTC", "999999999s", 795400001},
        {"UTC", "02:13", 1795399980},
        {"UTC", "02:13:20", 1795400000},
        {"UTC", "02:13:21", 1795400001 - 86400},
        {"UTC", "23:00", 1795388400},
        {"UTC", "2026-11-23", 1795392000},
        {"UTC", "2026-11-22", 1795305600},
        {"UTC", "2026-11-22 14:05", 1795356300},
        {"UTC", "2026-11-22 14:05:07", 1795356307},
        {"UTC", "2026-11-22T14:05:07", 1795356307},
        {"UTC", "2027-01-01", 1798761600},
        {"Europe/Berlin", "2026-11-22 14:05", 1795356300 - 3600},
        {"Europe/Berlin", "2026-07-01 00:00", 1782856800},
        {"Europe/Berlin", "03:13", 1795399980},
        {"Europe/Berlin", "00:30", 1795390200},
        {"UTC", "10", 0},
        {"UTC", "m", 0},
        {"UTC", "10w", 0},
        {"UTC", "10m ", 0},
        {"UTC", " 10m", 0},
        {"UTC", "-10m", 0},
        {"UTC", "1h30m", 0},
        {"UTC", "9999999999s", 0},
        {"UTC", "24:00", 0},
        {"UTC", "12:60", 0},
        {"UTC", "12:00:60", 0},
        {"UTC", "12:0", 0},
        {"UTC", "12:00x", 0},
        {"UTC", "2026-02-30", 0},
        {"UTC", "2026-13-01", 0},
        {"UTC", "0000-01-01", 0},
        {"UTC", "26-11-22", 0},
        {"UTC", "2026-11-22 ", 0},
        {"UTC", "2026-11-22x14:05", 0},
        {"UTC", "yesterday", 0},
    };
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);
    g_autofree char *zone = g_strdup(g_getenv("TZ"));

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 when = -7;
        assert_true(g_setenv("TZ", rows[i].zone, TRUE));
        tzset();
        const gboolean read = amr_since_read(rows[i].text, clock, &when);
        if (read != (rows[i].want != 0) || when != (read ? rows[i].want * G_USEC_PER_SEC : -7))
            fail_msg("%s in %s: %d, %" G_GINT64_FORMAT, rows[i].text, rows[i].zone, read, when);
    }
    if (zone)
        assert_true(g_setenv("TZ", zone, TRUE));
    else
        g_unsetenv("TZ");
    tzset();
}

/* Before the epoch there is nothing; what has no time is never since, however long ago. */
static void
test_since_unknown(void **state)
{
    const char *const words[] = {"since:999999999d", NULL};
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);
    g_autoptr(AmrFilter) filter = amr_filter_new(words, clock, NULL);
    AmrDenial denial = {.last = 0};
    const AmrEvent event = {.time = NOW};

    assert_non_null(filter);
    assert_false(amr_filter_match(filter, &event, &denial)); /* the denial's time is what counts */
    denial.last = 1;
    assert_true(amr_filter_match(filter, &event, &denial));
    assert_true(amr_filter_match(filter, &event, NULL));
}

/* ---- denials of a store -----------------------------------------------------------------------
 */

static void
test_store(void **state)
{
    static const struct {
        const char *line;
        guint n;
        AmrDenialId ids[3];
    } rows[] = {
        {"", 3, {3, 1, 2}},
        {"profile:ping", 2, {3, 1}},
        {"state:came?back", 1, {2}},
        {"state:came-back", 1, {2}},
        {"state:new", 2, {3, 1}},
        {"!state:NEW", 1, {2}},
        {"profile:ping state:proposed", 0, {0}},
    };
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);
    g_autoptr(AmrStore) store = amr_store_new(0);
    g_autofree Sample *sample = g_new(Sample, 1);
    static const char *const lines[] = {web, linked, capable};

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        decode(sample, lines[i]);
        assert_int_equal(amr_store_add(store, &sample->event, NULL), i + 1);
    }
    amr_store_set_state(store, 2, AMR_DENIAL_STATE_CAME_BACK);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AmrDenialId ids[] = {3, 1, 2};
        g_autoptr(AmrFilter) filter = amr_filter_read(rows[i].line, clock, NULL);
        assert_non_null(filter);
        assert_int_equal(amr_filter_ids(filter, store, ids, G_N_ELEMENTS(ids)), rows[i].n);
        for (guint j = 0; j < rows[i].n; j++)
            assert_int_equal(ids[j], rows[i].ids[j]);
    }
}

static void
test_is_word(void **state)
{
    static const struct {
        const char *argument;
        gboolean want;
    } rows[] = {
        {"profile:x", TRUE},     {"since:10m", TRUE}, {"path:/a:b", TRUE},
        {"op:", TRUE},           {"!ping", TRUE},     {"!", TRUE},
        {"./profile:x", FALSE},  {"ping", FALSE},     {"profile", FALSE},
        {"profiles:x", FALSE},   {"a:b", FALSE},      {":ns:x", FALSE},
        {"/var/log/x:y", FALSE}, {"-", FALSE},        {"", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (amr_filter_is_word(rows[i].argument) != rows[i].want)
            fail_msg("%s", rows[i].argument);
    }
}

static void
test_keys(void **state)
{
    g_autoptr(AmrClock) clock = amr_clock_new_fixed(NOW);

    assert_null(amr_filter_key_word(AMR_FILTER_KEY_NONE));
    assert_null(amr_filter_key_word(AMR_FILTER_KEY_COUNT));
    for (guint key = 1; key < AMR_FILTER_KEY_COUNT; key++) {
        const char *value = key == AMR_FILTER_KEY_SINCE ? ":1d" : ":*";
        g_autofree char *word = g_strconcat(amr_filter_key_word((AmrFilterKey)key), value, NULL);
        g_autoptr(AmrFilter) filter = amr_filter_read(word, clock, NULL);
        assert_non_null(filter);
        assert_true(amr_filter_is_word(word));
        assert_true(strlen(amr_filter_key_help((AmrFilterKey)key)) > 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wildcard),      cmocka_unit_test(test_wildcard_nul),
        cmocka_unit_test(test_wildcard_twin), cmocka_unit_test(test_wildcard_bound),
        cmocka_unit_test(test_words),         cmocka_unit_test(test_all_must_match),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_refused_is_shown_inert),
        cmocka_unit_test(test_since),         cmocka_unit_test(test_since_unknown),
        cmocka_unit_test(test_store),         cmocka_unit_test(test_is_word),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
