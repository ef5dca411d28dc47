# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# System tests: the whole program on a root of its own, as an ordinary user and as root. TAP.
set -u
if [ "${ARMORER_TESTS:-}" = unit ]; then echo "1..0 # SKIP unit tests only"; exit 0; fi
armorer=${ARMORER:-${ARMORER_BUILDDIR:?}/armorer}
: "${ARMORER_SRCDIR:?}"
scratch=$(mktemp -d) || exit 99
chmod 755 "$scratch"
root=$scratch/root
n=0 bad=0
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch TZ=UTC LC_ALL=C.UTF-8 ARMORER_CLOCK=1795400000 TMPDIR=$scratch
export ARMORER_DATADIR=$ARMORER_SRCDIR
# What a sanitizer finds is a failure of its own, not one of the exit statuses.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}:exitcode=99 UBSAN_OPTIONS=halt_on_error=1:exitcode=99

# ok WHAT COMMAND...: one test. What the last run printed is shown if it fails.
ok() {
    local what=$1; shift; n=$((n + 1))
    if "$@"; then echo "ok $n - $what"; return; fi
    bad=$((bad + 1)); echo "not ok $n - $what"
    printf '# status %s of: %s\n' "${status:-}" "${ran:-}"
    sed 's/^/# out: /' "$scratch/out" 2>/dev/null | head -40
    sed 's/^/# err: /' "$scratch/err" 2>/dev/null | head -40
}
finish() { echo "1..$n"; [ $bad = 0 ]; exit; }

# ---- running --------------------------------------------------------------------------------------
# run ARGS...: armorer on the root; status, $scratch/out, $scratch/err.
run() { ran="$*"; status=0; "$armorer" --root "$root" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?; }
# The same with standard input.
run_with() { local in=$1; shift; ran="$*"; status=0; "$armorer" --root "$root" "$@" >"$scratch/out" 2>"$scratch/err" <"$in" || status=$?; }
# Without --root.
run_bare() { ran="$*"; status=0; "$armorer" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?; }

exits() { [ "$status" = "$1" ]; }
out_has() { grep -qF -- "$1" "$scratch/out"; }
out_lacks() { ! out_has "$1"; }
err_has() { grep -qF -- "$1" "$scratch/err"; }
out_is_empty() { [ ! -s "$scratch/out" ]; }
# Status and words of a failure in one: fails_with STATUS WORDS
fails_with() { exits "$1" && err_has "$2"; }
# Every line is a JSON object.
out_is_json() {
    [ -s "$scratch/out" ] && python3 -c '
import json, sys
for line in open(sys.argv[1], encoding="utf-8", newline="\n"):
    assert isinstance(json.loads(line), dict)' "$scratch/out"
}
# out_json EXPRESSION: true of the list of objects, named o
out_json() {
    python3 -c '
import json, sys
o = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8", newline="\n")]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$scratch/out" "$1"
}
# Not one byte that a terminal obeys, but newlines; and valid UTF-8 without C1, bidi, zero width.
is_inert() {
    python3 -c '
import sys, unicodedata
for name in sys.argv[1:]:
    for c in open(name, encoding="utf-8", newline="\n").read():
        assert c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), hex(ord(c))' \
        "$scratch/out" "$scratch/err"
}

# Waits until the command succeeds; 60 s is a hang, not a measure.
until_ok() {
    local end=$((SECONDS + 60))
    until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.05; done
}

# ---- roots ----------------------------------------------------------------------------------------
policy() { echo "$root/etc/apparmor.d"; }
kernel() { echo "$root/sys/kernel/security/apparmor"; }

demo_root() {
    rm -rf "$root" && cp -r "$ARMORER_SRCDIR/data/demo" "$root" && chmod -R u+w "$root"
}
# The policy that is installed here, with a kernel that has no profile but the named ones.
shipped_root() {
    rm -rf "$root"; mkdir -p "$root/etc" "$root/var/log/audit" "$(kernel)"
    cp -r /etc/apparmor.d "$root/etc/" && cp -r /etc/apparmor "$root/etc/" || exit 99
    chmod -R u+w "$root"; : >"$(kernel)/.replace"
    printf '%s (enforce)\n' "$@" >"$(kernel)/profiles"
}

# All of the policy and what else a change may touch, but for the history and caches.
picture() {
    (cd "$root" && find etc -path '*/cache*' -prune -o -print | LC_ALL=C sort
     find "$root/etc" -path '*/cache*' -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}
remember() { picture >"$scratch/before"; }
unchanged() { picture | diff "$scratch/before" - >&2; }
loads() { wc -c <"$(kernel)/.replace"; }
# The last change's id.
last_change() { "$armorer" --root "$root" changes --json | tail -1 | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])'; }

# deny PROFILE NAME MASK [MORE]: a record of auditd's, with the name as the kernel writes it.
serial=100
deny() {
    serial=$((serial + 1))
    python3 - "$serial" "$@" <<'PY'
import sys, os
serial, profile, name, mask = sys.argv[1:5]
more = sys.argv[5] if len(sys.argv) > 5 else 'fsuid=1000 ouid=0'
def spell(s):
    b = os.fsencode(s)
    return '"%s"' % s if all(0x21 <= c <= 0x7e and c != 0x22 for c in b) else b.hex().upper()
print('type=AVC msg=audit(1795300000.%03d:%s): apparmor="DENIED" operation="open" profile=%s name=%s '
      'pid=77 comm="probe" requested_mask="%s" denied_mask="%s" %s'
      % (int(serial) % 1000, serial, spell(profile), spell(name), mask, mask, more))
PY
}

# ---- compilers that misbehave ----------------------------------------------------------------------
real_parser=$(PATH=$PATH:/usr/sbin:/sbin command -v apparmor_parser) || exit 99
# parser_that NAME <<script: a parser that runs the script first; $real and "$@" are there.
# An ordinary user loads by -o into the plain file that stands for a kernel, root by -r.
parser_that() {
    { echo '#!/bin/bash'; printf 'real=%q scratch=%q root=%q\n' "$real_parser" "$scratch" "$root"
      echo 'loading=no; for a; do case $a in -r|-R|--replace|--remove|-o) loading=yes ;; esac; done'
      cat; echo 'exec "$real" "$@"'; } >"$scratch/$1"
    chmod +x "$scratch/$1"; echo "$scratch/$1"
}
