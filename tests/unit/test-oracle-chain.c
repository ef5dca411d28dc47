/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chains of differences of any length: they are read as they are, and walked in few steps. */
#include "tests/unit/testing.h"

#include "core/policy/oracle_product.h"
#include "tests/unit/machinemaker.h"

#define CHAIN_MAX 16

static AmrDfa *
read_machine(const Machine *machine, GError **error)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(machine->bytes, &size);
    return amr_dfa_new(data, size, 0, error);
}

static guint32
longest_chain(const AmrDfa *dfa)
{
    guint32 longest = 0;
    for (guint32 i = 0; i < dfa->n_states; i++) {
        guint32 n = 0;
        for (guint32 j = i; n <= CHAIN_MAX && (dfa->base[j] & AMR_DFA_DIFF); j = dfa->otherwise[j])
            n++;
        longest = MAX(longest, n);
    }
    return longest;
}

static void
check_steps(const char *name, const Machine *machine, const AmrDfa *dfa)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (guint i = 0; i < 3000; i++) {
        guint32 state = i < 300 && i < machine->n_states
                            ? i
                            : (guint32)g_rand_int_range(random, 0, (gint32)machine->n_states);
        int byte = g_rand_int_range(random, -1, 256);
        guint32 want = machine_step(machine, state, byte);
        guint32 got =
            byte < 0 ? amr_dfa_step_oob(dfa, state) : amr_dfa_step(dfa, state, (guint8)byte);
        if (got != want)
            fail_msg("%s of %u: state %u, byte %d: %u instead of %u", name, machine->n_states,
                     state, byte, got, want);
    }
}

static const struct {
    const char *name;
    MachineForm form;
} forms[] = {{"chain", MACHINE_CHAIN}, {"fan", MACHINE_FAN}, {"tree", MACHINE_TREE}};

static void
test_forms(void **state)
{
    static const guint32 sizes[] = {3, 16, 17, 18, 19, 33, 200, 5000, 40000};
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(sizes); j++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(Machine) machine = machine_new(forms[i].form, sizes[j], j + 1, 1);
            g_autoptr(AmrDfa) dfa = read_machine(machine, &error);
            assert_no_error(error);
            assert_true(longest_chain(dfa) <= CHAIN_MAX);
            /* Rows for no more than one state in sixteen. */
            assert_true(dfa->n_edges - machine->n_edges <= sizes[j] / CHAIN_MAX * 257);
            check_steps(forms[i].name, machine, dfa);
        }
    }
}

static void
test_without_end(void **state)
{
    static const guint32 sizes[] = {6, 7, 100, 40000};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Machine) machine = machine_new(MACHINE_RING, sizes[i], 1, 1);
        g_autoptr(AmrDfa) dfa = read_machine(machine, &error);
        assert_null(dfa);
        assert_error(error, AMR_ERROR, AMR_ERROR_PARSE);
        assert_non_null(strstr(error->message, "without an end"));
    }
}

static guint
judge(gconstpointer data, const AmrPair *pair, AmrDelta *deltas)
{
    const AmrPdb *const *sides = data;
    guint32 before = sides[0]->dfa->accept[pair->before],
            after = sides[1]->dfa->accept[pair->after];
    if (before == after)
        return 0;
    deltas[0] = (AmrDelta){.change = AMR_ORACLE_CHANGE_ACCESS, .gained = after, .lost = before};
    return 1;
}

/* As long as it may be in a second or two; step by step along the chain it would take days. */
static void
test_compared(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Machine) first = machine_new(MACHINE_CHAIN, 30000, 1, 1);
    g_autoptr(Machine) second = machine_new(MACHINE_CHAIN, 30000, 1, 2);
    g_autoptr(AmrDfa) before = read_machine(first, &error);
    g_autoptr(AmrDfa) after = read_machine(second, &error);
    AmrPdb sides[] = {{.dfa = before, .start = 1}, {.dfa = after, .start = 1}};
    const AmrPdb *both[] = {&sides[0], &sides[1]};
    AmrProductJob job = {
        .before = both[0], .after = both[1], .start = {1, 1, 0}, .judge = judge, .data = both};
    g_autoptr(GPtrArray) found = amr_product_walk(&job, 10, &error);
    assert_no_error(error);
    assert_int_equal(found->len, 1);
    const AmrFinding *finding = g_ptr_array_index(found, 0);
    assert_int_equal(finding->delta.gained, 2);
    assert_int_equal(finding->example_len, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_without_end),
        cmocka_unit_test(test_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
