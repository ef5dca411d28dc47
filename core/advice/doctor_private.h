/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the doctor share, and nobody else. */
#ifndef AMR_ADVICE_DOCTOR_PRIVATE_H
#define AMR_ADVICE_DOCTOR_PRIVATE_H

#include "core/advice/choice.h"
#include "core/advice/doctor.h"
#include "core/source/audit.h"

G_BEGIN_DECLS

/* One examination. */
typedef struct {
    AmrDoctorContext context;
    GPtrArray *checks;    /* AmrCheck, owned */
    AmrChoice *choice;    /* of sources; NULL before LOGS */
    guint auditd;         /* its pid, 0: does not run */
    AmrAuditState *audit; /* as the kernel says; NULL: it may not be asked */
    gboolean kernel;      /* AppArmor is on */
} AmrExam;

/* One top-level file to compile. */
typedef struct {
    char *name;   /* relative to the policy; raw */
    char *digest; /* of all that loading it reads */
} AmrDoctorFile;
void amr_doctor_file_free(AmrDoctorFile *file);

struct AmrDoctor {
    AmrCompiler *compiler;
    GPtrArray *checks; /* AmrCheck, owned */
    GPtrArray *files;  /* AmrDoctorFile, as of the last examination */
    GHashTable *known; /* digest -> what the compiler said of it, display form; "" if it compiles */
    GHashTable *unsure; /* digests of known where the compiler did not answer: asked again */
    GTask *compile;     /* the compilation that runs; borrowed */
};

/* doctor_compile.c */
/* Adds the @n-th file of policy to @files; FALSE if there is none. @digests keeps those of single
 * files from one call to the next. */
gboolean amr_doctor_take_file(GPtrArray *files, GHashTable *digests, const AmrIndex *index,
                              const char *const *names, guint n);
/* Adds COMPILE to the checks, if all that there is was compiled. */
void amr_doctor_tell_compiled(AmrDoctor *doctor);

typedef void (*AmrExamine)(AmrExam *exam);

/* Adds a check; @sentence and @remedy (may be NULL) are taken over. Borrowed. */
AmrCheck *amr_exam_add(AmrExam *exam, AmrCheckId id, AmrCheckState state, char *sentence,
                       char *remedy);
void amr_check_free(AmrCheck *check);
/* Adds a line of details; says no more than that there are more behind the hundredth. */
void amr_check_detail(AmrCheck *check, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A small file of the system, blanks at its end cut off; NULL if it cannot be read, and why. */
char *amr_exam_text(const AmrExam *exam, AmrOpenPlace place, const char *name, GError **error);
/* Whether a word stands among those of @text, parted by any of @separators. */
gboolean amr_exam_has_word(const char *text, const char *separators, const char *word);
/* The names in a directory of policy, sorted, without those that the parser takes no notice of;
 * empty where there is none. */
GPtrArray *amr_exam_policy_names(const AmrExam *exam, const char *dir);
/* "a, b, c and 4 more", of display-form strings. */
char *amr_exam_join(const GPtrArray *names, guint most);

/* doctor_kernel.c */
void amr_exam_kernel(AmrExam *exam);
void amr_exam_securityfs(AmrExam *exam);
void amr_exam_policy(AmrExam *exam);
void amr_exam_quiet(AmrExam *exam);
/* doctor_log.c */
void amr_exam_audit(AmrExam *exam);
void amr_exam_exclude(AmrExam *exam);
void amr_exam_auditd(AmrExam *exam);
void amr_exam_logs(AmrExam *exam);
void amr_exam_printk(AmrExam *exam);
void amr_exam_lost(AmrExam *exam);
/* doctor_policy.c */
void amr_exam_unconfined(AmrExam *exam);
void amr_exam_not_loaded(AmrExam *exam);
void amr_exam_disabled(AmrExam *exam);
void amr_exam_local(AmrExam *exam);

G_END_DECLS
#endif
