/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/index_scan.h"

#include <string.h>

#include "core/policy/index_lex.h"

/* What the statement at hand has been so far. */
typedef enum {
    AT_START,  /* nothing yet */
    AT_PREFIX, /* audit, deny, owner, ...: a rule or a block of rules follows */
    AT_HEADER, /* profile NAME, hat NAME, ^NAME */
    AT_LABEL,  /* /path or "path" first: a header without a keyword, or a rule */
    AT_RULE,   /* a rule with words of its own (network, mount, ...) */
    AT_OTHER,  /* a rule, a condition, or what we do not know */
} Stage;

typedef struct {
    AmrLex lex;
    GArray *items;  /* AmrScanItem */
    GArray *braces; /* guint: the index of the block's item + 1; Inside: others */
    Stage stage;
    gboolean begun; /* the statement at hand has its first token */
    guint says;     /* Inside: and what it says of a block that it may open */
    gboolean every; /* rules that grant are wanted, too */
    gsize first;    /* where that token begins */
    guint first_line;
    gboolean want_name;  /* the next token is a name whatever it looks like */
    gboolean want_skip;  /* the next token is a value or a target: no matter */
    gboolean conditions; /* the group to come is xattrs=(), not flags */
    gboolean xattrs;     /* such a group stands in the header */
    AmrBytes name, attachment, flags;
    gsize header;
    guint line;
    gboolean hat;
} Scanner;

/* The brace of a block that is no profile's: what holds of all rules in it. */
typedef enum {
    PLAIN = 1u << 31,
    DENYING = 1u << 30,
    OWNER = 1u << 29,
    CONDITIONAL = 1u << 28,
} Inside;

static const char *const prefixes[] = {"audit",  "deny",   "allow",    "owner", "other", "quiet",
                                       "access", "prompt", "priority", "else",  NULL};
static const char *const wordy[] = {"network",        "mount",    "remount", "umount", "dbus",
                                    "signal",         "ptrace",   "unix",    "userns", "mqueue",
                                    "change_profile", "io_uring", NULL};

static void
clear_item(gpointer data)
{
    AmrScanItem *item = data;

    g_free(item->name);
    g_free(item->ns);
    g_free(item->attachment);
    g_free(item->flags);
    g_strfreev(item->values);
}

static AmrBytes
slice(const Scanner *s, const AmrLexToken *token)
{
    return (AmrBytes){s->lex.data + token->start, token->end - token->start};
}

static gboolean
is_one_of(AmrBytes word, const char *const *words)
{
    for (; *words; words++)
        if (amr_bytes_is(word, *words))
            return TRUE;
    return FALSE;
}

static void
begin_statement(Scanner *s)
{
    s->stage = AT_START;
    s->want_name = s->want_skip = s->conditions = s->xattrs = s->hat = FALSE;
    s->begun = FALSE;
    s->says = PLAIN;
    s->name = s->attachment = s->flags = (AmrBytes){NULL, 0};
}

static void
begin_header(Scanner *s, const AmrLexToken *token, Stage stage)
{
    begin_statement(s);
    s->stage = stage;
    s->header = s->first = token->start;
    s->line = s->first_line = token->line;
    s->begun = TRUE;
}

void
amr_scan_label(const char *label, char **ns, char **name)
{
    const char *end = label[0] == ':' ? strchr(label + 1, ':') : NULL;

    if (!end) {
        *ns = g_strdup("");
        *name = g_strdup(label);
        return;
    }
    *ns = g_strndup(label + 1, (gsize)(end - label - 1));
    end++;
    *name = g_strdup(g_str_has_prefix(end, "//") ? end + 2 : end);
}

gboolean
amr_scan_has_flag(const char *flags, const char *flag)
{
    g_auto(GStrv) words = g_strsplit_set(flags, ", \t\r\n", -1);
    return g_strv_contains((const char *const *)words, flag);
}

static void
open_block(Scanner *s, const AmrLexToken *token)
{
    g_autofree char *label = amr_lex_decode(s->name);
    AmrBytes flags = s->flags;
    AmrScanItem item = {
        .kind = AMR_SCAN_BLOCK,
        .line = s->line,
        .header = s->header,
        .open = token->start,
        .close = s->lex.len,
        .hat = s->hat,
        .xattrs = s->xattrs,
        .bare = s->stage == AT_LABEL,
    };
    guint mark = s->items->len + 1;

    amr_scan_label(label, &item.ns, &item.name);
    if (s->attachment.len)
        item.attachment = amr_lex_decode(s->attachment);
    if (flags.len >= 2) /* its parentheses */
        flags = (AmrBytes){flags.data + 1, flags.len - 2};
    item.flags = flags.len ? amr_bytes_dup(flags) : g_strdup("");
    item.flags_at = flags.len ? (gsize)(flags.data - s->lex.data) : 0;
    g_array_append_val(s->items, item);
    g_array_append_val(s->braces, mark);
}

/* What holds inside of the innermost brace; PLAIN alone for a profile's. */
static guint
inside(const Scanner *s)
{
    guint mark = s->braces->len ? g_array_index(s->braces, guint, s->braces->len - 1) : PLAIN;
    return mark & PLAIN ? mark : PLAIN;
}

/* Whether a word of @text is an access of files with x in it, beside something that may match more
 * than one name. A word too many does no harm: it is read before it counts. */
static gboolean
may_execute(AmrBytes text)
{
    gboolean matches = FALSE, executes = FALSE;

    for (gsize i = 0; i < text.len;) {
        gsize n = 0, x = 0;
        while (i + n < text.len && !g_ascii_isspace(text.data[i + n])) {
            matches |= text.data[i + n] && strchr("*?[@", text.data[i + n]);
            x += text.data[i + n] && strchr("rwalkmipcuPCUx", text.data[i + n]);
            n++;
        }
        executes |= n > 0 && n == x && memchr(text.data + i, 'x', n);
        i += n + 1;
    }
    return matches && executes;
}

static AmrScanKind
kind_of_rule(const Scanner *s, AmrBytes text)
{
    if ((s->says | inside(s)) & DENYING)
        return AMR_SCAN_DENY;
    return !s->every && may_execute(text) ? AMR_SCAN_EXEC : AMR_SCAN_RULE;
}

/* The statement ends with the comma @token. */
static void
end_rule(Scanner *s, const AmrLexToken *token)
{
    AmrScanItem item = {.line = s->first_line, .header = s->first, .close = token->end};

    if (s->first < token->start) {
        item.owner = (inside(s) & OWNER) != 0;
        item.conditional = (inside(s) & CONDITIONAL) != 0;
        item.kind = kind_of_rule(s, (AmrBytes){s->lex.data + s->first, token->start - s->first});
        if (item.kind != AMR_SCAN_RULE || s->every)
            g_array_append_val(s->items, item);
    }
    begin_statement(s);
}

static void
open_brace(Scanner *s, const AmrLexToken *token)
{
    guint none = s->says | inside(s);
    gboolean named =
        s->name.len && (s->stage == AT_HEADER || (s->stage == AT_LABEL && s->braces->len == 0));

    if (named)
        open_block(s, token);
    else
        g_array_append_val(s->braces, none);
    begin_statement(s);
}

/* The innermost brace is closed at @offset; @whole is FALSE where the file just ends. */
static void
close_brace(Scanner *s, gsize offset, gboolean whole)
{
    guint mark;

    if (s->braces->len == 0)
        return;
    mark = g_array_index(s->braces, guint, s->braces->len - 1);
    g_array_set_size(s->braces, s->braces->len - 1);
    if (!(mark & PLAIN)) {
        AmrScanItem end = {.kind = AMR_SCAN_CLOSE, .line = s->lex.line};
        AmrScanItem *block = &g_array_index(s->items, AmrScanItem, mark - 1);
        block->close = offset;
        block->whole = whole;
        g_array_append_val(s->items, end);
    }
}

static void
add_file(Scanner *s, const AmrLexToken *token, AmrScanKind kind)
{
    AmrScanItem item = {
        .kind = kind,
        .line = token->line,
        .header = token->start,
        .close = token->end,
        .magic = token->magic,
        .if_exists = token->if_exists,
        .name = amr_lex_decode(token->file),
    };
    g_array_append_val(s->items, item);
}

/* `@{NAME} = values` to the end of the line; @sign stands at the assignment. */
static void
add_variable(Scanner *s, const AmrLexToken *sign)
{
    AmrBytes name = s->name;
    AmrScanItem item = {.line = s->line, .header = s->header};
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    AmrLexToken value;

    item.kind = s->lex.data[sign->start] == '+' ? AMR_SCAN_ADD : AMR_SCAN_SET;
    name = (AmrBytes){name.data + 1, name.len - 1};
    if (name.len >= 2 && name.data[0] == '{')
        name = (AmrBytes){name.data + 1, name.len - 2};
    item.name = amr_bytes_dup(name);
    while (amr_lex_value(&s->lex, &value))
        g_ptr_array_add(values, amr_lex_decode(slice(s, &value)));
    g_ptr_array_add(values, NULL);
    item.values = (char **)g_ptr_array_free(g_steal_pointer(&values), FALSE);
    g_array_append_val(s->items, item);
    begin_statement(s);
}

static void
first_word(Scanner *s, const AmrLexToken *token, AmrBytes word)
{
    if (s->stage == AT_START && (amr_bytes_is(word, "profile") || amr_bytes_is(word, "hat"))) {
        begin_header(s, token, AT_HEADER);
        s->hat = word.data[0] == 'h';
        s->want_name = TRUE;
    } else if (s->stage == AT_START && strchr("/@:&$", word.data[0]) && word.data[0] != '\0') {
        begin_header(s, token, AT_LABEL);
        s->name = word;
    } else if (is_one_of(word, prefixes)) {
        s->stage = AT_PREFIX;
        s->says |= amr_bytes_is(word, "deny")    ? DENYING
                   : amr_bytes_is(word, "owner") ? OWNER
                   : amr_bytes_is(word, "else")  ? CONDITIONAL
                                                 : PLAIN;
    } else if (is_one_of(word, wordy)) {
        s->stage = AT_RULE;
    } else {
        AmrLexToken file;
        s->stage = AT_OTHER;
        if (amr_bytes_is(word, "if"))
            s->says |= CONDITIONAL;
        if (amr_bytes_is(word, "abi") && amr_lex_file(&s->lex, &file))
            add_file(s, &file, AMR_SCAN_ABI);
        s->begun = s->begun && s->lex.pos == token->end; /* no rule of access */
    }
}

/* A word or string behind the name of a header. */
static void
header_word(Scanner *s, AmrBytes word, gboolean quoted)
{
    if (quoted || word.data[0] == '/' || word.data[0] == '@') {
        if (!s->attachment.len)
            s->attachment = word;
        else if (s->stage == AT_LABEL)
            s->stage = AT_OTHER;
    } else if (amr_bytes_is(word, "xattrs")) {
        s->conditions = s->xattrs = TRUE;
    } else if (s->stage == AT_LABEL && !amr_bytes_is(word, "flags")) {
        s->stage = AT_OTHER; /* permissions: a rule */
    }
}

static void
on_word(Scanner *s, const AmrLexToken *token)
{
    AmrBytes word = slice(s, token);

    switch (s->stage) {
    case AT_START:
        if (token->kind == AMR_LEX_QUOTED) {
            begin_header(s, token, AT_LABEL);
            s->name = word;
            break;
        }
        first_word(s, token, word);
        break;
    case AT_PREFIX:
        if (token->kind == AMR_LEX_WORD)
            first_word(s, token, word);
        else
            s->stage = AT_OTHER;
        break;
    case AT_HEADER:
    case AT_LABEL:
        header_word(s, word, token->kind == AMR_LEX_QUOTED);
        break;
    case AT_RULE:
    case AT_OTHER:
        break;
    }
}

static void
on_assign(Scanner *s, const AmrLexToken *token)
{
    if (s->stage == AT_LABEL && !s->attachment.len && strchr("@$", s->name.data[0])) {
        AmrLexToken value;
        if (s->name.data[0] == '@') {
            add_variable(s, token);
            return;
        }
        while (amr_lex_value(&s->lex, &value))
            ; /* a boolean: it names nothing */
        begin_statement(s);
        return;
    }
    if (amr_lex_peek(&s->lex) != '(')
        s->want_skip = TRUE;
}

static void
on_group(Scanner *s, const AmrLexToken *token)
{
    if (s->conditions)
        s->conditions = FALSE;
    else if (s->stage == AT_HEADER || s->stage == AT_LABEL)
        s->flags = slice(s, token);
}

static void
on_token(Scanner *s, const AmrLexToken *token)
{
    switch (token->kind) {
    case AMR_LEX_WORD:
    case AMR_LEX_QUOTED:
        on_word(s, token);
        break;
    case AMR_LEX_OPEN:
        open_brace(s, token);
        break;
    case AMR_LEX_CLOSE:
        close_brace(s, token->start, TRUE);
        begin_statement(s);
        break;
    case AMR_LEX_COMMA:
        end_rule(s, token);
        break;
    case AMR_LEX_CARET:
        if (s->stage == AT_START) {
            begin_header(s, token, AT_HEADER);
            s->hat = s->want_name = TRUE;
        }
        break;
    case AMR_LEX_ASSIGN:
        on_assign(s, token);
        break;
    case AMR_LEX_GROUP:
        on_group(s, token);
        break;
    case AMR_LEX_ARROW:
        s->want_skip = TRUE;
        if (s->stage == AT_LABEL)
            s->stage = AT_OTHER;
        break;
    case AMR_LEX_INCLUDE:
        add_file(s, token, AMR_SCAN_INCLUDE);
        s->begun = FALSE; /* no comma ends it */
        break;
    case AMR_LEX_OTHER:
    case AMR_LEX_END:
        if (s->stage == AT_LABEL || s->stage == AT_START)
            s->stage = AT_OTHER;
        break;
    }
}

/* A name or value was due: takes @token for it. FALSE if it is none. */
static gboolean
take_wanted(Scanner *s, const AmrLexToken *token)
{
    gboolean name = s->want_name, any = name || s->want_skip;
    AmrBytes word = slice(s, token);

    s->want_name = s->want_skip = FALSE;
    if (!any || (token->kind != AMR_LEX_WORD && token->kind != AMR_LEX_QUOTED))
        return FALSE;
    if (name && amr_bytes_is(word, "{")) { /* the name was left out */
        open_brace(s, token);
        return TRUE;
    }
    if (name)
        s->name = word;
    return TRUE;
}

static GArray *
scan(AmrBytes bytes, gboolean every)
{
    Scanner s = {.items = g_array_new(FALSE, FALSE, sizeof(AmrScanItem)), .every = every};
    AmrLexToken token;

    g_array_set_clear_func(s.items, clear_item);
    s.braces = g_array_new(FALSE, FALSE, sizeof(guint));
    amr_lex_init(&s.lex, bytes);
    begin_statement(&s);
    for (;;) {
        AmrLexMode mode = s.want_name || s.want_skip ? AMR_LEX_NAME
                          : s.stage == AT_RULE       ? AMR_LEX_RULE
                                                     : AMR_LEX_STATEMENT;
        amr_lex_next(&s.lex, mode, &token);
        if (token.kind == AMR_LEX_END)
            break;
        if (!s.begun) {
            s.begun = TRUE;
            s.first = token.start;
            s.first_line = token.line;
        }
        if (!take_wanted(&s, &token))
            on_token(&s, &token);
    }
    while (s.braces->len)
        close_brace(&s, s.lex.len, FALSE);
    g_array_unref(s.braces);
    return s.items;
}

GArray *
amr_scan_file(AmrBytes bytes)
{
    return scan(bytes, FALSE);
}

GArray *
amr_scan_rules(AmrBytes bytes)
{
    return scan(bytes, TRUE);
}
