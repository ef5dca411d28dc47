/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/logmaker.h"

#include <string.h>

typedef struct {
    LogForm form;
    GString *log;
    GRand *random;
    LogTruth *truth;
} Maker;

/* ---- records ----------------------------------------------------------------------------------
 */

/* X: a whole line of text with the serial, and FIELDS where the name stands. */
#define STAMP "audit(1795350882.844:%u): "
#define FIELDS                                                                        \
    "apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=%s pid=%u comm=\"c\" " \
    "requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0"

/* What stands before a record and after it. */
static const struct {
    const char *before, *after;
} text_forms[] = {
    {"type=AVC msg=" STAMP, "\n"},
    {"type=AVC msg=" STAMP, "\r\n"},
    {"type=AVC msg=" STAMP, "\x1d"
                            "FSUID=\"root\" OUID=\"root\"\n"},
    {"node=a.b.c type=AVC msg=" STAMP, "\n"},
    {"type=1400 " STAMP, "\n"},
    {"type=APPARMOR_DENIED msg=" STAMP, "\n"},
    {"var/log/audit.log:17:type=AVC msg=" STAMP, "\n"},
    {"Nov 22 12:23:33 host kernel: [  123.456789] audit: type=1400 " STAMP, "\n"},
    {"Nov  2 12:23:33 host kernel: type=1400 " STAMP, "\n"},
    {"2026-11-22T12:23:33.123456+01:00 host kernel: [    1.000000] audit: type=1400 " STAMP, "\n"},
    {"2026-11-22 12:23:33 host kernel: audit: type=1400 " STAMP, "\n"},
    {"Nov 22 12:23:33 host kern.notice kernel: audit: type=1400 " STAMP, "\n"},
    {"[   16.641419] audit: type=1400 " STAMP, "\n"},
    {"[Mon Nov 22 12:00:00 2026] audit: type=1400 " STAMP, "\n"},
    {"audit: type=1400 " STAMP, "\n"},
    {"Sun 2026-11-22 12:23:33 UTC host kernel: audit: type=1400 " STAMP, "\n"},
    {"1795350213.289702 host kernel: audit: type=1400 " STAMP, "\n"},
    {"[   77.789764] host kernel: audit: type=1400 " STAMP, "\n"},
};

/* "/census/17" in quotes, or in hex with a blank before it. */
static char *
make_name(Maker *maker, guint number)
{
    g_autofree char *name = NULL;
    GString *hex;

    if (g_rand_boolean(maker->random))
        return g_strdup_printf("\"/%s/census/%u\"",
                               g_rand_boolean(maker->random) ? "back\\x41\\slash" : "x", number);
    name = g_strdup_printf("/a b\n/census/%u", number);
    hex = g_string_new(NULL);
    for (const char *at = name; *at; at++)
        g_string_append_printf(hex, "%02X", (guint)(guchar)*at);
    return g_string_free(hex, FALSE);
}

static char *
make_fields(Maker *maker, guint number)
{
    g_autofree char *name = make_name(maker, number);
    return g_strdup_printf(FIELDS, name, number % 30000 + 1);
}

/* Not by G_GNUC_PRINTF: the format is a row of the table. */
static void
append_before(GString *log, const char *before, guint serial)
{
    const char *at = strstr(before, "%u");
    g_string_append_len(log, before, at - before);
    g_string_append_printf(log, "%u%s", serial, at + 2);
}

static void
append_text_record(Maker *maker, guint number)
{
    const gint form = g_rand_int_range(maker->random, 0, G_N_ELEMENTS(text_forms) + 3);
    g_autofree char *fields = make_fields(maker, number);

    switch (form) {
    case 0:
        g_string_append_printf(maker->log,
                               "type=USER_AVC msg=" STAMP "pid=363 uid=102 auid=4294967295  "
                               "msg='%s exe=\"/usr/bin/dbus-daemon\" sauid=102'\n",
                               number + 1, fields);
        break;
    case 1:
        g_string_append_printf(maker->log, "Nov 22 12:23:33 host dbus-daemon[7]: %s\n", fields);
        break;
    case 2:
        g_string_append_printf(maker->log, "Nov 22 12:23:33 host audit[%u]: AVC %s\n", number,
                               fields);
        break;
    default:
        append_before(maker->log, text_forms[form - 3].before, number + 1);
        g_string_append(maker->log, fields);
        g_string_append(maker->log, text_forms[form - 3].after);
    }
}

/* ---- entries of other forms --------------------------------------------------------------------
 */

static void
append_kmsg(Maker *maker, const char *text)
{
    g_string_append_printf(maker->log, "%u,%u,%u,-;", g_rand_boolean(maker->random) ? 5U : 4U,
                           (guint)maker->log->len, (guint)maker->log->len * 7);
    for (; *text; text++) {
        if (*text == '\\' || (guchar)*text < 0x20 || (guchar)*text >= 0x7f)
            g_string_append_printf(maker->log, "\\x%02x", (guint)(guchar)*text);
        else
            g_string_append_c(maker->log, *text);
    }
    g_string_append_c(maker->log, '\n');
    if (g_rand_int_range(maker->random, 0, 10) == 0)
        g_string_append(maker->log, " SUBSYSTEM=pci\n DEVICE=+pci:0000 apparmor=\"DENIED\"\n");
}

/* A field of the journal's export, as text or with its length. */
static void
append_field(Maker *maker, const char *name, const char *value)
{
    const gsize len = strlen(value);

    if (!strchr(value, '\n') && g_rand_int_range(maker->random, 0, 4) != 0) {
        g_string_append_printf(maker->log, "%s=%s\n", name, value);
        return;
    }
    g_string_append_printf(maker->log, "%s\n", name);
    for (int i = 0; i < 8; i++)
        g_string_append_c(maker->log, (gchar)((guint64)len >> (8 * i) & 0xff));
    g_string_append_len(maker->log, value, (gssize)len);
    g_string_append_c(maker->log, '\n');
}

static void
append_member(Maker *maker, const char *name, const char *value)
{
    const gboolean bytes = g_rand_int_range(maker->random, 0, 4) == 0;

    g_string_append_printf(maker->log, "\"%s\":%s", name, bytes ? "[" : "\"");
    for (const char *at = value; *at; at++) {
        if (bytes)
            g_string_append_printf(maker->log, "%s%u", at > value ? "," : "", (guint)(guchar)*at);
        else if (*at == '"' || *at == '\\')
            g_string_append_printf(maker->log, "\\%c", *at);
        else if ((guchar)*at < 0x20)
            g_string_append_printf(maker->log, "\\u%04x", (guint)(guchar)*at);
        else
            g_string_append_c(maker->log, *at);
    }
    g_string_append(maker->log, bytes ? "]," : "\",");
}

/* An entry of fields, name and value in turn. */
static void
append_entry(Maker *maker, const char *const *fields)
{
    if (maker->form == LOG_JSON)
        g_string_append_c(maker->log, '{');
    else
        g_string_append(maker->log, "__CURSOR=s=75;i=236\n__MONOTONIC_TIMESTAMP=77789764\n");
    for (; *fields; fields += 2) {
        if (maker->form == LOG_JSON)
            append_member(maker, fields[0], fields[1]);
        else
            append_field(maker, fields[0], fields[1]);
    }
    g_string_append(maker->log, maker->form == LOG_JSON ? "\"_X\":null}\n" : "\n");
}

static void
append_journal_record(Maker *maker, guint number)
{
    g_autofree char *fields = make_fields(maker, number);
    g_autofree char *serial = g_strdup_printf("%u", number + 1);
    g_autofree char *avc = g_strconcat("AVC ", fields, NULL);
    g_autofree char *line = g_strdup_printf("audit: type=1400 " STAMP "%s", number + 1, fields);
    const char *const audit[] = {"__REALTIME_TIMESTAMP",
                                 "1795350882845000",
                                 "_HOSTNAME",
                                 "host",
                                 "_TRANSPORT",
                                 "audit",
                                 "SYSLOG_IDENTIFIER",
                                 "audit",
                                 "_AUDIT_TYPE",
                                 "1400",
                                 "_AUDIT_FIELD_APPARMOR",
                                 "\"DENIED\"",
                                 "_SOURCE_REALTIME_TIMESTAMP",
                                 "1795350882844000",
                                 "_AUDIT_ID",
                                 serial,
                                 "MESSAGE",
                                 avc,
                                 NULL};
    const char *const kernel[] = {
        "__REALTIME_TIMESTAMP", "1795350882845000", "_HOSTNAME", "host", "_TRANSPORT", "kernel",
        "SYSLOG_IDENTIFIER",    "kernel",           "MESSAGE",   line,   NULL};
    const gint which = g_rand_int_range(maker->random, 0, 4);

    if (which < 3)
        append_entry(maker, which == 0 ? kernel : audit);
    if (which > 1)
        append_entry(maker, kernel);
    if (which == 3)
        append_entry(maker, audit);
}

static void
append_record(Maker *maker, guint number)
{
    if (maker->form == LOG_TEXT) {
        append_text_record(maker, number);
    } else if (maker->form == LOG_KMSG) {
        g_autofree char *fields = make_fields(maker, number);
        g_autofree char *text = g_strdup_printf("audit: type=1400 " STAMP "%s", number + 1, fields);
        append_kmsg(maker, text);
    } else {
        append_journal_record(maker, number);
    }
}

/* ---- noise -------------------------------------------------------------------------------------
 */

static void
append_noise_text(Maker *maker, const char *text)
{
    const char *const fields[] = {"_TRANSPORT", "syslog", "SYSLOG_IDENTIFIER", "app", "MESSAGE",
                                  text,         NULL};
    if (maker->form == LOG_TEXT)
        g_string_append_printf(maker->log, "Nov 22 12:23:33 host app: %s\n", text);
    else if (maker->form == LOG_KMSG)
        append_kmsg(maker, text);
    else
        append_entry(maker, fields);
}

static void
append_long(Maker *maker)
{
    g_autofree char *text = g_strnfill((gsize)g_rand_int_range(maker->random, 1, 200000), 'p');
    append_noise_text(maker, text);
}

static void
append_noise(Maker *maker)
{
    static const char *const texts[] = {
        "",
        "hello",
        "apparmor",
        "apparmor=",
        "apparmo",
        "type=AVC",
        "\"}",
        "\\",
        "type=SYSCALL msg=audit(1795350888.060:54): arch=c000003e success=no",
        "a line of text about nothing in particular, of the usual length of such lines",
    };
    const gint which = g_rand_int_range(maker->random, 0, 1000);

    if (which == 0) {
        append_long(maker);
    } else if (which == 1 && maker->form == LOG_TEXT) {
        g_string_append_len(maker->log, "\0\0\0\0\0\0\0\0\n", 9);
    } else if (which == 2 && maker->form == LOG_TEXT) {
        g_string_append(maker->log, "type=AVC msg=audit(1.1:1): apparmor=\"DENIED\" "
                                    "name=\"/census/0\n");
        maker->truth->torn++;
    } else if (which == 3 && maker->form == LOG_TEXT) {
        g_string_append(maker->log, "Nov 22 12:23:33 host kernel: audit: backlog limit exceeded\n");
        maker->truth->losses++;
    } else if (which == 4 && maker->form == LOG_JSON) {
        g_string_append(maker->log, "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"audit: type=1400 \n");
        maker->truth->torn++;
    } else {
        append_noise_text(maker, texts[g_rand_int_range(maker->random, 0, G_N_ELEMENTS(texts))]);
    }
}

GString *
log_make(LogForm form, guint lines, guint pad, guint seed, LogTruth *truth)
{
    g_autofree char *first = g_strnfill(pad, 'x');
    Maker maker = {form, g_string_new(NULL), g_rand_new_with_seed(seed), truth};

    *truth = (LogTruth){0};
    append_noise_text(&maker, first);
    for (guint line = 1; line < lines; line++) {
        if (g_rand_int_range(maker.random, 0, 3) == 0)
            append_record(&maker, truth->records++);
        else
            append_noise(&maker);
    }
    g_rand_free(maker.random);
    return maker.log;
}
