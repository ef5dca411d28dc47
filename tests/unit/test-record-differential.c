/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our slicing against libapparmor's parse_record(): on each line that it reads, field by field.
 * It is handed no line over 16,000 bytes, and none with a backslash, which it takes for an escape
 * where the kernel wrote none.
 */
#include "tests/unit/testing.h"

#include <aalogparse/aalogparse.h>
#include <string.h>

#include "core/denial/event.h"

enum {
    LINE_MAX_SAFE = 16000
};

typedef struct {
    const char *line;
    char *scratch;
    guint compared;
} Run;

static void
compare_text(const Run *run, const AmrEvent *event, AmrField field, const char *theirs)
{
    const AmrBytes ours = event->field[field];
    /* What cannot stand in a C string it cannot give; an empty value it leaves out. */
    if (!theirs && ours.len == 0)
        return;
    if (!theirs || ours.len != strlen(theirs) || memcmp(ours.data, theirs, ours.len) != 0)
        fail_msg("%s: %s is %.*s, not %s", run->line, amr_field_key(field), (int)ours.len,
                 ours.data ? ours.data : "", theirs ? theirs : "(none)");
}

static void
compare_number(const Run *run, const AmrEvent *event, AmrField field, unsigned long theirs)
{
    guint64 ours = 0;
    if (!event->field[field].data)
        return; /* its records begin at 0 or -1, as the field has it */
    if (!amr_bytes_to_uint64(event->field[field], &ours) || ours != theirs)
        fail_msg("%s: %s is %" G_GUINT64_FORMAT ", not %lu", run->line, amr_field_key(field), ours,
                 theirs);
}

static void
compare_verdict(const Run *run, const AmrEvent *event, const aa_log_record *theirs)
{
    static const AmrVerdict verdicts[] = {
        [AA_RECORD_ERROR] = AMR_VERDICT_ERROR,     [AA_RECORD_AUDIT] = AMR_VERDICT_AUDIT,
        [AA_RECORD_ALLOWED] = AMR_VERDICT_ALLOWED, [AA_RECORD_DENIED] = AMR_VERDICT_DENIED,
        [AA_RECORD_HINT] = AMR_VERDICT_HINT,       [AA_RECORD_STATUS] = AMR_VERDICT_STATUS,
    };
    assert_true((guint)theirs->event < G_N_ELEMENTS(verdicts));
    if (verdicts[theirs->event] != event->verdict)
        fail_msg("%s: verdict %d", run->line, event->verdict);
    if (theirs->audit_id) {
        g_autofree char *stamp =
            g_strdup_printf("%" G_GINT64_FORMAT ".%03d:%" G_GUINT64_FORMAT,
                            event->time / G_USEC_PER_SEC,
                            (int)(event->time % G_USEC_PER_SEC / 1000), event->serial);
        if (event->time != 0 && g_strcmp0(stamp, theirs->audit_id) != 0)
            fail_msg("%s: stamp %s, not %s", run->line, stamp, theirs->audit_id);
        assert_int_equal(event->time / G_USEC_PER_SEC, theirs->epoch);
    }
}

static void
compare(const Run *run, const AmrEvent *event, const aa_log_record *theirs)
{
    compare_verdict(run, event, theirs);
    compare_text(run, event, AMR_FIELD_OPERATION, theirs->operation);
    compare_text(run, event, AMR_FIELD_PROFILE, theirs->profile);
    compare_text(run, event, AMR_FIELD_NAMESPACE, theirs->namespace);
    /* A capability's name is a name to it. */
    compare_text(run, event,
                 event->field[AMR_FIELD_CAPNAME].data ? AMR_FIELD_CAPNAME : AMR_FIELD_NAME,
                 theirs->name);
    /* A daemon's exe= it takes for comm=. */
    compare_text(run, event, event->field[AMR_FIELD_EXE].data ? AMR_FIELD_EXE : AMR_FIELD_COMM,
                 theirs->comm);
    compare_text(run, event, AMR_FIELD_INFO, theirs->info);
    compare_text(run, event, AMR_FIELD_ATTRIBUTE, theirs->attribute);
    compare_text(run, event, AMR_FIELD_FAMILY, theirs->net_family);
    compare_text(run, event, AMR_FIELD_SOCK_TYPE, theirs->net_sock_type);
    compare_text(run, event, AMR_FIELD_LADDR, theirs->net_local_addr);
    compare_text(run, event, AMR_FIELD_FADDR, theirs->net_foreign_addr);
    compare_text(run, event, AMR_FIELD_BUS, theirs->dbus_bus);
    compare_text(run, event, AMR_FIELD_PATH, theirs->dbus_path);
    compare_text(run, event, AMR_FIELD_INTERFACE, theirs->dbus_interface);
    compare_text(run, event, AMR_FIELD_MEMBER, theirs->dbus_member);
    compare_text(run, event, AMR_FIELD_SIGNAL, theirs->signal);
    compare_text(run, event, AMR_FIELD_PEER, theirs->peer);
    compare_text(run, event, AMR_FIELD_PEER_LABEL, theirs->peer_profile);
    compare_text(run, event, AMR_FIELD_FSTYPE, theirs->fs_type);
    compare_text(run, event, AMR_FIELD_FLAGS, theirs->flags);
    compare_text(run, event, AMR_FIELD_SRCNAME, theirs->src_name);
    /* It calls both name2. */
    compare_text(run, event,
                 event->field[AMR_FIELD_TARGET].data ? AMR_FIELD_TARGET : AMR_FIELD_NAME2,
                 theirs->name2);
    /* And both masks. */
    compare_text(run, event,
                 event->field[AMR_FIELD_MASK].data ? AMR_FIELD_MASK : AMR_FIELD_DENIED_MASK,
                 theirs->denied_mask);
    if (!event->field[AMR_FIELD_MASK].data)
        compare_text(run, event, AMR_FIELD_REQUESTED_MASK, theirs->requested_mask);
    compare_number(run, event, AMR_FIELD_PID, theirs->pid);
    compare_number(run, event, AMR_FIELD_PARENT, theirs->parent);
    compare_number(run, event, AMR_FIELD_PEER_PID, theirs->peer_pid);
    compare_number(run, event, AMR_FIELD_FSUID, theirs->fsuid);
    compare_number(run, event, AMR_FIELD_OUID, theirs->ouid);
    compare_number(run, event, AMR_FIELD_LPORT, theirs->net_local_port);
    compare_number(run, event, AMR_FIELD_FPORT, theirs->net_foreign_port);
    /* It has the number without its sign. */
    assert_int_equal(ABS(event->error), theirs->error_code);
}

static void
compare_line(Run *run)
{
    const gsize len = strlen(run->line);
    g_autofree char *copy = g_strdup(run->line);
    const AmrSpan span = {0, (uint32_t)len};
    aa_log_record *theirs;
    AmrRecord record;
    AmrEvent event;

    if (len > LINE_MAX_SAFE || strchr(run->line, '\\'))
        return;
    theirs = parse_record(copy);
    if (!theirs)
        return;
    if (theirs->event != AA_RECORD_INVALID) {
        if (!amr_record_slice(&record, run->line, span) ||
            !amr_event_decode(&event, &record, run->line, run->scratch))
            fail_msg("%s: no record to us", run->line);
        if (!record.torn) {
            compare(run, &event, theirs);
            run->compared++;
        }
    }
    free_record(theirs);
}

/* Every log of tests/data/log; each must have been of use. */
static void
test_logs(void **state)
{
    g_autofree char *path = test_data("log");
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autofree char *scratch = g_malloc(AMR_EVENT_SCRATCH);
    const char *name;
    guint compared = 0;

    assert_non_null(dir);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *text = test_read(path, name);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        Run run = {.scratch = scratch};
        for (char **line = lines; *line; line++) {
            run.line = *line;
            compare_line(&run);
        }
        compared += run.compared;
    }
    /* It knows no class=, so these come from the kernel without. */
    assert_true(compared > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
