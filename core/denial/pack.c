/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/pack.h"

#include <string.h>

#define BIT(name) ((guint64)1 << AMR_FIELD_##name)

/* Kept once a profile, or of who it was this time: no part of what is packed. */
#define APART                                                                            \
    (BIT(UNKNOWN) | BIT(PROFILE) | BIT(NAMESPACE) | BIT(PID) | BIT(PARENT) | BIT(COMM) | \
     BIT(FSUID) | BIT(OUID) | BIT(PEER_PID) | BIT(SAUID) | BIT(HOSTNAME) | BIT(EXE))
/* Few words, of many denials. */
#define SHARED                                                                              \
    (BIT(OPERATION) | BIT(CLASS) | BIT(INFO) | BIT(FAMILY) | BIT(SOCK_TYPE) | BIT(PEER) |   \
     BIT(PEER_LABEL) | BIT(CAPNAME) | BIT(BUS) | BIT(INTERFACE) | BIT(FSTYPE) | BIT(NODE) | \
     BIT(EXECPATH))

enum {
    INTERNED = 0x80,
    LONG = 0xff
};

G_STATIC_ASSERT(AMR_FIELD_COUNT <= 64);

guint64
amr_pack_fields(const AmrEvent *event)
{
    guint64 fields = 0;
    for (int field = 0; field < AMR_FIELD_COUNT; field++)
        fields |= (guint64)(event->field[field].data != NULL) << field;
    return fields & ~APART;
}

guint64
amr_pack_hash(const AmrEvent *event, guint64 fields, guint64 seed)
{
    const AmrBytes profile = event->field[AMR_FIELD_PROFILE];
    const AmrBytes space = event->field[AMR_FIELD_NAMESPACE];
    guint64 hash = amr_hash_number(seed, (guint64)event->verdict | (guint64)event->klass << 8 |
                                             (guint64)(event->owner != FALSE) << 16 |
                                             (guint64)(profile.data != NULL) << 17 |
                                             (guint64)(space.data != NULL) << 18);

    hash = amr_hash_bytes(hash, profile.data, profile.len);
    hash = amr_hash_bytes(hash, space.data, space.len);
    for (guint64 left = fields; left != 0; left &= left - 1) {
        const int field = __builtin_ctzll(left);
        hash = amr_hash_bytes(hash ^ (guint64)field, event->field[field].data,
                              event->field[field].len);
    }
    return hash;
}

static guint8 *
put_head(guint8 *out, const AmrEvent *event)
{
    out[AMR_PACK_VERDICT] = (guint8)event->verdict;
    out[AMR_PACK_CLASS] = (guint8)event->klass;
    out[AMR_PACK_WHO] = 0;
    out[AMR_PACK_OWNER] = event->owner != FALSE;
    out[AMR_PACK_FIELDS] = 0;
    return out + AMR_PACK_HEAD;
}

static guint8 *
put_field(guint8 *out, int field, AmrBytes value, guint32 number)
{
    const guint32 len = (guint32)value.len;

    *out++ = (guint8)(field | (number != 0 ? INTERNED : 0));
    if (number != 0) {
        memcpy(out, &number, sizeof number);
        return out + sizeof number;
    }
    *out++ = (guint8)MIN(len, LONG);
    if (len >= LONG) {
        memcpy(out, &len, sizeof len);
        out += sizeof len;
    }
    if (len > 0)
        memcpy(out, value.data, len);
    return out + len;
}

guint8 *
amr_pack(const AmrEvent *event, AmrArena *arena, AmrIntern *words)
{
    const guint64 fields = amr_pack_fields(event);
    guint32 numbers[AMR_FIELD_COUNT] = {0};
    gsize size = AMR_PACK_HEAD;
    guint8 *packed, *out;

    for (guint64 left = fields; left != 0; left &= left - 1) {
        const int field = __builtin_ctzll(left);
        const AmrBytes value = event->field[field];
        if ((SHARED >> field & 1) != 0 && value.len > 3)
            numbers[field] = amr_intern_add(words, value);
        if (numbers[field] != 0)
            size += 1 + sizeof(guint32);
        else
            size += 2 + (value.len >= LONG ? sizeof(guint32) : 0) + value.len;
    }
    packed = amr_arena_take(arena, size);
    out = put_head(packed, event);
    for (guint64 left = fields; left != 0; left &= left - 1) {
        const int field = __builtin_ctzll(left);
        out = put_field(out, field, event->field[field], numbers[field]);
        packed[AMR_PACK_FIELDS]++;
    }
    return packed;
}

guint8 *
amr_pack_nothing(AmrArena *arena)
{
    const AmrEvent nothing = {.verdict = AMR_VERDICT_UNKNOWN};
    guint8 *packed = amr_arena_take(arena, AMR_PACK_HEAD);
    (void)put_head(packed, &nothing);
    return packed;
}

/* The field at @at; returns where the next one begins. */
static const guint8 *
get_field(const guint8 *at, const AmrIntern *words, int *field, AmrBytes *value)
{
    guint32 number;

    *field = *at & ~INTERNED;
    if (*at++ & INTERNED) {
        memcpy(&number, at, sizeof number);
        *value = amr_intern_get(words, number);
        return at + sizeof number;
    }
    number = *at++;
    if (number == LONG) {
        memcpy(&number, at, sizeof number);
        at += sizeof number;
    }
    *value = (AmrBytes){(const char *)at, number};
    return at + number;
}

gboolean
amr_pack_equal(const guint8 *packed, const AmrIntern *words, const AmrEvent *event, guint64 fields)
{
    const guint8 *at = packed + AMR_PACK_HEAD;

    if (packed[AMR_PACK_VERDICT] != event->verdict || packed[AMR_PACK_CLASS] != event->klass ||
        packed[AMR_PACK_OWNER] != (event->owner != FALSE) ||
        packed[AMR_PACK_FIELDS] != __builtin_popcountll(fields))
        return FALSE;
    for (int i = 0; i < packed[AMR_PACK_FIELDS]; i++) {
        AmrBytes held, value;
        int field;
        at = get_field(at, words, &field, &held);
        value = event->field[field];
        if (!value.data || value.len != held.len ||
            (held.len > 0 && memcmp(value.data, held.data, held.len) != 0))
            return FALSE;
    }
    return TRUE;
}

void
amr_pack_unpack(const guint8 *packed, const AmrIntern *words, AmrEvent *event)
{
    const guint8 *at = packed + AMR_PACK_HEAD;

    event->verdict = (AmrVerdict)packed[AMR_PACK_VERDICT];
    event->klass = (AmrClass)packed[AMR_PACK_CLASS];
    event->owner = packed[AMR_PACK_OWNER];
    event->has_fsuid = (packed[AMR_PACK_WHO] & AMR_PACK_HAS_FSUID) != 0;
    event->has_ouid = (packed[AMR_PACK_WHO] & AMR_PACK_HAS_OUID) != 0;
    for (int i = 0; i < packed[AMR_PACK_FIELDS]; i++) {
        AmrBytes value;
        int field;
        at = get_field(at, words, &field, &value);
        event->field[field] = value;
    }
    amr_event_derive(event);
}
