# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# What complain mode holds under an execution: proposed and applied once, it works in enforce mode.
# Then signal and ptrace, which need a rule on both sides. Read by guest.sh.

only() { grep -E "$1" /var/log/kern.log >/tmp/only.log; }
empty() { ! grep -q '[^[:space:]]' "$@"; }
enforce() { sed -i 's/flags=(complain)//' "/etc/apparmor.d/opt.t.$1" && apparmor_parser -r "/etc/apparmor.d/opt.t.$1"; }
undo_all() { while $armorer undo >/dev/null 2>&1; do :; done; }

# ---- a shell, a program that it runs, and one with a profile of its own -----------------------------
echo other >/opt/t/other; echo third >/opt/t/third; chmod 644 /opt/t/*
# (A label of the kernel's ends where its last spaces begin.)
odd=$'/opt/t/odd "name" [x]\n\\ ,'
confine aide cat; cp "$(command -v cat)" "$odd"; chmod 755 /opt/t/aide "$odd"
confine runner env 'flags=(complain)'
job='read a </opt/t/secret; cat /opt/t/other; /opt/t/aide /opt/t/third; "$1" /opt/t/other'
work() { [ "$(/opt/t/runner sh -c "$job" sh "$odd" 2>/dev/null)" = $'other\nthird\nother' ]; }
dmesg -C
ok 'held: complain mode lets all of it through' work
log
ok '  under the name of a null profile' has 'profile="runner//null-/usr/bin/dash"' /var/log/kern.log
ok '  nested' has 'runner//null-/usr/bin/dash//null-/usr/bin/cat' /var/log/kern.log
$armorer propose 'profile:runner*' /var/log/kern.log >/tmp/rules
grep -v '^# no rule' /tmp/rules | sed 's/^/# /'
ok '  no rule of a null profile' not has 'null-' /tmp/rules
ok '  the shell inherits' has '/usr/bin/dash ix,' /tmp/rules
ok '  what has a profile gets it' has '/opt/t/aide px,' /tmp/rules
ok '  and its own rules' sh -c 'sed -n "/^# profile: aide/,\$p" /tmp/rules | grep -q /opt/t/third'
# Without the records of the executions themselves.
grep -v 'operation="exec"' /var/log/kern.log >/tmp/without.log
$armorer propose 'profile:runner*' /tmp/without.log >/tmp/rules.without
ok '  the same without the executions in the log' sh -c 'grep -v "^# no rule" /tmp/rules | sort >/tmp/a; grep -v "^# no rule" /tmp/rules.without | sort | diff /tmp/a -'
ok 'held: applied as one change' $armorer apply --from /tmp/rules
sed 's/^/# /' /tmp/out
enforce runner; dmesg -C
ok 'held: it works in enforce mode at once' work
dmesg | grep DENIED | sed 's/^/# /'
ok 'held: undone' $armorer undo
ok '  in both profiles' empty /etc/apparmor.d/local/opt.t.runner /etc/apparmor.d/local/opt.t.aide
ok '  and denied again' not work

# ---- the other decision ------------------------------------------------------------------------------
confine runner env 'flags=(complain)'; dmesg -C
work; log
$armorer propose --exec ix 'profile:runner*' /var/log/kern.log >/tmp/rules
ok 'held by ix: all of it is in one profile' not has '# profile: aide' /tmp/rules
ok '  applied' $armorer apply --from /tmp/rules
enforce runner; dmesg -C
ok '  it works in enforce mode' work
dmesg | grep DENIED | sed 's/^/# /'
undo_all
ok '  taken back' empty /etc/apparmor.d/local/opt.t.runner

# ---- a child that the change makes --------------------------------------------------------------------
in_kernel() { grep -q "^runner///usr/bin/dash ($1)" /sys/kernel/security/apparmor/profiles; }
confine runner env 'flags=(complain)'; dmesg -C
work; log
$armorer propose --exec cx 'profile:runner*' >/tmp/rules
grep -v '^# no rule' /tmp/rules | sed 's/^/# /'
ok 'a child: what was held is its own' has '# profile: runner///usr/bin/dash' /tmp/rules
ok '  applied' $armorer apply --from /tmp/rules
sed 's/^/# /' /tmp/out
ok '  it is in the kernel, in the mode of its parent' in_kernel complain
dmesg -C
ok '  the program runs under it' work
ok '  and nothing is held any more' not sh -c 'dmesg | grep -q null-'
sed -i 's/ flags=(complain)//' /etc/apparmor.d/local/opt.t.runner
enforce runner; dmesg -C
ok '  it works in enforce mode' work
dmesg | grep DENIED | sed 's/^/# /'
ok '  where it really is' in_kernel enforce
sed -i 's|^profile /usr/bin/dash {|profile /usr/bin/dash flags=(complain) {|' /etc/apparmor.d/local/opt.t.runner
ok '  undone' $armorer undo --activate
sed 's/^/# /' /tmp/out
ok '  the child is gone from the kernel' not sh -c 'grep -q "^runner///usr" /sys/kernel/security/apparmor/profiles'
ok '  and denied again' not work
undo_all

# ---- in a namespace: the root's profile of that name is left alone ------------------------------------
cat >/etc/apparmor.d/far.runner <<'P'
include <tunables/global>
profile :far:runner flags=(complain) {
  include <abstractions/base>
  include if exists <local/far.runner>
}
P
if apparmor_parser -r /etc/apparmor.d/far.runner; then
    dmesg -C; aa-exec -p :far:runner -- sh -c 'read a </opt/t/secret' 2>/tmp/err; log; grep 'null-' /var/log/kern.log | head -2 | sed 's/^/# /'
    $armorer propose 'profile:*runner*' /var/log/kern.log >/tmp/rules
    sed 's/^/# /' /tmp/rules
    ok 'namespace: the rules are for its profile' has '# profile: :far:runner' /tmp/rules
    ok '  and no other' test "$(grep -c '^# profile' /tmp/rules)" = 1
    ok '  applied' $armorer apply --from /tmp/rules
    ok '  in its file' has '/opt/t/secret' /etc/apparmor.d/local/far.runner
    ok "  and not in the root's" empty /etc/apparmor.d/local/opt.t.runner
    undo_all
    apparmor_parser -R /etc/apparmor.d/far.runner; rm /etc/apparmor.d/far.runner
fi

# ---- both sides --------------------------------------------------------------------------------------
perl='/usr/lib/@{multiarch}/perl{,-base}/** mr, /usr/share/perl/** r, /etc/perl/** r,'
confine sender perl '' "$perl"
# Without abstractions/base, which lets itself be traced.
cp "$(command -v sleep)" /opt/t/hearer
cat >/etc/apparmor.d/opt.t.hearer <<'P'
include <tunables/global>
profile hearer /opt/t/hearer {
  /opt/t/hearer mr,
  /{usr/,}lib/** mr,
  /etc/ld.so.* r,
  /usr/lib/locale/** r,
  signal (receive) peer=unconfined,
  include if exists <local/opt.t.hearer>
}
P
apparmor_parser -r /etc/apparmor.d/opt.t.hearer
# PID must be one that started under the policy of now.
signals() { /opt/t/hearer 60 & local pid=$! rc; sleep 0.2; /opt/t/sender -e "exit !kill USR1, $pid"; rc=$?; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null; return $rc; }
traces() { /opt/t/hearer 60 & local pid=$! rc; sleep 0.2; /opt/t/sender -e "exit(syscall(101, 16, $pid, 0, 0) == -1)"; rc=$?; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null; return $rc; }
sides() {  # what command rule-here rule-there
    dmesg -C; ok "$1: denied" not "$2"
    log; dmesg | grep -E "operation=\"$1\"" | sed 's/^/# /'
    only 'profile="sender"'
    $armorer propose class:"$1" /tmp/only.log >/tmp/rules; sed 's/^/# /' /tmp/rules
    ok '  both sides are proposed from the record of one' has "$4" /tmp/rules
    grep -E "operation=\"$1\"" /var/log/kern.log >/tmp/both.log
    $armorer propose /tmp/both.log >/tmp/rules.both
    ok '  each once from both records' test "$(grep -v '^#' /tmp/rules.both | sort | uniq -d | wc -l)" = 0
    ok '  the same' sh -c 'sort /tmp/rules >/tmp/a; sort /tmp/rules.both | diff /tmp/a -'
    ok '  applied as one change' $armorer apply --from /tmp/rules
    ok '  here' has "$3" /etc/apparmor.d/local/opt.t.sender
    ok '  and there' has "$4" /etc/apparmor.d/local/opt.t.hearer
    dmesg -C; ok '  it works' "$2"; dmesg | grep DENIED | sed 's/^/# /'
    ok '  undone' $armorer undo
    ok '  on both sides' empty /etc/apparmor.d/local/opt.t.sender /etc/apparmor.d/local/opt.t.hearer
    ok '  denied again' not "$2"
}
sides signal signals 'signal (send) set=(usr1) peer=hearer,' 'signal (receive) set=(usr1) peer=sender,'
sides ptrace traces 'ptrace (trace) peer=hearer,' 'ptrace (tracedby) peer=sender,'
