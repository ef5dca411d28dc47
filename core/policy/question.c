/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/question.h"

#include <string.h>

#define OFFSET(member) G_STRUCT_OFFSET(AmrOracleQuestion, member)

/* Names by class, with their keys; those without a key of their own in rules have that of JSON. */
static const struct {
    AmrClass klass;
    const char *key;
    gssize offset;
} names_of[] = {
    {AMR_CLASS_FILE, "path", OFFSET(file.path)},
    {AMR_CLASS_FILE, "target", OFFSET(file.target)},
    {AMR_CLASS_UNIX, "addr", OFFSET(unix_socket.address)},
    {AMR_CLASS_UNIX, "peer_addr", OFFSET(unix_socket.peer_address)},
    {AMR_CLASS_UNIX, "peer", OFFSET(unix_socket.peer)},
    {AMR_CLASS_SIGNAL, "peer", OFFSET(signal.peer)},
    {AMR_CLASS_PTRACE, "peer", OFFSET(ptrace.peer)},
    {AMR_CLASS_MOUNT, "point", OFFSET(mount.point)},
    {AMR_CLASS_MOUNT, "source", OFFSET(mount.source)},
    {AMR_CLASS_MOUNT, "fstype", OFFSET(mount.fstype)},
    {AMR_CLASS_MOUNT, "data", OFFSET(mount.data)},
    {AMR_CLASS_DBUS, "bus", OFFSET(dbus.bus)},
    {AMR_CLASS_DBUS, "name", OFFSET(dbus.name)},
    {AMR_CLASS_DBUS, "path", OFFSET(dbus.path)},
    {AMR_CLASS_DBUS, "interface", OFFSET(dbus.interface)},
    {AMR_CLASS_DBUS, "member", OFFSET(dbus.member)},
    {AMR_CLASS_DBUS, "peer", OFFSET(dbus.peer)},
    {AMR_CLASS_CHANGE_PROFILE, "exec", OFFSET(change_profile.exec)},
    {AMR_CLASS_CHANGE_PROFILE, "target", OFFSET(change_profile.target)},
    {AMR_CLASS_CHANGE_HAT, "hat", OFFSET(change_hat.hat)},
    {AMR_CLASS_MQUEUE, "name", OFFSET(mqueue.name)},
    {AMR_CLASS_MQUEUE, "label", OFFSET(mqueue.label)},
    {AMR_CLASS_IO_URING, "label", OFFSET(io_uring.label)},
};

guint
amr_question_names(AmrOracleQuestion *part, AmrQuestionName names[AMR_QUESTION_NAMES])
{
    guint n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(names_of) && n < AMR_QUESTION_NAMES; i++)
        if (names_of[i].klass == part->klass)
            names[n++] = (AmrQuestionName){names_of[i].key,
                                           (AmrBytes *)G_STRUCT_MEMBER_P(part, names_of[i].offset)};
    return n;
}

void
amr_question_free(AmrQuestion *question)
{
    if (!question)
        return;
    g_free(question->text);
    g_array_unref(question->parts);
    g_string_chunk_free(question->names);
    g_free(question);
}

static AmrOracleQuestion *
part_at(const AmrQuestion *question, guint n)
{
    return &g_array_index(question->parts, AmrOracleQuestion, n);
}

/* ---- words ------------------------------------------------------------------------------------
 */

char *
amr_question_subject(const AmrOracleQuestion *part)
{
    char buffer[16];
    const char *word = NULL, *type;
    guint number = 0;
    switch (part->klass) {
    case AMR_CLASS_CAPABILITY:
        number = part->capability.number;
        word = amr_oracle_capability_word(number);
        break;
    case AMR_CLASS_NETWORK:
        word = amr_oracle_family_word(part->network.family);
        type = amr_oracle_socket_type_word(part->network.type);
        return word && type ? g_strdup_printf("%s %s", word, type)
                            : g_strdup_printf("%u %u", part->network.family, part->network.type);
    case AMR_CLASS_UNIX:
        number = part->unix_socket.type;
        word = amr_oracle_socket_type_word(number);
        break;
    case AMR_CLASS_SIGNAL:
        number = part->signal.number;
        word = amr_oracle_signal_word(number, buffer);
        break;
    case AMR_CLASS_RLIMIT:
        number = part->rlimit.resource;
        word = amr_oracle_limit_word(number);
        break;
    case AMR_CLASS_MQUEUE:
        word = part->mqueue.sysv ? "sysv" : "posix";
        break;
    case AMR_CLASS_MOUNT:
        return part->rights == AMR_MAY_MOUNT ? amr_oracle_mount_flags_words(part->mount.flags)
                                             : NULL;
    default:
        return NULL;
    }
    return word ? g_strdup(word) : g_strdup_printf("%u", number);
}

static void
append_name(GString *text, const char *before, AmrBytes name)
{
    if (!name.data)
        return;
    g_autofree char *spelled = amr_policy_name(AMR_PLACE_PATTERN, name, NULL);
    g_autofree char *shown = spelled ? NULL : amr_display(name);
    g_string_append(text, before);
    if (spelled)
        g_string_append(text, spelled);
    else
        g_string_append_printf(text, "\"%s\"", shown);
}

static void
append_mount(GString *text, const AmrOracleQuestion *part)
{
    const AmrBytes point = part->mount.point, source = part->mount.source;
    if (part->rights & AMR_MAY_UMOUNT) {
        g_string_assign(text, "umount");
        append_name(text, " ", point);
    } else if (part->rights & AMR_MAY_PIVOT_ROOT) {
        g_string_assign(text, "pivot_root");
        append_name(text, " oldroot=", source);
        append_name(text, " ", point);
    } else {
        g_autofree char *flags = amr_oracle_mount_flags_words(part->mount.flags);
        append_name(text, " fstype=", part->mount.fstype);
        g_string_append_printf(text, " options=(%s)", flags);
        append_name(text, " ", source);
        append_name(text, " -> ", point);
    }
}

static void
append_file(GString *text, const AmrOracleQuestion *part)
{
    g_string_assign(text, part->file.owner ? "owner" : "");
    const char *blank = text->len ? " " : "";
    if ((part->rights & AMR_PERM_LINK) && part->file.target.data) {
        g_string_append_printf(text, "%slink", blank);
        append_name(text, " ", part->file.path);
        append_name(text, " -> ", part->file.target);
        return;
    }
    g_autofree char *letters = amr_perms_to_mask(part->rights);
    append_name(text, blank, part->file.path);
    g_string_append_printf(text, " %s", letters);
}

static void
append_pairs(GString *text, AmrOracleQuestion *part, const char *const *keys)
{
    AmrQuestionName names[AMR_QUESTION_NAMES];
    guint n = amr_question_names(part, names);
    for (guint i = 0; i < n; i++) {
        g_autofree char *key = g_strdup_printf(" %s=", names[i].key);
        if (g_strv_contains(keys, names[i].key))
            append_name(text, key, *names[i].value);
    }
}

static void
append_peer(GString *text, const char *key, AmrBytes name, AmrBytes label)
{
    if (!name.data && !label.data)
        return;
    g_autofree char *before = g_strdup_printf("%s=", key);
    g_string_append(text, " peer=(");
    append_name(text, before, name);
    append_name(text, name.data ? ", label=" : "label=", label);
    g_string_append_c(text, ')');
}

/* What stands behind the class and its rights. */
static void
append_rest(GString *text, AmrOracleQuestion *part)
{
    static const char *const peer[] = {"peer", NULL}, *const addr[] = {"addr", NULL},
                             *const bus[] = {"bus", "path", "interface", "member", NULL},
                             *const label[] = {"label", NULL};
    g_autofree char *subject = amr_question_subject(part);
    switch (part->klass) {
    case AMR_CLASS_SIGNAL:
        g_string_append_printf(text, " set=(%s)", subject);
        append_pairs(text, part, peer);
        break;
    case AMR_CLASS_PTRACE:
        append_pairs(text, part, peer);
        break;
    case AMR_CLASS_UNIX:
        g_string_append_printf(text, " type=%s", subject);
        append_pairs(text, part, addr);
        append_peer(text, "addr", part->unix_socket.peer_address, part->unix_socket.peer);
        break;
    case AMR_CLASS_DBUS:
        append_pairs(text, part, bus);
        if (part->rights & AMR_MAY_OWN)
            append_name(text, " name=", part->dbus.name);
        else
            append_peer(text, "name", part->dbus.name, part->dbus.peer);
        break;
    case AMR_CLASS_MQUEUE:
        g_string_append_printf(text, " type=%s", subject);
        append_pairs(text, part, label);
        append_name(text, " ", part->mqueue.name);
        break;
    case AMR_CLASS_IO_URING:
        append_pairs(text, part, label);
        break;
    default:
        g_string_append_printf(text, "%s%s", subject ? " " : "", subject ? subject : "");
        break;
    }
}

static void
append_target(GString *text, const AmrOracleQuestion *part)
{
    g_autofree char *target = amr_bytes_dup(part->change_profile.target);
    g_autofree char *stacked = g_strconcat("&", target, NULL);

    append_name(text, " -> ",
                part->change_profile.stack ? amr_bytes(stacked) : part->change_profile.target);
}

/* One part as the rule that would grant it. */
static char *
print_part(AmrOracleQuestion *part)
{
    GString *text = g_string_new(amr_class_word(part->klass));
    switch (part->klass) {
    case AMR_CLASS_FILE:
        append_file(text, part);
        break;
    case AMR_CLASS_MOUNT:
        append_mount(text, part);
        break;
    case AMR_CLASS_CHANGE_PROFILE:
        append_name(text, " ", part->change_profile.exec);
        append_target(text, part);
        break;
    case AMR_CLASS_CHANGE_HAT:
        append_name(text, " ", part->change_hat.hat);
        break;
    case AMR_CLASS_RLIMIT:
        g_string_printf(text, "set rlimit %s <= %" G_GUINT64_FORMAT,
                        amr_oracle_limit_word(part->rlimit.resource), part->rlimit.value);
        break;
    case AMR_CLASS_CAPABILITY:
        append_rest(text, part);
        break;
    default: {
        g_autofree char *rights = amr_oracle_rights_words(part->klass, part->rights);
        g_string_append_printf(text, " (%s)", rights);
        append_rest(text, part);
        break;
    }
    }
    return g_string_free(text, FALSE);
}

/* ---- made from what others know ----------------------------------------------------------------
 */

/* One part, whose names are copied. */
static AmrQuestion *
question_of_part(const AmrOracleQuestion *part)
{
    AmrQuestion *question = g_new0(AmrQuestion, 1);
    AmrQuestionName names[AMR_QUESTION_NAMES];
    question->klass = part->klass;
    question->names = g_string_chunk_new(256);
    question->parts = g_array_new(FALSE, TRUE, sizeof(AmrOracleQuestion));
    g_array_append_vals(question->parts, part, 1);
    AmrOracleQuestion *own = part_at(question, 0);
    guint n = amr_question_names(own, names);
    for (guint i = 0; i < n; i++)
        if (names[i].value->data)
            names[i].value->data = g_string_chunk_insert_len(question->names, names[i].value->data,
                                                             (gssize)names[i].value->len);
    question->text = print_part(own);
    return question;
}

AmrQuestion *
amr_question_of_event(const AmrEvent *event, const char **why)
{
    AmrOracleQuestion part = {0};
    return amr_oracle_question_of(event, &part, why) ? question_of_part(&part) : NULL;
}

AmrQuestion *
amr_question_file(const char *letters, AmrBytes path, gboolean owner, GError **error)
{
    AmrOracleQuestion part = {.klass = AMR_CLASS_FILE};
    if (!amr_oracle_rights(AMR_CLASS_FILE, amr_bytes(letters), &part.rights) || !part.rights) {
        amr_error_set(error, AMR_ERROR_PARSE, "permissions are letters of rwacdlkmx");
        return NULL;
    }
    if (path.len == 0 || path.data[0] != '/') {
        amr_error_set(error, AMR_ERROR_PARSE, "a path begins with a slash");
        return NULL;
    }
    part.file.path = path;
    part.file.owner = owner;
    return question_of_part(&part);
}

AmrQuestion *
amr_question_of_rule(const AmrRule *rule)
{
    if (rule->kind == AMR_RULE_INCLUDE || rule->kind == AMR_RULE_CHILD ||
        rule->kind == AMR_RULE_UNKNOWN)
        return NULL;
    g_autoptr(AmrRule) plain = amr_rule_copy(rule);
    plain->audit = FALSE;
    plain->deny = FALSE;
    if (plain->kind == AMR_RULE_FILE)
        g_clear_pointer(&plain->file.target, g_free);
    g_autofree char *text = amr_rule_print(plain);
    return amr_question_read(text, NULL);
}

gboolean
amr_question_set_owner(AmrQuestion *question, gboolean owner)
{
    AmrOracleQuestion *part = part_at(question, 0);
    if (question->klass != AMR_CLASS_FILE)
        return FALSE;
    part->file.owner = owner;
    g_free(question->text);
    question->text = print_part(part);
    return TRUE;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

guint32
amr_question_rights(const AmrQuestion *question)
{
    guint32 rights = 0;
    for (guint i = 0; i < question->parts->len; i++)
        rights |= part_at(question, i)->rights;
    return rights;
}

/* The worse verdict of two. */
static AmrOracleVerdict
worse(AmrOracleVerdict a, AmrOracleVerdict b)
{
    static const int rank[] = {[AMR_ORACLE_UNKNOWN] = 0,
                               [AMR_ORACLE_UNMEDIATED] = 1,
                               [AMR_ORACLE_ALLOWED] = 2,
                               [AMR_ORACLE_DENIED] = 3,
                               [AMR_ORACLE_REFUSED] = 4};
    return rank[a] >= rank[b] ? a : b;
}

void
amr_question_ask(const AmrQuestion *question, const AmrOracleProfile *profile,
                 AmrOracleAnswer *answer)
{
    amr_oracle_ask(profile, part_at(question, 0), answer);
    for (guint i = 1; i < question->parts->len; i++) {
        AmrOracleAnswer part;
        amr_oracle_ask(profile, part_at(question, i), &part);
        answer->verdict = worse(answer->verdict, part.verdict);
        answer->happens = answer->happens && part.happens;
        answer->depends = answer->depends || part.depends;
        answer->allowed |= part.allowed;
        answer->missing |= part.missing;
        answer->refused |= part.refused;
        answer->audited |= part.audited;
        answer->prompted |= part.prompted;
    }
    answer->allowed &= ~answer->missing;
}

char *
amr_question_missing(const AmrQuestion *question, const AmrOracleProfile *profile)
{
    g_autoptr(GString) out = g_string_new(NULL);
    guint n = 0;
    for (guint i = 0; question->parts->len > 1 && i < question->parts->len; i++) {
        AmrOracleAnswer answer;
        amr_oracle_ask(profile, part_at(question, i), &answer);
        if (!answer.missing)
            continue;
        g_autofree char *subject = amr_question_subject(part_at(question, i));
        n++;
        if (subject && n <= 8)
            g_string_append_printf(out, "%s%s", out->len ? ", " : "", subject);
    }
    if (n > 8)
        g_string_append_printf(out, " and %u more", n - 8);
    return out->len ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}
