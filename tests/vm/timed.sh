# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Changes that last for a while, by systemd's own timers: what a reboot leaves of them, and their end.
# Needs a guest that systemd runs. Read by guest.sh.

may_read() { /opt/t/reader /opt/t/secret >/dev/null 2>&1; }
in_mode() { grep -qxF "$1 ($2)" /sys/kernel/security/apparmor/profiles; }
is_set() { systemctl is-active -q "armorer-$1.timer"; }
last_id() { "$armorer" changes --json | tail -1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'; }
# A minute is a hang, not a measure.
soon() { local end=$((SECONDS + 60)); until "$@"; do [ $SECONDS -lt $end ] || return 1; nap 0.2; done; }

ok 'timed: denied' not may_read
ok 'timed: a rule for an hour' "$armorer" apply --for 1h reader '/opt/t/secret r,'
rule=$(last_id)
ok 'timed: allowed' may_read
ok 'timed: systemd holds its end' is_set "$rule"
ok 'timed: complain mode for an hour' "$armorer" mode complain --for 1h chrooter
mode=$(last_id)
ok 'timed: the kernel says so' in_mode chrooter complain
ok 'timed: systemd holds its end, too' is_set "$mode"
ok 'timed: nothing is over' sh -c "'$armorer' undo --expired; [ \$? = 1 ]"

# As a reboot does: transient units are gone, files and clock go on.
systemctl stop "armorer-$rule.timer" "armorer-$mode.timer"
ok 'timed: as after a reboot' not is_set "$rule"
sed "s|@bindir@/armorer|$armorer|" /mnt/armorer/data/systemd/armorer-expired.service.in >/etc/systemd/system/armorer-expired.service
systemctl daemon-reload
ok 'timed: the unit of each boot' systemctl start armorer-expired.service
ok 'timed: has set them again' is_set "$rule"
ok 'timed: both' is_set "$mode"
ok 'timed: started again, it finds them set' systemctl start armorer-expired.service

over() { soon not may_read || { systemctl list-timers --all; journalctl -b --no-pager -n 30 -u 'armorer-*'; return 1; }; }
date -s '+2 hours' >/dev/null
ok 'timed: its time over, the rule is gone' over
ok 'timed: it is written in the history' soon sh -c "'$armorer' changes | grep -F '$rule' | grep -qF undone"
ok 'timed: enforced again' soon in_mode chrooter enforce
ok 'timed: no timer is left' soon not is_set "$rule"
ok 'timed: nothing is over any more' sh -c "'$armorer' undo --expired; [ \$? = 1 ]"

# What a reboot passed by: its time is over at the next start.
ok 'timed: another hour' "$armorer" apply --for 1h reader '/opt/t/secret r,'
systemctl stop "armorer-$(last_id).timer"
date -s '+2 hours' >/dev/null
ok 'timed: over, and nobody ended it' may_read
ok 'timed: the unit of the next boot' systemctl start armorer-expired.service
ok 'timed: does' not may_read
