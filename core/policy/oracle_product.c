/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/oracle_product.h"

#include <string.h>

/* Edges are kept to tell what part of the name space a difference covers; beyond this many only
 * examples are. 64 MiB each way. */
#define EDGES_MAX (16u << 20)
/* Of so many kinds of difference it is told which part they cover. */
#define PREFIXES_MAX 64

/* Bytes that no machine parts, with one of them that reads well. */
typedef struct {
    guint8 byte;
    guint rank, n_bytes;
} Class;

typedef struct {
    const AmrProductJob *job;
    Class classes[256];
    guint n_classes;
    /* Pairs in the order in which they were met. */
    GArray *pairs;   /* AmrPair */
    GArray *parents; /* guint32: the pair before */
    GByteArray *by;  /* the byte that led here */
    /* Open addressing: place in pairs, plus one. */
    guint32 *slots;
    guint32 n_slots;
    GArray *edges; /* guint32 to a pair and class, or NULL if there are too many */
    /* What was found: kinds, and where. */
    GArray *deltas;    /* AmrDelta */
    GArray *firsts;    /* guint32: the first pair of each */
    GHashTable *kinds; /* AmrDelta -> its number */
    GArray *places;    /* Place, by pair */
} Product;

typedef struct {
    guint32 pair, delta;
} Place;

enum {
    NOWHERE = G_MAXUINT32
};

/* ---- classes of bytes -------------------------------------------------------------------- */

/* For examples: letters and digits first, then what prints, then the rest. */
static guint
rank(guint byte)
{
    if (g_ascii_islower((gchar)byte))
        return 0;
    if (g_ascii_isalnum((gchar)byte))
        return 1;
    return byte == '/' ? 2 : byte > 0x20 && byte < 0x7f ? 3 : byte < 0x80 ? 4 : 5;
}

static guint
class_in(const AmrPdb *pdb, guint byte)
{
    return pdb->dfa ? pdb->dfa->class_of[byte] : 0;
}

static gboolean
is_apart(const AmrProductJob *job, guint byte)
{
    return job->n_apart && memchr(job->apart, (int)byte, job->n_apart) != NULL;
}

static int
compare_classes(gconstpointer a, gconstpointer b)
{
    const Class *x = a, *y = b;
    guint rx = x->rank, ry = y->rank;
    return rx != ry ? (rx < ry ? -1 : 1) : (int)x->byte - (int)y->byte;
}

static void
find_classes(Product *product)
{
    const AmrProductJob *job = product->job;
    for (guint byte = 0; byte < 256; byte++) {
        guint i = is_apart(job, byte) ? product->n_classes : 0;
        for (; i < product->n_classes; i++) {
            guint other = product->classes[i].byte;
            if (!is_apart(job, other) &&
                class_in(job->before, byte) == class_in(job->before, other) &&
                class_in(job->after, byte) == class_in(job->after, other))
                break;
        }
        Class *klass = &product->classes[i];
        if (i == product->n_classes) {
            /* Numbers come in their own order. */
            *klass = (Class){(guint8)byte, job->numbers && is_apart(job, byte) ? 4 : rank(byte), 0};
            product->n_classes++;
        }
        klass->n_bytes++;
        if (rank(byte) < rank(klass->byte) && !is_apart(job, byte)) {
            klass->byte = (guint8)byte;
            klass->rank = rank(byte);
        }
    }
    qsort(product->classes, product->n_classes, sizeof(Class), compare_classes);
}

/* ---- pairs ------------------------------------------------------------------------------- */

static guint32
hash(const AmrPair *pair)
{
    guint64 x = ((guint64)pair->before << 32 | pair->after) ^ (guint64)pair->context << 20;
    x *= G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (guint32)(x >> 32);
}

static void
grow(Product *product)
{
    g_free(product->slots);
    product->n_slots = product->n_slots ? product->n_slots * 2 : 1024;
    product->slots = g_new0(guint32, product->n_slots);
    for (guint32 i = 0; i < product->pairs->len; i++) {
        guint32 at = hash(&g_array_index(product->pairs, AmrPair, i)) & (product->n_slots - 1);
        while (product->slots[at])
            at = (at + 1) & (product->n_slots - 1);
        product->slots[at] = i + 1;
    }
}

/* The place of a pair, which is new if it was not met before. */
static guint32
place_of(Product *product, const AmrPair *pair, guint32 parent, guint8 byte)
{
    if (product->pairs->len * 2 >= product->n_slots)
        grow(product);
    guint32 at = hash(pair) & (product->n_slots - 1);
    for (; product->slots[at]; at = (at + 1) & (product->n_slots - 1)) {
        const AmrPair *other = &g_array_index(product->pairs, AmrPair, product->slots[at] - 1);
        if (other->before == pair->before && other->after == pair->after &&
            other->context == pair->context)
            return product->slots[at] - 1;
    }
    product->slots[at] = product->pairs->len + 1;
    g_array_append_val(product->pairs, *pair);
    g_array_append_val(product->parents, parent);
    g_byte_array_append(product->by, &byte, 1);
    return product->pairs->len - 1;
}

static guint32
step_in(const AmrPdb *pdb, guint32 state, guint8 byte)
{
    return pdb->dfa && state ? amr_dfa_step(pdb->dfa, state, byte) : 0;
}

static gboolean
step(const AmrProductJob *job, const AmrPair *from, guint8 byte, AmrPair *to)
{
    *to = (AmrPair){step_in(job->before, from->before, byte),
                    step_in(job->after, from->after, byte), from->context};
    if (job->step && !job->step(job->data, from, byte, to))
        return FALSE;
    return to->after || (to->before && !job->gains);
}

static gboolean
same_delta(const AmrDelta *a, const AmrDelta *b)
{
    return a->change == b->change && a->klass == b->klass && a->gained == b->gained &&
           a->lost == b->lost && a->gained_other == b->gained_other &&
           a->lost_other == b->lost_other && a->exec_before == b->exec_before &&
           a->exec_after == b->exec_after && g_strcmp0(a->target_before, b->target_before) == 0 &&
           g_strcmp0(a->target_after, b->target_after) == 0;
}

static guint
hash_delta(gconstpointer data)
{
    const AmrDelta *delta = data;
    const guint32 words[] = {delta->change,      delta->klass,        delta->gained,
                             delta->lost,        delta->gained_other, delta->lost_other,
                             delta->exec_before, delta->exec_after};
    guint sum = 0;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        sum = sum * 0x01000193u + words[i];
    return sum;
}

static gboolean
equal_delta(gconstpointer a, gconstpointer b)
{
    return same_delta(a, b);
}

static void
note(Product *product, guint32 pair, const AmrDelta *delta, guint max)
{
    gpointer number;
    if (!g_hash_table_lookup_extended(product->kinds, delta, NULL, &number)) {
        if (product->deltas->len >= max)
            return;
        number = GUINT_TO_POINTER(product->deltas->len);
        g_hash_table_insert(product->kinds, g_memdup2(delta, sizeof *delta), number);
        g_array_append_val(product->deltas, *delta);
        g_array_append_val(product->firsts, pair);
    }
    Place place = {pair, GPOINTER_TO_UINT(number)};
    g_array_append_val(product->places, place);
}

/* Of what differs, what the second grants besides. */
static guint
keep_gains(AmrDelta *deltas, guint n)
{
    guint kept = 0;
    for (guint i = 0; i < n; i++) {
        deltas[i].lost = deltas[i].lost_other = 0;
        if (deltas[i].change == AMR_ORACLE_CHANGE_ACCESS &&
            (deltas[i].gained || deltas[i].gained_other))
            deltas[kept++] = deltas[i];
    }
    return kept;
}

/* The pairs behind pair @i, in the order of classes. Most classes lead where the one before led. */
static void
step_all(Product *product, guint32 i, guint32 *nexts)
{
    const AmrProductJob *job = product->job;
    AmrPair from = g_array_index(product->pairs, AmrPair, i), to, last = {0, 0, 0};
    guint32 last_place = NOWHERE;
    for (guint klass = 0; klass < product->n_classes; klass++) {
        guint8 byte = product->classes[klass].byte;
        if (!step(job, &from, byte, &to)) {
            nexts[klass] = NOWHERE;
            continue;
        }
        if (last_place == NOWHERE || to.before != last.before || to.after != last.after ||
            to.context != last.context) {
            last = to;
            last_place = place_of(product, &to, i, byte);
        }
        nexts[klass] = last_place;
    }
}

/* Breadth first: the first name that leads to a pair is a shortest one. */
static gboolean
walk(Product *product, guint max, GError **error)
{
    const AmrProductJob *job = product->job;
    AmrDelta deltas[AMR_PRODUCT_DELTAS];
    guint32 nexts[256];
    place_of(product, &job->start, NOWHERE, 0);
    for (guint32 i = 0; i < product->pairs->len; i++) {
        AmrPair pair = g_array_index(product->pairs, AmrPair, i);
        guint n = job->judge(job->data, &pair, deltas);
        if (job->gains)
            n = keep_gains(deltas, n);
        for (guint j = 0; j < n; j++)
            note(product, i, &deltas[j], max);
        step_all(product, i, nexts);
        if (product->edges && ((guint64)i + 1) * product->n_classes > EDGES_MAX)
            g_clear_pointer(&product->edges, g_array_unref);
        if (product->edges)
            g_array_append_vals(product->edges, nexts, product->n_classes);
        if (product->pairs->len > AMR_PRODUCT_PAIRS_MAX)
            return amr_error_set(error, AMR_ERROR_LIMIT,
                                 "Comparing policy: more than %u pairs of states",
                                 AMR_PRODUCT_PAIRS_MAX);
    }
    return TRUE;
}

/* ---- where ------------------------------------------------------------------------------- */

static char *
name_of(const Product *product, guint32 pair, gsize *len)
{
    gsize n = 0;
    for (guint32 i = pair; g_array_index(product->parents, guint32, i) != NOWHERE;
         i = g_array_index(product->parents, guint32, i))
        n++;
    char *name = g_malloc(n + 1);
    name[n] = '\0';
    *len = n;
    for (guint32 i = pair; n > 0; i = g_array_index(product->parents, guint32, i))
        name[--n] = (char)product->by->data[i];
    return name;
}

/* The edges the other way round: of pair i, from[first[i]] up to from[first[i + 1]]. */
typedef struct {
    guint32 *first, *from;
} Back;

static void
back_clear(Back *back)
{
    g_free(back->first);
    g_free(back->from);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Back, back_clear)

static Back
turn_edges(const Product *product)
{
    guint32 n = product->pairs->len;
    Back back = {g_new0(guint32, n + 2), g_new(guint32, product->edges->len + 1)};
    for (guint i = 0; i < product->edges->len; i++) {
        guint32 to = g_array_index(product->edges, guint32, i);
        if (to != NOWHERE)
            back.first[to + 2]++;
    }
    for (guint32 i = 2; i < n + 2; i++)
        back.first[i] += back.first[i - 1];
    for (guint i = 0; i < product->edges->len; i++) {
        guint32 to = g_array_index(product->edges, guint32, i);
        if (to != NOWHERE)
            back.from[back.first[to + 1]++] = i / product->n_classes;
    }
    return back;
}

enum {
    REACHES = 1,
    IS = 2
};

/* Marks the pairs from which a place of the delta can be reached. */
static void
mark(const Product *product, const Back *back, guint32 delta, guint8 *marks)
{
    g_autoptr(GArray) todo = g_array_new(FALSE, FALSE, sizeof(guint32));
    memset(marks, 0, product->pairs->len);
    for (guint i = 0; i < product->places->len; i++) {
        const Place *place = &g_array_index(product->places, Place, i);
        if (place->delta != delta)
            continue;
        if (!marks[place->pair])
            g_array_append_val(todo, place->pair);
        marks[place->pair] = REACHES | IS;
    }
    while (todo->len > 0) {
        guint32 pair = g_array_index(todo, guint32, todo->len - 1);
        g_array_set_size(todo, todo->len - 1);
        for (guint32 i = back->first[pair]; i < back->first[pair + 1]; i++) {
            guint32 from = back->from[i];
            if (!marks[from]) {
                marks[from] = REACHES;
                g_array_append_val(todo, from);
            }
        }
    }
}

/* What all names of a delta begin with: from the start as long as one byte alone leads on. */
static void
find_prefix(const Product *product, const guint8 *marks, AmrFinding *finding)
{
    GByteArray *prefix = g_byte_array_new();
    guint32 pair = 0, n = product->pairs->len;
    for (guint32 steps = 0; steps <= n; steps++) {
        guint ways = 0;
        guint32 next = 0;
        guint8 byte = 0;
        for (guint klass = 0; klass < product->n_classes; klass++) {
            guint32 to = g_array_index(product->edges, guint32, pair * product->n_classes + klass);
            if (to == NOWHERE || !marks[to])
                continue;
            ways += product->classes[klass].n_bytes;
            byte = product->classes[klass].byte;
            next = to;
        }
        if (ways == 0)
            finding->single = TRUE;
        if (ways != 1 || (marks[pair] & IS))
            break;
        g_byte_array_append(prefix, &byte, 1);
        pair = next;
    }
    finding->prefix_len = prefix->len;
    g_byte_array_append(prefix, (const guint8 *)"", 1);
    finding->prefix = (char *)g_byte_array_free(prefix, FALSE);
}

/* How many names there are, and how deep they go. */
static void
count(const Product *product, const guint8 *marks, AmrFinding *finding)
{
    AmrCounting counting = {.edges = (const guint32 *)(const void *)product->edges->data,
                            .n_pairs = product->pairs->len,
                            .n_classes = product->n_classes,
                            .marks = marks,
                            .end = IS,
                            .slash = product->n_classes};
    for (guint klass = 0; klass < product->n_classes; klass++) {
        counting.n_bytes[klass] = product->classes[klass].n_bytes;
        if (product->classes[klass].byte == '/')
            counting.slash = klass;
    }
    finding->names = amr_product_count(&counting);
    finding->deep = amr_product_is_deep(&counting, finding->prefix, finding->prefix_len);
}

static GPtrArray *
findings(const Product *product)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)amr_finding_free);
    g_auto(Back) back = {NULL, NULL};
    g_autofree guint8 *marks = NULL;
    for (guint32 i = 0; i < product->deltas->len; i++) {
        AmrFinding *finding = g_new0(AmrFinding, 1);
        g_ptr_array_add(list, finding);
        finding->delta = g_array_index(product->deltas, AmrDelta, i);
        finding->example =
            name_of(product, g_array_index(product->firsts, guint32, i), &finding->example_len);
        if (!product->edges || i >= PREFIXES_MAX) {
            finding->prefix = g_strdup("");
            continue;
        }
        if (!marks) {
            back = turn_edges(product);
            marks = g_malloc(product->pairs->len);
        }
        mark(product, &back, i, marks);
        find_prefix(product, marks, finding);
        count(product, marks, finding);
    }
    return list;
}

void
amr_finding_free(AmrFinding *finding)
{
    if (!finding)
        return;
    g_free(finding->example);
    g_free(finding->prefix);
    g_free(finding);
}

GPtrArray *
amr_product_walk(const AmrProductJob *job, guint max, GError **error)
{
    Product product = {.job = job};
    GPtrArray *list = NULL;
    if (job->start.before == job->start.after && amr_pdb_equal(job->before, job->after))
        return g_ptr_array_new_with_free_func((GDestroyNotify)amr_finding_free);
    find_classes(&product);
    product.pairs = g_array_new(FALSE, FALSE, sizeof(AmrPair));
    product.parents = g_array_new(FALSE, FALSE, sizeof(guint32));
    product.by = g_byte_array_new();
    product.edges = g_array_new(FALSE, FALSE, sizeof(guint32));
    product.deltas = g_array_new(FALSE, FALSE, sizeof(AmrDelta));
    product.firsts = g_array_new(FALSE, FALSE, sizeof(guint32));
    product.kinds = g_hash_table_new_full(hash_delta, equal_delta, g_free, NULL);
    product.places = g_array_new(FALSE, FALSE, sizeof(Place));
    if (walk(&product, max, error))
        list = findings(&product);
    g_array_unref(product.pairs);
    g_array_unref(product.parents);
    g_byte_array_unref(product.by);
    g_clear_pointer(&product.edges, g_array_unref);
    g_array_unref(product.deltas);
    g_array_unref(product.firsts);
    g_hash_table_unref(product.kinds);
    g_array_unref(product.places);
    g_free(product.slots);
    return list;
}
