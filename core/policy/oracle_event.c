/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a record asked of policy. */
#include <arpa/inet.h>
#include <string.h>

#include "core/policy/oracle.h"

typedef struct {
    const AmrEvent *event;
    AmrOracleQuestion *question;
    const char *why;
} Asker;

static AmrBytes
field(const Asker *asker, AmrField which)
{
    return asker->event->field[which];
}

/* A part of the question that the kernel had and that was empty if the record does not show it. */
static AmrBytes
known(const Asker *asker, AmrField which)
{
    AmrBytes bytes = field(asker, which);
    return bytes.data ? bytes : AMR_BYTES("");
}

static gboolean
refuse(Asker *asker, const char *why)
{
    asker->why = why;
    return FALSE;
}

/* What was denied, else what was requested; where no mask is logged, what the operation does. */
static gboolean
take_rights(Asker *asker)
{
    AmrBytes words = field(asker, AMR_FIELD_DENIED_MASK);
    if (!words.len)
        words = field(asker, AMR_FIELD_REQUESTED_MASK);
    if (!words.len)
        words = field(asker, AMR_FIELD_MASK);
    if (!words.len)
        words = field(asker, AMR_FIELD_OPERATION);
    if (amr_oracle_rights(asker->question->klass, words, &asker->question->rights) &&
        asker->question->rights)
        return TRUE;
    return refuse(asker, "The record asks for a right that is not known.");
}

/* ---- by class ---------------------------------------------------------------------------- */

static gboolean
take_file(Asker *asker)
{
    const AmrEvent *event = asker->event;
    AmrOracleQuestion *question = asker->question;
    question->file.path = field(asker, AMR_FIELD_NAME);
    question->file.owner = event->owner;
    question->rights = event->denied ? event->denied : event->requested;
    if (!question->file.path.len)
        return refuse(asker, "The record does not name the file.");
    if (question->file.path.data[0] != '/')
        return refuse(asker, "The file has no path from the root.");
    if (!question->rights || (question->rights & (guint32)AMR_PERM_OTHER))
        return refuse(asker, "The record asks for a right that is not known.");
    if (amr_bytes_is(field(asker, AMR_FIELD_OPERATION), "link")) {
        /* The mask may hold what the target lacks instead of the link. */
        question->rights = AMR_PERM_LINK;
        question->file.target = field(asker, AMR_FIELD_TARGET);
    }
    return TRUE;
}

static gboolean
take_capability(Asker *asker)
{
    AmrBytes name = field(asker, AMR_FIELD_CAPNAME);
    if (!name.len)
        name = field(asker, AMR_FIELD_CAPABILITY);
    if (!name.len)
        name = field(asker, AMR_FIELD_NAME);
    int number = name.len ? amr_oracle_capability(name) : -1;
    if (number < 0)
        return refuse(asker, "The record does not name a capability that is known.");
    asker->question->rights = AMR_MAY_CHANGE;
    asker->question->capability.number = (guint)number;
    return TRUE;
}

static void
take_address(const Asker *asker, AmrField address, AmrField port, AmrOracleAddress *to)
{
    char text[INET6_ADDRSTRLEN];
    guint64 number;
    AmrBytes bytes = field(asker, address);
    if (amr_bytes_to_uint64(field(asker, port), &number) && number < 65536) {
        to->port = (guint16)number;
        to->has_port = TRUE;
    }
    if (!bytes.len || bytes.len >= sizeof text)
        return;
    memcpy(text, bytes.data, bytes.len);
    text[bytes.len] = '\0';
    if (inet_pton(AF_INET, text, to->bytes) == 1)
        to->size = 4;
    else if (inet_pton(AF_INET6, text, to->bytes) == 1)
        to->size = 16;
    /* The kernel leaves out a port of 0. */
    to->has_port = to->has_port || to->size > 0;
}

/* Kernels before 4.13 log no mask of sockets: what the operation does. */
static guint32
rights_of_operation(AmrBytes operation)
{
    static const struct {
        const char *operation;
        guint32 rights;
    } table[] = {
        {"socket_create", AMR_MAY_CREATE},
        {"post_create", AMR_MAY_CREATE},
        {"sendmsg", AMR_MAY_SEND},
        {"recvmsg", AMR_MAY_RECEIVE},
        {"getsockname", AMR_MAY_GETATTR},
        {"getpeername", AMR_MAY_GETATTR},
        {"getsockopt", AMR_MAY_GETOPT},
        {"setsockopt", AMR_MAY_SETOPT},
        {"socket_shutdown", AMR_MAY_SHUTDOWN},
        {"sock_shutdown", AMR_MAY_SHUTDOWN},
    };
    guint32 rights;
    if (amr_oracle_rights(AMR_CLASS_NETWORK, operation, &rights) && rights)
        return rights;
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (amr_bytes_is(operation, table[i].operation))
            return table[i].rights;
    return AMR_MAY_SEND | AMR_MAY_RECEIVE; /* file_perm, file_inherit */
}

static gboolean
take_socket_rights(Asker *asker)
{
    if (field(asker, AMR_FIELD_DENIED_MASK).len || field(asker, AMR_FIELD_REQUESTED_MASK).len)
        return take_rights(asker);
    asker->question->rights = rights_of_operation(field(asker, AMR_FIELD_OPERATION));
    return TRUE;
}

/* Kernels that know no more than the type of a unix socket log no address and no peer. */
static gboolean
take_socket(Asker *asker)
{
    AmrOracleQuestion *question = asker->question;
    guint64 protocol = 0;
    int family = amr_oracle_family(known(asker, AMR_FIELD_FAMILY));
    int type = amr_oracle_socket_type(known(asker, AMR_FIELD_SOCK_TYPE));
    AmrBytes address = field(asker, AMR_FIELD_ADDR),
             peer_address = field(asker, AMR_FIELD_PEER_ADDR), peer = field(asker, AMR_FIELD_PEER);
    if (!take_socket_rights(asker))
        return FALSE;
    if (family < 0 || type < 0)
        return refuse(asker, "The record does not name a kind of socket that is known.");
    amr_bytes_to_uint64(known(asker, AMR_FIELD_PROTOCOL), &protocol);
    if (question->klass == AMR_CLASS_UNIX && (address.data || peer_address.data || peer.data)) {
        question->unix_socket.type = (guint)type;
        question->unix_socket.protocol = (guint)protocol;
        question->unix_socket.address = address;
        question->unix_socket.peer_address = peer_address;
        question->unix_socket.peer = peer;
        return TRUE;
    }
    question->klass = AMR_CLASS_NETWORK;
    question->network.family = (guint)family;
    question->network.type = (guint)type;
    question->network.protocol = (guint)protocol;
    take_address(asker, AMR_FIELD_LADDR, AMR_FIELD_LPORT, &question->network.local);
    take_address(asker, AMR_FIELD_FADDR, AMR_FIELD_FPORT, &question->network.peer);
    return TRUE;
}

static gboolean
take_signal(Asker *asker)
{
    int number = amr_oracle_signal(known(asker, AMR_FIELD_SIGNAL));
    if (number < 0)
        return refuse(asker, "The record does not name a signal that is known.");
    asker->question->signal.number = (guint)number;
    asker->question->signal.peer = field(asker, AMR_FIELD_PEER);
    return take_rights(asker);
}

static gboolean
take_mount(Asker *asker)
{
    AmrOracleQuestion *question = asker->question;
    AmrBytes operation = field(asker, AMR_FIELD_OPERATION);
    question->mount.point = field(asker, AMR_FIELD_NAME);
    question->mount.source = known(asker, AMR_FIELD_SRCNAME);
    question->mount.fstype = known(asker, AMR_FIELD_FSTYPE);
    question->mount.data = AMR_BYTES("");
    if (!question->mount.point.len)
        return refuse(asker, "The record does not name the mount point.");
    if (!amr_oracle_mount_flags(known(asker, AMR_FIELD_FLAGS), &question->mount.flags))
        return refuse(asker, "The record has an option of mount that is not known.");
    /* move_mount too is asked as mount. */
    if (!amr_oracle_rights(AMR_CLASS_MOUNT, operation, &question->rights))
        question->rights = AMR_MAY_MOUNT;
    return TRUE;
}

static gboolean
take_dbus(Asker *asker)
{
    AmrOracleQuestion *question = asker->question;
    if (!take_rights(asker))
        return FALSE;
    question->dbus.bus = field(asker, AMR_FIELD_BUS);
    question->dbus.path = field(asker, AMR_FIELD_PATH);
    question->dbus.interface = field(asker, AMR_FIELD_INTERFACE);
    question->dbus.member = field(asker, AMR_FIELD_MEMBER);
    question->dbus.peer = field(asker, AMR_FIELD_PEER_LABEL);
    if (question->rights & AMR_MAY_OWN)
        question->dbus.name = field(asker, AMR_FIELD_NAME);
    return TRUE;
}

static gboolean
take_change_profile(Asker *asker)
{
    static const AmrField names[] = {AMR_FIELD_TARGET, AMR_FIELD_NAME2, AMR_FIELD_NAME};
    AmrOracleQuestion *question = asker->question;
    for (guint i = 0; i < G_N_ELEMENTS(names) && !question->change_profile.target.len; i++)
        question->change_profile.target = field(asker, names[i]);
    question->rights = AMR_MAY_CHANGE;
    question->change_profile.stack =
        amr_bytes_is(field(asker, AMR_FIELD_OPERATION), "stack") ||
        amr_bytes_is(field(asker, AMR_FIELD_OPERATION), "stack_onexec");
    return question->change_profile.target.len
               ? TRUE
               : refuse(asker, "The record does not name the profile to change to.");
}

static gboolean
take_change_hat(Asker *asker)
{
    asker->question->rights = AMR_MAY_CHANGE;
    asker->question->change_hat.hat = field(asker, AMR_FIELD_NAME);
    return asker->question->change_hat.hat.len ? TRUE
                                               : refuse(asker, "The record does not name the hat.");
}

static gboolean
take_rlimit(Asker *asker)
{
    int resource = amr_oracle_limit(known(asker, AMR_FIELD_RLIMIT));
    if (resource < 0 ||
        !amr_bytes_to_uint64(known(asker, AMR_FIELD_VALUE), &asker->question->rlimit.value))
        return refuse(asker, "The record does not name a limit that is known.");
    asker->question->rights = AMR_MAY_CHANGE;
    asker->question->rlimit.resource = (guint)resource;
    return TRUE;
}

static gboolean
take_mqueue(Asker *asker)
{
    asker->question->mqueue.name = field(asker, AMR_FIELD_NAME);
    asker->question->mqueue.sysv = amr_bytes_is(field(asker, AMR_FIELD_CLASS), "sysv_mqueue");
    asker->question->mqueue.label = field(asker, AMR_FIELD_LABEL);
    return take_rights(asker);
}

gboolean
amr_oracle_question_of(const AmrEvent *event, AmrOracleQuestion *question, const char **why)
{
    static gboolean (*const takes[AMR_CLASS_COUNT])(Asker *) = {
        [AMR_CLASS_FILE] = take_file,
        [AMR_CLASS_CAPABILITY] = take_capability,
        [AMR_CLASS_NETWORK] = take_socket,
        [AMR_CLASS_UNIX] = take_socket,
        [AMR_CLASS_SIGNAL] = take_signal,
        [AMR_CLASS_PTRACE] = take_rights,
        [AMR_CLASS_MOUNT] = take_mount,
        [AMR_CLASS_DBUS] = take_dbus,
        [AMR_CLASS_CHANGE_PROFILE] = take_change_profile,
        [AMR_CLASS_CHANGE_HAT] = take_change_hat,
        [AMR_CLASS_RLIMIT] = take_rlimit,
        [AMR_CLASS_USERNS] = take_rights,
        [AMR_CLASS_MQUEUE] = take_mqueue,
        [AMR_CLASS_IO_URING] = take_rights,
    };
    Asker asker = {event, question, "The record asks nothing of policy."};
    AmrBytes info = event->field[AMR_FIELD_INFO];
    memset(question, 0, sizeof *question);
    question->klass = event->klass;
    gboolean good = FALSE;
    if (info.len >= 18 && memcmp(info.data, "Failed name lookup", 18) == 0) {
        asker.why = "The kernel could not find the file's name.";
    } else if ((guint)event->klass < AMR_CLASS_COUNT && takes[event->klass]) {
        if (event->klass == AMR_CLASS_PTRACE)
            question->ptrace.peer = event->field[AMR_FIELD_PEER];
        if (event->klass == AMR_CLASS_IO_URING)
            question->io_uring.label = event->field[AMR_FIELD_TCONTEXT];
        good = takes[event->klass](&asker);
    }
    if (!good && why)
        *why = asker.why;
    return good;
}
