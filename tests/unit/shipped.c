/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include "tests/unit/shipped.h"

void
test_take_shipped(AmrData *data, const char *name)
{
    g_autofree char *path = g_build_filename(g_getenv("ARMORER_SRCDIR"), "data", name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize len;

    (void)g_file_get_contents(path, &text, &len, &error);
    assert_no_error(error);
    amr_data_take(data, text, len, name);
    if (amr_data_warnings(data)->len)
        fail_msg("%s", (const char *)amr_data_warnings(data)->pdata[0]);
    assert_true(amr_data_count(data) > 0);
}

AmrRisks *
test_risks(void)
{
    AmrRisks *risks = amr_risks_new();
    test_take_shipped(amr_risks_data(risks), "risks");
    return risks;
}

AmrRefusals *
test_refusals(void)
{
    AmrRefusals *refusals = amr_refusals_new();
    test_take_shipped(amr_refusals_data(refusals), "refusals");
    return refusals;
}

AmrSentences *
test_sentences(void)
{
    AmrSentences *sentences = amr_sentences_new();
    test_take_shipped(amr_sentences_data(sentences), "sentences");
    return sentences;
}
