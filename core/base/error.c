/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/error.h"

G_DEFINE_QUARK(amr_error_quark, amr_error)

const char *
amr_error_word(int code)
{
    static const char *const words[] = {
#define AMR_ERROR_WORD(name, word) word,
        AMR_ERROR_CODES(AMR_ERROR_WORD)
#undef AMR_ERROR_WORD
    };
    return code >= 0 && code < (int)G_N_ELEMENTS(words) ? words[code] : words[0];
}

gboolean
amr_error_errno(GError **error, int errsv, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errsv), "%s: %s", what,
                g_strerror(errsv));
    return FALSE;
}

gboolean
amr_error_set(GError **error, AmrErrorCode code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (error) {
        g_warn_if_fail(*error == NULL);
        *error = g_error_new_valist(AMR_ERROR, (int)code, format, args);
    }
    va_end(args);
    return FALSE;
}
