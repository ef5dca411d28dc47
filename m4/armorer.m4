dnl SPDX-License-Identifier: GPL-3.0-or-later

dnl ARMORER_TRY_FLAGS(VARIABLE, FLAGS): adds each flag that the compiler takes.
AC_DEFUN([ARMORER_TRY_FLAGS], [
  m4_foreach_w([flag], [$2], [
    AS_VAR_PUSHDEF([cache], [armorer_cv_flag_[]flag])
    AC_CACHE_CHECK([whether $CC takes flag], [cache], [
      armorer_saved_cflags=$CFLAGS
      CFLAGS="$CFLAGS -Werror flag"
      AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [[return (int)strlen("");]])],
        [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
      CFLAGS=$armorer_saved_cflags])
    AS_VAR_IF([cache], [yes], [$1="$$1 flag"])
    AS_VAR_POPDEF([cache])
  ])
])

AC_DEFUN([ARMORER_WARNINGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [make warnings errors])],
    [], [enable_werror=no])
  WARN_CFLAGS="-std=gnu11"
  ARMORER_TRY_FLAGS([WARN_CFLAGS], [-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wwrite-strings -Wpointer-arith -Wcast-align -Wformat=2 -Wundef
    -Wimplicit-fallthrough -Wnull-dereference -Wduplicated-cond -Wlogical-op -Wvla
    -Wredundant-decls -Wno-unused-parameter -Wno-missing-field-initializers])
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  AC_SUBST([WARN_CFLAGS])
])

dnl Hardening is probed, and left out where the builder's own flags fortify already.
AC_DEFUN([ARMORER_HARDENING], [
  AC_ARG_ENABLE([hardening],
    [AS_HELP_STRING([--disable-hardening], [leave the hardening flags to the builder])],
    [], [enable_hardening=yes])
  HARDEN_CFLAGS= HARDEN_LDFLAGS=
  AS_IF([test "x$enable_hardening" = xyes], [
    ARMORER_TRY_FLAGS([HARDEN_CFLAGS], [-fstack-protector-strong -fstack-clash-protection
      -fcf-protection -fno-strict-aliasing])
    AS_CASE(["$CFLAGS $CPPFLAGS"],
      [*-fsanitize=*|*_FORTIFY_SOURCE*|*-O0*], [],
      [HARDEN_CFLAGS="$HARDEN_CFLAGS -D_FORTIFY_SOURCE=2"])
    ARMORER_TRY_FLAGS([HARDEN_LDFLAGS], [-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack])
    ARMORER_TRY_FLAGS([HARDEN_CFLAGS], [-fPIE])
    ARMORER_TRY_FLAGS([HARDEN_LDFLAGS], [-pie])
  ])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
])

dnl Fields of libapparmor's log record that came with 4.x; the differential test compares them
dnl where they are.
AC_DEFUN([ARMORER_CHECK_LIBAPPARMOR], [
  armorer_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS $CORE_CFLAGS"
  AC_CHECK_MEMBERS([aa_log_record.class, aa_log_record.net_addr, aa_log_record.peer_addr,
    aa_log_record.execpath], [], [], [[#include <aalogparse/aalogparse.h>]])
  CFLAGS=$armorer_saved_cflags
])

dnl ARMORER_WITH(NAME, VARIABLE, MODULES, WHAT FOR): --with-NAME=yes|no|auto, HAVE_VARIABLE
AC_DEFUN([ARMORER_WITH], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--without-$1], [build without $1 ($4)])],
    [], [with_$1=auto])
  AS_IF([test "x$with_$1" != xno], [
    PKG_CHECK_MODULES([$2], [$3], [with_$1=yes], [
      AS_IF([test "x$with_$1" = xyes], [AC_MSG_ERROR([--with-$1 was given, but: $$2_PKG_ERRORS])])
      with_$1=no])])
  AS_IF([test "x$with_$1" = xyes], [AC_DEFINE([HAVE_$2], [1], [$4])])
  AM_CONDITIONAL([HAVE_$2], [test "x$with_$1" = xyes])
])

dnl ARMORER_COMPLETIONS(SHELL, MODULE, BELOW DATADIR): --with-SHELLcompletiondir=DIR; the module's
dnl completionsdir, with our prefix and datadir for its own, or else DATADIR/BELOW.
AC_DEFUN([ARMORER_COMPLETIONS], [
  AC_ARG_WITH([$1completiondir], [AS_HELP_STRING([--with-$1completiondir=DIR],
    [completions of $1; no leaves them out @<:@DATADIR/$3@:>@])], [$1completiondir=$withval],
    [$1completiondir=yes])
  AS_IF([test "x$$1completiondir" = xyes], [
    $1completiondir=
    m4_ifval([$2], [AS_IF([test -n "$PKG_CONFIG"], [$1completiondir=`$PKG_CONFIG --define-variable=prefix='${prefix}' \
      --define-variable=datadir='${datadir}' --variable=completionsdir $2 2>/dev/null`])])
    AS_CASE([$$1completiondir], ['${'*], [], [$1completiondir='${datadir}/$3'])])
  AS_IF([test "x$$1completiondir" = xno], [$1completiondir=])
  AC_SUBST([$1completiondir])
])
