/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms themselves: what a uuid, a date, the address of a device and a random name look like.
 */
#include <string.h>

#include "core/policy/varying_private.h"

static gboolean
ends_there(AmrBytes bytes, gsize at)
{
    return at == bytes.len || !g_ascii_isalnum(bytes.data[at]);
}

/* In @shape `h` is a hexadecimal digit, `d` a decimal one, `s` any of "-_.:T ", the rest itself. */
static gsize
match_shape(AmrBytes bytes, const char *shape)
{
    gsize n = strlen(shape);
    if (bytes.len < n)
        return 0;
    for (gsize i = 0; i < n; i++) {
        char c = bytes.data[i];
        gboolean fits = shape[i] == 'h'   ? g_ascii_isxdigit(c)
                        : shape[i] == 'd' ? g_ascii_isdigit(c)
                        : shape[i] == 's' ? c != '\0' && strchr("-_.:T", c) != NULL
                                          : c == shape[i];
        if (!fits)
            return 0;
    }
    return n;
}

gsize
amr_varying_uuid(AmrBytes bytes)
{
    gsize n = match_shape(bytes, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh");
    return n && ends_there(bytes, n) ? n : 0;
}

/* PCI functions and roots, hardware addresses. */
gsize
amr_varying_device(AmrBytes bytes)
{
    static const char *const shapes[] = {"hhhh:hh:hh.h", "hh:hh:hh:hh:hh:hh", "hhhh:hh"};
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        gsize n = match_shape(bytes, shapes[i]);
        if (n && ends_there(bytes, n) && (n == bytes.len || bytes.data[n] != ':'))
            return n;
    }
    return 0;
}

static guint
number_at(AmrBytes bytes, gsize at, gsize digits)
{
    guint number = 0;
    for (gsize i = at; i < at + digits; i++)
        number = number * 10 + (guint)(bytes.data[i] - '0');
    return number;
}

/* The length of the time of day at @at, behind a date; with what parts it from that. */
static gsize
time_at(AmrBytes bytes, gsize at)
{
    static const char *const shapes[] = {"sddsddsdd", "sdddddd", "dddddd",
                                         "sddddd",    "sddsdd",  "sdddd"};
    AmrBytes rest = {bytes.data + at, bytes.len - at};
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        gsize n = match_shape(rest, shapes[i]);
        if (n && (n == rest.len || !g_ascii_isdigit(rest.data[n])))
            return n;
    }
    return 0;
}

static gsize
calendar_date(AmrBytes bytes, gboolean *timed)
{
    gsize n = match_shape(bytes, "ddddsddsdd");
    gsize month = n ? 5 : 4, day = n ? 8 : 6;
    if (!n)
        n = match_shape(bytes, "dddddddd");
    if (!n || (month == 5 && bytes.data[4] != bytes.data[7]))
        return 0;
    guint y = number_at(bytes, 0, 4), m = number_at(bytes, month, 2), d = number_at(bytes, day, 2);
    if (y < 1970 || y > 2099 || m < 1 || m > 12 || d < 1 || d > 31)
        return 0;
    gsize time = time_at(bytes, n);
    *timed = time > 0;
    return n + time;
}

/* Seconds since the epoch from 2001 to 2033, or thousandths or millionths of them. */
static gsize
epoch(AmrBytes bytes)
{
    gsize n = 0;
    while (n < bytes.len && g_ascii_isdigit(bytes.data[n]))
        n++;
    return (n == 10 || n == 13 || n == 16) && bytes.data[0] == '1' ? n : 0;
}

gsize
amr_varying_date(AmrBytes bytes, gboolean *timed)
{
    gsize n = calendar_date(bytes, timed);
    if (n && (n == bytes.len || !g_ascii_isdigit(bytes.data[n])))
        return n;
    n = epoch(bytes);
    *timed = n > 0;
    return n;
}

/* ---- random names -----------------------------------------------------------------------------
 */

static char
class_of(char c)
{
    return g_ascii_isupper(c) ? 'U' : g_ascii_islower(c) ? 'L' : 'D';
}

static gboolean
has_vowel(const char *data, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (strchr("aeiouyAEIOUY", data[i]))
            return TRUE;
    return FALSE;
}

/* "GtkApp", "iPhone", "OpenGL" (the last not if @loose): each capital begins a word of letters that
 * can be said, or stands among capitals. */
static gboolean
is_camel(AmrBytes bytes, gboolean loose)
{
    gsize i = 0;
    while (i < bytes.len) {
        gsize start = i;
        while (i < bytes.len && g_ascii_isupper(bytes.data[i]))
            i++;
        gsize upper = i - start;
        while (i < bytes.len && g_ascii_islower(bytes.data[i]))
            i++;
        gsize lower = i - start - upper;
        gboolean word = lower >= 2 && has_vowel(bytes.data + start, i - start);
        if (lower == 0 ? loose || upper < 2 : !word && start > 0)
            return FALSE;
        if (loose && upper > 1)
            return FALSE;
    }
    return TRUE;
}

/* A row of six letters or more that are random by themselves. */
static gboolean
has_random_letters(AmrBytes bytes, gboolean loose)
{
    for (gsize i = 0, start = 0; i <= bytes.len; i++) {
        if (i < bytes.len && g_ascii_isalpha(bytes.data[i]))
            continue;
        AmrBytes row = {bytes.data + start, i - start};
        if (row.len >= 6 && amr_varying_is_random(row, loose))
            return TRUE;
        start = i + 1;
    }
    return FALSE;
}

gboolean
amr_varying_is_random(AmrBytes bytes, gboolean loose)
{
    gsize upper = 0, lower = 0, digits = 0, rows = 0, turns = 0;

    for (gsize i = 0; i < bytes.len; i++) {
        char class = class_of(bytes.data[i]), before = i ? class_of(bytes.data[i - 1]) : class;
        upper += class == 'U';
        lower += class == 'L';
        digits += class == 'D';
        rows += class == 'D' && (i == 0 || before != 'D');
        turns += class != before && !(i == 1 && class == 'L' && before == 'U');
    }
    if (bytes.len < 6 || upper + lower == 0)
        return FALSE;
    /* "M123456P7890" is numbers and what they are called, "gRozJw4786" is not. */
    if (rows && digits >= 3 * rows)
        return (loose && upper && digits >= 2 && (bytes.len == 6 || bytes.len == 10)) ||
               has_random_letters(bytes, loose);
    if (digits)
        return turns >= 3 || (turns == 2 && (loose || (upper && lower)));
    if (!lower)
        return loose && bytes.len <= 12 && !has_vowel(bytes.data, bytes.len);
    return upper && !is_camel(bytes, loose);
}
