# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC1091,SC2034,SC2154
# auditd is stopped, killed and started again while armorer follows, and while its screen is up: nothing
# is counted twice, nothing is lost and not told. Wants a guest with systemd. Read by guest.sh.
. /mnt/armorer/following.sh
rm -f /var/log/audit/audit.log*
sed -i 's/^max_log_file_action *=.*/max_log_file_action = KEEP_LOGS/' /etc/audit/auditd.conf
runs() { pgrep -x auditd >/dev/null; }
gone() { ! runs; }
audits() { /sbin/auditd -s nochange; soon runs && soon grep -q type=DAEMON_START /var/log/audit/audit.log; sleep 1; }
audits_again() { local n; n=$(grep -c type=DAEMON_START /var/log/audit/audit.log); /sbin/auditd -s nochange; soon started_after "$n"; sleep 1; }
started_after() { [ "$(grep -c type=DAEMON_START /var/log/audit/audit.log)" -gt "$1" ]; }
stops() { pkill "-$1" -x auditd; soon gone; }  # signal
seen_once() { soon seen_is "$1" "$2" && sleep 1.5 && seen_is "$1" "$2" || { seen "$1"; return 1; }; }
# COUNT + told is as many as were denied; never more than that are counted.
accounted() {  # name denied
    local count median worst told kinds
    settled "$1" "$2"; sleep 2
    read -r count median worst told kinds < <(seen "$1")
    echo "# $1: $2 denied, $count seen, $((told - told_before)) told to be lost since ($kinds)"
    ok "$1: nothing is counted twice" test "$count" -le "$2"
    ok "$1: what is not counted is told" test $((count + told - told_before)) -ge "$2"
    told_before=$told
}
told_before=0

audits
ok 'auditd runs' runs
follow
storm 5 first 0;  ok 'while it runs: counted once' seen_once first 5
stops TERM;       ok 'stopped' gone
storm 5 stopped 0; ok 'while it is stopped: counted' seen_once stopped 5
ok 'and no log of its has them' not grep -q /stopped- /var/log/audit/audit.log
audits_again;     ok 'started again: no earlier one is counted anew' seen_once stopped 5
storm 5 again 0;  ok 'counted once' seen_once again 5
stops KILL
storm 5 killed 0; ok 'killed: counted' seen_once killed 5
audits_again
storm 5 third 0;  ok 'and started: counted once' seen_once third 5
ok 'what the kernel held for it is not counted anew' seen_is killed 5
ok 'and nothing is said to be lost' test "$(seen third | cut -d' ' -f4)" = 0

# In the middle of a storm.
storm 4000 between 0 & stormy=$!
sleep 0.5; stops KILL; sleep 0.5; audits_again
wait $stormy
accounted between 4000
# Stopped, and armorer too, so that its socket overflows: no log has what did not fit.
stops TERM
kill -STOP $follower
storm 12000 full 0
kill -CONT $follower
# At once that something was lost, and how much with the next record, whose number tells it.
overran() { seen full | grep -qE 'overrun:[1-9]'; }
ok 'full: told that some is lost' soon overran
# (As long as it is still full one is lost with the rest.)
next_seen() { storm 1 next 0; sleep 1; ! seen_is next 0; }
ok 'full: and a next one is there' soon next_seen
accounted full 12000
echo "# $(seen full)"
unfollow
sed 's/^/# /' /tmp/follow.err

# ---- what is chosen, when it is stopped already ------------------------------------------------------
dmesg -C
storm 3 later 0
"$armorer" denials --json >/tmp/past 2>/tmp/past.err
ok 'stopped before armorer begins: what was denied since is there' test "$(grep -c /later- /tmp/past)" = 3
"$armorer" doctor >/tmp/doctor 2>&1; grep -i audit /tmp/doctor | sed 's/^/# /'
ok 'and it is said why others are read' grep -q 'auditd does not run' /tmp/doctor
audits_again

# ---- the screen --------------------------------------------------------------------------------------
tmux -L auditd kill-server 2>/dev/null
SHELL=/bin/sh tmux -L auditd -f /dev/null new-session -d -s s -x 80 -y 24 "$armorer" \; set -g status off
screen() { tmux -L auditd capture-pane -p -t s; }
on_screen() { screen | grep -qE -- "$1"; }
sees() { soon on_screen "$1" || { screen; return 1; }; }
ok 'screen: it is up' sees 'denials'
tmux -L auditd send-keys -t s f; tmux -L auditd send-keys -t s -l 'path:/opt/t/src/screen*'; tmux -L auditd send-keys -t s Enter
storm 1 screen1 0; ok 'screen: a live denial, while auditd runs' sees 'screen1-0'
stops TERM
storm 1 screen2 0; ok 'screen: one, while it is stopped' sees 'screen2-0'
audits_again
storm 1 screen3 0; ok 'screen: one, when it is back' sees 'screen3-0'
stops KILL
storm 1 screen4 0; ok 'screen: one, when it was killed' sees 'screen4-0'
audits_again; sleep 2
ok 'screen: each of the four is there' sees '[0-9] of 4'
screen | sed 's/^/# /'
ok 'screen: each counts once' not on_screen '^ +([2-9]|1[0-9]+) +[0-9:]+ .*screen[1-4]-0'
tmux -L auditd send-keys -t s Escape q; sleep 1
tmux -L auditd kill-server 2>/dev/null
stops TERM
rm -f /var/log/audit/audit.log* /etc/apparmor.d/opt.t.storm
