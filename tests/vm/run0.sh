# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Rights by run0, where neither sudo nor pkexec is there: systemd's own way, whose agent asks on the same
# terminal, and which stays as long as what it runs. Needs a guest that systemd runs, of 256 or newer. Read
# by guest.sh.
. /mnt/armorer/keys.sh
install_helper || exit 1
make_bob
install -D -m755 "$armorer" "${helper%/libexec/*}/bin/armorer"
for program in sudo pkexec; do mount --bind /dev/null "/usr/bin/$program"; done
ok 'run0: bus, polkit and sessions' systemctl start dbus.service polkit.service systemd-logind.service
# polkit asks on the terminal in a session alone: as after a login.
start_session() {  # user program arguments...
    local user=$1; shift
    sock=/tmp/tmux.$user; rm -f "$sock" "/tmp/status.$user"
    cat >"/tmp/login.$user" <<L
cd / && SHELL=/bin/sh tmux -S $sock -f /dev/null new-session -d -s s -x 80 -y 24 \\
    "trap : INT; $*; echo \\$? >/tmp/status.$user; exec sleep 600" \\; set -g status off
exec sleep 600
L
    setsid runuser -l "$user" -c "sh /tmp/login.$user" </dev/null >/dev/null 2>&1 &
}
dmesg -C
ok 'run0: denied' not reads
start_session bob "$armorer"
ok 'run0: without rights there is nothing to read' sees 'A asks for the right to read'
keys A
ok 'run0: its agent asks on the terminal' asks_password
keys 'open sesame' Enter
ok 'run0: what was denied is there' sees '/opt/t/secret'
ok 'run0: who reads goes on' reads_for
keys Home p
ok 'run0: a rule is proposed' sees '+owner /opt/t/secret r,'
can_write; keys t
ok 'run0: for an hour' sees 'then it is taken back by itself'
keys w
ok 'run0: the change is asked for by itself' asks_password
keys 'open sesame' Enter
ok 'run0: back on the screen with the result' sees 'done: Written, loaded, and the kernel allows what was denied'
ok 'run0: the program runs' reads
change=$("$armorer" changes --json | tail -1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
ok 'run0: the helper has had its end set' systemctl is-active -q "armorer-$change.timer"
ends_by() { systemctl show -p ExecStart "armorer-$change.service" | grep -F "${helper%/libexec/*}/bin/armorer undo --expired $change"; }
ok 'run0: by the armorer that is installed' ends_by
keys Escape q q
ok 'run0: leaves with 0' left_with bob 0
ok 'run0: who read is gone' until_ok not reads_for
ok 'run0: taken back' "$armorer" undo
beyond_profile() { dmesg | grep -F 'apparmor="DENIED"' | grep -F 'profile="armorer-helper"'; }
ok 'run0: the helper did all this within its profile' not beyond_profile
ok 'run0: denied again' not reads
pkill -f /tmp/login.bob; tmux -S "$sock" kill-server 2>/dev/null
for program in sudo pkexec; do umount "/usr/bin/$program"; done
