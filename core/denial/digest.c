/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/digest.h"

#include <string.h>

#include "core/denial/pack.h"

/* With its length, so that no two lists of texts read the same. */
static void
add(GChecksum *sum, AmrBytes bytes)
{
    const guint64 len = GUINT64_TO_LE((guint64)bytes.len);

    g_checksum_update(sum, (const guchar *)&len, sizeof len);
    if (bytes.len)
        g_checksum_update(sum, (const guchar *)bytes.data, (gssize)bytes.len);
}

char *
amr_event_digest(const AmrEvent *event)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint64 fields = amr_pack_fields(event);

    add(sum, amr_bytes(amr_verdict_word(event->verdict)));
    add(sum, amr_bytes(amr_class_word(event->klass)));
    add(sum, amr_bytes(event->owner ? "owner" : ""));
    for (int field = 1; field < AMR_FIELD_COUNT; field++) {
        AmrBytes value = event->field[field];
        gboolean whose = field == AMR_FIELD_PROFILE || field == AMR_FIELD_NAMESPACE;
        if (!(fields >> field & 1) && !(whose && value.data))
            continue;
        add(sum, amr_bytes(amr_field_key((AmrField)field)));
        add(sum, value);
    }
    return g_strdup(g_checksum_get_string(sum));
}
