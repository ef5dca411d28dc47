/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions in words. */
#include "core/policy/oracle.h"

/* " WORD=VALUE"; nothing for what is not known, "none" for what is empty. */
static void
add(GString *text, const char *word, AmrBytes value)
{
    if (!value.data)
        return;
    g_string_append_printf(text, "%s%s%s", text->len ? " " : "", word, *word ? "=" : "");
    if (value.len)
        amr_display_append(text, value);
    else
        g_string_append(text, "none");
}

static void
add_word(GString *text, const char *word, guint number, const char *known)
{
    g_string_append_printf(text, "%s%s%s", text->len ? " " : "", word, *word ? "=" : "");
    if (known)
        g_string_append(text, known);
    else
        g_string_append_printf(text, "%u", number);
}

static void
add_address(GString *text, const char *word, const AmrOracleAddress *address)
{
    if (address->size) {
        g_autoptr(GInetAddress) inet =
            g_inet_address_new_from_bytes(address->bytes, address->size == 4
                                                              ? G_SOCKET_FAMILY_IPV4
                                                              : G_SOCKET_FAMILY_IPV6);
        g_autofree char *shown = g_inet_address_to_string(inet);
        g_string_append_printf(text, " %s=%s", word, shown);
        if (address->has_port)
            g_string_append_printf(text, " port %u", address->port);
    } else if (address->has_port) {
        g_string_append_printf(text, " %s port %u", word, address->port);
    }
}

static void
add_file(GString *text, const AmrOracleQuestion *question)
{
    add(text, "", question->file.path);
    if (question->file.target.data) {
        g_string_append(text, " -> ");
        amr_display_append(text, question->file.target);
    }
    if (question->file.owner)
        g_string_append(text, " (owner)");
}

static void
add_mount(GString *text, const AmrOracleQuestion *question)
{
    g_autofree char *flags = amr_oracle_mount_flags_words(question->mount.flags);
    add(text, "fstype", question->mount.fstype);
    if (question->rights & AMR_MAY_MOUNT)
        g_string_append_printf(text, "%soptions=(%s)", text->len ? " " : "", flags);
    add(text, question->rights & AMR_MAY_PIVOT_ROOT ? "oldroot" : "", question->mount.source);
    if (question->rights & AMR_MAY_MOUNT)
        g_string_append(text, " ->");
    add(text, "", question->mount.point);
}

char *
amr_oracle_question_text(const AmrOracleQuestion *question)
{
    GString *text = g_string_new(NULL);
    char buffer[16];
    switch (question->klass) {
    case AMR_CLASS_FILE:
        add_file(text, question);
        break;
    case AMR_CLASS_CAPABILITY:
        add_word(text, "", question->capability.number,
                 amr_oracle_capability_word(question->capability.number));
        break;
    case AMR_CLASS_NETWORK:
        add_word(text, "", question->network.family,
                 amr_oracle_family_word(question->network.family));
        add_word(text, "", question->network.type,
                 amr_oracle_socket_type_word(question->network.type));
        add_address(text, "ip", &question->network.local);
        add_address(text, "peer", &question->network.peer);
        break;
    case AMR_CLASS_UNIX:
        add_word(text, "type", question->unix_socket.type,
                 amr_oracle_socket_type_word(question->unix_socket.type));
        add(text, "addr", question->unix_socket.address);
        add(text, "peer addr", question->unix_socket.peer_address);
        add(text, "peer label", question->unix_socket.peer);
        break;
    case AMR_CLASS_SIGNAL:
        add_word(text, "set", question->signal.number,
                 amr_oracle_signal_word(question->signal.number, buffer));
        add(text, "peer", question->signal.peer);
        break;
    case AMR_CLASS_PTRACE:
        add(text, "peer", question->ptrace.peer);
        break;
    case AMR_CLASS_MOUNT:
        add_mount(text, question);
        break;
    case AMR_CLASS_DBUS:
        add(text, "bus", question->dbus.bus);
        add(text, "path", question->dbus.path);
        add(text, "interface", question->dbus.interface);
        add(text, "member", question->dbus.member);
        add(text, "name", question->dbus.name);
        add(text, "peer", question->dbus.peer);
        break;
    case AMR_CLASS_CHANGE_PROFILE:
        add(text, "", question->change_profile.exec);
        g_string_append(text, text->len ? " ->" : "->");
        add(text, "", question->change_profile.target);
        break;
    case AMR_CLASS_CHANGE_HAT:
        add(text, "", question->change_hat.hat);
        break;
    case AMR_CLASS_MQUEUE:
        add(text, "", question->mqueue.name);
        add(text, "label", question->mqueue.label);
        break;
    case AMR_CLASS_IO_URING:
        add(text, "label", question->io_uring.label);
        break;
    case AMR_CLASS_RLIMIT:
        add_word(text, "", question->rlimit.resource,
                 amr_oracle_limit_word(question->rlimit.resource));
        g_string_append_printf(text, " <= %" G_GUINT64_FORMAT, question->rlimit.value);
        break;
    default:
        break;
    }
    return g_string_free(text, FALSE);
}
