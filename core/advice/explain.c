/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/advice/explain.h"

#include <string.h>

#include "core/denial/conditions.h"
#include "core/denial/phrase.h"

/* X(NAME, word): the parts of a sentence, in their order. */
#define PARTS(X)          \
    X(WHO, "who")         \
    X(WAY, "way")         \
    X(WHAT, "what")       \
    X(OUTCOME, "outcome") \
    X(SAYS, "says")       \
    X(RIGHT, "right")

typedef enum {
    PART_UNKNOWN,
#define PART_ENUM(name, word) PART_##name,
    PARTS(PART_ENUM)
#undef PART_ENUM
    PART_COUNT
} Part;

typedef struct {
    Part part;
    AmrPhrase *text;
    guint32 right; /* AMR_PERM_*; 0: none */
    AmrConditions conditions;
} Entry;

struct AmrSentences {
    AmrData *data;                /* Entry */
    AmrPhrase *plain[PART_COUNT]; /* where no words are known */
};

/* ---- reading ----------------------------------------------------------------------------------
 */

static gpointer
entry_begin(void)
{
    return g_new0(Entry, 1);
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    amr_phrase_free(entry->text);
    amr_conditions_clear(&entry->conditions);
    g_free(entry);
}

static Part
part_of(const char *word)
{
#define PART_WORD(name, text)    \
    if (strcmp(word, text) == 0) \
        return PART_##name;
    PARTS(PART_WORD)
#undef PART_WORD
    return PART_UNKNOWN;
}

static const char *
entry_take(gpointer data, const char *key, const char *value)
{
    Entry *entry = data;

    if (strcmp(key, "text") == 0)
        return amr_phrase_once(&entry->text, value);
    if (strcmp(key, "part") == 0) {
        entry->part = part_of(value);
        return entry->part ? NULL : "a part is who, way, what, outcome, says or right";
    }
    if (strcmp(key, "right") == 0) {
        entry->right = value[0] && !value[1] ? amr_perms_from_mask(amr_bytes(value), NULL) : 0;
        return entry->right && !(entry->right & AMR_PERM_OTHER)
                   ? NULL
                   : "a right is one letter of r w a c d l k m x";
    }
    return amr_conditions_take(&entry->conditions, key, value) ? NULL : amr_data_no_key;
}

static const char *
entry_lacks(gpointer data)
{
    const Entry *entry = data;

    if (!entry->part || !entry->text)
        return "needs a part and a text";
    if ((entry->part == PART_RIGHT) != (entry->right != 0))
        return "a part that is a right names one, others do not";
    return NULL;
}

AmrSentences *
amr_sentences_new(void)
{
    static const AmrDataKind kind = {entry_begin, entry_take, entry_lacks, entry_free};
    static const char *const plain[PART_COUNT] = {
        [PART_WHO] = "{comm|A program}[ (pid {pid})]",
        [PART_WAY] = "tried",
        [PART_WHAT] = "{operation|something}[ on {name,target,name2,peer}]",
        [PART_OUTCOME] = " ({profile|no profile}).",
        [PART_SAYS] = "[{info}.]",
    };
    AmrSentences *sentences = g_new0(AmrSentences, 1);
    const char *wrong;

    sentences->data = amr_data_new(&kind);
    for (Part part = PART_WHO; part <= PART_SAYS; part++)
        sentences->plain[part] = amr_phrase_new(plain[part], &wrong);
    return sentences;
}

void
amr_sentences_free(AmrSentences *sentences)
{
    if (!sentences)
        return;
    for (guint i = 0; i < PART_COUNT; i++)
        amr_phrase_free(sentences->plain[i]);
    amr_data_free(sentences->data);
    g_free(sentences);
}

AmrData *
amr_sentences_data(AmrSentences *sentences)
{
    return sentences->data;
}

/* ---- telling ----------------------------------------------------------------------------------
 */

static const Entry *
find(const AmrSentences *sentences, Part part, const AmrEvent *event, guint32 right)
{
    for (guint i = 0; i < amr_data_count(sentences->data); i++) {
        const Entry *entry = amr_data_entry(sentences->data, i);
        if (entry->part == part && entry->right == right &&
            amr_conditions_fit(&entry->conditions, event))
            return entry;
    }
    return NULL;
}

static guint32
perms_of(const AmrEvent *event)
{
    return event->denied ? event->denied : event->requested;
}

/* "reading, writing and creating it"; "" where none is known. The caller frees. */
static char *
tell_rights(const AmrSentences *sentences, const AmrEvent *event)
{
    static const guint32 order[] = {AMR_PERM_READ,   AMR_PERM_WRITE,     AMR_PERM_APPEND,
                                    AMR_PERM_CREATE, AMR_PERM_DELETE,    AMR_PERM_LINK,
                                    AMR_PERM_LOCK,   AMR_PERM_MMAP_EXEC, AMR_PERM_EXEC};
    const AmrPhrase *words[G_N_ELEMENTS(order)];
    guint n = 0;
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        const Entry *entry =
            perms_of(event) & order[i] ? find(sentences, PART_RIGHT, event, order[i]) : NULL;
        if (entry)
            words[n++] = entry->text;
    }
    for (guint i = 0; i < n; i++) {
        g_string_append(out, i == 0 ? "" : i + 1 < n ? ", " : " and ");
        amr_phrase_append(words[i], event, NULL, out);
    }
    return g_string_free(out, FALSE);
}

char *
amr_explain(const AmrSentences *sentences, const AmrEvent *event)
{
    static const char *const before[PART_COUNT] = {
        [PART_WAY] = " ", [PART_WHAT] = " ", [PART_SAYS] = " "};
    g_autofree char *rights = tell_rights(sentences, event);
    GString *out = g_string_new(NULL);

    for (Part part = PART_WHO; part <= PART_SAYS; part++) {
        const Entry *entry = find(sentences, part, event, 0);
        if (before[part])
            g_string_append(out, before[part]);
        amr_phrase_append(entry ? entry->text : sentences->plain[part], event, rights, out);
    }
    return g_strchomp(g_string_free(out, FALSE));
}

char *
amr_explain_history(const AmrDenial *denial, const AmrClock *clock)
{
    g_autofree char *first = amr_clock_show(clock, denial->first);
    g_autofree char *last = amr_clock_show(clock, denial->last);
    GString *out = g_string_new(NULL);
    if (denial->count <= 1)
        g_string_append_printf(out, "Once, at %s", denial->last ? last : "an unknown time");
    else if (!denial->last)
        g_string_append_printf(out, "%u times, at unknown times", denial->count);
    else if (strcmp(first, last) == 0)
        g_string_append_printf(out, "%u times, at %s", denial->count, last);
    else
        g_string_append_printf(out, "%u times, first %s, last %s", denial->count, first, last);
    if (denial->last_pid)
        g_string_append_printf(out, ", last by pid %u", denial->last_pid);
    g_string_append_c(out, '.');
    if (denial->folded)
        g_string_append_printf(out, " It stands for %u further ones that there was no room for.",
                               denial->folded);
    return g_string_free(out, FALSE);
}

/* ---- columns ------------------------------------------------------------------------------------
 */

/* Appends @before and the field in display form, if the record has it. */
static gboolean
append_field(GString *out, const char *before, const AmrEvent *event, AmrField which)
{
    AmrBytes bytes = event->field[which];
    if (bytes.len == 0)
        return FALSE;
    g_string_append(out, before);
    amr_display_append(out, bytes);
    return TRUE;
}

static void
append_or(GString *out, const AmrEvent *event, AmrField which, const char *otherwise)
{
    if (!append_field(out, "", event, which))
        g_string_append(out, otherwise);
}

static AmrBytes
mask_of(const AmrEvent *event)
{
    AmrBytes mask = event->field[AMR_FIELD_DENIED_MASK];
    return mask.len ? mask : event->field[AMR_FIELD_REQUESTED_MASK];
}

static void
append_address(GString *out, const char *before, const AmrEvent *event, AmrField address,
               AmrField port)
{
    gboolean known = append_field(out, before, event, address);
    append_field(out, known ? " port " : before, event, port);
}

char *
amr_explain_tried(const AmrEvent *event)
{
    GString *out = g_string_new(NULL);
    AmrBytes mask = mask_of(event);
    switch (event->klass) {
    case AMR_CLASS_FILE: {
        g_autofree char *letters = amr_perms_to_mask(perms_of(event));
        append_or(out, event, AMR_FIELD_OPERATION, "file");
        if (*letters && strcmp(letters, "x") != 0)
            g_string_append_printf(out, " %s", letters);
        break;
    }
    case AMR_CLASS_CAPABILITY:
        g_string_append(out, "capability");
        break;
    case AMR_CLASS_NETWORK:
    case AMR_CLASS_UNIX:
        append_or(out, event, AMR_FIELD_OPERATION, "network");
        append_field(out, " ", event, AMR_FIELD_FAMILY);
        break;
    case AMR_CLASS_UNKNOWN:
        append_or(out, event, AMR_FIELD_OPERATION, "?");
        break;
    default:
        g_string_append(out, amr_class_word(event->klass));
        if (mask.len) {
            g_string_append_c(out, ' ');
            amr_display_append(out, mask);
        }
        break;
    }
    return g_string_free(out, FALSE);
}

char *
amr_explain_object(const AmrEvent *event)
{
    static const AmrField objects[] = {
        AMR_FIELD_NAME,       AMR_FIELD_CAPNAME,   AMR_FIELD_PATH,  AMR_FIELD_NAME2,
        AMR_FIELD_PEER,       AMR_FIELD_PEER_ADDR, AMR_FIELD_ADDR,  AMR_FIELD_PEER_LABEL,
        AMR_FIELD_RLIMIT,     AMR_FIELD_TARGET,    AMR_FIELD_LABEL, AMR_FIELD_TCONTEXT,
        AMR_FIELD_CAPABILITY,
    };
    GString *out = g_string_new(NULL);
    switch (event->klass) {
    case AMR_CLASS_NETWORK:
        append_field(out, "", event, AMR_FIELD_FAMILY);
        append_field(out, out->len ? " " : "", event, AMR_FIELD_SOCK_TYPE);
        append_address(out, " ", event, AMR_FIELD_FADDR, AMR_FIELD_FPORT);
        return g_string_free(out, FALSE);
    case AMR_CLASS_CAPABILITY:
        if (append_field(out, "", event, AMR_FIELD_CAPNAME))
            return g_string_free(out, FALSE);
        break;
    case AMR_CLASS_SIGNAL:
        append_field(out, "", event, AMR_FIELD_SIGNAL);
        append_field(out, out->len ? " " : "", event, AMR_FIELD_PEER);
        return g_string_free(out, FALSE);
    case AMR_CLASS_DBUS:
        if (append_field(out, "", event, AMR_FIELD_INTERFACE)) {
            append_field(out, ".", event, AMR_FIELD_MEMBER);
            return g_string_free(out, FALSE);
        }
        break;
    default:
        break;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(objects); i++)
        if (append_field(out, "", event, objects[i]))
            break;
    return g_string_free(out, FALSE);
}
