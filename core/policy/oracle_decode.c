/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a name of a state machine back to the question that spells it: what oracle_match.c and
 * oracle_socket.c do, the other way round. */
#include <string.h>

#include "core/policy/oracle_compare.h"

typedef struct {
    const guint8 *at;
    gsize left;
} Rest;

/* Up to the next NUL, which is stepped over; NULL where nothing is left. */
static AmrBytes
part(Rest *rest)
{
    if (!rest->at)
        return (AmrBytes){NULL, 0};
    const guint8 *end = memchr(rest->at, '\0', rest->left);
    AmrBytes bytes = {(const char *)rest->at, end ? (gsize)(end - rest->at) : rest->left};
    if (end) {
        rest->left -= bytes.len + 1;
        rest->at = end + 1;
    } else {
        rest->at = NULL;
        rest->left = 0;
    }
    return bytes;
}

static guint
number(Rest *rest, gsize size)
{
    guint value = 0;
    for (; size > 0 && rest->left > 0; size--) {
        value = value << 8 | *rest->at++;
        rest->left--;
    }
    return value;
}

static void
decode_address(Rest *rest, AmrOracleAddress *address)
{
    if (rest->left < 4)
        return;
    number(rest, 1);
    address->port = (guint16)number(rest, 2);
    address->has_port = TRUE;
    guint kind = number(rest, 1);
    guint8 size = kind == 1 ? 4 : kind == 2 ? 16 : 0;
    for (guint i = 0; i < size; i++)
        address->bytes[i] = (guint8)number(rest, 1);
    address->size = size;
    number(rest, 1);
}

static void
decode_network(Rest *rest, AmrOracleQuestion *question)
{
    question->network.family = number(rest, 2);
    question->network.type = number(rest, 2);
    question->network.protocol = number(rest, 2);
    if (rest->left == 0)
        return;
    gboolean peer = *rest->at == 2;
    decode_address(rest, peer ? &question->network.peer : &question->network.local);
    if (!peer || rest->left == 0)
        return;
    part(rest);
    number(rest, 1);
    decode_address(rest, &question->network.local);
}

/* @scratch holds the bytes of the whole name, one more for each address. */
static AmrBytes
decode_unix_address(Rest *rest, char **scratch)
{
    if (rest->left == 0)
        return (AmrBytes){NULL, 0};
    if (*rest->at == 1) {
        number(rest, 2);
        return AMR_BYTES("none");
    }
    gboolean abstract = *rest->at == 0;
    if (abstract)
        number(rest, 1);
    AmrBytes name = part(rest);
    char *begin = *scratch;
    if (abstract)
        *(*scratch)++ = '@';
    if (name.len)
        memcpy(*scratch, name.data, name.len);
    *scratch += name.len;
    return (AmrBytes){begin, (gsize)(*scratch - begin)};
}

static void
decode_unix(Rest *rest, AmrOracleQuestion *question, char *scratch)
{
    number(rest, 2);
    question->unix_socket.type = number(rest, 2);
    question->unix_socket.protocol = number(rest, 2);
    question->unix_socket.address = decode_unix_address(rest, &scratch);
    part(rest);
    if (rest->left == 0 || number(rest, 1) != 1)
        return;
    question->unix_socket.peer_address = decode_unix_address(rest, &scratch);
    if (rest->left > 0)
        question->unix_socket.peer = part(rest);
}

static void
decode_mount(Rest *rest, AmrOracleQuestion *question)
{
    question->mount.point = part(rest);
    question->mount.source = part(rest);
    question->mount.fstype = part(rest);
    for (; rest->left > 0 && *rest->at != 0; number(rest, 1))
        if (*rest->at <= 32)
            question->mount.flags |= 1u << (*rest->at - 1);
    number(rest, 1);
    question->mount.data = (AmrBytes){rest->left ? (const char *)rest->at : "", rest->left};
}

static void
decode_dbus(Rest *rest, AmrOracleQuestion *question)
{
    question->dbus.bus = part(rest);
    question->dbus.name = part(rest);
    question->dbus.peer = part(rest);
    question->dbus.path = part(rest);
    question->dbus.interface = part(rest);
    question->dbus.member = part(rest);
}

static void
decode_change_profile(Rest *rest, gboolean onexec, AmrOracleQuestion *question)
{
    if (onexec)
        question->change_profile.exec = part(rest);
    question->change_profile.target = part(rest);
}

static void
decode_mqueue(Rest *rest, gboolean sysv, AmrOracleQuestion *question, char *scratch)
{
    question->mqueue.sysv = sysv;
    if (sysv) {
        int n = g_snprintf(scratch, 12, "%u", number(rest, 4));
        question->mqueue.name = (AmrBytes){scratch, (gsize)n};
        number(rest, 1);
    } else {
        question->mqueue.name = part(rest);
    }
    if (rest->at && rest->left > 0)
        question->mqueue.label = part(rest);
}

void
amr_oracle_decode(AmrOracleDifference *difference, const AmrFinding *finding, guint8 klass)
{
    gsize len = finding->example_len;
    AmrOracleQuestion *question = &difference->example;
    /* The name, then room for what is written anew. */
    difference->bytes = g_malloc0(2 * len + 32);
    if (len)
        memcpy(difference->bytes, finding->example, len);
    char *scratch = difference->bytes + len + 1;
    Rest rest = {(const guint8 *)difference->bytes, len};
    memset(question, 0, sizeof *question);
    question->klass = difference->klass;
    question->rights = difference->gained | difference->lost;
    gboolean owner = question->rights != 0;
    if (!owner)
        question->rights = difference->gained_other | difference->lost_other;
    switch (difference->klass) {
    case AMR_CLASS_FILE:
        question->file.owner = owner;
        question->file.path = part(&rest);
        question->file.target = part(&rest);
        break;
    case AMR_CLASS_CHANGE_PROFILE:
        decode_change_profile(&rest, len && memchr(difference->bytes, '\0', len) != NULL, question);
        break;
    case AMR_CLASS_NETWORK:
        decode_network(&rest, question);
        break;
    case AMR_CLASS_UNIX:
        decode_unix(&rest, question, scratch);
        break;
    case AMR_CLASS_SIGNAL:
        question->signal.number = number(&rest, 1);
        question->signal.peer = part(&rest);
        break;
    case AMR_CLASS_PTRACE:
        question->ptrace.peer = part(&rest);
        break;
    case AMR_CLASS_MOUNT:
        decode_mount(&rest, question);
        break;
    case AMR_CLASS_DBUS:
        decode_dbus(&rest, question);
        break;
    case AMR_CLASS_MQUEUE:
        decode_mqueue(&rest, klass == AMR_K_CLASS_SYSV_MQUEUE, question, scratch);
        break;
    case AMR_CLASS_IO_URING:
        question->io_uring.label = part(&rest);
        break;
    default:
        break;
    }
}
