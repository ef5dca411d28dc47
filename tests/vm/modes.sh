# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Modes on a real kernel: what is denied, let through, killed; children and hats; a mode that the kernel
# alone has; undo. Read by guest.sh.

cat >/etc/apparmor.d/opt.t.moded <<P
include <tunables/global>
profile moded /opt/t/moded {
  $starts
  /opt/t/moded mr,
  include if exists <local/opt.t.moded>
  profile kid {
    $starts
    /opt/t/moded mr,
  }
}
profile bystander {
  /etc/fstab r,
}
P
cp "$(command -v cat)" /opt/t/moded
apparmor_parser -r /etc/apparmor.d/opt.t.moded
cp /etc/apparmor.d/opt.t.moded /tmp/moded.before
moded() { /opt/t/moded /opt/t/secret >/dev/null 2>&1; }
in_mode() { grep -qxF "$1 ($2)" /sys/kernel/security/apparmor/profiles || { grep -F "$1" /sys/kernel/security/apparmor/profiles; return 1; }; }
killed() { sh -c '/opt/t/moded /opt/t/secret' >/dev/null 2>&1; [ $? = 137 ]; }

ok 'modes: denied in enforce mode' not moded
ok 'modes: complain' "$armorer" mode complain moded
ok 'modes: the kernel says so' in_mode moded complain
ok 'modes: of its child too' in_mode moded//kid complain
ok 'modes: not of the other profile in the file' in_mode bystander enforce
ok 'modes: let through' moded
ok 'modes: verified' sh -c "$armorer changes | tail -1 | grep -F verified"
ok 'modes: kill' "$armorer" mode kill moded
ok 'modes: the kernel says so' in_mode moded kill
ok 'modes: killed' killed
ok 'modes: a rule meanwhile' "$armorer" apply moded 'owner /opt/t/secret r,'
ok 'modes: kill mode stays with it' in_mode moded kill
ok 'modes: allowed' moded
ok 'modes: the rule is undone' "$armorer" undo
ok 'modes: killed again' killed
ok 'modes: undone' "$armorer" undo
ok 'modes: complain again' in_mode moded complain
ok 'modes: undone once more' "$armorer" undo
ok 'modes: enforce again' in_mode moded enforce
ok 'modes: denied again' not moded
ok 'modes: the file is as it was' cmp /tmp/moded.before /etc/apparmor.d/opt.t.moded

apparmor_parser -r -C /etc/apparmor.d/opt.t.moded
ok 'modes: complain by the kernel alone' in_mode moded complain
ok 'modes: the child alone enforces: the parent stays' "$armorer" mode enforce --activate moded//kid
ok 'modes: the child' in_mode moded//kid enforce
ok 'modes: the parent' in_mode moded complain
ok 'modes: enforce' "$armorer" mode enforce --activate moded
ok 'modes: the kernel says so' in_mode moded enforce
ok 'modes: the bystander stays in what the kernel alone knew' in_mode bystander complain
ok 'modes: the file was not touched' cmp /tmp/moded.before /etc/apparmor.d/opt.t.moded
apparmor_parser -r /etc/apparmor.d/opt.t.moded

# ---- links ----------------------------------------------------------------------------------------------
cat >/etc/apparmor.d/opt.t.linked <<P
include <tunables/global>
profile linked /opt/t/linked {
  $starts
  /opt/t/linked mr,
  profile kid {
    $starts
    /opt/t/linked mr,
  }
}
P
cp "$(command -v cat)" /opt/t/linked
apparmor_parser -r /etc/apparmor.d/opt.t.linked
cp /etc/apparmor.d/opt.t.linked /tmp/linked.before
linked() { /opt/t/linked /opt/t/secret >/dev/null 2>&1; }
in_kernel() { grep -qF "$1 (" /sys/kernel/security/apparmor/profiles; }
loaded_anew() { apparmor_parser -r -T /etc/apparmor.d/opt.t.linked >/dev/null 2>&1; }
ok 'links: denied' not linked
ok 'links: complain for the whole file' "$armorer" mode complain linked
ok 'links: by a link' test -L /etc/apparmor.d/force-complain/opt.t.linked
ok 'links: the kernel says so' in_mode linked complain
ok 'links: of its child too' in_mode linked//kid complain
ok 'links: let through' linked
loaded_anew
ok 'links: the loader by itself says so, too' in_mode linked complain
ok 'links: enforce' "$armorer" mode enforce linked
ok 'links: the kernel says so' in_mode linked enforce
ok 'links: the link is gone' test ! -e /etc/apparmor.d/force-complain/opt.t.linked
ok 'links: disable' "$armorer" mode disable linked
ok 'links: out of the kernel' not in_kernel linked
ok 'links: its child too' not in_kernel linked//kid
ok 'links: verified' sh -c "$armorer changes | tail -1 | grep -F verified"
ok 'links: unconfined' linked
loaded_anew
ok 'links: the loader by itself leaves it out' not in_kernel linked
ok 'links: undone' "$armorer" undo
ok 'links: in the kernel' in_mode linked enforce
ok 'links: denied again' not linked
ok 'links: disabled once more' "$armorer" mode disable linked
ok 'links: enable' "$armorer" mode enable linked
ok 'links: in the kernel again' in_mode linked//kid enforce
ln -s /etc/apparmor.d/opt.t.linked /etc/apparmor.d/disable/opt.t.linked; apparmor_parser -R /etc/apparmor.d/opt.t.linked 2>/dev/null
printf 'profile linked { }\n' | apparmor_parser -R >/dev/null 2>&1
ok 'links: by hand: not in the kernel' not in_kernel linked
ok 'links: a mode for what is disabled' "$armorer" mode kill --activate linked
ok 'links: it is loaded in it' in_mode linked kill
ok 'links: undone' "$armorer" undo
ok 'links: not in the kernel' not in_kernel linked
ok 'links: the link of that hand is there' test "$(readlink /etc/apparmor.d/disable/opt.t.linked)" = /etc/apparmor.d/opt.t.linked
ok 'links: the file is as it was' cmp /tmp/linked.before /etc/apparmor.d/opt.t.linked
rm /etc/apparmor.d/disable/opt.t.linked

# ---- for a while ------------------------------------------------------------------------------------------
rm -f /etc/apparmor.d/disable/opt.t.linked
apparmor_parser -r /etc/apparmor.d/opt.t.linked
ends_by() { for _ in {1..300}; do "$@" && return 0; nap 0.3; done; return 1; }
not_there() { ! grep -qsF "$1" "$2"; }
if [ -d /run/systemd/system ]; then
    ok 'a while: complain in the kernel only' "$armorer" mode complain --for 60s linked
    ok 'a while: the kernel says so' in_mode linked complain
    ok 'a while: of its child too' in_mode linked//kid complain
    ok 'a while: let through' linked
    ok 'a while: a timer' sh -c 'systemctl list-timers --all | grep -F armorer-'
    ok 'a while: a rule with an end' "$armorer" apply --add-include --for 60s linked 'owner /opt/t/secret r,'
    ok 'a while: complain mode is kept' in_mode linked complain
    date -s "@$(($(date +%s) + 70))" >/dev/null # nobody waits for it: systemd's timers end at once
    ok 'a while: its end' ends_by in_mode linked enforce
    ok 'a while: the end of the rule' ends_by not_there /opt/t/secret /etc/apparmor.d/local/opt.t.linked
    # (What is written is loaded after.)
    ok 'a while: denied again' ends_by not linked
else
    ok 'a while: no systemd: refused' sh -c "! $armorer mode complain --for 60s linked 2>/tmp/while.err && grep -qF 'No systemd runs here' /tmp/while.err"
    ok 'a while: the kernel was told nothing' in_mode linked enforce
    # What sets a timer, and its end, by hand. (Another systemd-run is another target's: it loads as this one does.)
    printf '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; echo "$@" >/tmp/at-the-end\n' >/tmp/a-timer; chmod +x /tmp/a-timer
    ok 'a while: complain in the kernel only' "$armorer" --timer /tmp/a-timer mode complain --for 60s linked
    ok 'a while: the kernel says so' in_mode linked complain
    ok 'a while: of its child too' in_mode linked//kid complain
    ok 'a while: let through' linked
    ok 'a while: a rule with an end' "$armorer" --timer /tmp/a-timer apply --add-include --for 60s linked 'owner /opt/t/another r,'
    ok 'a while: complain mode is kept' in_mode linked complain
    date -s "@$(($(date +%s) + 70))" >/dev/null # nobody waits for it
    ok 'a while: its end' sh -c "$armorer undo --expired"
    ok 'a while: enforce again' in_mode linked enforce
    ok 'a while: the rule is gone' not_there /opt/t/another /etc/apparmor.d/local/opt.t.linked
    ok 'a while: denied again' not linked
fi
