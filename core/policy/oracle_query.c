/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to one profile: what the kernel would say (aa_check_perms of security/apparmor/lib.c,
 * aa_path_perm and profile_path_link of file.c, profile_capable of capability.c, aa_task_setrlimit
 * of resource.c; Linux 6.12).
 */
#include <string.h>

#include "core/policy/oracle_private.h"

void
amr_oracle_answer_add(AmrOracleAnswer *answer, const AmrPerms *perms, guint32 rights)
{
    guint32 allowed = rights & perms->allow & ~perms->deny;
    guint32 missing = rights & ~allowed;
    guint32 refused = missing & (perms->quiet | perms->deny);
    if (answer->verdict == AMR_ORACLE_UNKNOWN) {
        answer->verdict = AMR_ORACLE_DENIED;
        answer->allowed = allowed;
        answer->missing = missing;
        answer->refused = refused;
        answer->audited = allowed & perms->audit;
        answer->prompted = missing & perms->prompt;
        return;
    }
    if (allowed != answer->allowed)
        answer->depends = TRUE;
    answer->refused = (answer->refused | ~answer->missing) & (refused | ~missing);
    answer->allowed &= allowed;
    answer->missing |= missing;
    answer->refused &= answer->missing;
    answer->audited = (answer->audited | (allowed & perms->audit)) & answer->allowed;
    answer->prompted = (answer->prompted | (missing & perms->prompt)) & answer->missing;
}

gboolean
amr_oracle_happens(const AmrOracleAnswer *answer, AmrClass klass, gboolean audit_all)
{
    guint32 held = answer->refused;
    if (answer->verdict == AMR_ORACLE_ALLOWED || answer->verdict == AMR_ORACLE_UNMEDIATED ||
        answer->mode == AMR_ORACLE_MODE_UNCONFINED)
        return TRUE;
    if (klass == AMR_CLASS_FILE)
        held &= ~(guint32)AMR_PERM_EXEC;
    return answer->mode == AMR_ORACLE_MODE_COMPLAIN && (audit_all || !held);
}

static void
finish(const AmrOracleProfile *profile, AmrClass klass, AmrOracleAnswer *answer)
{
    answer->mode = profile->mode;
    if (answer->verdict != AMR_ORACLE_UNMEDIATED) {
        if (!answer->missing)
            answer->verdict = AMR_ORACLE_ALLOWED;
        else
            answer->verdict = answer->refused ? AMR_ORACLE_REFUSED : AMR_ORACLE_DENIED;
        if (profile->audit_all)
            answer->audited = answer->allowed;
    }
    answer->happens = amr_oracle_happens(answer, klass, profile->audit_all);
}

/* ---- files ------------------------------------------------------------------------------- */

/* From the kernel's bits to those that were asked. */
static void
finish_file(const AmrOracleProfile *profile, AmrOracleAnswer *answer)
{
    answer->allowed = amr_perms_from_kernel(answer->allowed);
    answer->missing = amr_perms_from_kernel(answer->missing);
    answer->refused = amr_perms_from_kernel(answer->refused);
    answer->audited = amr_perms_from_kernel(answer->audited);
    answer->prompted = amr_perms_from_kernel(answer->prompted);
    finish(profile, AMR_CLASS_FILE, answer);
}

static void
set_exec(const AmrPdb *pdb, const AmrPerms *perms, AmrOracleAnswer *answer)
{
    if (!(answer->allowed & AMR_K_EXEC))
        return;
    answer->exec = amr_xindex_mode(perms->xindex);
    answer->target = amr_pdb_target(pdb, perms->xindex);
}

void
amr_oracle_ask_path(const AmrOracleProfile *profile, guint32 rights, gboolean owner,
                    const char *path, gsize len, AmrOracleAnswer *answer)
{
    const AmrPdb *pdb;
    guint32 start, bits = amr_perms_to_kernel(rights);
    AmrPerms perms = {0};
    memset(answer, 0, sizeof *answer);
    if (amr_oracle_file_machine(profile, &pdb, &start)) {
        guint32 state = amr_dfa_walk(pdb->dfa, start, path, len);
        amr_pdb_file_perms(pdb, state, owner, &perms);
        amr_oracle_answer_add(answer, &perms, bits);
        set_exec(pdb, &perms, answer);
    } else {
        amr_oracle_answer_add(answer, &perms, bits);
    }
    finish_file(profile, answer);
}

/* A transition of the link's name is one of its target's. */
static gboolean
exec_is_subset(guint32 link, guint32 target)
{
    return (link & ~AMR_X_UNSAFE) == (target & ~AMR_X_UNSAFE) &&
           (!(link & AMR_X_UNSAFE) || (target & AMR_X_UNSAFE));
}

/*
 * A link is a pair: its name must grant l, and behind a NUL the target's name must. Where the pair
 * says "subset" (a rule `l` without a target), what the new name grants must be granted on the
 * target too. Whether it is logged or quiet is told by the pair.
 */
static void
link_perms(const AmrPdb *pdb, guint32 start, const AmrOracleQuestion *question, AmrPerms *perms,
           gboolean *depends)
{
    const AmrDfa *dfa = pdb->dfa;
    AmrBytes name = question->file.path, target = question->file.target;
    gboolean owner = question->file.owner;
    AmrPerms pair, own;
    guint32 state = amr_dfa_walk(dfa, start, name.data, name.len);
    amr_pdb_file_perms(pdb, state, owner, perms);
    if (!(perms->allow & AMR_K_LINK))
        return;
    state = state ? amr_dfa_step(dfa, state, 0) : 0;
    state = amr_dfa_walk(dfa, state, target.data, target.len);
    amr_pdb_file_perms(pdb, state, owner, &pair);
    perms->audit = (perms->audit & ~(guint32)AMR_K_LINK) | (pair.audit & AMR_K_LINK);
    perms->quiet = (perms->quiet & ~(guint32)AMR_K_LINK) | (pair.quiet & AMR_K_LINK);
    if (!(pair.allow & AMR_K_LINK)) {
        perms->allow &= ~(guint32)AMR_K_LINK;
        return;
    }
    if (!(pair.allow & AMR_K_LOCK))
        return;
    state = amr_dfa_walk(dfa, start, target.data, target.len);
    amr_pdb_file_perms(pdb, state, owner, &own);
    guint32 over = perms->allow & ~own.allow & ~(guint32)AMR_K_LINK;
    gboolean elsewhere = (perms->allow & AMR_K_EXEC) && !exec_is_subset(perms->xindex, own.xindex);
    *depends = over == AMR_K_GETATTR && !elsewhere;
    if (over || elsewhere)
        perms->allow &= ~(guint32)AMR_K_LINK;
}

static void
ask_file(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
         AmrOracleAnswer *answer)
{
    const AmrPdb *pdb;
    guint32 start;
    AmrBytes path = question->file.path;
    if (!(question->rights & AMR_PERM_LINK) || !question->file.target.data || !path.data ||
        !amr_oracle_file_machine(profile, &pdb, &start)) {
        amr_oracle_ask_path(profile, question->rights, question->file.owner, path.data,
                            path.data ? path.len : 0, answer);
        return;
    }
    AmrPerms perms;
    gboolean depends = FALSE;
    link_perms(pdb, start, question, &perms, &depends);
    amr_oracle_answer_add(answer, &perms, amr_perms_to_kernel(question->rights));
    answer->depends = depends;
    set_exec(pdb, &perms, answer);
    finish_file(profile, answer);
}

/* ---- what stands in the header ----------------------------------------------------------- */

static void
ask_capability(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
               AmrOracleAnswer *answer)
{
    guint number = question->capability.number;
    AmrPerms perms = {0};
    if (number < 64) {
        guint64 bit = G_GUINT64_CONSTANT(1) << number;
        perms.allow = profile->caps_allow & bit ? AMR_MAY_CHANGE : 0;
        perms.audit = profile->caps_audit & bit ? AMR_MAY_CHANGE : 0;
        perms.quiet = profile->caps_quiet & bit ? AMR_MAY_CHANGE : 0;
    }
    amr_oracle_answer_add(answer, &perms, question->rights);
}

static void
ask_rlimit(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
           AmrOracleAnswer *answer)
{
    guint resource = question->rlimit.resource;
    gboolean limited =
        resource < AMR_ORACLE_LIMITS && (profile->limits_set & (1u << resource)) != 0;
    AmrPerms perms = {0};
    if (!limited || question->rlimit.value <= profile->limits[resource])
        perms.allow = AMR_MAY_CHANGE;
    amr_oracle_answer_add(answer, &perms, question->rights);
}

/* A hat is a child that says it is one; from a hat one changes to a hat of the same parent. */
static void
ask_change_hat(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
               AmrOracleAnswer *answer)
{
    AmrPerms perms = {0};
    AmrBytes hat = question->change_hat.hat;
    gsize parent = strlen(profile->name);
    if (profile->hat) {
        const char *end = g_strrstr(profile->name, "//");
        parent = end ? (gsize)(end - profile->name) : parent;
    }
    const AmrOracle *oracle = profile->rules->oracle;
    for (guint i = 0; hat.data && i < amr_oracle_count(oracle); i++) {
        const AmrOracleProfile *other = amr_oracle_profile(oracle, i);
        if (other->hat && strcmp(other->ns, profile->ns) == 0 &&
            strncmp(other->name, profile->name, parent) == 0 &&
            strncmp(other->name + parent, "//", 2) == 0 &&
            amr_bytes_is(hat, other->name + parent + 2))
            perms.allow = AMR_MAY_CHANGE;
    }
    amr_oracle_answer_add(answer, &perms, question->rights);
}

void
amr_oracle_ask(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
               AmrOracleAnswer *answer)
{
    memset(answer, 0, sizeof *answer);
    switch (question->klass) {
    case AMR_CLASS_FILE:
        ask_file(profile, question, answer);
        return;
    case AMR_CLASS_CAPABILITY:
        ask_capability(profile, question, answer);
        break;
    case AMR_CLASS_RLIMIT:
        ask_rlimit(profile, question, answer);
        break;
    case AMR_CLASS_CHANGE_HAT:
        ask_change_hat(profile, question, answer);
        break;
    case AMR_CLASS_CHANGE_PROFILE:
        amr_oracle_ask_change_profile(profile, question, answer);
        break;
    default:
        amr_oracle_ask_policy(profile, question, answer);
        break;
    }
    if (answer->verdict == AMR_ORACLE_UNMEDIATED)
        answer->allowed = question->rights;
    finish(profile, question->klass, answer);
}
