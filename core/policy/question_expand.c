/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question of many parts: a part for each capability, signal, kind of socket. */
#include "core/policy/question_private.h"

static void
add_part(AmrQuestionReader *reader, const AmrOracleQuestion *part)
{
    if (reader->question->parts->len < AMR_QUESTION_PARTS_MAX)
        g_array_append_vals(reader->question->parts, part, 1);
}

/* Every right that has a word. */
static guint32
all_rights(AmrClass klass)
{
    guint32 rights = 0;
    for (guint i = 0; i < 32; i++)
        if (amr_oracle_right_word(klass, 1u << i))
            rights |= 1u << i;
    return rights;
}

static void
add_all_numbers(AmrQuestionReader *reader)
{
    static const guint stream_like[] = {1, 2, 5}, types[] = {1, 2, 3, 4, 5, 10};
    char buffer[16];
    switch (reader->part.klass) {
    case AMR_CLASS_CAPABILITY:
        for (guint i = 0; amr_oracle_capability_word(i); i++)
            g_array_append_val(reader->numbers, i);
        break;
    case AMR_CLASS_SIGNAL:
        for (guint i = 1; i < 256; i++)
            if (amr_oracle_signal_word(i, buffer))
                g_array_append_val(reader->numbers, i);
        break;
    case AMR_CLASS_UNIX:
        g_array_append_vals(reader->numbers, stream_like, G_N_ELEMENTS(stream_like));
        break;
    default:
        g_array_append_vals(reader->numbers, types, G_N_ELEMENTS(types));
        break;
    }
}

static void
add_network(AmrQuestionReader *reader, guint type)
{
    static const guint inet[] = {2, 10};
    AmrOracleQuestion part = reader->part;
    part.network.type = type;
    if (!reader->any_family) {
        add_part(reader, &part);
    } else if (part.network.protocol) {
        for (guint i = 0; i < G_N_ELEMENTS(inet); i++) {
            part.network.family = inet[i];
            add_part(reader, &part);
        }
    } else {
        for (guint i = 1; amr_oracle_family_word(i); i++) {
            part.network.family = i;
            add_part(reader, &part);
        }
    }
}

static void
add_number(AmrQuestionReader *reader, guint number)
{
    AmrOracleQuestion part = reader->part;
    switch (part.klass) {
    case AMR_CLASS_CAPABILITY:
        part.capability.number = number;
        break;
    case AMR_CLASS_SIGNAL:
        part.signal.number = number;
        break;
    case AMR_CLASS_UNIX:
        part.unix_socket.type = number;
        break;
    default:
        add_network(reader, number);
        return;
    }
    add_part(reader, &part);
}

/* Rights that the oracle is asked for one by one. */
static void
add_by_right(AmrQuestionReader *reader, guint32 alone)
{
    AmrOracleQuestion part = reader->part;
    for (guint i = 0; i < 32; i++) {
        part.rights = reader->part.rights & alone & (1u << i);
        if (part.rights)
            add_part(reader, &part);
    }
    part.rights = reader->part.rights & ~alone;
    if (part.rights)
        add_part(reader, &part);
}

/* A rule of dbus without an access word: what its keys can mean. */
static guint32
dbus_rights(const AmrOracleQuestion *part)
{
    gboolean message = part->dbus.path.data || part->dbus.interface.data ||
                       part->dbus.member.data || part->dbus.peer.data;
    if (message)
        return AMR_MAY_SEND | AMR_MAY_RECEIVE;
    return part->dbus.name.data ? AMR_MAY_OWN : all_rights(AMR_CLASS_DBUS);
}

void
amr_question_expand(AmrQuestionReader *reader)
{
    AmrOracleQuestion *part = &reader->part;
    if (!part->rights)
        part->rights = part->klass == AMR_CLASS_DBUS ? dbus_rights(part) : all_rights(part->klass);
    switch (part->klass) {
    case AMR_CLASS_CAPABILITY:
    case AMR_CLASS_SIGNAL:
    case AMR_CLASS_UNIX:
    case AMR_CLASS_NETWORK:
        if (!reader->numbers->len)
            add_all_numbers(reader);
        for (guint i = 0; i < reader->numbers->len; i++)
            add_number(reader, g_array_index(reader->numbers, guint, i));
        break;
    case AMR_CLASS_DBUS:
        add_by_right(reader, AMR_MAY_OWN | AMR_MAY_EAVESDROP);
        break;
    case AMR_CLASS_IO_URING:
        add_by_right(reader, AMR_MAY_OVERRIDE_CREDS | AMR_MAY_SQPOLL);
        break;
    default:
        add_part(reader, part);
        break;
    }
}
