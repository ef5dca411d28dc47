/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A breadth in words. Names of files are as hostile as those of logs: all is display form. */
#include <string.h>

#include "core/base/text.h"
#include "core/policy/breadths.h"

#define SAMPLE_TOLD 4
#define LEFT_TOLD   3

/* What `w` and `a` bring with them goes without saying. */
char *
amr_breadth_rights(guint32 rights)
{
    if (rights & AMR_PERM_WRITE)
        rights &= ~(guint32)(AMR_PERM_APPEND | AMR_PERM_CREATE | AMR_PERM_DELETE);
    return amr_oracle_rights_words(AMR_CLASS_FILE, rights);
}

/* "1,204,331" */
static char *
grouped(guint64 number)
{
    g_autofree char *plain = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    gsize len = strlen(plain);
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            g_string_append_c(out, ',');
        g_string_append_c(out, plain[i]);
    }
    return g_string_free(out, FALSE);
}

char *
amr_measured_count(const AmrMeasured *measured)
{
    const AmrBreadth *breadth = measured->breadth;

    if (!breadth)
        return g_strdup_printf("not known: %s", measured->why);
    if (breadth->files == 0)
        return g_strdup(breadth->whole ? "no other file that exists"
                                       : "no other file that exists, as far as was looked");
    g_autofree char *files = grouped(breadth->files), *own = grouped(breadth->own);
    g_autofree char *rights = amr_breadth_rights(breadth->rights);
    g_autofree char *owned =
        breadth->own == 0 ? g_strdup("")
        : breadth->own == breadth->files
            ? g_strdup(breadth->files == 1 ? ", to its owner alone" : ", each to its owner alone")
            : g_strdup_printf(", %s of them to their owner alone", own);
    return g_strdup_printf("%s%s more file%s that exist%s (%s)%s",
                           breadth->whole ? "" : "at least ", files, breadth->files == 1 ? "" : "s",
                           breadth->files == 1 ? "s" : "", rights, owned);
}

char *
amr_measured_sample(const AmrMeasured *measured)
{
    const GPtrArray *sample = measured->breadth ? measured->breadth->sample : NULL;
    guint n = sample ? MIN(sample->len, SAMPLE_TOLD) : 0;
    GString *out = g_string_new(n ? "such as " : NULL);

    for (guint i = 0; i < n; i++) {
        const AmrBreadthFile *file = sample->pdata[i];
        g_string_append(out, i == 0 ? "" : i + 1 == n ? " and " : ", ");
        amr_display_append(out, amr_bytes(file->path));
    }
    return g_string_free(out, n == 0);
}

char *
amr_measured_left(const AmrMeasured *measured)
{
    const AmrBreadth *breadth = measured->breadth;
    GString *out = g_string_new(NULL);

    if (!breadth || breadth->whole)
        return g_string_free(out, TRUE);
    if (breadth->unread)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT " director%s that you may not list",
                               breadth->unread, breadth->unread == 1 ? "y" : "ies");
    for (guint i = 0; i < MIN(breadth->left->len, LEFT_TOLD); i++)
        g_string_append_printf(out, "%s%s", out->len ? "; " : "",
                               (const char *)breadth->left->pdata[i]);
    if (breadth->left->len > LEFT_TOLD)
        g_string_append_printf(out, "; and %u more", breadth->left->len - LEFT_TOLD);
    return g_string_free(out, FALSE);
}

char *
amr_breadth_file_text(const AmrBreadthFile *file)
{
    g_autofree char *rights = amr_breadth_rights(file->rights);
    g_autofree char *shown = amr_display_string(file->path);

    return g_strdup_printf("%s %s%s %s", shown, rights, file->own ? " (its owner)" : "",
                           file->why ? file->why : "");
}
