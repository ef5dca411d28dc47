/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/event.h"

#include <string.h>

#include "core/denial/classify.h"

#define BIT(name) ((guint64)1 << AMR_FIELD_##name)

/* What the kernel writes by audit_log_untrustedstring(): hex where it would need quoting. A number
 * or a word of the kernel's own never is hex. */
#define UNTRUSTED                                                                              \
    (BIT(PROFILE) | BIT(NAMESPACE) | BIT(NAME) | BIT(NAME2) | BIT(TARGET) | BIT(COMM) |        \
     BIT(PEER) | BIT(PEER_LABEL) | BIT(SRCNAME) | BIT(EXECPATH) | BIT(LABEL) | BIT(TCONTEXT) | \
     BIT(ADDR) | BIT(PEER_ADDR) | BIT(EXE) | BIT(PATH) | BIT(FSTYPE))
/* Only the name of an abstract socket may hold a NUL. */
#define MAY_HOLD_NUL (BIT(ADDR) | BIT(PEER_ADDR))

const char *
amr_class_word(AmrClass klass)
{
    static const char *const words[AMR_CLASS_COUNT] = {"unknown",
#define AMR_CLASS_WORD(name, word) [AMR_CLASS_##name] = (word),
                                                       AMR_CLASSES(AMR_CLASS_WORD)
#undef AMR_CLASS_WORD
    };
    return klass < AMR_CLASS_COUNT ? words[klass] : words[AMR_CLASS_UNKNOWN];
}

/* ---- masks ------------------------------------------------------------------------------------
 */

static const struct {
    char letter;
    guint32 perm;
} letters[] = {
    {'r', AMR_PERM_READ},   {'w', AMR_PERM_WRITE},     {'a', AMR_PERM_APPEND},
    {'c', AMR_PERM_CREATE}, {'d', AMR_PERM_DELETE},    {'l', AMR_PERM_LINK},
    {'k', AMR_PERM_LOCK},   {'m', AMR_PERM_MMAP_EXEC}, {'x', AMR_PERM_EXEC},
};

/* The same by letter; the other letters are AMR_PERM_OTHER. */
static const guint16 perm_of[256] = {
    ['r'] = AMR_PERM_READ,   ['w'] = AMR_PERM_WRITE,     ['a'] = AMR_PERM_APPEND,
    ['c'] = AMR_PERM_CREATE, ['d'] = AMR_PERM_DELETE,    ['l'] = AMR_PERM_LINK,
    ['k'] = AMR_PERM_LOCK,   ['m'] = AMR_PERM_MMAP_EXEC, ['x'] = AMR_PERM_EXEC,
};

guint32
amr_perms_from_mask(AmrBytes mask, gboolean *owner)
{
    guint32 perms = 0;
    for (gsize i = 0; i < mask.len; i++) {
        const guint32 perm = perm_of[(guchar)mask.data[i]];
        if (mask.data[i] == ':') {
            /* Old kernels: what the owner asked left of "::", what others did right of it. */
            if (i + 1 < mask.len && mask.data[i + 1] == ':' && perms != 0 && owner)
                *owner = TRUE;
            continue;
        }
        perms |= perm != 0 ? perm : (guint32)AMR_PERM_OTHER;
    }
    return perms;
}

char *
amr_perms_to_mask(guint32 perms)
{
    GString *mask = g_string_sized_new(G_N_ELEMENTS(letters) + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(letters); i++) {
        if (perms & letters[i].perm)
            g_string_append_c(mask, letters[i].letter);
    }
    return g_string_free(mask, FALSE);
}

/* ---- values ------------------------------------------------------------------------------------
 */

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The kernel's and libaudit's hex is upper case; "cafe" is a label. An odd number of digits is
 * none (FACTS section 7). */
static gboolean
is_hex(AmrBytes value)
{
    if (value.len == 0 || value.len % 2 != 0)
        return FALSE;
    for (gsize i = 0; i < value.len; i++) {
        if (hex_digit(value.data[i]) < 0)
            return FALSE;
    }
    return TRUE;
}

typedef struct {
    char *at;
    gsize left;
} Scratch;

/* Decodes @value, which is hex, behind @prefix. FALSE if the scratch is full. */
static gboolean
unhex(Scratch *scratch, char prefix, AmrBytes *value)
{
    const gsize start = prefix != '\0';
    const gsize len = value->len / 2 + start;
    char *out = scratch->at;

    if (len > scratch->left)
        return FALSE;
    if (prefix != '\0')
        out[0] = prefix;
    for (gsize i = 0; i < value->len / 2; i++)
        out[start + i] =
            (char)(hex_digit(value->data[2 * i]) << 4 | hex_digit(value->data[2 * i + 1]));
    *value = (AmrBytes){out, len};
    return TRUE;
}

static void
take(Scratch *scratch, gsize len)
{
    scratch->at += len;
    scratch->left -= len;
}

/* A value in quotes is literal, but for one form: an abstract socket's name is hex behind the "@"
 * where it holds what cannot stand in quotes (audit_unix_addr() in 6.17 and newer). A name of
 * ordinary bytes is never written so, and is left as it is. */
static gboolean
decode_abstract(Scratch *scratch, AmrBytes *value)
{
    AmrBytes name = {value->data + 1, value->len - 1};
    gboolean forced = FALSE;

    if (!is_hex(name))
        return TRUE;
    if (!unhex(scratch, '@', &name))
        return FALSE;
    for (gsize i = 1; i < name.len; i++) {
        const guchar byte = (guchar)name.data[i];
        forced = forced || byte < 0x21 || byte > 0x7e || byte == '"';
    }
    if (!forced)
        return TRUE;
    take(scratch, name.len);
    *value = name;
    return TRUE;
}

static gboolean
decode_value(Scratch *scratch, guint64 bit, gboolean quoted, AmrBytes *value)
{
    AmrBytes decoded = *value;

    if ((bit & MAY_HOLD_NUL) != 0 && value->len > 0 && value->data[0] == '@')
        return decode_abstract(scratch, value);
    if (quoted)
        return TRUE;
    if ((bit & UNTRUSTED) == 0 || !is_hex(*value))
        return TRUE;
    if (!unhex(scratch, '\0', &decoded))
        return FALSE;
    /* No kernel writes a NUL into a name: a forged one stays as it was written. */
    if ((bit & MAY_HOLD_NUL) == 0 && memchr(decoded.data, '\0', decoded.len))
        return TRUE;
    take(scratch, decoded.len);
    *value = decoded;
    return TRUE;
}

static gboolean
to_uint32(AmrBytes value, guint32 *number)
{
    guint64 sum = 0;
    if (value.len == 0 || value.len > 10)
        return FALSE;
    for (gsize i = 0; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return FALSE;
        sum = sum * 10 + (guint64)(value.data[i] - '0');
    }
    if (sum > G_MAXUINT32)
        return FALSE;
    *number = (guint32)sum;
    return TRUE;
}

/* error=-13 */
static gint
to_error(AmrBytes value)
{
    const gboolean negative = value.len > 0 && value.data[0] == '-';
    guint32 number = 0;
    if (negative)
        value = (AmrBytes){value.data + 1, value.len - 1};
    if (!to_uint32(value, &number) || number > 4095) /* MAX_ERRNO */
        return 0;
    return negative ? -(gint)number : (gint)number;
}

static void
read_numbers(AmrEvent *event)
{
    AmrBytes *field = event->field;
    (void)to_uint32(field[AMR_FIELD_PID], &event->pid);
    event->has_fsuid = to_uint32(field[AMR_FIELD_FSUID], &event->fsuid);
    event->has_ouid = to_uint32(field[AMR_FIELD_OUID], &event->ouid);
    event->owner = event->has_fsuid && event->has_ouid && event->fsuid == event->ouid;
}

void
amr_event_derive(AmrEvent *event)
{
    event->error = to_error(event->field[AMR_FIELD_ERROR]);
    if (event->klass != AMR_CLASS_FILE)
        return;
    event->requested = amr_perms_from_mask(event->field[AMR_FIELD_REQUESTED_MASK], &event->owner);
    event->denied = amr_perms_from_mask(event->field[AMR_FIELD_DENIED_MASK], &event->owner);
}

gboolean
amr_event_decode(AmrEvent *event, const AmrRecord *record, const char *block, char *scratch_bytes)
{
    Scratch scratch = {scratch_bytes, AMR_EVENT_SCRATCH};

    memset(event, 0, sizeof *event);
    for (guint64 left = record->present; left != 0; left &= left - 1) {
        const int field = __builtin_ctzll(left);
        const AmrSpan span = record->field[field];
        const guint64 bit = (guint64)1 << field;
        AmrBytes value = {block + span.off, span.len};
        if (!decode_value(&scratch, bit, (record->quoted & bit) != 0, &value))
            return FALSE;
        event->field[field] = value;
    }
    event->verdict = record->verdict;
    event->time = amr_event_time(&record->head);
    event->serial = record->head.serial;
    read_numbers(event);
    /* Newer dbus-daemons call the confined profile label=, and the kernel a stack of several. */
    if (!event->field[AMR_FIELD_PROFILE].data) {
        event->field[AMR_FIELD_PROFILE] = event->field[AMR_FIELD_LABEL];
        event->field[AMR_FIELD_LABEL] = (AmrBytes){NULL, 0};
    }
    event->klass = amr_event_classify(event);
    amr_event_derive(event);
    return TRUE;
}

/* ---- names
 * --------------------------------------------------------------------------------------- */

AmrBytes
amr_event_namespace(const AmrEvent *event)
{
    static const char root[] = "root//";
    AmrBytes name = event->field[AMR_FIELD_NAMESPACE];

    if (name.len == 4 && memcmp(name.data, root, 4) == 0)
        return (AmrBytes){"", 0};
    if (name.len >= 6 && memcmp(name.data, root, 6) == 0)
        return (AmrBytes){name.data + 6, name.len - 6};
    return name.data ? name : (AmrBytes){"", 0};
}

char *
amr_event_profile(const AmrEvent *event)
{
    const AmrBytes space = amr_event_namespace(event);
    const AmrBytes profile = event->field[AMR_FIELD_PROFILE];
    GString *name = g_string_sized_new(space.len + profile.len + 3);

    if (space.len > 0) {
        g_string_append_c(name, ':');
        g_string_append_len(name, space.data, (gssize)space.len);
        g_string_append_c(name, ':');
    }
    if (profile.len > 0)
        g_string_append_len(name, profile.data, (gssize)profile.len);
    return g_string_free(name, FALSE);
}
