/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "core/source/decode-private.h"

static const struct {
    const char *name;
    gsize room;
} fields[] = {
#define AMR_ENTRY_ROW(name, field, room) [AMR_ENTRY_##name] = {field, room},
    AMR_ENTRY_FIELDS(AMR_ENTRY_ROW)
#undef AMR_ENTRY_ROW
};

static const char audit_field[] = "_AUDIT_FIELD_";

void
amr_entry_init(AmrEntry *entry, AmrTextSink sink, gpointer data)
{
    gsize at = 0;

    *entry = (AmrEntry){.sink = sink, .data = data, .field = AMR_ENTRY_COUNT};
    for (gsize i = 0; i < AMR_ENTRY_COUNT; i++) {
        entry->value[i].at = at;
        at += fields[i].room;
    }
    entry->text = g_malloc(at);
}

void
amr_entry_clear(AmrEntry *entry)
{
    g_free(entry->text);
}

static void
forget(AmrEntry *entry)
{
    for (gsize i = 0; i < AMR_ENTRY_COUNT; i++) {
        entry->value[i].len = 0;
        entry->value[i].there = entry->value[i].cut = FALSE;
    }
    entry->field = AMR_ENTRY_COUNT;
    entry->any = FALSE;
}

static AmrBytes
get(const AmrEntry *entry, AmrEntryField field)
{
    return (AmrBytes){entry->text + entry->value[field].at, entry->value[field].len};
}

/* ---- fields ---------------------------------------------------------------------------------- */

void
amr_entry_add(AmrEntry *entry, const char *bytes, gsize size)
{
    AmrEntryValue *value;
    gsize room;

    if (entry->field == AMR_ENTRY_COUNT || size == 0)
        return;
    value = &entry->value[entry->field];
    room = fields[entry->field].room - value->len;
    if (size > room) {
        value->cut = TRUE;
        size = room;
    }
    memcpy(entry->text + value->at + value->len, bytes, size);
    value->len += size;
}

/* What the journal made of a field of an audit record that it has no name of its own for. */
static void
begin_audit_field(AmrEntry *entry, const char *name, gsize len)
{
    entry->field = AMR_ENTRY_AUDIT;
    entry->value[AMR_ENTRY_AUDIT].there = TRUE;
    amr_entry_add(entry, " ", 1);
    for (gsize i = 0; i < len; i++) {
        const char lower = g_ascii_tolower(name[i]);
        amr_entry_add(entry, &lower, 1);
    }
    amr_entry_add(entry, "=", 1);
    entry->value_from = entry->value[AMR_ENTRY_AUDIT].len;
}

void
amr_entry_begin(AmrEntry *entry, const char *name, gsize len)
{
    const gsize prefix = strlen(audit_field);

    entry->any = TRUE;
    entry->field = AMR_ENTRY_COUNT;
    for (int i = 0; i < AMR_ENTRY_AUDIT; i++) {
        if (strlen(fields[i].name) == len && memcmp(fields[i].name, name, len) == 0) {
            if (!entry->value[i].there)
                entry->field = i;
            entry->value[i].there = TRUE;
            return;
        }
    }
    if (len > prefix && memcmp(name, audit_field, prefix) == 0)
        begin_audit_field(entry, name + prefix, len - prefix);
}

/* As the kernel writes what a task chose: quoted where it can be, else in hex. */
static void
add_encoded(AmrEntry *entry, AmrBytes bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    gboolean plain = TRUE;

    for (gsize i = 0; i < bytes.len; i++) {
        const guchar c = (guchar)bytes.data[i];
        plain = plain && c > 0x20 && c < 0x7f && c != '"';
    }
    if (plain) {
        amr_entry_add(entry, "\"", 1);
        amr_entry_add(entry, bytes.data, bytes.len);
        amr_entry_add(entry, "\"", 1);
        return;
    }
    for (gsize i = 0; i < bytes.len; i++) {
        const guchar c = (guchar)bytes.data[i];
        const char hex[2] = {digits[c >> 4], digits[c & 15]};
        amr_entry_add(entry, hex, sizeof hex);
    }
}

/* Whether it stands as the kernel wrote it: a word, or text in quotes. */
static gboolean
is_token(AmrBytes bytes)
{
    if (bytes.len == 0)
        return FALSE;
    if (bytes.data[0] == '"')
        return bytes.len >= 2 && memchr(bytes.data + 1, '"', bytes.len - 1) ==
                                     (gconstpointer)(bytes.data + bytes.len - 1);
    for (gsize i = 0; i < bytes.len; i++) {
        const guchar c = (guchar)bytes.data[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\'')
            return FALSE;
    }
    return TRUE;
}

/* The journal takes quotes and hex off name=, path= and dev= (map_fields_kernel of its
 * journald-audit.c), and leaves all others as they were. */
static gboolean
is_bare(AmrBytes all, gsize from)
{
    static const char *const bare[] = {" name=", " path=", " dev="};
    for (gsize i = 0; i < G_N_ELEMENTS(bare); i++) {
        const gsize len = strlen(bare[i]);
        if (from >= len && memcmp(all.data + from - len, bare[i], len) == 0)
            return TRUE;
    }
    return FALSE;
}

void
amr_entry_end(AmrEntry *entry)
{
    if (entry->field == AMR_ENTRY_AUDIT && !entry->value[AMR_ENTRY_AUDIT].cut) {
        AmrEntryValue *value = &entry->value[AMR_ENTRY_AUDIT];
        const AmrBytes all = get(entry, AMR_ENTRY_AUDIT);
        const AmrBytes now = {all.data + entry->value_from, all.len - entry->value_from};
        if (is_bare(all, entry->value_from) || !is_token(now)) {
            g_autofree char *copy = g_memdup2(now.data, now.len);
            value->len = entry->value_from;
            add_encoded(entry, (AmrBytes){copy, now.len});
        }
    }
    entry->field = AMR_ENTRY_COUNT;
}

void
amr_entry_left_out(AmrEntry *entry)
{
    if (entry->field != AMR_ENTRY_COUNT)
        entry->value[entry->field].cut = TRUE;
    entry->field = AMR_ENTRY_COUNT;
}

/* ---- the line -------------------------------------------------------------------------------- */

static void
give(AmrEntry *entry, const char *text)
{
    entry->sink(entry->data, text, strlen(text));
}

/* No newline of a value may become one of the text: it would begin a line that nobody logged. */
static void
give_value(AmrEntry *entry, AmrBytes bytes)
{
    while (bytes.len > 0) {
        gsize n = 0;
        while (n < bytes.len && bytes.data[n] != '\n' && bytes.data[n] != '\r')
            n++;
        if (n > 0)
            entry->sink(entry->data, bytes.data, n);
        if (n < bytes.len)
            give(entry, " ");
        n = MIN(n + 1, bytes.len);
        bytes = (AmrBytes){bytes.data + n, bytes.len - n};
    }
}

/* A name that stands before the colon; a blank within it would make another form of it. */
static gboolean
is_tag(AmrBytes name)
{
    for (gsize i = 0; i < name.len; i++) {
        const guchar c = (guchar)name.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"'=:[]<>()", c))
            return FALSE;
    }
    return name.len > 0;
}

/* "1795350213.284": @digits of the fraction; FALSE if it is no number. */
static gboolean
give_time(AmrEntry *entry, AmrBytes microseconds, gboolean milli)
{
    char text[64];
    guint64 us;

    if (!amr_bytes_to_uint64(microseconds, &us) || us > G_MAXINT64)
        return FALSE;
    if (milli)
        (void)g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT ".%03u", us / 1000000,
                         (guint)(us % 1000000 / 1000));
    else
        (void)g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT ".%06u", us / 1000000,
                         (guint)(us % 1000000));
    give(entry, text);
    return TRUE;
}

static void
give_head(AmrEntry *entry, AmrBytes tag)
{
    const AmrBytes host = get(entry, AMR_ENTRY_HOSTNAME), pid = get(entry, AMR_ENTRY_PID);
    guint64 number;

    if (give_time(entry, get(entry, AMR_ENTRY_REALTIME), FALSE)) {
        /* Without a host "STAMP audit: ..." would be what dmesg writes. */
        give(entry, " ");
        give_value(entry, is_tag(host) ? host : AMR_BYTES("-"));
        give(entry, " ");
    }
    give_value(entry, tag);
    if (amr_bytes_to_uint64(pid, &number)) {
        give(entry, "[");
        give_value(entry, pid);
        give(entry, "]");
    }
    give(entry, ": ");
}

/* The journal puts the name of the type before the message ("AVC apparmor=..."). */
static AmrBytes
skip_type_name(AmrBytes message)
{
    gsize n = 0;
    while (n < message.len && (g_ascii_isupper(message.data[n]) || message.data[n] == '_' ||
                               g_ascii_isdigit(message.data[n])))
        n++;
    if (n > 0 && n < message.len && message.data[n] == ' ')
        return (AmrBytes){message.data + n + 1, message.len - n - 1};
    return message;
}

static void
give_audit(AmrEntry *entry)
{
    const AmrBytes serial = get(entry, AMR_ENTRY_AUDIT_ID), type = get(entry, AMR_ENTRY_AUDIT_TYPE);
    const AmrBytes source = get(entry, AMR_ENTRY_SOURCE);
    guint64 number;

    give_head(entry, AMR_BYTES("audit"));
    if (amr_bytes_to_uint64(type, &number)) {
        give(entry, "type=");
        give_value(entry, type);
        give(entry, " ");
    }
    if (amr_bytes_to_uint64(serial, &number) && amr_bytes_to_uint64(source, &number)) {
        give(entry, "audit(");
        if (!give_time(entry, source, TRUE))
            give(entry, "0.000");
        give(entry, ":");
        give_value(entry, serial);
        give(entry, "): ");
    }
    if (entry->value[AMR_ENTRY_MESSAGE].len > 0) {
        give_value(entry, skip_type_name(get(entry, AMR_ENTRY_MESSAGE)));
    } else {
        if (entry->value[AMR_ENTRY_VERDICT].there) {
            give(entry, "apparmor=");
            give_value(entry, get(entry, AMR_ENTRY_VERDICT));
        }
        give_value(entry, get(entry, AMR_ENTRY_AUDIT));
    }
    give(entry, "\n");
}

static void
add_native(AmrEntry *entry, AmrEntryField field, const char *key, gboolean untrusted)
{
    const AmrBytes value = get(entry, field);

    if (!entry->value[field].there || entry->value[field].cut)
        return;
    entry->field = AMR_ENTRY_AUDIT;
    amr_entry_add(entry, key, strlen(key));
    if (untrusted)
        add_encoded(entry, value);
    else
        amr_entry_add(entry, value.data, value.len);
    entry->field = AMR_ENTRY_COUNT;
}

/* Whether the line can be made: the message is whole, or the audit record's fields are. */
static gboolean
is_whole(AmrEntry *entry, gboolean audit)
{
    if (!entry->value[AMR_ENTRY_MESSAGE].cut && entry->value[AMR_ENTRY_MESSAGE].there)
        return TRUE;
    if (!audit || !entry->value[AMR_ENTRY_VERDICT].len)
        return FALSE;
    add_native(entry, AMR_ENTRY_PID, " pid=", FALSE);
    add_native(entry, AMR_ENTRY_COMM, " comm=", TRUE);
    add_native(entry, AMR_ENTRY_FSUID, " fsuid=", FALSE);
    if (entry->value[AMR_ENTRY_AUDIT].cut || entry->value[AMR_ENTRY_VERDICT].cut)
        return FALSE;
    entry->value[AMR_ENTRY_MESSAGE].len = 0; /* the part of it that fitted */
    return TRUE;
}

/* Whether what did not fit was of interest: of what is left out only who spoke is known. */
static gboolean
is_lost(const AmrEntry *entry, gboolean kernel)
{
    const AmrBytes message = get(entry, AMR_ENTRY_MESSAGE);
    if (!entry->value[AMR_ENTRY_MESSAGE].cut)
        return FALSE;
    return message.len == 0 ? kernel : memmem(message.data, message.len, "apparmor=", 9) != NULL;
}

/* No name of a field of the journal is in small letters, and each of its entries has a transport.
 */
static gboolean
is_container(const AmrEntry *entry)
{
    return entry->value[AMR_ENTRY_LOG].there && !entry->value[AMR_ENTRY_TRANSPORT].there &&
           !entry->value[AMR_ENTRY_MESSAGE].there;
}

/* The line as the container said it, with whatever stands before the record there. */
static void
give_container(AmrEntry *entry)
{
    AmrBytes line = get(entry, AMR_ENTRY_LOG);

    if (entry->value[AMR_ENTRY_LOG].cut) {
        entry->counts.overlong += memmem(line.data, line.len, "apparmor=", 9) != NULL;
        return;
    }
    while (line.len > 0 && (line.data[line.len - 1] == '\n' || line.data[line.len - 1] == '\r'))
        line.len--;
    give_value(entry, line);
    give(entry, "\n");
}

void
amr_entry_finish(AmrEntry *entry)
{
    const AmrBytes transport = get(entry, AMR_ENTRY_TRANSPORT);
    const AmrBytes name = get(entry, AMR_ENTRY_IDENTIFIER);
    const gboolean audit = amr_bytes_is(transport, "audit");
    const gboolean kernel = amr_bytes_is(transport, "kernel");
    const gboolean own = amr_bytes_is(name, "kernel") || amr_bytes_is(name, "audit");

    if (!entry->any)
        return;
    if (is_container(entry)) {
        give_container(entry);
    } else if (!is_whole(entry, audit)) {
        entry->counts.overlong += is_lost(entry, audit || kernel);
    } else if (audit) {
        give_audit(entry);
    } else if (kernel ? name.len == 0 || amr_bytes_is(name, "kernel") : is_tag(name) && !own) {
        give_head(entry, kernel ? AMR_BYTES("kernel") : name);
        give_value(entry, get(entry, AMR_ENTRY_MESSAGE));
        give(entry, "\n");
    }
    forget(entry);
}

void
amr_entry_drop(AmrEntry *entry)
{
    entry->counts.torn += entry->any;
    forget(entry);
}
