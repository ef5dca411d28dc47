/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether two compiled policies say the same, by what they mean:   same BEFORE AFTER
 * Prints "same", or how they differ, a line each. Exit status 0, 1 if they differ, 2 if they cannot
 * be compared.
 */
#include <stdio.h>

#include "core/policy/oracle.h"

static AmrOracle *
read_policy(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = NULL;
    AmrOracle *oracle = NULL;
    char *data;
    gsize size;

    if (g_file_get_contents(path, &data, &size, &error)) {
        bytes = g_bytes_new_take(data, size);
        oracle = amr_oracle_new(bytes, &error);
    }
    if (!oracle)
        fprintf(stderr, "%s: %s\n", path, error->message);
    return oracle;
}

int
main(int argc, char **argv)
{
    g_autoptr(AmrOracle) before = argc == 3 ? read_policy(argv[1]) : NULL;
    g_autoptr(AmrOracle) after = before ? read_policy(argv[2]) : NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrOracleComparison) comparison =
        after ? amr_oracle_compare(before, after, &error) : NULL;

    if (error)
        fprintf(stderr, "%s\n", error->message);
    if (!comparison)
        return 2;
    if (comparison->same)
        puts("same");
    for (guint i = 0; i < comparison->differences->len && i < 20; i++) {
        const AmrOracleDifference *one = comparison->differences->pdata[i];
        g_autofree char *gained = amr_oracle_rights_words(one->klass, one->gained);
        g_autofree char *lost = amr_oracle_rights_words(one->klass, one->lost);
        printf("%s %s %s: +[%s] -[%s] %s\n", amr_oracle_change_word(one->change),
               amr_class_word(one->klass), one->profile, gained, lost, one->what ? one->what : "");
    }
    return comparison->same ? 0 : 1;
}
