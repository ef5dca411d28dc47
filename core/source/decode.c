/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/source/decode.h"

#include <string.h>

#include "core/source/decode-private.h"

struct AmrDecoder {
    AmrForm form;
    AmrEntry entry;
    AmrKmsg *kmsg;
    AmrExport *export;
    AmrJson *json;
    AmrVerbose *verbose;
};

/* ---- which form ------------------------------------------------------------------------------ */

enum {
    GUESS_MAX = 64 * 1024
};

/* What a prefix of the form may be: it is, it is not, or more bytes are needed. */
typedef enum {
    NO,
    MAYBE,
    YES
} Answer;

typedef struct {
    const char *at, *end;
} Look;

static gsize
count_digits(Look *look)
{
    const char *start = look->at;
    while (look->at < look->end && g_ascii_isdigit(*look->at))
        look->at++;
    return (gsize)(look->at - start);
}

/* "5,387,16641419,-;" after lines that go on what was before. */
static Answer
is_kmsg(Look look)
{
    while (look.at < look.end && *look.at == ' ') {
        const char *newline = memchr(look.at, '\n', (gsize)(look.end - look.at));
        if (!newline)
            return MAYBE;
        look.at = newline + 1;
    }
    for (int i = 0; i < 3; i++) {
        const gsize digits = count_digits(&look);
        if (look.at == look.end)
            return MAYBE;
        if (digits == 0 || digits > 20 || *look.at++ != ',')
            return NO;
    }
    while (look.at<look.end && * look.at> ' ' && *look.at != ';')
        look.at++;
    return look.at == look.end ? MAYBE : *look.at == ';' ? YES : NO;
}

/* The journal's own fields stand first, and one of them begins with _ (__CURSOR=). Two in a row,
 * so that one odd line does not hide a whole log of text. */
static Answer
is_export(Look look)
{
    gboolean own = FALSE;

    while (look.at < look.end && *look.at == '\n')
        look.at++;
    for (int lines = 0; lines < 2; lines++) {
        const char *start = look.at;
        const char *newline;
        while (look.at < look.end && (g_ascii_isupper(*look.at) || *look.at == '_' ||
                                      (g_ascii_isdigit(*look.at) && look.at > start)))
            look.at++;
        if (look.at == look.end)
            return look.at - start > 64 ? NO : MAYBE;
        if (look.at == start || *look.at != '=')
            return NO;
        own = own || *start == '_';
        newline = memchr(look.at, '\n', (gsize)(look.end - look.at));
        if (!newline)
            return MAYBE;
        look.at = newline + 1;
    }
    return own ? YES : NO;
}

/* An object whose first thing is a key. */
static Answer
is_json(Look look)
{
    static const char data[] = "data:";
    const gsize left = (gsize)(look.end - look.at), word = strlen(data);

    if (left > 0 && memcmp(look.at, data, MIN(left, word)) == 0) {
        if (left < word)
            return MAYBE;
        look.at += word;
    }
    for (const char *want = "{\""; *want; want++) {
        while (look.at < look.end && strchr(" \t\r\n\x1e", *look.at) && *look.at)
            look.at++;
        if (*want == '{' && look.at < look.end && *look.at == '[') {
            look.at++;
            while (look.at < look.end && strchr(" \t\r\n", *look.at) && *look.at)
                look.at++;
        }
        if (look.at == look.end)
            return MAYBE;
        if (*look.at++ != *want)
            return NO;
    }
    return YES;
}

/* "Mon 2026-" */
static Answer
is_weekday_and_year(Look look)
{
    static const char like[] = "Mon 2026-";
    for (const char *want = like; *want; want++, look.at++) {
        if (look.at == look.end)
            return MAYBE;
        if (g_ascii_isalpha(*want)   ? !g_ascii_isalpha(*look.at)
            : g_ascii_isdigit(*want) ? !g_ascii_isdigit(*look.at)
                                     : *look.at != *want)
            return NO;
    }
    return YES;
}

/* A time and a cursor, and a field below; notes of journalctl's own ("-- Boot ... --") may stand
 * before it. */
static Answer
is_verbose(Look look)
{
    static const char note[] = "-- ", margin[] = "    ";
    const char *newline;
    gsize left;
    Answer answer;

    while ((left = (gsize)(look.end - look.at)) > 0 &&
           memcmp(look.at, note, MIN(left, strlen(note))) == 0) {
        newline = memchr(look.at, '\n', left);
        if (!newline)
            return MAYBE;
        look.at = newline + 1;
    }
    answer = is_weekday_and_year(look);
    if (answer != YES)
        return answer;
    newline = memchr(look.at, '\n', left);
    if (!newline)
        return MAYBE;
    if (!g_strstr_len(look.at, newline - look.at, " [s=") || newline[-1] != ']')
        return NO;
    look.at = newline + 1;
    left = (gsize)(look.end - look.at);
    if (memcmp(look.at, margin, MIN(left, strlen(margin))) != 0)
        return NO;
    if (left <= strlen(margin))
        return MAYBE;
    return look.at[strlen(margin)] == '_' || g_ascii_isupper(look.at[strlen(margin)]) ? YES : NO;
}

AmrForm
amr_form_guess(const char *bytes, gsize size, gboolean last)
{
    static const struct {
        Answer (*is)(Look look);
        AmrForm form;
    } forms[] = {
        {is_kmsg, AMR_FORM_KMSG},
        {is_export, AMR_FORM_EXPORT},
        {is_json, AMR_FORM_JSON},
        {is_verbose, AMR_FORM_VERBOSE},
    };
    const Look look = {bytes, bytes + size};
    gboolean maybe = FALSE;

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        const Answer answer = forms[i].is(look);
        if (answer == YES)
            return forms[i].form;
        maybe = maybe || answer == MAYBE;
    }
    return maybe && !last && size < GUESS_MAX ? AMR_FORM_UNSURE : AMR_FORM_TEXT;
}

/* ---- one interface to all -------------------------------------------------------------------- */

AmrDecoder *
amr_decoder_new(AmrForm form, AmrTextSink sink, gpointer data)
{
    AmrDecoder *decoder = g_new0(AmrDecoder, 1);

    decoder->form = form;
    if (form == AMR_FORM_KMSG) {
        decoder->kmsg = amr_kmsg_new(sink, data);
        return decoder;
    }
    amr_entry_init(&decoder->entry, sink, data);
    if (form == AMR_FORM_EXPORT)
        decoder->export = amr_export_new(&decoder->entry);
    else if (form == AMR_FORM_VERBOSE)
        decoder->verbose = amr_verbose_new(&decoder->entry);
    else
        decoder->json = amr_json_new(&decoder->entry);
    return decoder;
}

void
amr_decoder_free(AmrDecoder *decoder)
{
    if (!decoder)
        return;
    amr_kmsg_free(decoder->kmsg);
    amr_export_free(decoder->export);
    amr_json_free(decoder->json);
    amr_verbose_free(decoder->verbose);
    amr_entry_clear(&decoder->entry);
    g_free(decoder);
}

void
amr_decoder_feed(AmrDecoder *decoder, const char *bytes, gsize size)
{
    if (decoder->kmsg)
        amr_kmsg_feed(decoder->kmsg, bytes, size);
    else if (decoder->export)
        amr_export_feed(decoder->export, bytes, size);
    else if (decoder->verbose)
        amr_verbose_feed(decoder->verbose, bytes, size);
    else
        amr_json_feed(decoder->json, bytes, size);
}

void
amr_decoder_end(AmrDecoder *decoder)
{
    if (decoder->kmsg)
        amr_kmsg_end(decoder->kmsg);
    else if (decoder->export)
        amr_export_end(decoder->export);
    else if (decoder->verbose)
        amr_verbose_end(decoder->verbose);
    else if (decoder->json)
        amr_json_end(decoder->json);
}

AmrDecodeCounts
amr_decoder_counts(const AmrDecoder *decoder)
{
    return decoder->entry.counts;
}
