/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to the kernel's audit subsystem, and its answers. */
#include "config.h"

#include "core/source/audit.h"

#include <errno.h>
#include <glib-unix.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"

enum {
    DATAGRAM = 32 * 1024,
    PATIENCE_MS = 2000,
    RULES_MAX = 4096,
    CMDLINE = 64 * 1024,
    TYPE_AVC = 1400 /* of AppArmor's records */
};

typedef struct {
    int fd;
    AmrAuditState *state;
    guint asked; /* the type of the question that waits for its answer */
    gboolean known;
    GSource *ready, *late;
    char datagram[DATAGRAM];
} Asking;

static void
free_rule(gpointer data)
{
    g_free(((AmrAuditRule *)data)->text);
    g_free(data);
}

void
amr_audit_state_free(AmrAuditState *state)
{
    if (!state)
        return;
    g_ptr_array_unref(state->rules);
    g_free(state);
}

gboolean
amr_audit_keeps(AmrOpener *opener)
{
    g_autoptr(GBytes) bytes = amr_opener_read(opener, AMR_OPEN_PROC, "cmdline", CMDLINE, NULL);
    gsize size = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    g_autofree char *line = g_strndup(size > 0 ? text : "", size);
    g_auto(GStrv) words = g_strsplit_set(line, " \n", -1);
    gboolean keeps = FALSE;

    for (guint i = 0; words[i]; i++) {
        if (g_str_has_prefix(words[i], "audit="))
            keeps = g_str_equal(words[i] + 6, "1") || g_str_equal(words[i] + 6, "on");
    }
    return keeps;
}

gboolean
amr_audit_lost_counts(const AmrAuditState *state, gboolean keeps)
{
    return !keeps || state->pid != 0 || state->enabled == 0;
}

/* ---- a rule ---------------------------------------------------------------------------------- */

/* Those that the list of excludes takes (auditctl(8)). */
static const struct {
    guint32 field;
    const char *name;
    gboolean text; /* its value stands in the buffer */
} fields[] = {
    {AUDIT_PID, "pid", FALSE},
    {AUDIT_UID, "uid", FALSE},
    {AUDIT_GID, "gid", FALSE},
    {AUDIT_LOGINUID, "auid", FALSE},
    {AUDIT_LOGINUID_SET, "auid_set", FALSE},
    {AUDIT_MSGTYPE, "msgtype", FALSE},
    {AUDIT_SUBJ_USER, "subj_user", TRUE},
    {AUDIT_SUBJ_ROLE, "subj_role", TRUE},
    {AUDIT_SUBJ_TYPE, "subj_type", TRUE},
    {AUDIT_SUBJ_SEN, "subj_sen", TRUE},
    {AUDIT_SUBJ_CLR, "subj_clr", TRUE},
    {AUDIT_EXE, "exe", TRUE},
};

static const struct {
    guint32 operator;
    const char *name;
} operators[] = {
    {AUDIT_EQUAL, "="},
    {AUDIT_NOT_EQUAL, "!="},
    {AUDIT_LESS_THAN, "<"},
    {AUDIT_GREATER_THAN, ">"},
    {AUDIT_LESS_THAN_OR_EQUAL, "<="},
    {AUDIT_GREATER_THAN_OR_EQUAL, ">="},
    {AUDIT_BIT_MASK, "&"},
    {AUDIT_BIT_TEST, "&="},
};

static gboolean
compare(guint32 operator, guint32 left, guint32 right)
{
    switch (operator) {
    case AUDIT_EQUAL:
        return left == right;
    case AUDIT_NOT_EQUAL:
        return left != right;
    case AUDIT_LESS_THAN:
        return left < right;
    case AUDIT_GREATER_THAN:
        return left > right;
    case AUDIT_LESS_THAN_OR_EQUAL:
        return left <= right;
    case AUDIT_GREATER_THAN_OR_EQUAL:
        return left >= right;
    case AUDIT_BIT_MASK:
        return (left & right) != 0;
    case AUDIT_BIT_TEST:
        return (left & right) == right;
    default:
        return FALSE;
    }
}

/* One condition; *@text is how much of the buffer is left. */
static void
add_field(GString *line, const struct audit_rule_data *rule, guint i, AmrBytes *text)
{
    const char *name = NULL, *operator= "?";
    gboolean is_text = FALSE;

    for (gsize n = 0; n < G_N_ELEMENTS(fields); n++) {
        if (fields[n].field == rule->fields[i]) {
            name = fields[n].name;
            is_text = fields[n].text;
        }
    }
    for (gsize n = 0; n < G_N_ELEMENTS(operators); n++) {
        if (operators[n].operator== rule->fieldflags[i])
            operator= operators[n].name;
    }
    if (name)
        g_string_append_printf(line, " -F %s%s", name, operator);
    else
        g_string_append_printf(line, " -F field%u%s", rule->fields[i], operator);
    if (is_text) {
        const gsize len = MIN(rule->values[i], text->len);
        g_autofree char *shown = amr_display((AmrBytes){text->data, len});
        g_string_append(line, shown);
        *text = (AmrBytes){text->data + len, text->len - len};
    } else {
        g_string_append_printf(line, "%u", rule->values[i]);
    }
}

/* The kernel tries all conditions; a rule without one holds for nothing (kernel/audit.c,
 * audit_filter(), 5.10 to 6.12). */
static void
take_rule(AmrAuditState *state, const char *bytes, gsize size)
{
    const gsize fixed = offsetof(struct audit_rule_data, buf);
    struct audit_rule_data rule;
    AmrBytes text = {bytes + MIN(fixed, size), size - MIN(fixed, size)};
    g_autoptr(GString) line = NULL;
    AmrAuditRule *taken;
    AmrAuditKeeps keeps = AMR_AUDIT_KEEPS_ALL;

    if (size < fixed || state->rules->len >= RULES_MAX)
        return;
    memcpy(&rule, bytes, fixed);
    if ((rule.flags & ~(guint32)AUDIT_FILTER_PREPEND) != AUDIT_FILTER_EXCLUDE ||
        rule.field_count > AUDIT_MAX_FIELDS)
        return;
    line = g_string_new(rule.action == AUDIT_NEVER ? "-a never,exclude" : "-a always,exclude");
    for (guint i = 0; i < rule.field_count; i++) {
        if (rule.fields[i] != AUDIT_MSGTYPE)
            keeps = MIN(keeps, AMR_AUDIT_KEEPS_SOME);
        else if (!compare(rule.fieldflags[i], TYPE_AVC, rule.values[i]))
            keeps = AMR_AUDIT_KEEPS_NONE;
        add_field(line, &rule, i, &text);
    }
    taken = g_new(AmrAuditRule, 1);
    *taken = (AmrAuditRule){rule.field_count > 0 ? keeps : AMR_AUDIT_KEEPS_NONE,
                            g_string_free(g_steal_pointer(&line), FALSE)};
    g_ptr_array_add(state->rules, taken);
}

static gboolean
take_status(AmrAuditState *state, const char *bytes, gsize size)
{
    struct audit_status status = {0};

    if (size < offsetof(struct audit_status, backlog) + sizeof status.backlog)
        return FALSE;
    memcpy(&status, bytes, MIN(size, sizeof status));
    state->enabled = status.enabled;
    state->failure = status.failure;
    state->pid = status.pid;
    state->rate_limit = status.rate_limit;
    state->backlog_limit = status.backlog_limit;
    state->backlog = status.backlog;
    state->lost = status.lost;
    return TRUE;
}

/* ---- asking ----------------------------------------------------------------------------------
 */

static void
stop(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static void
free_asking(gpointer data)
{
    Asking *asking = data;
    stop(&asking->ready);
    stop(&asking->late);
    amr_fs_close_fd(&asking->fd);
    amr_audit_state_free(asking->state);
    g_free(asking);
}

/* The task's sources hold a reference of it: gone with the last of them. */
static void
end(GTask *task, GError *error)
{
    Asking *asking = g_task_get_task_data(task);

    if (error)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, g_steal_pointer(&asking->state),
                              (GDestroyNotify)amr_audit_state_free);
    stop(&asking->late);
    stop(&asking->ready);
}

static GError *
refusal(int errsv)
{
    GError *error = NULL;

    /* ECONNREFUSED: from another user namespace than the first, or another pid namespace. */
    if (errsv == EPERM || errsv == EACCES)
        (void)amr_error_set(&error, AMR_ERROR_NOT_PERMITTED,
                            "The capability CAP_AUDIT_CONTROL is missing");
    else if (errsv == ECONNREFUSED)
        (void)amr_error_set(&error, AMR_ERROR_NOT_PERMITTED,
                            "The kernel's audit answers no container");
    else if (errsv == EPROTONOSUPPORT || errsv == EAFNOSUPPORT)
        (void)amr_error_set(&error, AMR_ERROR_NOT_ENABLED, "This kernel has no audit subsystem");
    else
        (void)amr_error_errno(&error, errsv, "Asking audit");
    return error;
}

static GError *
no_answer(void)
{
    return g_error_new_literal(AMR_ERROR, AMR_ERROR_PARSE, "Audit gave an answer that is none");
}

/* NULL, or why not. */
static GError *
ask(Asking *asking, guint type)
{
    const struct nlmsghdr question = {.nlmsg_len = NLMSG_LENGTH(0),
                                      .nlmsg_type = (guint16)type,
                                      .nlmsg_flags = NLM_F_REQUEST,
                                      .nlmsg_seq = type};

    asking->asked = type;
    if (send(asking->fd, &question, question.nlmsg_len, MSG_NOSIGNAL) ==
        (ssize_t)question.nlmsg_len)
        return NULL;
    return refusal(errno);
}

/* One message; *@done at the end of all. */
static GError *
take_message(Asking *asking, const struct nlmsghdr *header, const char *bytes, gboolean *done)
{
    const gsize size = header->nlmsg_len - sizeof *header;
    int code = 0;

    if (header->nlmsg_seq != asking->asked)
        return NULL; /* what the group of readers is told, or an answer to somebody else */
    if (header->nlmsg_type == NLMSG_ERROR) {
        memcpy(&code, bytes, MIN(size, sizeof code));
        return code != 0 ? refusal(-code) : NULL;
    }
    if (header->nlmsg_type == AUDIT_GET && asking->asked == AUDIT_GET) {
        if (!take_status(asking->state, bytes, size))
            return no_answer();
        return ask(asking, AUDIT_LIST_RULES);
    }
    if (header->nlmsg_type == AUDIT_LIST_RULES)
        take_rule(asking->state, bytes, size);
    *done = header->nlmsg_type == NLMSG_DONE && asking->asked == AUDIT_LIST_RULES;
    return NULL;
}

static GError *
take_datagram(Asking *asking, gsize size, gboolean *done)
{
    GError *error = NULL;
    gsize at = 0;

    while (!error && !*done && at < size) {
        struct nlmsghdr header;
        if (size - at < sizeof header)
            return no_answer();
        memcpy(&header, asking->datagram + at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - at)
            return no_answer();
        error = take_message(asking, &header, asking->datagram + at + sizeof header, done);
        at += MIN((gsize)NLMSG_ALIGN(header.nlmsg_len), size - at);
    }
    return error;
}

static gboolean
on_answer(gint fd, GIOCondition condition, gpointer data)
{
    g_autoptr(GTask) task = g_object_ref(data);
    Asking *asking = g_task_get_task_data(task);
    struct sockaddr_nl from = {0};
    socklen_t len = sizeof from;
    gboolean done = FALSE;
    GError *error = NULL;
    ssize_t got;

    got =
        recvfrom(fd, asking->datagram, sizeof asking->datagram, 0, (struct sockaddr *)&from, &len);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (got <= 0)
        error = got < 0 ? refusal(errno) : no_answer();
    else if (len < sizeof from || from.nl_family != AF_NETLINK || from.nl_pid == 0)
        error = take_datagram(asking, (gsize)got, &done); /* the kernel's: any may send here */
    if (error || done)
        end(task, error);
    return error || done ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
on_late(gpointer data)
{
    g_autoptr(GTask) task = g_object_ref(data);
    end(task, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Audit did not answer"));
    return G_SOURCE_REMOVE;
}

static GSource *
watch(GSource *source, GSourceFunc function, GTask *task)
{
    g_source_set_callback(source, function, g_object_ref(task), g_object_unref);
    g_source_attach(source, g_task_get_context(task));
    return source;
}

void
amr_audit_ask_async(int fd, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Asking *asking = g_new0(Asking, 1);
    GError *error = NULL;

    g_task_set_source_tag(task, amr_audit_ask_async);
    g_task_set_task_data(task, asking, free_asking);
    asking->fd = fd;
    asking->state = g_new0(AmrAuditState, 1);
    asking->state->rules = g_ptr_array_new_with_free_func(free_rule);
    if (fd < 0) {
        asking->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
        if (asking->fd < 0 ||
            connect(asking->fd, (const struct sockaddr *)&kernel, sizeof kernel) != 0)
            error = refusal(errno);
    }
    if (!error)
        error = ask(asking, AUDIT_GET);
    if (error) {
        g_task_return_error(task, error);
        return;
    }
    asking->ready = watch(g_unix_fd_source_new(asking->fd, G_IO_IN | G_IO_HUP | G_IO_ERR),
                          G_SOURCE_FUNC(on_answer), task);
    asking->late = watch(g_timeout_source_new(PATIENCE_MS), on_late, task);
}

AmrAuditState *
amr_audit_ask_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
