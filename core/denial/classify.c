/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/classify.h"

#include <string.h>

typedef struct {
    const char *word;
    AmrClass klass;
} ClassWord;

/* Operations that say more than class= does: the kernel files a change of profile under "file"
 * or "domain". */
static const ClassWord decisive[] = {
    {"change_profile", AMR_CLASS_CHANGE_PROFILE}, {"change_onexec", AMR_CLASS_CHANGE_PROFILE},
    {"stack", AMR_CLASS_CHANGE_PROFILE},          {"stack_onexec", AMR_CLASS_CHANGE_PROFILE},
    {"change_hat", AMR_CLASS_CHANGE_HAT},         {"profile_load", AMR_CLASS_POLICY},
    {"profile_replace", AMR_CLASS_POLICY},        {"profile_remove", AMR_CLASS_POLICY},
};

/* Operations of kernels that log no class=. */
static const ClassWord operations[] = {
    {"capable", AMR_CLASS_CAPABILITY}, {"capability", AMR_CLASS_CAPABILITY},
    {"mount", AMR_CLASS_MOUNT},        {"umount", AMR_CLASS_MOUNT},
    {"remount", AMR_CLASS_MOUNT},      {"pivotroot", AMR_CLASS_MOUNT},
    {"pivot_root", AMR_CLASS_MOUNT},   {"move_mount", AMR_CLASS_MOUNT},
    {"signal", AMR_CLASS_SIGNAL},      {"setrlimit", AMR_CLASS_RLIMIT},
    {"rlimit", AMR_CLASS_RLIMIT},      {"userns_create", AMR_CLASS_USERNS},
    {"exec", AMR_CLASS_FILE},
};

/* The same by how they begin. */
static const ClassWord families[] = {
    {"dbus_", AMR_CLASS_DBUS},      {"ptrace", AMR_CLASS_PTRACE},  {"profile_", AMR_CLASS_POLICY},
    {"uring_", AMR_CLASS_IO_URING}, {"mqueue_", AMR_CLASS_MQUEUE},
};

/* The kernel's words of class= (aa_class_names[], 6.12 to 7.2) and ours. */
static const ClassWord classes[] = {
    {"file", AMR_CLASS_FILE},           {"cap", AMR_CLASS_CAPABILITY},
    {"net", AMR_CLASS_NETWORK},         {"unix", AMR_CLASS_UNIX},
    {"signal", AMR_CLASS_SIGNAL},       {"ptrace", AMR_CLASS_PTRACE},
    {"mount", AMR_CLASS_MOUNT},         {"dbus", AMR_CLASS_DBUS},
    {"rlimits", AMR_CLASS_RLIMIT},      {"rlimit", AMR_CLASS_RLIMIT},
    {"namespace", AMR_CLASS_USERNS},    {"userns", AMR_CLASS_USERNS},
    {"posix_mqueue", AMR_CLASS_MQUEUE}, {"sysv_mqueue", AMR_CLASS_MQUEUE},
    {"mqueue", AMR_CLASS_MQUEUE},       {"io_uring", AMR_CLASS_IO_URING},
};

/* A bit for each letter that a word of the table begins with: most words begin with none. */
#define LETTER(c) ((guint32)1 << ((c)&31))

static const guint32 decisive_letters = LETTER('c') | LETTER('s') | LETTER('p');
static const guint32 operation_letters =
    LETTER('c') | LETTER('m') | LETTER('u') | LETTER('r') | LETTER('p') | LETTER('s') | LETTER('e');
static const guint32 family_letters = LETTER('d') | LETTER('p') | LETTER('u') | LETTER('m');

static gboolean
same(AmrBytes bytes, const char *word)
{
    const gsize len = strlen(word);
    return bytes.len == len && memcmp(bytes.data, word, len) == 0;
}

static inline gboolean
begins_with(guint32 letters, AmrBytes word)
{
    return word.len > 0 && (letters & LETTER(word.data[0])) != 0;
}

static AmrClass
look_up(const ClassWord *table, gsize n, AmrBytes bytes)
{
    for (gsize i = 0; i < n; i++) {
        if (bytes.len > 0 && bytes.data[0] == table[i].word[0] && same(bytes, table[i].word))
            return table[i].klass;
    }
    return AMR_CLASS_UNKNOWN;
}

static AmrClass
look_up_beginning(AmrBytes bytes)
{
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        const gsize len = strlen(families[i].word);
        if (bytes.len >= len && bytes.data[0] == families[i].word[0] &&
            memcmp(bytes.data, families[i].word, len) == 0)
            return families[i].klass;
    }
    return AMR_CLASS_UNKNOWN;
}

static gboolean
has(const AmrEvent *event, AmrField field)
{
    return event->field[field].data != NULL;
}

/* What the fields tell where neither class nor operation is known. */
static AmrClass
by_fields(const AmrEvent *event)
{
    if (has(event, AMR_FIELD_FAMILY))
        return AMR_CLASS_NETWORK;
    if (has(event, AMR_FIELD_CAPNAME) || has(event, AMR_FIELD_CAPABILITY))
        return AMR_CLASS_CAPABILITY;
    if (has(event, AMR_FIELD_BUS))
        return AMR_CLASS_DBUS;
    if (has(event, AMR_FIELD_SIGNAL))
        return AMR_CLASS_SIGNAL;
    if (has(event, AMR_FIELD_RLIMIT))
        return AMR_CLASS_RLIMIT;
    if (has(event, AMR_FIELD_FSTYPE) || has(event, AMR_FIELD_SRCNAME))
        return AMR_CLASS_MOUNT;
    if (has(event, AMR_FIELD_NAME) &&
        (has(event, AMR_FIELD_REQUESTED_MASK) || has(event, AMR_FIELD_DENIED_MASK)))
        return AMR_CLASS_FILE;
    return AMR_CLASS_UNKNOWN;
}

AmrClass
amr_event_classify(const AmrEvent *event)
{
    const AmrBytes operation = event->field[AMR_FIELD_OPERATION];
    const AmrBytes said = event->field[AMR_FIELD_CLASS];
    AmrClass klass = AMR_CLASS_UNKNOWN;

    if (begins_with(decisive_letters, operation))
        klass = look_up(decisive, G_N_ELEMENTS(decisive), operation);
    if (klass == AMR_CLASS_UNKNOWN && said.len > 0)
        klass = look_up(classes, G_N_ELEMENTS(classes), said);
    if (klass == AMR_CLASS_UNKNOWN && begins_with(operation_letters, operation))
        klass = look_up(operations, G_N_ELEMENTS(operations), operation);
    if (klass == AMR_CLASS_UNKNOWN && begins_with(family_letters, operation))
        klass = look_up_beginning(operation);
    if (klass == AMR_CLASS_UNKNOWN)
        klass = by_fields(event);
    if (klass == AMR_CLASS_NETWORK && same(event->field[AMR_FIELD_FAMILY], "unix"))
        klass = AMR_CLASS_UNIX;
    return klass;
}
