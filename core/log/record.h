/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slices one line of a log into the fields of an AppArmor record: spans into the caller's block,
 * nothing decoded, nothing allocated, no GLib. Takes every form that FACTS sections 2, 7 and 9
 * know; keys that are not known are kept, never fatal. Linear in the length of the line.
 */
#ifndef AMR_LOG_RECORD_H
#define AMR_LOG_RECORD_H

#include "core/log/head.h"

/* X(NAME, key): the keys of AppArmor's audit records. An alias is folded into its newer name. */
#define AMR_FIELDS(X)                                         \
    X(OPERATION, "operation")                                 \
    X(CLASS, "class")                                         \
    X(PROFILE, "profile")                                     \
    X(NAMESPACE, "namespace")                                 \
    X(NAME, "name")                                           \
    X(NAME2, "name2")                                         \
    X(TARGET, "target")                                       \
    X(INFO, "info")                                           \
    X(ERROR, "error")                                         \
    X(PID, "pid")                                             \
    X(PARENT, "parent")                                       \
    X(COMM, "comm")                                           \
    X(REQUESTED_MASK, "requested_mask") /* also requested= */ \
    X(DENIED_MASK, "denied_mask")       /* also denied= */    \
    X(MASK, "mask")                     /* dbus */            \
    X(FSUID, "fsuid")                                         \
    X(OUID, "ouid")                                           \
    X(FAMILY, "family")                                       \
    X(SOCK_TYPE, "sock_type")                                 \
    X(PROTOCOL, "protocol")                                   \
    X(LADDR, "laddr") /* also saddr= */                       \
    X(LPORT, "lport") /* also src= */                         \
    X(FADDR, "faddr") /* also daddr= */                       \
    X(FPORT, "fport") /* also dest= */                        \
    X(ADDR, "addr")                                           \
    X(PEER_ADDR, "peer_addr")                                 \
    X(PEER, "peer")                                           \
    X(PEER_PID, "peer_pid")                                   \
    X(PEER_LABEL, "peer_label") /* also peer_profile= */      \
    X(CAPABILITY, "capability")                               \
    X(CAPNAME, "capname")                                     \
    X(SIGNAL, "signal")                                       \
    X(BUS, "bus")                                             \
    X(PATH, "path")                                           \
    X(INTERFACE, "interface")                                 \
    X(MEMBER, "member") /* also method= */                    \
    X(FSTYPE, "fstype")                                       \
    X(SRCNAME, "srcname")                                     \
    X(FLAGS, "flags")                                         \
    X(RLIMIT, "rlimit")                                       \
    X(VALUE, "value")                                         \
    X(EXECPATH, "execpath")                                   \
    X(LABEL, "label")                                         \
    X(TCONTEXT, "tcontext")                                   \
    X(ATTRIBUTE, "attribute")                                 \
    X(EXE, "exe")                                             \
    X(HOSTNAME, "hostname")                                   \
    X(SAUID, "sauid")                                         \
    X(NODE, "node") /* before type=, where auditd collects from many hosts */

typedef enum {
    AMR_FIELD_UNKNOWN,
#define AMR_FIELD_ENUM(name, key) AMR_FIELD_##name,
    AMR_FIELDS(AMR_FIELD_ENUM)
#undef AMR_FIELD_ENUM
    AMR_FIELD_COUNT
} AmrField;

#define AMR_RECORD_EXTRA 8

typedef struct {
    AmrHead head;
    AmrVerdict verdict;
    AmrSpan field[AMR_FIELD_COUNT]; /* without the quotes; not set where it is not present */
    uint64_t present;               /* bit (1 << field): is there */
    uint64_t quoted;                /* bit (1 << field): stood in quotes; read it raw */
    uint32_t extra_count;           /* all of them, also those beyond AMR_RECORD_EXTRA */
    bool torn; /* the line ends within a quoted value or before the record is whole, or a second
                  record hangs on it */
    struct {
        AmrSpan key, value;
        bool quoted;
    } extra[AMR_RECORD_EXTRA]; /* keys that are not known, the first few; what lies
                              beyond extra_count is not set */
} AmrRecord;

static inline bool
amr_record_has(const AmrRecord *record, AmrField field)
{
    return (record->present >> field & 1) != 0;
}

/* Slices @line of @block. False if it holds no record of AppArmor: see amr_head_read(); besides it
 * has a verdict. */
bool amr_record_slice(AmrRecord *record, const char *block, AmrSpan line);
/* The same of a line whose head is read. */
bool amr_record_slice_body(AmrRecord *record, const AmrHead *head, const char *block);

/* A record that came by printk and is this long may have been cut by it, which the line's own
 * bytes do not always show; one that is shorter never was. */
#define AMR_RECORD_CUT_MIN 973

/* "operation"; NULL for a number that is none. Field lookup by key: aliases too. */
const char *amr_field_key(AmrField field);

#endif
