# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The screen on a real kernel, in tmux at 80x24: a denial is chosen by keys, its rule written, the
# program runs, undo, denied again; as root, and as a user whom sudo asks. Read by guest.sh.

. /mnt/armorer/keys.sh
secret_denied() { dmesg -C; ok "$1" not reads; log; }

# ---- as root -----------------------------------------------------------------------------------------
while "$armorer" undo >/dev/null 2>&1; do :; done
dmesg -C; /opt/t/reader '/opt/t/hostile "name" * [x] \ ,' 2>/dev/null; log
start root "$armorer"
ok 'screen: what was denied before is there' sees '1 of 1'
ok 'screen: denied, while one looks on' not reads
ok 'screen: the live denial appears' sees '2 denials'
keys Home
ok 'screen: the first is chosen' sees '1 of 2'
keys Enter
ok 'screen: the detail of the one that is chosen' sees 'tried to open /opt/t/'
screen | grep -qF 'tried to open /opt/t/secret' || { keys Escape End; until_ok on_screen '2 of 2'; keys Enter; }
ok 'screen: of the right one' sees 'tried to open /opt/t/secret'
keys Escape p
ok 'screen: p proposes, checked by the compiler' sees 'compiles'
ok 'screen: the very change' sees '+owner /opt/t/secret r,'
ok 'screen: nothing is written yet' not reads
keys w
ok 'screen: w writes, and the kernel confirms' sees 'done: Written, loaded, and the kernel allows what was denied'
ok 'screen: the program runs' reads
keys Escape 3
ok 'screen: the change is listed' sees 'verified    reader'
keys u
ok 'screen: undo is shown first' sees '-owner /opt/t/secret r,'
sees 'compiles' >/dev/null
ok 'screen: and nothing undone yet' reads
keys w
ok 'screen: taken back' sees 'done: Taken back, loaded'
ok 'screen: denied again' not reads
# Others load without an edit: the kernel counts loads, in a namespace of its own too.
is_mode() { screen | grep -qE "^[> ]*$1 +reader "; }
mode_is() { until_ok is_mode "$1" || { screen; return 1; }; }
# In a row of the list: what is looked for stands below it, too, found or not.
in_list() { screen | grep -F -- "$1" | grep -qwE 'enforce|complain'; }
finds() { keys / C-u; keys -l "$1"; keys Enter; sleep 1; in_list "$1"; }
keys Escape 2
sees 'MODE ' >/dev/null; until_ok finds reader
ok 'screen: the profile as it is loaded' mode_is enforce
apparmor_parser -r -C -T /etc/apparmor.d/opt.t.reader
ok 'screen: put into complain in the kernel alone: seen without a key' mode_is complain
apparmor_parser -r -T /etc/apparmor.d/opt.t.reader
ok 'screen: and back' mode_is enforce
# What is loaded beside what is on disk, by behaviour, without a key.
keys Enter
ok 'screen: its file compiles to what is loaded' sees 'what is loaded allows what its file'
cp /etc/apparmor.d/opt.t.reader /tmp/kept
sed -i 's|^}|  /opt/t/drifted r,\n}|' /etc/apparmor.d/opt.t.reader
ok 'screen: edited and not loaded: it differs' sees 'on disk +r: /opt/t/drifted'
apparmor_parser -r -T /etc/apparmor.d/opt.t.reader
ok 'screen: loaded: the same' sees 'what is loaded allows what its file'
cp /tmp/kept /etc/apparmor.d/opt.t.reader
ok 'screen: taken out again: it differs' sees 'on disk -r: /opt/t/drifted'
apparmor_parser -r -T /etc/apparmor.d/opt.t.reader
ok 'screen: and is loaded: the same' sees 'what is loaded allows what its file'
keys Escape
echo 'profile :others:inside { /x r, }' >/tmp/inside; apparmor_parser -a -K /tmp/inside
keys R
ok 'screen: a namespace of its own' until_ok finds others:inside
apparmor_parser -r -C -K /tmp/inside
is_inside() { screen | grep -F ':others:inside' | grep -qw "$1"; }
ok 'screen: a load there is seen, too' until_ok is_inside complain
apparmor_parser -R /tmp/inside
ok 'screen: and its end' until_ok sh -c "! tmux -S '$sock' capture-pane -p -t s | grep -F ':others:inside'"
keys 1 q q
ok 'screen: leaves with 0' left_with root 0

# ---- as a user, with sudo ----------------------------------------------------------------------------
ok 'helper: its profile is loaded' install_helper
ok 'helper: and enforced' grep -qx 'armorer-helper (enforce)' /sys/kernel/security/apparmor/profiles
ok 'helper: nobody else runs it' not su alice -c "$helper change"
useradd -m -s /bin/bash -G adm,sudo alice
echo 'alice:open sesame' | chpasswd
secret_denied 'sudo: denied'
chgrp adm /var/log/kern.log; chmod 640 /var/log/kern.log
start alice "$armorer"
ok 'sudo: a member of adm sees the denial' sees '1 of 1'
keys p
ok 'sudo: p proposes' sees '+owner /opt/t/secret r,'
keys w
ok 'sudo: w asks for the password' sees 'password for alice'
ok 'sudo: nothing is written yet' not reads
keys C-c
ok 'sudo: ^C at the password: back on the screen, which says so' sees 'not done: The command with more rights'
ok 'sudo: and writes nothing' not reads
can_write
keys w
sees 'password for alice' >/dev/null
keys 'wrong' Enter
ok 'sudo: a wrong password is asked for again' sees 'try again'
keys 'open sesame' Enter
ok 'sudo: back on the screen with the result' sees 'done: Written, loaded, and the kernel allows what was denied'
ok 'sudo: the program runs' reads
ok 'sudo: the history knows who asked' sh -c "cat /var/lib/armorer/changes/*/who | grep -F $(id -u alice)"
keys Escape 3
ok 'sudo: the change is listed' sees 'verified    reader'
keys Home u
ok 'sudo: undo shows what it takes back' sees '-owner /opt/t/secret r,'
keys w
ok 'sudo: taken back' sees 'done: Taken back'
ok 'sudo: denied again' not reads
keys Escape q q
ok 'sudo: leaves with 0' left_with alice 0

# One who may read no log, and becomes root by sudo: the helper reads for him, confined.
make_bob
ok 'lent: nobody is served without a socket' not "$helper" read </dev/null
start bob "$armorer"
ok 'lent: without rights there is nothing to read' sees 'No log to read'
ok 'lent: how to ask is said' sees 'A asks for the right to read'
keys A
ok 'lent: the password is asked for' sees 'password for bob'
keys 'open sesame' Enter
ok 'lent: the denials of before' sees '/opt/t/secret'
ok 'lent: who let it in is gone' until_ok not pgrep -x sudo
ok 'lent: who reads goes on' reads_for
ok 'lent: its loaded profiles' sees "$(grep -c '(enforce)$' /sys/kernel/security/apparmor/profiles) enforce"
cp /etc/passwd /opt/t/later
/opt/t/reader /opt/t/later
ok 'lent: what is denied now comes' sees '/opt/t/later'
keys q q
ok 'lent: leaves with 0' left_with bob 0
ok 'lent: the helper went with it' until_ok not reads_for

# ---- as a user, with pkexec --------------------------------------------------------------------------
# polkit's own programs, asked over a bus; no session, no desktop, as over SSH.
# (One administrator: of two polkit asks which.)
gpasswd -d bob sudo >/dev/null
mkdir -p /run/dbus
ok 'pkexec: there is a bus' dbus-daemon --system --fork
mount --bind /dev/null /usr/bin/sudo
secret_denied 'pkexec: denied'
chgrp adm /var/log/kern.log; chmod 640 /var/log/kern.log
start alice "$armorer"
ok 'pkexec: the denial is there' sees '1 of 1'
keys p
ok 'pkexec: p proposes' sees '+owner /opt/t/secret r,'
keys w
ok 'pkexec: w asks for the password' asks_password
ok 'pkexec: nothing is written yet' not reads
keys C-c
ok 'pkexec: ^C at the password: back on the screen, which says so' sees 'not done: The command with more rights'
ok 'pkexec: and writes nothing' not reads
can_write
keys w
asks_password >/dev/null
keys 'wrong' Enter
ok 'pkexec: a wrong password writes nothing, and that is said' sees 'not done: The command with more rights'
ok 'pkexec: still denied' not reads
can_write
keys w
asks_password >/dev/null
keys 'open sesame' Enter
ok 'pkexec: back on the screen with the result' sees 'done: Written, loaded, and the kernel allows what was denied'
ok 'pkexec: the program runs' reads
ok 'pkexec: the history knows who asked' sh -c "ls -td /var/lib/armorer/changes/*/ | head -1 | xargs -I{} cat {}who | grep -F $(id -u alice)"
keys Escape 3
ok 'pkexec: the change is listed' sees 'verified    reader'
keys Home u
ok 'pkexec: undo shows what it takes back' sees '-owner /opt/t/secret r,'
keys w
asks_password >/dev/null
keys 'open sesame' Enter
ok 'pkexec: taken back' sees 'done: Taken back'
ok 'pkexec: denied again' not reads
keys Escape q q
ok 'pkexec: leaves with 0' left_with alice 0
no_questions
start bob "$armorer --ask-rights"
ok 'pkexec: to read is asked for, too' asks_password
ok 'pkexec: by an action of its own' on_screen 'AUTHENTICATING FOR org.armorer.helper.read'
keys 'open sesame' Enter
ok 'pkexec: what is denied is there' sees '/opt/t/secret'
keys q q
ok 'pkexec: and leaves with 0' left_with bob 0
ok 'pkexec: with who read' until_ok not reads_for
tmux -S "$sock" kill-server 2>/dev/null

# ---- the helper's own profile --------------------------------------------------------------------------
helper_denials() { dmesg | grep -F 'apparmor="DENIED"' | grep -F 'profile="armorer-helper"'; }
ok 'helper: did all this within its profile' sh -c "$(declare -f helper_denials); ! helper_denials"
