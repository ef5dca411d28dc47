/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proof: with the change, does compiled policy allow what was denied? */
#include "config.h"

#include "tui/view/proposal_private.h"

typedef struct {
    GPtrArray *oracles; /* AmrOracle, of all that was compiled */
    guint asked, right, denies;
    gboolean before; /* of each it is known that it was denied before */
    GString *wrong;  /* what is not as it was meant to be, display form */
} Proof;

static const AmrOracleProfile *
find(const Proof *proof, const char *profile)
{
    const AmrOracleProfile *found = NULL;
    for (guint i = 0; !found && i < proof->oracles->len; i++)
        found = amr_oracle_find(proof->oracles->pdata[i], profile);
    return found;
}

/* Whether @profile answers @question (taken over) with yes, or with no where @deny. */
static void
ask(Proof *proof, const char *profile, AmrQuestion *question, gboolean deny)
{
    g_autoptr(AmrQuestion) owned = question;
    const AmrOracleProfile *compiled = owned ? find(proof, profile) : NULL;
    AmrOracleAnswer answer;

    if (!compiled)
        return;
    amr_question_ask(owned, compiled, &answer);
    proof->asked++;
    proof->denies += deny;
    if ((answer.verdict == AMR_ORACLE_ALLOWED) == !deny) {
        proof->right++;
        return;
    }
    g_autofree char *text = amr_display_lines(amr_bytes(owned->text));
    g_string_append_printf(proof->wrong, "%s%s", proof->wrong->len ? "; " : "", text);
}

static void
ask_item(Proof *proof, const TuiChoice *choice, const TuiChoiceItem *item)
{
    g_autoptr(AmrRule) rule = tui_choice_rule(item), mirror = tui_choice_mirror(item);
    const AmrProposal *proposal = item->proposal;

    if (!rule)
        return;
    AmrQuestion *question = amr_question_of_event(&item->resolved->event, NULL);
    g_autoptr(AmrQuestion) same = amr_question_of_event(&item->resolved->event, NULL);
    const AmrFact *fact =
        same ? amr_facts_look(choice->facts, proposal->profile, g_steal_pointer(&same)) : NULL;
    proof->before = proof->before && fact && fact->verdict == AMR_ORACLE_DENIED;
    ask(proof, proposal->profile, question, rule->deny);
    if (mirror)
        ask(proof, proposal->other, amr_question_of_rule(mirror), FALSE);
}

static void
prove(TuiProposal *view, const GPtrArray *compiled)
{
    g_autoptr(GPtrArray) oracles = g_ptr_array_new_with_free_func((GDestroyNotify)amr_oracle_free);
    g_autoptr(GString) wrong = g_string_new(NULL);
    Proof proof = {.oracles = oracles, .before = TRUE, .wrong = wrong};
    const GPtrArray *items = view->choice->items;

    for (guint i = 0; i < compiled->len; i++) {
        AmrOracle *oracle = amr_oracle_new(compiled->pdata[i], NULL);
        if (oracle)
            g_ptr_array_add(oracles, oracle);
    }
    for (guint i = 0; i < items->len; i++)
        ask_item(&proof, view->choice, items->pdata[i]);
    g_autofree char *words = NULL;
    gboolean refuted = proof.right < proof.asked;
    if (proof.asked == 0)
        words = g_strdup("no proof: compiled policy cannot be asked about it");
    else if (refuted)
        words = g_strdup_printf("refuted: %u of %u are not as meant with the change: %s",
                                proof.asked - proof.right, proof.asked, wrong->str);
    else
        words = g_strdup_printf("proven: %s%s with the change, %u of %u",
                                proof.before ? "denied before, " : "",
                                proof.denies ? "as meant" : "allowed", proof.right, proof.asked);
    tui_sign_set_proof(view->sign,
                       refuted            ? TUI_ROLE_ERROR
                       : proof.asked == 0 ? TUI_ROLE_WARNING
                                          : TUI_ROLE_GOOD,
                       words);
}

void
tui_proposal_prove(TuiProposal *view)
{
    const GPtrArray *compiled = tui_sign_compiled(view->sign);
    if (compiled && !tui_sign_is_proven(view->sign))
        prove(view, compiled);
}
