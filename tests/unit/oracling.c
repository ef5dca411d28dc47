/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/oracling.h"

#include <string.h>

#include "core/policy/compiler.h"

GBytes *
oracle_compile_bytes(const char *text, const char *features)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) done = NULL;
    g_autoptr(AmrTarget) target =
        amr_target_new(&(AmrTargetOptions){.policy = "/etc/apparmor.d", .features = features},
                       &error);
    assert_no_error(error);
    g_autoptr(AmrCompiler) compiler = amr_compiler_new(target);
    g_autoptr(GBytes) input = g_bytes_new(text, strlen(text));
    AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .text = input};
    amr_compiler_run_async(compiler, &job, NULL, test_result, &done);
    test_wait_result(&done);
    g_autoptr(AmrCompileResult) result = amr_compiler_run_finish(compiler, done, &error);
    assert_no_error(error);
    if (!result->ok) {
        amr_compile_result_to_error(result, AMR_ERROR_RULE_REJECTED, &error);
        fail_msg("%s\n%s", error->message, text);
    }
    return g_bytes_ref(result->output);
}

AmrOracle *
oracle_compile_with(const char *text, const char *features)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = oracle_compile_bytes(text, features);
    AmrOracle *oracle = amr_oracle_new(bytes, &error);
    assert_no_error(error);
    return oracle;
}

AmrOracle *
oracle_compile(const char *text)
{
    return oracle_compile_with(text, "/etc/apparmor.d/abi/3.0");
}

AmrOracle *
oracle_sample(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *relative = g_build_filename("oracle", name, NULL);
    g_autofree char *path = test_data(relative);
    char *data;
    gsize size;
    g_file_get_contents(path, &data, &size, &error);
    assert_no_error(error);
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, size);
    AmrOracle *oracle = amr_oracle_new(bytes, &error);
    assert_no_error(error);
    return oracle;
}

guint32
oracle_letters(const char *letters)
{
    guint32 rights;
    assert_true(amr_oracle_rights(AMR_CLASS_FILE, amr_bytes(letters), &rights));
    return rights;
}

AmrOracleAnswer
oracle_ask(const AmrOracle *oracle, const char *profile, AmrOracleQuestion question)
{
    AmrOracleAnswer answer;
    const AmrOracleProfile *found = amr_oracle_find(oracle, profile);
    if (!found)
        fail_msg("no profile %s", profile);
    amr_oracle_ask(found, &question, &answer);
    return answer;
}
