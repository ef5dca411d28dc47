/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One occurrence, decoded: who was refused what on what. Lives on the stack and borrows its strings
 * from the block that the record was sliced from, from the scratch where hex was decoded, or from
 * the store.
 */
#ifndef AMR_DENIAL_EVENT_H
#define AMR_DENIAL_EVENT_H

#include "core/base/text.h"
#include "core/log/record.h"

G_BEGIN_DECLS

/* X(NAME, word): AppArmor's classes of mediation. From class= where the kernel says it, else
 * from the operation and the fields that are there (6.1 and older write no class=). */
#define AMR_CLASSES(X)                                                            \
    X(FILE, "file")                                                               \
    X(CAPABILITY, "capability")                                                   \
    X(NETWORK, "network")                                                         \
    X(UNIX, "unix")                                                               \
    X(SIGNAL, "signal")                                                           \
    X(PTRACE, "ptrace")                                                           \
    X(MOUNT, "mount") /* umount, remount and pivot_root too: see the operation */ \
    X(DBUS, "dbus")                                                               \
    X(CHANGE_PROFILE, "change_profile")                                           \
    X(CHANGE_HAT, "change_hat")                                                   \
    X(RLIMIT, "rlimit")                                                           \
    X(USERNS, "userns")                                                           \
    X(MQUEUE, "mqueue")                                                           \
    X(IO_URING, "io_uring")                                                       \
    X(POLICY, "policy") /* profile_load and its kin */

typedef enum {
    AMR_CLASS_UNKNOWN,
#define AMR_CLASS_ENUM(name, word) AMR_CLASS_##name,
    AMR_CLASSES(AMR_CLASS_ENUM)
#undef AMR_CLASS_ENUM
    AMR_CLASS_COUNT
} AmrClass;

const char *amr_class_word(AmrClass klass);

/* Permissions of file masks, as sets. */
enum {
    AMR_PERM_READ = 1 << 0,
    AMR_PERM_WRITE = 1 << 1,
    AMR_PERM_APPEND = 1 << 2,
    AMR_PERM_CREATE = 1 << 3,
    AMR_PERM_DELETE = 1 << 4,
    AMR_PERM_LINK = 1 << 5,
    AMR_PERM_LOCK = 1 << 6,
    AMR_PERM_MMAP_EXEC = 1 << 7,
    AMR_PERM_EXEC = 1 << 8,
    AMR_PERM_OTHER = 1 << 31, /* a letter that is not known */
};

/* Large enough for every field of one record that comes in hex: PATH_MAX names several times. */
#define AMR_EVENT_SCRATCH (32 * 1024)

typedef struct {
    AmrClass klass;
    AmrVerdict verdict;
    gint64 time;    /* microseconds since the epoch, 0 unknown */
    guint64 serial; /* 0 unknown */
    guint pid;      /* 0 unknown */
    gboolean has_fsuid, has_ouid;
    guint32 fsuid, ouid;
    /* The denial was for the owner of the object: fsuid and ouid both logged and equal, or an old
     * mask left of `::`. */
    gboolean owner;
    guint32 requested, denied; /* AMR_PERM_* of file masks; 0 for other classes */
    gint error;                /* error= as the kernel logs it (-13), 0 if none */
    /* Decoded, by field; len 0 and data NULL where it was not there. An empty value that was
     * there (name="") has data. */
    AmrBytes field[AMR_FIELD_COUNT];
} AmrEvent;

/* Decodes @record (spans into @block) into @event. @scratch of AMR_EVENT_SCRATCH bytes takes what
 * was hex. @event->time is the audit stamp, else 0. FALSE if a value does not fit (the caller
 * counts the line as overlong); no error object, for this is the hot path. */
gboolean amr_event_decode(AmrEvent *event, const AmrRecord *record, const char *block,
                          char *scratch);

/* The audit stamp in microseconds since the epoch, 0 if there is none. */
static inline gint64
amr_event_time(const AmrHead *head)
{
    return (gint64)MIN(head->stamp_ms, (guint64)G_MAXINT64 / 1000) * 1000;
}

/* Fills what follows from the fields and the class alone: requested, denied, error. */
void amr_event_derive(AmrEvent *event);

/* Bits of a file mask ("wc", "::r", "rw::"); *owner is set if letters stand left of "::". */
guint32 amr_perms_from_mask(AmrBytes mask, gboolean *owner);
/* Letters in the order r w a c d l k m x, for eyes and JSON. The caller frees. */
char *amr_perms_to_mask(guint32 perms);

/* The full name of the confining profile as people and policy write it: "profile", or
 * ":namespace:profile" with the namespace= of the record ("root//web" is written "web"). */
char *amr_event_profile(const AmrEvent *event);
/* The namespace alone ("" for the root namespace); bytes borrowed from the event. */
AmrBytes amr_event_namespace(const AmrEvent *event);

G_END_DECLS
#endif
