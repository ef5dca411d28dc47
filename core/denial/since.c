/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/since.h"

/* From @least to @most digits, no sign, no blank. */
static gboolean
read_digits(const char **at, guint least, guint most, gint *number)
{
    guint n = 0;

    for (*number = 0; n < most && g_ascii_isdigit(**at); n++, (*at)++)
        *number = *number * 10 + (**at - '0');
    return n >= least;
}

static gboolean
read_char(const char **at, char wanted)
{
    if (**at != wanted)
        return FALSE;
    (*at)++;
    return TRUE;
}

static gboolean
read_span(const char *at, gint64 now, gint64 *when)
{
    gint64 unit;
    gint number;

    if (!read_digits(&at, 1, 9, &number))
        return FALSE;
    switch (*at) {
    case 's':
        unit = 1;
        break;
    case 'm':
        unit = 60;
        break;
    case 'h':
        unit = G_GINT64_CONSTANT(60) * 60;
        break;
    case 'd':
        unit = G_GINT64_CONSTANT(24) * 60 * 60;
        break;
    default:
        return FALSE;
    }
    /* Nine digits of days are more than 64 bits hold in microseconds. */
    if (number * unit >= now / G_USEC_PER_SEC)
        *when = 0;
    else
        *when = now - number * unit * G_USEC_PER_SEC;
    return at[1] == '\0';
}

typedef struct {
    gint year, month, day, hour, minute, second;
} Moment;

static gboolean
read_date(const char **at, Moment *moment)
{
    return read_digits(at, 4, 4, &moment->year) && read_char(at, '-') &&
           read_digits(at, 1, 2, &moment->month) && read_char(at, '-') &&
           read_digits(at, 1, 2, &moment->day);
}

static gboolean
read_time(const char **at, Moment *moment)
{
    if (!read_digits(at, 1, 2, &moment->hour) || !read_char(at, ':') ||
        !read_digits(at, 2, 2, &moment->minute))
        return FALSE;
    return !read_char(at, ':') || read_digits(at, 2, 2, &moment->second);
}

static GDateTime *
to_local(const Moment *moment)
{
    return g_date_time_new_local(moment->year, moment->month, moment->day, moment->hour,
                                 moment->minute, moment->second);
}

static gboolean
read_day(const char *at, gint64 *when)
{
    Moment moment = {0};
    g_autoptr(GDateTime) day = NULL;

    if (!read_date(&at, &moment))
        return FALSE;
    if (*at != '\0') {
        if (!read_char(&at, ' ') && !read_char(&at, 'T'))
            return FALSE;
        while (*at == ' ')
            at++;
        if (!read_time(&at, &moment) || *at != '\0')
            return FALSE;
    }
    day = to_local(&moment);
    if (!day)
        return FALSE;
    *when = g_date_time_to_unix(day) * G_USEC_PER_SEC;
    return TRUE;
}

static gboolean
read_clock(const char *at, gint64 now, gint64 *when)
{
    g_autoptr(GDateTime) today = g_date_time_new_from_unix_local(now / G_USEC_PER_SEC);
    g_autoptr(GDateTime) then = NULL;
    Moment moment = {0};

    if (!today || !read_time(&at, &moment) || *at != '\0')
        return FALSE;
    g_date_time_get_ymd(today, &moment.year, &moment.month, &moment.day);
    then = to_local(&moment);
    if (!then)
        return FALSE;
    if (g_date_time_to_unix(then) > now / G_USEC_PER_SEC) {
        g_autoptr(GDateTime) before = g_date_time_add_days(then, -1);
        if (!before)
            return FALSE;
        *when = g_date_time_to_unix(before) * G_USEC_PER_SEC;
    } else {
        *when = g_date_time_to_unix(then) * G_USEC_PER_SEC;
    }
    return TRUE;
}

gboolean
amr_since_read(const char *text, const AmrClock *clock, gint64 *when)
{
    const gint64 now = amr_clock_now(clock);
    gint64 read;

    if (!read_span(text, now, &read) && !read_day(text, &read) && !read_clock(text, now, &read))
        return FALSE;
    *when = MAX(read, 1); /* 0 is "unknown" */
    return TRUE;
}

gboolean
amr_since_moves(const char *text)
{
    gint64 when;
    return read_span(text, G_MAXINT64, &when);
}
