# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The bus: a call and a name that a profile lacks the rule for, refused by dbus-daemon, which asks the
# kernel and logs by itself. Debian's kernels 6.1 and 6.12 do not mediate it. 7.2 does, but only by policy
# whose network rules are of v9, which a compiler 5.0 makes: for that of forky's 4.1.8 it answers that all
# is allowed. So real attempts are made in a guest of sid; where it is not mediated it is done without a
# rule, and armorer has to say so. Read by guest.sh.
bus=unix:path=/run/bus.guest
rm -f /run/bus.guest
mkdir -p /run/dbus
ok 'bus: it runs' dbus-daemon --session --address=$bus --fork
needs='/run/bus.guest rw, network unix, unix, /etc/machine-id r, /var/lib/dbus/machine-id r,'
confine caller dbus-send '' "$needs"; confine owner dbus-send '' "$needs"
says="--bus=$bus --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus"
list="/opt/t/caller $says.ListNames"
# (4: not to wait for it)
own="/opt/t/owner $says.RequestName string:org.example.Guest uint32:4"
# What the kernel tells dbus-daemon: every bit, where it does not look at the bus at all.
cat >/opt/t/access.py <<'P'
import os, sys
fd = os.open("/sys/kernel/security/apparmor/.access", os.O_RDWR)
os.write(fd, b"label\0" + sys.argv[1].encode() + b"\0\x20")
sys.exit(b"allow 0xffffffff" in os.read(fd, 200))
P
mediates=no can=no
python3 /opt/t/access.py caller && mediates=yes
[ -e /sys/kernel/security/apparmor/features/dbus ] && apparmor_parser -V | grep -q 'version [5-9]' && can=yes
ok "bus: mediated, by this kernel and such policy: $can" test $mediates = $can
if [ $mediates = yes ]; then
    together caller 3 : "$list"
    together owner 4 : "$own"
    when_denied() { dmesg | grep -F dbus_ | sed 's/^/# /'; }
    all_converge
    when_denied() { :; }
else
    ok 'bus: not mediated, a call without a rule' sh -c "$list"
    ok 'bus: nor a name' sh -c "$own"
    ok 'bus: and armorer says so' sh -c "$armorer query --json caller dbus send bus=session path=/x | tee /dev/stderr | grep -F '\"loaded\":{\"verdict\":\"not-mediated\"'"
fi
pkill -f -- "--address=$bus"
