/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/log/field.h"

#include <string.h>

const char *
amr_field_key(AmrField field)
{
    static const char *const keys[AMR_FIELD_COUNT] = {
#define AMR_FIELD_KEY(name, key) [AMR_FIELD_##name] = (key),
        AMR_FIELDS(AMR_FIELD_KEY)
#undef AMR_FIELD_KEY
    };
    return field < AMR_FIELD_COUNT ? keys[field] : NULL;
}

/* Length and first letter leave one to three candidates. */
#define KEY(len, letter) ((unsigned)(len) << 8 | (unsigned char)(letter))
#define IF(word, name)                            \
    if (memcmp(key, word, sizeof(word) - 1) == 0) \
    return AMR_FIELD_##name

static AmrField
short_key(const char *key, size_t len)
{
    switch (KEY(len, key[0])) {
    case KEY(3, 'b'):
        IF("bus", BUS);
        break;
    case KEY(3, 'e'):
        IF("exe", EXE);
        break;
    case KEY(3, 'p'):
        IF("pid", PID);
        break;
    case KEY(3, 's'):
        IF("src", LPORT);
        break;
    case KEY(4, 'a'):
        IF("addr", ADDR);
        break;
    case KEY(4, 'c'):
        IF("comm", COMM);
        break;
    case KEY(4, 'd'):
        IF("dest", FPORT);
        break;
    case KEY(4, 'i'):
        IF("info", INFO);
        break;
    case KEY(4, 'm'):
        IF("mask", MASK);
        break;
    case KEY(4, 'n'):
        IF("name", NAME);
        IF("node", NODE);
        break;
    case KEY(4, 'o'):
        IF("ouid", OUID);
        break;
    case KEY(4, 'p'):
        IF("peer", PEER);
        IF("path", PATH);
        break;
    default:
        break;
    }
    return AMR_FIELD_UNKNOWN;
}

static AmrField
middle_key(const char *key, size_t len)
{
    switch (KEY(len, key[0])) {
    case KEY(5, 'c'):
        IF("class", CLASS);
        break;
    case KEY(5, 'd'):
        IF("daddr", FADDR);
        break;
    case KEY(5, 'e'):
        IF("error", ERROR);
        break;
    case KEY(5, 'f'):
        IF("fsuid", FSUID);
        IF("flags", FLAGS);
        IF("faddr", FADDR);
        IF("fport", FPORT);
        break;
    case KEY(5, 'l'):
        IF("laddr", LADDR);
        IF("lport", LPORT);
        IF("label", LABEL);
        break;
    case KEY(5, 'n'):
        IF("name2", NAME2);
        break;
    case KEY(5, 's'):
        IF("saddr", LADDR);
        IF("sauid", SAUID);
        break;
    case KEY(5, 'v'):
        IF("value", VALUE);
        break;
    case KEY(6, 'd'):
        IF("denied", DENIED_MASK);
        break;
    case KEY(6, 'f'):
        IF("family", FAMILY);
        IF("fstype", FSTYPE);
        break;
    case KEY(6, 'm'):
        IF("member", MEMBER);
        IF("method", MEMBER);
        break;
    case KEY(6, 'p'):
        IF("parent", PARENT);
        break;
    case KEY(6, 'r'):
        IF("rlimit", RLIMIT);
        break;
    case KEY(6, 's'):
        IF("signal", SIGNAL);
        break;
    case KEY(6, 't'):
        IF("target", TARGET);
        break;
    default:
        break;
    }
    return AMR_FIELD_UNKNOWN;
}

static AmrField
long_key(const char *key, size_t len)
{
    switch (KEY(len, key[0])) {
    case KEY(7, 'c'):
        IF("capname", CAPNAME);
        break;
    case KEY(7, 'p'):
        IF("profile", PROFILE);
        break;
    case KEY(7, 's'):
        IF("srcname", SRCNAME);
        break;
    case KEY(8, 'e'):
        IF("execpath", EXECPATH);
        break;
    case KEY(8, 'h'):
        IF("hostname", HOSTNAME);
        break;
    case KEY(8, 'p'):
        IF("protocol", PROTOCOL);
        IF("peer_pid", PEER_PID);
        break;
    case KEY(8, 't'):
        IF("tcontext", TCONTEXT);
        break;
    case KEY(9, 'a'):
        IF("attribute", ATTRIBUTE);
        break;
    case KEY(9, 'i'):
        IF("interface", INTERFACE);
        break;
    case KEY(9, 'n'):
        IF("namespace", NAMESPACE);
        break;
    case KEY(9, 'o'):
        IF("operation", OPERATION);
        break;
    case KEY(9, 'p'):
        IF("peer_addr", PEER_ADDR);
        break;
    case KEY(9, 'r'):
        IF("requested", REQUESTED_MASK);
        break;
    case KEY(9, 's'):
        IF("sock_type", SOCK_TYPE);
        break;
    default:
        break;
    }
    return AMR_FIELD_UNKNOWN;
}

static AmrField
longest_key(const char *key, size_t len)
{
    switch (KEY(len, key[0])) {
    case KEY(10, 'c'):
        IF("capability", CAPABILITY);
        break;
    case KEY(10, 'p'):
        IF("peer_label", PEER_LABEL);
        break;
    case KEY(11, 'd'):
        IF("denied_mask", DENIED_MASK);
        break;
    case KEY(12, 'p'):
        IF("peer_profile", PEER_LABEL);
        break;
    case KEY(14, 'r'):
        IF("requested_mask", REQUESTED_MASK);
        break;
    default:
        break;
    }
    return AMR_FIELD_UNKNOWN;
}

AmrField
amr_field_from_key(const char *key, size_t len)
{
    if (len < 3 || len > 14)
        return AMR_FIELD_UNKNOWN;
    if (len < 5)
        return short_key(key, len);
    if (len < 7)
        return middle_key(key, len);
    return len < 10 ? long_key(key, len) : longest_key(key, len);
}
