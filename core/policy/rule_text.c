/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/rule_text.h"

#include <string.h>

char *
amr_rule_text_fold(AmrBytes text)
{
    GString *out = g_string_sized_new(text.len);
    gboolean quoted = FALSE, blank = FALSE;

    for (gsize i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!quoted && (g_ascii_isspace(c) || c == '\v')) {
            blank = TRUE;
        } else if (!quoted && blank && c == '#') {
            while (i + 1 < text.len && text.data[i + 1] != '\n')
                i++;
        } else {
            if (blank)
                g_string_append_c(out, ' ');
            blank = FALSE;
            quoted ^= c == '"';
            g_string_append_c(out, c);
        }
    }
    return g_string_free(out, FALSE);
}

const char *
amr_rule_text_bare(const char *text)
{
    static const char *const words[] = {"audit", "deny", "quiet", "allow", "access"};

    for (gboolean more = TRUE; more;) {
        more = FALSE;
        for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
            gsize len = strlen(words[i]);
            if (g_str_has_prefix(text, words[i]) && text[len] == ' ') {
                text += len + 1;
                more = TRUE;
            }
        }
        if (g_str_has_prefix(text, "priority")) {
            const char *number = strchr(text, '=');
            const char *end = number ? number + 1 + strspn(number + 1, " ") : NULL;
            end = end ? strchr(end, ' ') : NULL;
            if (end) {
                text = end + 1;
                more = TRUE;
            }
        }
    }
    return text;
}

gint64
amr_rule_text_priority(const char *text)
{
    const char *bare = amr_rule_text_bare(text), *at = strstr(text, "priority");
    const char *equals = at && at < bare ? strchr(at, '=') : NULL;

    return equals && equals < bare ? g_ascii_strtoll(equals + 1, NULL, 10) : 0;
}

/* The class that @text is about, by its first word; UNKNOWN: none of these, so perhaps files. */
static AmrClass
class_of(const char *text)
{
    static const struct {
        const char *word;
        AmrClass klass;
    } words[] = {
        {"capability", AMR_CLASS_CAPABILITY},
        {"network", AMR_CLASS_NETWORK},
        {"unix", AMR_CLASS_UNIX},
        {"signal", AMR_CLASS_SIGNAL},
        {"ptrace", AMR_CLASS_PTRACE},
        {"dbus", AMR_CLASS_DBUS},
        {"mount", AMR_CLASS_MOUNT},
        {"remount", AMR_CLASS_MOUNT},
        {"umount", AMR_CLASS_MOUNT},
        {"unmount", AMR_CLASS_MOUNT},
        {"pivot_root", AMR_CLASS_MOUNT},
        {"change_profile", AMR_CLASS_CHANGE_PROFILE},
        {"userns", AMR_CLASS_USERNS},
        {"mqueue", AMR_CLASS_MQUEUE},
        {"io_uring", AMR_CLASS_IO_URING},
    };
    gsize len = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i].word) == len && memcmp(text, words[i].word, len) == 0)
            return words[i].klass;
    return AMR_CLASS_UNKNOWN;
}

gboolean
amr_rule_text_may_concern(const char *bare, AmrClass klass)
{
    AmrClass own = class_of(bare);

    if (own ==
        AMR_CLASS_NETWORK) /* without a family, or with this one, it is of unix sockets too */
        return klass == AMR_CLASS_NETWORK || klass == AMR_CLASS_UNIX;
    if (own != AMR_CLASS_UNKNOWN)
        return own == klass;
    return klass == AMR_CLASS_FILE || g_str_has_prefix(bare, "all");
}
