/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the decoders share; private to core/source. */
#ifndef AMR_SOURCE_DECODE_PRIVATE_H
#define AMR_SOURCE_DECODE_PRIVATE_H

#include "core/base/text.h"
#include "core/log/scan.h"
#include "core/source/decode.h"

G_BEGIN_DECLS

/* ---- one entry of the journal ----------------------------------------------------------------
 * Of its fields only those are kept that make its line. Each has room for what it can be. */

/* X(NAME, field, room) */
#define AMR_ENTRY_FIELDS(X)                                                          \
    X(TRANSPORT, "_TRANSPORT", 16)                                                   \
    X(REALTIME, "__REALTIME_TIMESTAMP", 24)                                          \
    X(SOURCE, "_SOURCE_REALTIME_TIMESTAMP", 24)                                      \
    X(HOSTNAME, "_HOSTNAME", 256)                                                    \
    X(IDENTIFIER, "SYSLOG_IDENTIFIER", 64)                                           \
    X(PID, "_PID", 16)                                                               \
    X(AUDIT_TYPE, "_AUDIT_TYPE", 16)                                                 \
    X(AUDIT_ID, "_AUDIT_ID", 24)                                                     \
    X(VERDICT, "_AUDIT_FIELD_APPARMOR", 32)                                          \
    X(COMM, "_COMM", 256)                                                            \
    X(FSUID, "_FSUID", 16)                                                           \
    X(MESSAGE, "MESSAGE", AMR_SCAN_LINE_MAX)                                         \
    X(LOG, "log", AMR_SCAN_LINE_MAX) /* a line of a container, as docker keeps it */ \
    X(AUDIT, "",                                                                     \
      AMR_SCAN_LINE_MAX) /* all other _AUDIT_FIELD_*, as key=value, for want of MESSAGE */

typedef enum {
#define AMR_ENTRY_ENUM(name, field, room) AMR_ENTRY_##name,
    AMR_ENTRY_FIELDS(AMR_ENTRY_ENUM)
#undef AMR_ENTRY_ENUM
    AMR_ENTRY_COUNT
} AmrEntryField;

typedef struct {
    gsize at, len; /* in text */
    gboolean there, cut;
} AmrEntryValue;

typedef struct {
    AmrTextSink sink;
    gpointer data;
    AmrDecodeCounts counts;
    char *text; /* of all fields, each at its place */
    AmrEntryValue value[AMR_ENTRY_COUNT];
    int field;        /* that the value now coming belongs to; AMR_ENTRY_COUNT for none */
    gsize value_from; /* in AUDIT: where this value began */
    gboolean any;     /* something was begun */
} AmrEntry;

void amr_entry_init(AmrEntry *entry, AmrTextSink sink, gpointer data);
void amr_entry_clear(AmrEntry *entry);
/* A field's name; then its value in pieces; then its end. The first of a name counts. */
void amr_entry_begin(AmrEntry *entry, const char *name, gsize len);
void amr_entry_add(AmrEntry *entry, const char *bytes, gsize size);
void amr_entry_end(AmrEntry *entry);
/* journalctl left the value out for its length. */
void amr_entry_left_out(AmrEntry *entry);
/* The entry is whole: gives its line. */
void amr_entry_finish(AmrEntry *entry);
/* It is not: counts it and forgets it. */
void amr_entry_drop(AmrEntry *entry);

/* ---- the forms --------------------------------------------------------------------------------
 */

typedef struct AmrKmsg AmrKmsg;
AmrKmsg *amr_kmsg_new(AmrTextSink sink, gpointer data);
void amr_kmsg_free(AmrKmsg *kmsg);
void amr_kmsg_feed(AmrKmsg *kmsg, const char *bytes, gsize size);
void amr_kmsg_end(AmrKmsg *kmsg);

typedef struct AmrExport AmrExport;
AmrExport *amr_export_new(AmrEntry *entry);
void amr_export_free(AmrExport *export);
void amr_export_feed(AmrExport *export, const char *bytes, gsize size);
void amr_export_end(AmrExport *export);

typedef struct AmrJson AmrJson;
AmrJson *amr_json_new(AmrEntry *entry);
void amr_json_free(AmrJson *json);
void amr_json_feed(AmrJson *json, const char *bytes, gsize size);
void amr_json_end(AmrJson *json);

typedef struct AmrVerbose AmrVerbose;
AmrVerbose *amr_verbose_new(AmrEntry *entry);
void amr_verbose_free(AmrVerbose *verbose);
void amr_verbose_feed(AmrVerbose *verbose, const char *bytes, gsize size);
void amr_verbose_end(AmrVerbose *verbose);

G_END_DECLS
#endif
