/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands before the fields of a record: who logged it, its type, its audit stamp. All forms of
 * FACTS section 9; no allocation, no GLib.
 */
#ifndef AMR_LOG_HEAD_H
#define AMR_LOG_HEAD_H

#include "core/log/scan.h"

/* X(NAME, word): as the kernel writes them; the numbers of old kernels' types (FACTS section 9)
 * are mapped to them. */
#define AMR_VERDICTS(X)   \
    X(DENIED, "DENIED")   \
    X(ALLOWED, "ALLOWED") \
    X(AUDIT, "AUDIT")     \
    X(STATUS, "STATUS")   \
    X(KILLED, "KILLED")   \
    X(HINT, "HINT")       \
    X(ERROR, "ERROR")

typedef enum {
    AMR_VERDICT_UNKNOWN,
#define AMR_VERDICT_ENUM(name, word) AMR_VERDICT_##name,
    AMR_VERDICTS(AMR_VERDICT_ENUM)
#undef AMR_VERDICT_ENUM
    AMR_VERDICT_COUNT
} AmrVerdict;

/* "DENIED"; NULL for a number that is none. */
const char *amr_verdict_word(AmrVerdict verdict);
AmrVerdict amr_verdict_from_word(const char *word, size_t len);
/* The verdict that the type of an old kernel's record stands for (1501 to 1507). */
AmrVerdict amr_verdict_from_type(unsigned type);

typedef struct {
    AmrSpan text; /* from the audit stamp (or the first key) to the line's end, as it stands */
    AmrSpan body; /* the fields: without what a daemon puts around them */
    AmrSpan node; /* node=, before type=; len 0 and off 0: not there */
    AmrVerdict verdict; /* that the type tells; else apparmor= must tell it */
    uint64_t stamp_ms;  /* of audit(...), milliseconds since the epoch; 0 if none or zero */
    uint64_t serial;    /* of audit(...); 0 if none */
    uint32_t printed;   /* bytes of it that came by printk, the kernel's own log; 0 if none */
    bool from_kernel;   /* of the kernel's own log (syslog, dmesg), not of the audit stream */
    bool nested;        /* the fields stand in a daemon's msg='...' */
} AmrHead;

/* Reads the head of @line. False if what follows is no record of AppArmor, or not to be believed:
 * a record begins with type=, audit:, msg=audit(, USER_AVC's msg=' ... or a daemon's own prefix;
 * the word apparmor= inside some other program's text is none. */
bool amr_head_read(AmrHead *head, const char *block, AmrSpan line);

#endif
