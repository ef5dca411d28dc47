/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/varying_private.h"

#include <string.h>

const char *
amr_varying_words(AmrVaryingKind kind)
{
    switch (kind) {
#define WORDS(name, words)   \
    case AMR_VARYING_##name: \
        return words;
        AMR_VARYINGS(WORDS)
#undef WORDS
    case AMR_VARYING_NONE:
        break;
    }
    return "name";
}

void
amr_varying_add(AmrVaryingScan *scan, gsize from, gsize to, AmrVaryingKind kind, gboolean each_run)
{
    AmrVarying varying = {from, to - from, kind, each_run};
    g_array_append_val(scan->out, varying);
}

gsize
amr_varying_run(const AmrVaryingScan *scan, gsize at, gboolean (*is)(char c))
{
    while (at < scan->end && is(scan->path.data[at]))
        at++;
    return at;
}

gboolean
amr_varying_is_digit(char c)
{
    return g_ascii_isdigit(c);
}

gboolean
amr_varying_is_xdigit(char c)
{
    return g_ascii_isxdigit(c);
}

static gboolean
is_alnum(char c)
{
    return g_ascii_isalnum(c);
}

static gboolean
is_word(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

static gboolean
ends_with(AmrBytes bytes, const char *end)
{
    gsize n = strlen(end);
    return bytes.len >= n && memcmp(bytes.data + bytes.len - n, end, n) == 0;
}

gboolean
amr_varying_is_one_of(AmrBytes bytes, const char *const *words)
{
    for (; *words; words++)
        if (amr_bytes_is(bytes, *words))
            return TRUE;
    return FALSE;
}

/* ---- random names -----------------------------------------------------------------------------
 */

/* Whether what stands behind a random part shows that the file is one for the time being. */
static gboolean
is_passing(AmrBytes rest)
{
    static const char *const ends[] = {"",      "~",    ".tmp",  ".temp", ".lock",       ".part",
                                       ".new",  ".swp", ".sock", ".pid",  ".crdownload", ".partial",
                                       "-lock", NULL};
    return amr_varying_is_one_of(rest, ends);
}

static gboolean
is_digest(AmrBytes text)
{
    gboolean upper = FALSE, lower = FALSE;
    for (gsize i = 0; i < text.len; i++) {
        if (!g_ascii_isxdigit(text.data[i]))
            return FALSE;
        upper |= g_ascii_isupper(text.data[i]);
        lower |= g_ascii_islower(text.data[i]);
    }
    return !(upper && lower);
}

static gboolean
random_each_run(const AmrVaryingScan *scan, gsize from, gsize to)
{
    AmrBytes text = amr_varying_part(scan, from, to);

    if (scan->place == AMR_VARYING_IN_TEMP || scan->place == AMR_VARYING_IN_RUN)
        return TRUE;
    /* Longer ones are keys, hexadecimal ones digests of what they stand for. */
    return text.len < 16 && !is_digest(text) && from > scan->start &&
           is_passing(amr_varying_part(scan, to, scan->end));
}

/* "tmp" or "temp" right before, or one byte before. */
static gboolean
is_marked(const AmrVaryingScan *scan, gsize from)
{
    AmrBytes before = amr_varying_part(scan, scan->start, from);
    if (before.len && !g_ascii_isalnum(before.data[before.len - 1]))
        before.len--;
    return ends_with(before, "tmp") || ends_with(before, "temp") || ends_with(before, "Temp");
}

/* mktemp(1) and Python's tempfile: "tmp.XXXXXXXXXX", "tmpxxxxxxxx", whose letters may spell
 * anything. */
static gboolean
try_marked(AmrVaryingScan *scan, gsize from, gsize *end)
{
    gsize to = amr_varying_run(scan, from, is_alnum), word = amr_varying_run(scan, from, is_word);
    char before = from > scan->start ? scan->path.data[from - 1] : '/';
    gboolean python = word - from == 8 && before != '.' && scan->place == AMR_VARYING_IN_TEMP;
    gboolean mktemp = to - from == 10 && before == '.';

    if (!is_marked(scan, from))
        return FALSE;
    to = python ? word : to;
    if (to - from < 6 || to - from > 12 || amr_varying_run(scan, from, amr_varying_is_digit) == to)
        return FALSE;
    if (!python && !mktemp && !amr_varying_is_random(amr_varying_part(scan, from, to), TRUE))
        return FALSE;
    amr_varying_add(scan, from, to, AMR_VARYING_RANDOM, TRUE);
    *end = to;
    return TRUE;
}

static gboolean
is_delimited(const AmrVaryingScan *scan, gsize from)
{
    return from > scan->start && strchr(".-_#~@+=:,", scan->path.data[from - 1]) != NULL;
}

static gboolean
is_strong(AmrBytes bytes)
{
    gboolean upper = FALSE, lower = FALSE, digit = FALSE;
    for (gsize i = 0; i < bytes.len; i++) {
        upper |= g_ascii_isupper(bytes.data[i]);
        lower |= g_ascii_islower(bytes.data[i]);
        digit |= g_ascii_isdigit(bytes.data[i]);
    }
    return digit && upper && lower;
}

/* A whole row of letters and digits, that begins where a maker of names would begin it. */
static gboolean
try_random(AmrVaryingScan *scan, gsize from, gsize to)
{
    AmrBytes text = amr_varying_part(scan, from, to);
    gboolean temp = scan->place == AMR_VARYING_IN_TEMP, own = is_delimited(scan, from);

    if (text.len > 64 || (from > scan->start && !own) || !amr_varying_is_random(text, temp))
        return FALSE;
    /* What is installed has names of all kinds: keys, and what is written beside it and renamed. */
    if (scan->place == AMR_VARYING_IN_STATIC && text.len < 24 &&
        !(own && is_strong(text) && is_passing(amr_varying_part(scan, to, scan->end))))
        return FALSE;
    if (!temp && !own && !is_strong(text) && text.len < 8)
        return FALSE;
    amr_varying_add(scan, from, to, AMR_VARYING_RANDOM, random_each_run(scan, from, to));
    return TRUE;
}

/* "build-a_b1c2d3" of Python, whose letters are 26, the digits and the underscore. */
static gboolean
try_python(AmrVaryingScan *scan, gsize from, gsize *end)
{
    gsize to = amr_varying_run(scan, from, is_word);
    gboolean digit = FALSE, score = FALSE;

    if (scan->place != AMR_VARYING_IN_TEMP || to - from != 8 || !is_delimited(scan, from))
        return FALSE;
    for (gsize i = from; i < to; i++) {
        if (g_ascii_isupper(scan->path.data[i]))
            return FALSE;
        digit |= g_ascii_isdigit(scan->path.data[i]);
        score |= scan->path.data[i] == '_';
    }
    if (!digit || !score)
        return FALSE;
    amr_varying_add(scan, from, to, AMR_VARYING_RANDOM, TRUE);
    *end = to;
    return TRUE;
}

/* "sedA1b2C3", "ccXy12Zw.s": six of them glued to a word in small letters. */
static gboolean
try_glued(AmrVaryingScan *scan, gsize from, gsize to)
{
    gsize tail = to - 6;
    if (to - from < 8 || to - from > 24)
        return FALSE;
    AmrBytes head = amr_varying_part(scan, from, tail), text = amr_varying_part(scan, tail, to);

    for (gsize i = 0; i < head.len; i++)
        if (!g_ascii_islower(head.data[i]))
            return FALSE;
    /* Two small letters may well be random themselves. */
    if (head.len < 3 && !amr_bytes_is(head, "cc"))
        return FALSE;
    if (scan->place == AMR_VARYING_IN_STATIC && !amr_bytes_is(head, "sed"))
        return FALSE;
    if (scan->place != AMR_VARYING_IN_TEMP &&
        (from > scan->start + 1 || to != scan->end || !is_strong(text)))
        return FALSE;
    if (!amr_varying_is_random(text, FALSE))
        return FALSE;
    amr_varying_add(scan, tail, to, AMR_VARYING_RANDOM, TRUE);
    return TRUE;
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

#define FIXED_MAX 12 /* longer than all words below */

/* Digits that are a part of the word: another number would be another thing. */
static gboolean
is_fixed(const AmrVaryingScan *scan, gsize from, gsize to)
{
    static const char *const words[] = {
        "x86",     "i386",   "i486",   "i586",    "i686",     "amd64",   "arm64", "aarch64",
        "armv5",   "armv6",  "armv7",  "armv7l",  "armv8",    "riscv64", "ppc64", "ppc64el",
        "ppc64le", "s390",   "s390x",  "mips64",  "mips64el", "loong64", "lib32", "lib64",
        "libx32",  "win32",  "win64",  "utf8",    "UTF8",     "utf16",   "sha1",  "sha224",
        "sha256",  "sha384", "sha512", "md5",     "md4",      "ipv4",    "ipv6",  "inet6",
        "base64",  "base32", "mp3",    "mp4",     "m4a",      "m3u8",    "h264",  "h265",
        "x264",    "x265",   "ext2",   "ext3",    "ext4",     "X11",     "x11",   "bz2",
        "7z",      "i18n",   "l10n",   "k8s",     "k3s",      "html5",   "x509",  "pkcs11",
        "pkcs12",  "3d",     "2d",     "ed25519", "blake2b",  "crc32",   "p11",   "s3",
        "gnupg2",  "8859",   "le64",   "le32",    "be64",     "1252",    "koi8",  "latin1",
        "lz4",     "fat32",  "id3",    NULL};
    static const char *const charsets[] = {"UTF", "utf", "8859", "ISO", "iso", "cp", "KOI8", NULL};
    gsize start = from, end = to;

    while (end < scan->end && end - to < FIXED_MAX && g_ascii_isalnum(scan->path.data[end]))
        end++;
    while (start > scan->start && from - start < FIXED_MAX &&
           g_ascii_isalnum(scan->path.data[start - 1]))
        start--;
    if (amr_varying_is_one_of(amr_varying_part(scan, start, end), words))
        return TRUE;
    AmrBytes before = amr_varying_part(scan, scan->start, from);
    if (ends_with(before, "x86_") || ends_with(before, "x86-"))
        return TRUE;
    if (before.len && before.data[before.len - 1] == '-')
        before.len--;
    for (const char *const *set = charsets; *set; set++)
        if (ends_with(before, *set))
            return TRUE;
    return FALSE;
}

static gboolean
number_of(AmrBytes digits, guint64 *number)
{
    return digits.data[0] != '0' && amr_bytes_to_uint64(digits, number);
}

/* The digits are the process's own number, or its user's. */
static gboolean
try_hints(AmrVaryingScan *scan, gsize from, gsize to)
{
    guint64 number;
    if (!scan->hints || !number_of(amr_varying_part(scan, from, to), &number))
        return FALSE;
    if (scan->hints->pid >= 100 && number == scan->hints->pid) {
        amr_varying_add(scan, from, to, AMR_VARYING_PID, TRUE);
        return TRUE;
    }
    if (scan->hints->has_uid && number >= 1000 && number == scan->hints->uid) {
        amr_varying_add(scan, from, to, AMR_VARYING_UID, FALSE);
        return TRUE;
    }
    return FALSE;
}

/* "hs_err_pid1234.log", "core.1234", "pgsql_tmp1234.0". */
static gboolean
is_pid_by_name(const AmrVaryingScan *scan, gsize from, gsize to)
{
    AmrBytes before = amr_varying_part(scan, scan->start, from);
    return (to - from >= 2 && (ends_with(before, "pid") || ends_with(before, "pid-") ||
                               ends_with(before, "pid_") || ends_with(before, "PID"))) ||
           (amr_bytes_is(before, "core.") && to == scan->end);
}

static gboolean
number_each_run(const AmrVaryingScan *scan, gsize from, gsize to)
{
    /* What systemd counts: transient units, sessions. */
    static const char *const units[] = {"run-u", "run-p", "session-", "session-c", NULL};
    AmrBytes before = amr_varying_part(scan, scan->start, from);
    /* Files made without a name (O_TMPFILE): d_tmpfile() in fs/dcache.c of Linux; seen on 6.1 and
     * 6.12. */
    if (amr_bytes_is(before, "#") && to == scan->end)
        return TRUE;
    if (scan->timed || scan->place == AMR_VARYING_IN_TEMP)
        return to - from >= 3;
    if (scan->place == AMR_VARYING_IN_RUN && amr_varying_is_one_of(before, units))
        return TRUE;
    /* What is written beside a file and then renamed: "x.pyc.140234567890123". */
    if (to == scan->end && to - from >= 12 && before.len > 1 && ends_with(before, "."))
        return TRUE;
    return to - from >= 3 && (ends_with(before, "tmp") || ends_with(before, "tmp."));
}

/* Whether the digits at @at go on as a time, a digest or mkstemp's letters ("x11.16Qmts"), not as a
 * version. */
static gboolean
is_no_version(const AmrVaryingScan *scan, gsize at)
{
    gboolean timed;
    AmrBytes run = amr_varying_part(scan, at, amr_varying_run(scan, at, is_alnum));
    gboolean made = run.len == 6 || run.len == 8 || run.len == 10;

    if (made && scan->place == AMR_VARYING_IN_TEMP && is_strong(run) &&
        amr_varying_is_random(run, TRUE))
        return TRUE;
    return run.len >= 16 || amr_varying_date(amr_varying_part(scan, at, scan->end), &timed) > 0;
}

/* Digits, and what goes on like a version. */
static gsize
version_end(const AmrVaryingScan *scan, gsize to, gboolean *dotted)
{
    const char *data = scan->path.data;
    *dotted = FALSE;
    while (to + 1 < scan->end && (data[to] == '.' || (*dotted && data[to] == '-')) &&
           g_ascii_isdigit(data[to + 1]) && !is_no_version(scan, to + 1)) {
        gsize next = amr_varying_run(scan, to + 1, amr_varying_is_digit);
        /* "1.2-3d" ends before a word. */
        if (data[to] == '-' && next < scan->end && g_ascii_isalnum(data[next]))
            break;
        *dotted = TRUE;
        to = next;
    }
    return to;
}

static gsize
take_number(AmrVaryingScan *scan, gsize from)
{
    gsize to = amr_varying_run(scan, from, amr_varying_is_digit);
    gboolean timed = FALSE, dotted;
    gsize date = amr_varying_date(amr_varying_part(scan, from, scan->end), &timed);

    if (date) {
        amr_varying_add(scan, from, from + date, AMR_VARYING_DATE,
                        timed && scan->place != AMR_VARYING_IN_STATIC &&
                            scan->place != AMR_VARYING_IN_PROC);
        return from + date;
    }
    if (try_hints(scan, from, to))
        return to;
    gboolean each_run = number_each_run(scan, from, to);
    gboolean process = is_pid_by_name(scan, from, to);
    gsize version = version_end(scan, to, &dotted);
    if (process)
        amr_varying_add(scan, from, to, AMR_VARYING_PID, TRUE);
    else if (dotted && !(each_run && is_marked(scan, from)))
        amr_varying_add(scan, from, to = version, AMR_VARYING_VERSION, FALSE);
    else if (!is_fixed(scan, from, to))
        amr_varying_add(scan, from, to, AMR_VARYING_NUMBER, each_run);
    return to;
}

/* ---- one component ----------------------------------------------------------------------------
 */

static gboolean
has_digit_and_letter(AmrBytes bytes)
{
    gsize digits = 0;
    for (gsize i = 0; i < bytes.len; i++)
        digits += g_ascii_isdigit(bytes.data[i]);
    return digits > 0 && digits < bytes.len;
}

static gboolean
hex_each_run(const AmrVaryingScan *scan)
{
    /* The machine's own number is the same for ever. */
    if (amr_bytes_is(scan->above, "journal"))
        return FALSE;
    return scan->place == AMR_VARYING_IN_TEMP || scan->place == AMR_VARYING_IN_RUN || scan->timed;
}

static gboolean
try_hex(AmrVaryingScan *scan, gsize from, gsize to)
{
    AmrBytes text = amr_varying_part(scan, from, to);
    if (text.len < 16 || amr_varying_run(scan, from, amr_varying_is_xdigit) < to ||
        !has_digit_and_letter(text))
        return FALSE;
    amr_varying_add(scan, from, to, AMR_VARYING_HEX, hex_each_run(scan));
    return TRUE;
}

/* Behind "tmp", be it glued or parted from it. */
static gboolean
take_marked(AmrVaryingScan *scan, gsize from, gsize *to)
{
    static const char *const marks[] = {"tmp", "temp"};
    if (try_marked(scan, from, to))
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        gsize n = strlen(marks[i]);
        if (scan->end - from > n && memcmp(scan->path.data + from, marks[i], n) == 0 &&
            try_marked(scan, from + n, to))
            return TRUE;
    }
    return FALSE;
}

/* A form that begins where no letter or digit stands before. Its end, or @from. */
static gsize
take_form(AmrVaryingScan *scan, gsize from)
{
    AmrBytes rest = amr_varying_part(scan, from, scan->end);
    gsize to = amr_varying_run(scan, from, is_alnum), n;
    gboolean timed;

    n = amr_varying_uuid(rest);
    if (n) {
        amr_varying_add(scan, from, from + n, AMR_VARYING_UUID,
                        scan->place != AMR_VARYING_IN_STATIC);
        return from + n;
    }
    n = amr_varying_device(rest);
    if (n && !amr_varying_date(rest, &timed)) {
        amr_varying_add(scan, from, from + n, AMR_VARYING_DEVICE, FALSE);
        return from + n;
    }
    if (to > from && scan->place != AMR_VARYING_IN_PROC &&
        (take_marked(scan, from, &to) || try_hex(scan, from, to) || try_python(scan, from, &to) ||
         try_glued(scan, from, to) || try_random(scan, from, to)))
        return to;
    return from;
}

static gboolean
has_time(const AmrVaryingScan *scan)
{
    gboolean timed = FALSE;
    for (gsize i = scan->start; i < scan->end && !timed; i++) {
        char before = i > scan->start ? scan->path.data[i - 1] : '/';
        if (g_ascii_isdigit(scan->path.data[i]) && !g_ascii_isalnum(before))
            amr_varying_date(amr_varying_part(scan, i, scan->end), &timed);
    }
    return timed;
}

void
amr_varying_scan(AmrVaryingScan *scan)
{
    gsize at = scan->start;

    scan->timed = has_time(scan);
    while (at < scan->end) {
        char before = at > scan->start ? scan->path.data[at - 1] : '/';
        gsize to = at;
        if (!g_ascii_isalnum(before))
            to = take_form(scan, at);
        if (to == at && g_ascii_isdigit(scan->path.data[at]) && !g_ascii_isdigit(before))
            to = take_number(scan, at);
        at = MAX(to, at + 1);
    }
}

void
amr_varying_component(AmrBytes component, GArray *out)
{
    AmrVaryingScan scan = {.path = component, .out = out, .end = component.len};
    g_array_set_size(out, 0);
    if (component.len)
        amr_varying_scan(&scan);
}
