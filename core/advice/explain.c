/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/advice/explain.h"

#include <string.h>

static AmrBytes
field(const AmrEvent *event, AmrField which)
{
    return event->field[which];
}

static gboolean
operation_is(const AmrEvent *event, const char *word)
{
    return amr_bytes_is(event->field[AMR_FIELD_OPERATION], word);
}

/* Appends @before and the field in display form, if the record has it. */
static gboolean
append_field(GString *out, const char *before, const AmrEvent *event, AmrField which)
{
    AmrBytes bytes = field(event, which);
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

static guint32
perms_of(const AmrEvent *event)
{
    return event->denied ? event->denied : event->requested;
}

/* ---- who and what became of it ----------------------------------------------------------------
 */

static void
append_who(GString *out, const AmrEvent *event)
{
    append_or(out, event, AMR_FIELD_COMM, "A program");
    if (event->pid)
        g_string_append_printf(out, " (pid %u)", event->pid);
}

static void
append_outcome(GString *out, const AmrEvent *event)
{
    g_autofree char *profile = amr_event_profile(event);
    g_autofree char *shown = amr_display_string(profile && *profile ? profile : "(not named)");
    switch (event->verdict) {
    case AMR_VERDICT_ALLOWED:
        g_string_append_printf(out,
                               "; the profile %s has no rule for it, but only complains, so it "
                               "went through.",
                               shown);
        break;
    case AMR_VERDICT_AUDIT:
        g_string_append_printf(out, "; the profile %s allows it and asks for a record.", shown);
        break;
    case AMR_VERDICT_KILLED:
        g_string_append_printf(out, "; the profile %s does not allow it, and it was killed.",
                               shown);
        break;
    case AMR_VERDICT_DENIED:
        g_string_append_printf(out, "; the profile %s does not allow it.", shown);
        break;
    default:
        g_string_append_printf(out, " (profile %s).", shown);
        break;
    }
    if (field(event, AMR_FIELD_INFO).len) {
        g_string_append(out, " The kernel says: ");
        amr_display_append(out, field(event, AMR_FIELD_INFO));
        g_string_append_c(out, '.');
    }
}

/* ---- file --------------------------------------------------------------------------------------
 */

/* What people call the operation, before the name. */
static const struct {
    const char *operation, *verb;
} file_verbs[] = {
    {"exec", "run "},
    {"mknod", "create "},
    {"mkdir", "make the directory "},
    {"rmdir", "remove the directory "},
    {"unlink", "delete "},
    {"symlink", "make the symbolic link "},
    {"truncate", "cut short "},
    {"chmod", "change the mode of "},
    {"chown", "change the owner of "},
    {"getattr", "look at the attributes of "},
    {"setattr", "change the attributes of "},
    {"rename_src", "rename "},
    {"rename_dest", "rename a file to "},
    {"file_lock", "lock "},
    {"file_mprotect", "turn into executable memory "},
    {"connect", "connect to the socket "},
};

static const struct {
    guint32 perms;
    const char *purpose;
} purposes[] = {
    {AMR_PERM_READ, "reading"},       {AMR_PERM_WRITE, "writing"},
    {AMR_PERM_APPEND, "appending"},   {AMR_PERM_CREATE, "creating it"},
    {AMR_PERM_DELETE, "deleting it"}, {AMR_PERM_LINK, "linking"},
    {AMR_PERM_LOCK, "locking"},       {AMR_PERM_MMAP_EXEC, "mapping it as code"},
    {AMR_PERM_EXEC, "running it"},
};

static void
append_purposes(GString *out, guint32 perms)
{
    const char *between = " for ";
    guint32 known = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++)
        known |= perms & purposes[i].perms;
    for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++) {
        if (!(known & purposes[i].perms))
            continue;
        known &= ~purposes[i].perms;
        g_string_append_printf(out, "%s%s", between, purposes[i].purpose);
        between = known & (known - 1) ? ", " : " and ";
    }
}

static void
append_file(GString *out, const AmrEvent *event)
{
    if (operation_is(event, "link")) {
        append_field(out, "make the hard link ", event, AMR_FIELD_NAME);
        append_field(out, " to ", event, AMR_FIELD_TARGET);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(file_verbs); i++) {
        if (operation_is(event, file_verbs[i].operation)) {
            g_string_append(out, file_verbs[i].verb);
            append_or(out, event, AMR_FIELD_NAME, "a file");
            return;
        }
    }
    g_string_append(out, operation_is(event, "open") ? "open " : "use ");
    append_or(out, event, AMR_FIELD_NAME, "a file");
    append_purposes(out, perms_of(event));
}

/* ---- the other classes
 * --------------------------------------------------------------------------- */

static void
append_capability(GString *out, const AmrEvent *event)
{
    g_string_append(out, "use the capability ");
    if (!append_field(out, "", event, AMR_FIELD_CAPNAME) &&
        !append_field(out, "", event, AMR_FIELD_NAME))
        append_or(out, event, AMR_FIELD_CAPABILITY, "(not named)");
}

static void
append_address(GString *out, const char *before, const AmrEvent *event, AmrField address,
               AmrField port)
{
    gboolean known = append_field(out, before, event, address);
    append_field(out, known ? " port " : before, event, port);
}

static void
append_network(GString *out, const AmrEvent *event)
{
    append_or(out, event, AMR_FIELD_OPERATION, "use");
    g_string_append(out, " a network socket");
    append_field(out, " of the family ", event, AMR_FIELD_FAMILY);
    append_field(out, ", type ", event, AMR_FIELD_SOCK_TYPE);
    append_address(out, ", from ", event, AMR_FIELD_LADDR, AMR_FIELD_LPORT);
    append_address(out, ", to ", event, AMR_FIELD_FADDR, AMR_FIELD_FPORT);
    append_field(out, ", address ", event, AMR_FIELD_ADDR);
    append_field(out, ", peer's address ", event, AMR_FIELD_PEER_ADDR);
}

static AmrBytes
mask_of(const AmrEvent *event)
{
    AmrBytes mask = field(event, AMR_FIELD_DENIED_MASK);
    return mask.len ? mask : field(event, AMR_FIELD_REQUESTED_MASK);
}

static void
append_signal(GString *out, const AmrEvent *event)
{
    gboolean receive = amr_bytes_is(mask_of(event), "receive");
    g_string_append(out, receive ? "receive the signal " : "send the signal ");
    append_or(out, event, AMR_FIELD_SIGNAL, "(not named)");
    append_field(out, receive ? " from " : " to ", event, AMR_FIELD_PEER);
}

static void
append_ptrace(GString *out, const AmrEvent *event)
{
    static const struct {
        const char *mask, *verb;
    } verbs[] = {
        {"trace", "trace (as a debugger does)"},
        {"read", "look into"},
        {"tracedby", "be traced by"},
        {"readby", "be looked into by"},
    };
    const char *verb = "trace or look into";
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (amr_bytes_is(mask_of(event), verbs[i].mask))
            verb = verbs[i].verb;
    g_string_append_printf(out, "%s a process of ", verb);
    append_or(out, event, AMR_FIELD_PEER, "another profile");
}

static void
append_mount(GString *out, const AmrEvent *event)
{
    if (operation_is(event, "umount"))
        g_string_append(out, "unmount ");
    else if (operation_is(event, "pivotroot") || operation_is(event, "pivot_root"))
        g_string_append(out, "change the root to ");
    else
        g_string_append(out, "mount on ");
    append_or(out, event, AMR_FIELD_NAME, "a place without a path");
    append_field(out, ": ", event, AMR_FIELD_SRCNAME);
    append_field(out, ", file system ", event, AMR_FIELD_FSTYPE);
    append_field(out, ", options ", event, AMR_FIELD_FLAGS);
}

static void
append_dbus(GString *out, const AmrEvent *event)
{
    AmrBytes mask = field(event, AMR_FIELD_MASK);
    if (mask.len == 0)
        mask = mask_of(event);
    if (amr_bytes_is(mask, "bind"))
        g_string_append(out, "own a name");
    else if (amr_bytes_is(mask, "eavesdrop"))
        g_string_append(out, "listen in");
    else if (amr_bytes_is(mask, "receive"))
        g_string_append(out, "receive a message");
    else
        g_string_append(out, "send a message");
    append_field(out, " on the D-Bus bus ", event, AMR_FIELD_BUS);
    append_field(out, ", name ", event, AMR_FIELD_NAME);
    append_field(out, ", interface ", event, AMR_FIELD_INTERFACE);
    append_field(out, ", member ", event, AMR_FIELD_MEMBER);
    append_field(out, ", object ", event, AMR_FIELD_PATH);
    append_field(out, ", peer ", event, AMR_FIELD_PEER_LABEL);
}

static void
append_change(GString *out, const AmrEvent *event)
{
    gboolean hat = event->klass == AMR_CLASS_CHANGE_HAT;
    g_string_append(out, hat ? "change into the hat " : "change to the profile ");
    if (!append_field(out, "", event, AMR_FIELD_NAME2) &&
        !append_field(out, "", event, hat ? AMR_FIELD_NAME : AMR_FIELD_TARGET))
        append_or(out, event, AMR_FIELD_NAME, "(not named)");
}

static void
append_rlimit(GString *out, const AmrEvent *event)
{
    g_string_append(out, "set the limit ");
    append_or(out, event, AMR_FIELD_RLIMIT, "(not named)");
    append_field(out, " to ", event, AMR_FIELD_VALUE);
}

/* Never fails: whatever the class, the operation and what it was done to. */
static void
append_generic(GString *out, const AmrEvent *event)
{
    static const AmrField objects[] = {
        AMR_FIELD_NAME,  AMR_FIELD_TARGET,   AMR_FIELD_NAME2,   AMR_FIELD_PEER,
        AMR_FIELD_LABEL, AMR_FIELD_TCONTEXT, AMR_FIELD_SRCNAME,
    };
    g_string_append(out, "do what the kernel calls ");
    append_or(out, event, AMR_FIELD_OPERATION, "nothing in particular");
    for (gsize i = 0; i < G_N_ELEMENTS(objects); i++)
        if (append_field(out, " on ", event, objects[i]))
            break;
}

static void
append_userns(GString *out, const AmrEvent *event)
{
    (void)event;
    g_string_append(out, "make a user namespace (as sandboxes do)");
}

static void
append_action(GString *out, const AmrEvent *event)
{
    static void (*const by_class[AMR_CLASS_COUNT])(GString *, const AmrEvent *) = {
        [AMR_CLASS_FILE] = append_file,
        [AMR_CLASS_CAPABILITY] = append_capability,
        [AMR_CLASS_NETWORK] = append_network,
        [AMR_CLASS_UNIX] = append_network,
        [AMR_CLASS_SIGNAL] = append_signal,
        [AMR_CLASS_PTRACE] = append_ptrace,
        [AMR_CLASS_MOUNT] = append_mount,
        [AMR_CLASS_DBUS] = append_dbus,
        [AMR_CLASS_CHANGE_PROFILE] = append_change,
        [AMR_CLASS_CHANGE_HAT] = append_change,
        [AMR_CLASS_RLIMIT] = append_rlimit,
        [AMR_CLASS_USERNS] = append_userns,
    };
    if ((guint)event->klass < AMR_CLASS_COUNT && by_class[event->klass])
        by_class[event->klass](out, event);
    else
        append_generic(out, event);
}

char *
amr_explain(const AmrEvent *event)
{
    GString *out = g_string_new(NULL);
    append_who(out, event);
    g_string_append(out, event->verdict == AMR_VERDICT_AUDIT ? " asked to " : " tried to ");
    append_action(out, event);
    append_outcome(out, event);
    return g_string_free(out, FALSE);
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
