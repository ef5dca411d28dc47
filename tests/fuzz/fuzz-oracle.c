/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled policy from anywhere: what is read can be asked anything, is equal to itself, and says
 * the same by the hot question as by the general one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy/oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each class, with parts of the stream itself as names, and with parts that are not known. */
static AmrOracleQuestion
question_of(AmrClass klass, AmrBytes name, gboolean unknown)
{
    AmrBytes part = unknown ? (AmrBytes){NULL, 0} : name;
    AmrOracleQuestion question = {.klass = klass, .rights = G_MAXUINT32};
    switch (klass) {
    case AMR_CLASS_FILE:
        question.file.path = part;
        question.file.target = name;
        break;
    case AMR_CLASS_CAPABILITY:
        question.capability.number = (guint)name.len;
        break;
    case AMR_CLASS_NETWORK:
        question.network.family = 2;
        question.network.type = name.len & 0xf;
        question.network.local.size = unknown ? 0 : 16;
        question.network.peer.has_port = unknown;
        break;
    case AMR_CLASS_UNIX:
        question.unix_socket.address = part;
        question.unix_socket.peer_address = part;
        question.unix_socket.peer = part;
        break;
    case AMR_CLASS_SIGNAL:
        question.signal.number = (guint)name.len;
        question.signal.peer = part;
        break;
    case AMR_CLASS_PTRACE:
        question.ptrace.peer = part;
        break;
    case AMR_CLASS_MOUNT:
        question.rights = unknown ? AMR_MAY_MOUNT : G_MAXUINT32;
        question.mount.point = question.mount.source = question.mount.fstype = part;
        question.mount.data = name;
        question.mount.flags = (guint32)name.len * 77;
        break;
    case AMR_CLASS_DBUS:
        question.rights = AMR_MAY_SEND;
        question.dbus.bus = question.dbus.path = question.dbus.peer = part;
        question.dbus.interface = name;
        break;
    case AMR_CLASS_CHANGE_PROFILE:
        question.change_profile.exec = part;
        question.change_profile.target = name;
        break;
    case AMR_CLASS_CHANGE_HAT:
        question.change_hat.hat = part;
        break;
    case AMR_CLASS_MQUEUE:
        question.mqueue.name = part;
        question.mqueue.label = part;
        break;
    case AMR_CLASS_IO_URING:
        question.io_uring.label = part;
        break;
    case AMR_CLASS_RLIMIT:
        question.rlimit.resource = (guint)name.len & 0x1f;
        break;
    default:
        break;
    }
    return question;
}

static void
ask_everything(const AmrOracleProfile *profile, AmrBytes name)
{
    for (guint klass = 0; klass < AMR_CLASS_COUNT; klass++) {
        for (guint unknown = 0; unknown < 2; unknown++) {
            AmrOracleAnswer answer;
            AmrOracleQuestion question = question_of((AmrClass)klass, name, unknown != 0);
            amr_oracle_ask(profile, &question, &answer);
            if (answer.verdict == AMR_ORACLE_UNKNOWN || (answer.allowed & answer.missing) ||
                (answer.refused & ~answer.missing) || (answer.audited & ~answer.allowed) ||
                (answer.verdict == AMR_ORACLE_ALLOWED) !=
                    (!answer.missing && answer.verdict != AMR_ORACLE_UNMEDIATED))
                abort();
            g_autofree char *text = amr_oracle_question_text(&question);
            for (const char *p = text; *p; p++)
                if ((unsigned char)*p < 0x20 || *p == 0x7f)
                    abort();
        }
    }
    AmrOracleAnswer hot, general;
    AmrOracleQuestion question = {.klass = AMR_CLASS_FILE, .rights = AMR_PERM_READ | AMR_PERM_EXEC};
    question.file.path = name;
    amr_oracle_ask_path(profile, question.rights, FALSE, name.data, name.len, &hot);
    amr_oracle_ask(profile, &question, &general);
    if (hot.verdict != general.verdict || hot.allowed != general.allowed ||
        hot.exec != general.exec)
        abort();
    (void)amr_oracle_attaches(profile, name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(AmrOracle) oracle = amr_oracle_new(bytes, &error);
    if (!oracle != (error != NULL))
        abort();
    if (!oracle)
        return 0;
    AmrBytes name = {(const char *)data, MIN(size, 40)};
    for (guint i = 0; i < MIN(amr_oracle_count(oracle), 4); i++) {
        const AmrOracleProfile *profile = amr_oracle_profile(oracle, i);
        ask_everything(profile, name);
        ask_everything(profile, AMR_BYTES("/etc/passwd"));
        ask_everything(profile, AMR_BYTES(""));
        g_autoptr(AmrOracleComparison) same = amr_oracle_compare_profiles(profile, profile, &error);
        if (!same ? !error : !same->same)
            abort();
        g_clear_error(&error);
        /* With another: whatever differs, it can be told. Small ones only: pairs multiply. */
        if (i == 0 || size > 8192)
            continue;
        g_autoptr(AmrOracleComparison) other =
            amr_oracle_compare_profiles(amr_oracle_profile(oracle, 0), profile, &error);
        if (!other != (error != NULL))
            abort();
        g_clear_error(&error);
    }
    return 0;
}
