/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/compiler_private.h"

#include <errno.h>
#include <string.h>

#include "core/base/text.h"

static void
message_free(gpointer data)
{
    AmrCompileMessage *message = data;
    g_free(message->file);
    g_free(message->text);
    g_free(message);
}

/* @name as the compiler spelled it; below the base it is told relative to it. The compiler writes
 * "stdin" for standard input, which is no file. */
static char *
relative_file(const AmrCompileJob *job, const char *base, const char *name)
{
    gsize len = strlen(base);
    if (!*name || (!job->file && g_str_equal(name, "stdin")))
        return NULL;
    if (len && g_str_has_prefix(name, base) && name[len] == '/') {
        name += len;
        name += strspn(name, "/");
    }
    return g_strdup(name);
}

/* The text for eyes, without the directory of the base: it may be a scratch tree that means nothing
 * to the reader. */
static char *
shown_text(const char *base, const char *text)
{
    g_autofree char *dir = g_strconcat(base, "/", NULL);
    g_autoptr(GString) shown = g_string_new(text);
    if (dir[1])
        g_string_replace(shown, dir, "", 0);
    return amr_display_string(shown->str);
}

/* Ends @text where "@before NUMBER @after" first stands in it; returns what stands behind, NULL if
 * it does not stand there. */
static char *
cut_line(char *text, const char *before, char after, guint *line)
{
    for (char *at = text; (at = strstr(at, before)); at++) {
        char *digits = at + strlen(before);
        char *end = digits + strspn(digits, "0123456789");
        if (end == digits || end - digits > 9 || *end != after)
            continue;
        *line = (guint)g_ascii_strtoull(digits, NULL, 10);
        *at = '\0';
        return end + 1;
    }
    return NULL;
}

/* " for FILE in profile INCLUDED", " for FILE", " in FILE" or "": the file where the line is. */
static const char *
error_file(const AmrCompileJob *job, const char *base, char *head)
{
    static const char *const joints[] = {" in profile ", " in "};
    if (g_str_has_prefix(head, " in "))
        return head + strlen(" in ");
    if (!g_str_has_prefix(head, " for "))
        return "";
    head += strlen(" for ");
    /* Its own file is known, so a name with " in " inside cannot mislead. */
    g_autofree char *own = job->file ? g_build_filename(base, job->file, NULL) : NULL;
    gsize skip = own && g_str_has_prefix(head, own) ? strlen(own) : 0;
    for (guint i = 0; i < G_N_ELEMENTS(joints); i++) {
        char *at = skip ? (g_str_has_prefix(head + skip, joints[i]) ? head + skip : NULL)
                        : g_strrstr(head, joints[i]);
        if (at)
            return at + strlen(joints[i]);
    }
    return head;
}

/* AppArmor parser error[ for FILE[ in profile INCLUDED]] at line N: TEXT */
static AmrCompileMessage *
read_error(const AmrCompileJob *job, const char *base, char *rest)
{
    AmrCompileMessage *message = g_new0(AmrCompileMessage, 1);
    char *text = cut_line(rest, " at line ", ':', &message->line);
    if (text)
        message->file = relative_file(job, base, error_file(job, base, rest));
    else
        text = rest;
    text += strspn(text, ":, ");
    message->text = shown_text(base, text);
    return message;
}

/* Warning from FILE (INCLUDED line N): TEXT, or Warning from profile NAME (FILE): TEXT. NULL if it
 * is neither. */
static AmrCompileMessage *
read_warning(const AmrCompileJob *job, const char *base, char *rest)
{
    char *text = strstr(rest, "): ");
    if (!text)
        return NULL;
    *text = '\0';
    char *place = g_strrstr(rest, " (");
    if (!place)
        return NULL;
    text += strlen("): ");
    *place = '\0';
    place += strlen(" (");

    AmrCompileMessage *message = g_new0(AmrCompileMessage, 1);
    message->warning = TRUE;
    g_autofree char *whole = NULL;
    if (g_str_has_prefix(rest, "profile ")) {
        whole = g_strdup_printf("%s: %s", rest, text);
        text = whole;
    } else if (!cut_line(place, " line ", '\0', &message->line) &&
               cut_line(place, "line ", '\0', &message->line) && !*place) {
        place = rest; /* no file is named beside the line: it is the first one */
    }
    message->file = relative_file(job, base, place);
    message->text = shown_text(base, text);
    return message;
}

/* What says nothing about the policy. With -d some of the dump goes to standard error (3.0.8). */
static gboolean
is_chatter(const AmrCompileJob *job, const char *line)
{
    return line[strspn(line, " \t\r")] == '\0' || strstr(line, "Cache read/write disabled:") ||
           (job->kind == AMR_COMPILE_PARSE && g_str_has_prefix(line, "Mode:"));
}

static AmrCompileMessage *
read_line(const AmrCompileJob *job, const char *base, char *line, int status)
{
    static const char error[] = "AppArmor parser error";
    static const char warning[] = "Warning from ";
    static const char own_name[] = "apparmor_parser: ";
    AmrCompileMessage *message = NULL;
    if (g_str_has_prefix(line, error))
        return read_error(job, base, line + strlen(error));
    if (g_str_has_prefix(line, warning)) {
        g_autofree char *rest = g_strdup(line + strlen(warning));
        message = read_warning(job, base, rest);
        if (message)
            return message;
    }
    message = g_new0(AmrCompileMessage, 1);
    message->warning = status == 0 || g_ascii_strncasecmp(line, "warning", 7) == 0;
    if (g_str_has_prefix(line, own_name))
        line += strlen(own_name);
    message->text = shown_text(base, line + strspn(line, " \t"));
    return message;
}

GPtrArray *
amr_compile_messages(const AmrCompileJob *job, const char *base, GBytes *err, int status,
                     gboolean *skipped, gboolean *crashed)
{
    GPtrArray *messages = g_ptr_array_new_with_free_func(message_free);
    gsize size;
    const char *at = g_bytes_get_data(err, &size);
    const char *end;
    *skipped = *crashed = FALSE;
    if (size == 0)
        return messages;
    end = at + size;
    while (at < end) {
        const char *stop = memchr(at, '\n', (gsize)(end - at));
        gsize len = (gsize)((stop ? stop : end) - at);
        /* A NUL would end the C string early: what stands behind it is of no use to anybody. */
        g_autofree char *line = g_strndup(at, MIN(len, AMR_COMPILE_MESSAGE_BYTES));
        at += len + 1;
        if (is_chatter(job, line))
            continue;
        gboolean skip = g_str_has_prefix(line, "Skipping profile in ");
        *skipped |= skip;
        *crashed |= g_str_has_prefix(line, "terminate called ") ||
                    g_str_has_suffix(line, "Memory allocation error.") ||
                    g_str_has_suffix(line, "Out of memory") ||
                    g_str_has_suffix(line, "Out of Memory"); /* 4.1 */
        if (messages->len >= AMR_COMPILE_MESSAGES_MAX)
            continue;
        AmrCompileMessage *message = read_line(job, base, line, status);
        message->warning &= !skip;
        g_ptr_array_add(messages, message);
    }
    return messages;
}

/* The first error that names a line says more than what is printed around it. */
static const AmrCompileMessage *
first_error(const AmrCompileResult *result)
{
    const AmrCompileMessage *first = NULL;
    for (guint i = 0; i < result->messages->len; i++) {
        const AmrCompileMessage *message = g_ptr_array_index(result->messages, i);
        if (!message->warning && message->line)
            return message;
        if (!message->warning && !first)
            first = message;
    }
    return first;
}

char *
amr_compile_result_refusal(const AmrCompileResult *result, const char *unseen)
{
    const AmrCompileMessage *message = first_error(result);
    g_autoptr(GError) error = NULL;

    if (message && g_strcmp0(message->file, unseen) == 0)
        return g_strdup(message->text);
    amr_compile_result_to_error(result, AMR_ERROR_RULE_REJECTED, &error);
    return g_strdup(error->message);
}

/* Where its cache takes nothing, the compiler gives up (3.0 to 4.1): either when it sets the cache
 * up, or when it writes what it has just loaded, and then speaks as if the kernel had refused it,
 * by an error that the kernel has for disks and not for policy (the status is its number, negated).
 */
static gboolean
blames_cache(const AmrCompileMessage *message, int status)
{
    static const int of_disks[] = {ENOSPC, EDQUOT, EFBIG, EROFS, EIO};

    if (message->warning)
        return FALSE;
    if (g_str_has_prefix(message->text, "Failed setting up policy cache "))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(of_disks); i++)
        if (status == 256 - of_disks[i] && strstr(message->text, "Unable to "))
            return TRUE;
    return FALSE;
}

char *
amr_compile_blamed_cache(const AmrCompileJob *job, const AmrCompileResult *result)
{
    for (guint i = 0; job->kind == AMR_COMPILE_LOAD && i < result->messages->len; i++) {
        const AmrCompileMessage *message = g_ptr_array_index(result->messages, i);
        const char *reason = g_strrstr(message->text, ": ");
        if (!result->ok && blames_cache(message, result->status))
            return g_strdup(reason ? reason + strlen(": ") : message->text);
    }
    return NULL;
}

void
amr_compile_result_to_error(const AmrCompileResult *result, AmrErrorCode code, GError **error)
{
    const AmrCompileMessage *message = first_error(result);
    if (!message) {
        amr_error_set(error, code, "apparmor_parser: exit status %d without a word",
                      result->status);
        return;
    }
    g_autofree char *file = amr_display_string(message->file);
    g_autofree char *line = g_strdup_printf(" line %u", message->line);
    const char *where = message->line ? (*file ? line : line + 1) : "";
    amr_error_set(error, code, "%s%s%s%s", file, where, *file || *where ? ": " : "", message->text);
}

void
amr_compile_result_free(AmrCompileResult *result)
{
    if (!result)
        return;
    g_clear_pointer(&result->messages, g_ptr_array_unref);
    g_clear_pointer(&result->output, g_bytes_unref);
    g_free(result->cache);
    g_free(result->sha1);
    g_free(result->sha256);
    g_free(result);
}

AmrCompileResult *
amr_compile_result_copy(const AmrCompileResult *result)
{
    AmrCompileResult *copy = g_memdup2(result, sizeof *result);

    copy->messages = result->messages ? g_ptr_array_ref(result->messages) : NULL;
    copy->output = result->output ? g_bytes_ref(result->output) : NULL;
    copy->cache = g_strdup(result->cache);
    copy->sha1 = g_strdup(result->sha1);
    copy->sha256 = g_strdup(result->sha256);
    return copy;
}
