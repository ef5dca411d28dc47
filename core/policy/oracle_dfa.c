/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * State machines: tables in the manner of flex, in network order behind a header, each padded to
 * eight bytes (aa_dfa_unpack and verify_dfa, security/apparmor/match.c of Linux 4.x to 6.17;
 * libapparmor_re/chfa.cc of AppArmor 4.1).
 *
 * Differences: a state with AMR_DFA_DIFF holds only what its `otherwise` does not, so that a byte
 * without an edge is asked of that state and not of the next byte. Chains of these must end, and
 * are bounded by oracle_chain.c.
 */
#include <string.h>

#include "core/policy/oracle_private.h"

#define MAGIC             0x1b5e783du
#define HEADER_SIZE       16
#define TABLE_HEADER_SIZE 12
#define FORMAT_INDEX      0x00ffffffu /* in a word of the base table */

enum {
    FLAG_DIFF = 1,
    FLAG_OOB = 2,
    FLAGS_KNOWN = FLAG_DIFF | FLAG_OOB
};

/* Tables by their number in the stream. */
enum {
    TABLE_NONE,
    TABLE_ACCEPT,
    TABLE_BASE,
    TABLE_CHECK,
    TABLE_OTHERWISE,
    TABLE_CLASSES,
    TABLE_META,
    TABLE_ACCEPT2,
    TABLE_NEXT,
    TABLE_COUNT
};

static const char *const table_words[TABLE_COUNT] = {"?",     "accept",  "base",
                                                     "check", "default", "classes",
                                                     "meta",  "accept2", "next"};

typedef struct {
    const guint8 *data;
    guint32 length; /* entries */
    guint width;    /* bytes of each */
} Table;

static guint32
be16(const guint8 *p)
{
    return (guint32)p[0] << 8 | p[1];
}

static guint32
be32(const guint8 *p)
{
    return be16(p) << 16 | be16(p + 2);
}

static gboolean
bad(gsize offset, GError **error, const char *what)
{
    return amr_error_set(error, AMR_ERROR_PARSE, "state machine at offset %" G_GSIZE_FORMAT ": %s",
                         offset, what);
}

static gboolean
read_table(const guint8 **at, gsize *left, gsize offset, Table *tables, GError **error)
{
    if (*left < TABLE_HEADER_SIZE)
        return bad(offset, error, "ends within a table's header");
    guint id = be16(*at), width = be16(*at + 2);
    guint32 length = be32(*at + 8);
    if (id == TABLE_NONE || id >= TABLE_COUNT || id == TABLE_META)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "state machine at offset %" G_GSIZE_FORMAT ": unknown table %u",
                             offset, id);
    if (tables[id].data)
        return bad(offset, error, "a table that stands twice");
    if (width != 1 && width != 2 && width != 4)
        return bad(offset, error, "a table of an unknown width");
    gsize size = (gsize)length * width + TABLE_HEADER_SIZE;
    if (length == 0 || size > *left)
        return bad(offset, error, "a table that is empty or larger than the rest");
    tables[id] = (Table){*at + TABLE_HEADER_SIZE, length, width};
    size = MIN((size + 7) & ~(gsize)7, *left);
    *at += size;
    *left -= size;
    return TRUE;
}

/* Widths as the kernel takes them; wide states have tables of 32 bits. */
static gboolean
check_tables(const Table *tables, gsize offset, GError **error)
{
    static const guint needed[] = {TABLE_ACCEPT, TABLE_BASE, TABLE_CHECK, TABLE_OTHERWISE,
                                   TABLE_NEXT};
    for (guint i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!tables[needed[i]].data)
            return amr_error_set(error, AMR_ERROR_PARSE,
                                 "state machine at offset %" G_GSIZE_FORMAT ": no %s table", offset,
                                 table_words[needed[i]]);
    guint32 states = tables[TABLE_BASE].length, edges = tables[TABLE_NEXT].length;
    if (tables[TABLE_BASE].width != 4 || tables[TABLE_ACCEPT].width != 4 ||
        (tables[TABLE_ACCEPT2].data && tables[TABLE_ACCEPT2].width != 4) ||
        tables[TABLE_CHECK].width < 2 || tables[TABLE_NEXT].width < 2 ||
        tables[TABLE_OTHERWISE].width < 2)
        return bad(offset, error, "a table of the wrong width");
    if (states < 2 || tables[TABLE_OTHERWISE].length != states ||
        tables[TABLE_ACCEPT].length != states ||
        (tables[TABLE_ACCEPT2].data && tables[TABLE_ACCEPT2].length != states) ||
        tables[TABLE_CHECK].length != edges)
        return bad(offset, error, "tables of different lengths");
    if (tables[TABLE_CLASSES].data &&
        (tables[TABLE_CLASSES].length != 256 || tables[TABLE_CLASSES].width != 1))
        return bad(offset, error, "classes of bytes that are not 256");
    return TRUE;
}

static guint32
entry(const Table *table, guint32 n)
{
    const guint8 *p = table->data + (gsize)n * table->width;
    return table->width == 1 ? *p : table->width == 2 ? be16(p) : be32(p);
}

static guint32 *
copy_table(const Table *table)
{
    if (!table->data)
        return NULL;
    guint32 *copy = g_new(guint32, table->length);
    for (guint32 i = 0; i < table->length; i++)
        copy[i] = entry(table, i);
    return copy;
}

static AmrDfa *
from_tables(const Table *tables)
{
    AmrDfa *dfa = g_new0(AmrDfa, 1);
    dfa->n_states = tables[TABLE_BASE].length;
    dfa->n_edges = tables[TABLE_NEXT].length;
    dfa->base = copy_table(&tables[TABLE_BASE]);
    dfa->otherwise = copy_table(&tables[TABLE_OTHERWISE]);
    dfa->accept = copy_table(&tables[TABLE_ACCEPT]);
    dfa->accept2 = copy_table(&tables[TABLE_ACCEPT2]);
    dfa->edges = g_new(AmrDfaEdge, dfa->n_edges);
    for (guint32 i = 0; i < dfa->n_edges; i++)
        dfa->edges[i] = (AmrDfaEdge){entry(&tables[TABLE_NEXT], i), entry(&tables[TABLE_CHECK], i)};
    for (guint i = 0; i < 256; i++) {
        dfa->class_of[i] = tables[TABLE_CLASSES].data ? tables[TABLE_CLASSES].data[i] : i;
        dfa->n_classes = MAX(dfa->n_classes, dfa->class_of[i] + 1u);
    }
    return dfa;
}

static gboolean
verify(AmrDfa *dfa, guint flags, gsize offset, GError **error)
{
    guint32 known = FORMAT_INDEX | (flags & FLAG_DIFF ? AMR_DFA_DIFF : 0) |
                    (flags & FLAG_OOB ? AMR_DFA_OOB : 0);
    for (guint32 i = 0; i < dfa->n_states; i++) {
        if (dfa->otherwise[i] >= dfa->n_states)
            return bad(offset, error, "a default state that is none");
        if (dfa->base[i] & ~known)
            return amr_error_set(error, AMR_ERROR_PARSE,
                                 "state machine at offset %" G_GSIZE_FORMAT
                                 ": unknown flags 0x%x of a state",
                                 offset, dfa->base[i] & ~known);
        guint32 index = dfa->base[i] & FORMAT_INDEX;
        if ((dfa->base[i] & AMR_DFA_OOB) && index == 0)
            return bad(offset, error, "an out of band transition out of range");
        if (index + dfa->n_classes > dfa->n_edges)
            return bad(offset, error, "a state whose edges are out of range");
    }
    for (guint32 i = 0; i < dfa->n_edges; i++)
        if (dfa->edges[i].next >= dfa->n_states || dfa->edges[i].check >= dfa->n_states)
            return bad(offset, error, "an edge to or from a state that is none");
    return amr_dfa_bound_chains(dfa) ? TRUE : bad(offset, error, "differences without an end");
}

AmrDfa *
amr_dfa_new(const guint8 *data, gsize size, gsize offset, GError **error)
{
    Table tables[TABLE_COUNT] = {{0}};
    /* The compiler pads in front, so that the tables are aligned in its own stream. */
    for (guint pad = 0; pad < 7 && size > 0 && *data == 0; pad++) {
        data++;
        size--;
    }
    if (size < HEADER_SIZE || be32(data) != MAGIC) {
        bad(offset, error, "not a state machine");
        return NULL;
    }
    gsize header = be32(data + 4);
    guint flags = be16(data + 12);
    if (header < 14 || header > size) {
        bad(offset, error, "a header larger than the rest");
        return NULL;
    }
    if (flags & ~(guint)FLAGS_KNOWN) {
        amr_error_set(error, AMR_ERROR_PARSE,
                      "state machine at offset %" G_GSIZE_FORMAT ": unknown flags 0x%x", offset,
                      flags);
        return NULL;
    }
    const guint8 *at = data + header;
    for (gsize left = size - header; left > 0;)
        if (!read_table(&at, &left, offset, tables, error))
            return NULL;
    if (!check_tables(tables, offset, error))
        return NULL;
    g_autoptr(AmrDfa) dfa = from_tables(tables);
    return verify(dfa, flags, offset, error) ? g_steal_pointer(&dfa) : NULL;
}

/* The edge below a state's class 0; classes of bytes do not matter to it (match.c,
 * aa_dfa_outofband_transition). */
guint32
amr_dfa_step_oob(const AmrDfa *dfa, guint32 state)
{
    for (;;) {
        guint32 base = dfa->base[state];
        if (base & AMR_DFA_OOB) {
            const AmrDfaEdge *edge = &dfa->edges[(base & AMR_DFA_INDEX) - 1];
            if (edge->check == state)
                return edge->next;
        }
        if (!(base & AMR_DFA_DIFF))
            return 0;
        state = dfa->otherwise[state];
    }
}

void
amr_dfa_free(AmrDfa *dfa)
{
    if (!dfa)
        return;
    g_free(dfa->base);
    g_free(dfa->otherwise);
    g_free(dfa->accept);
    g_free(dfa->accept2);
    g_free(dfa->edges);
    g_free(dfa);
}
