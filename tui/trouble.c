/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/trouble.h"

#include "core/base/text.h"

struct TuiTrouble {
    const AmrIngest *ingest;
    GPtrArray *told; /* of each source: char *, NULL: it is well */
};

TuiTrouble *
tui_trouble_new(const AmrIngest *ingest)
{
    TuiTrouble *trouble = g_new0(TuiTrouble, 1);

    trouble->ingest = ingest;
    trouble->told = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < amr_ingest_source_count(ingest); i++) {
        AmrSourceInfo info;
        amr_ingest_source_info(ingest, i, &info);
        g_ptr_array_add(trouble->told, g_strdup(info.error ? info.error->message : NULL));
    }
    return trouble;
}

void
tui_trouble_free(TuiTrouble *trouble)
{
    if (!trouble)
        return;
    g_ptr_array_unref(trouble->told);
    g_free(trouble);
}

char *
tui_trouble_next(TuiTrouble *trouble)
{
    for (guint i = 0; i < trouble->told->len; i++) {
        char **told = (char **)&trouble->told->pdata[i];
        g_autofree char *name = NULL;
        AmrSourceInfo info;

        amr_ingest_source_info(trouble->ingest, i, &info);
        if (g_strcmp0(*told, info.error ? info.error->message : NULL) == 0)
            continue;
        g_free(*told);
        *told = g_strdup(info.error ? info.error->message : NULL);
        if (*told)
            return g_strdup(*told);
        name = amr_display_string(info.name);
        return g_strdup_printf("%s is followed again", name);
    }
    return NULL;
}
