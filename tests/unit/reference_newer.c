/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules of the classes say that compilers 4.0 and later know (apparmor.d(5) of 4.1). */
#include "config.h"

#include <string.h>

#include "tests/unit/reference_private.h"

static const Word mqueue_rights[] = {
    {"create", AMR_MAY_CREATE},
    {"open", AMR_MAY_OPEN},
    {"delete", AMR_MAY_DELETE},
    {"read", AMR_MAY_MQ_READ},
    {"write", AMR_MAY_MQ_WRITE},
    {"getattr", AMR_MAY_GETATTR},
    {"setattr", AMR_MAY_SETATTR},
    {"r", AMR_MAY_MQ_READ},
    {"w", AMR_MAY_MQ_WRITE},
    {"rw", AMR_MAY_MQ_READ | AMR_MAY_MQ_WRITE},
    {NULL, 0},
};
static const Word io_uring_rights[] = {
    {"sqpoll", AMR_MAY_SQPOLL},
    {"override_creds", AMR_MAY_OVERRIDE_CREDS},
    {NULL, 0},
};
static guint32
every(const Word *table)
{
    guint32 all = 0;

    for (; table->word; table++)
        all |= (guint32)table->value;
    return all;
}

/* A name begins with a slash (posix) or is a number (sysv) and says so itself which it is. */
static gboolean
read_mqueue(RefRule *rule, char **words, const RefVariables *variables)
{
    rule->klass = AMR_CLASS_MQUEUE;
    rule->posix = rule->sysv = TRUE;
    for (words++; *words; words++) {
        const char *label = ref_value_of(*words, "label"), *type = ref_value_of(*words, "type");
        gboolean good = TRUE;
        if (label) {
            good = ref_put(rule, REF_PEER, label, variables, REF_PLAIN);
        } else if (type) {
            rule->posix &= strcmp(type, "posix") == 0;
            rule->sysv &= strcmp(type, "sysv") == 0;
        } else if (strchr("/\"@", **words) || g_ascii_isdigit(**words)) {
            rule->posix &= !g_ascii_isdigit(**words);
            rule->sysv &= !rule->posix;
            good = ref_put(rule, REF_QUEUE, *words, variables, REF_PLAIN);
        } else {
            good = ref_all_of(mqueue_rights, *words, &rule->rights);
        }
        if (!good)
            return FALSE;
    }
    if (!rule->rights)
        rule->rights = every(mqueue_rights);
    return rule->posix || rule->sysv;
}

static gboolean
read_io_uring(RefRule *rule, char **words, const RefVariables *variables)
{
    rule->klass = AMR_CLASS_IO_URING;
    for (words++; *words; words++) {
        const char *label = ref_value_of(*words, "label");
        if (!(label ? ref_put(rule, REF_PEER, label, variables, REF_PLAIN)
                    : ref_all_of(io_uring_rights, *words, &rule->rights)))
            return FALSE;
    }
    if (!rule->rights)
        rule->rights = every(io_uring_rights);
    return TRUE;
}

static gboolean
read_userns(RefRule *rule, char **words)
{
    rule->klass = AMR_CLASS_USERNS;
    rule->rights = AMR_MAY_MAKE_USERNS;
    return !words[1] || (strcmp(words[1], "create") == 0 && !words[2]);
}

gboolean
ref_is_newer(const char *word)
{
    static const char *const words[] = {"mqueue", "io_uring", "userns", NULL};

    return g_strv_contains(words, word);
}

gboolean
ref_read_newer(RefRule *rule, char **words, const RefVariables *variables)
{
    if (strcmp(words[0], "mqueue") == 0)
        return read_mqueue(rule, words, variables);
    if (strcmp(words[0], "io_uring") == 0)
        return read_io_uring(rule, words, variables);
    return read_userns(rule, words);
}
