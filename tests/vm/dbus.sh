# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The bus: a call and a name that a profile lacks the rule for, refused by dbus-daemon, which asks the
# kernel and logs by itself. Debian's kernels 6.1 and 6.12 do not mediate it: there it is done without a
# rule. forky's 7.2 says that it does (features/dbus), dbus-daemon asks it of each message, and is told
# that all is allowed, with abi 4.0 and dbus rules in the profile, too: the room fails there, by hand,
# until somebody knows why. Read by guest.sh.
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
if [ -e /sys/kernel/security/apparmor/features/dbus ]; then
    together caller 3 : "$list"
    together owner 4 : "$own"
    when_denied() { dmesg | grep -F dbus_ | sed 's/^/# /'; }
    all_converge
    when_denied() { :; }
else
    ok 'bus: not mediated by this kernel, a call without a rule' sh -c "$list"
    ok 'bus: nor a name' sh -c "$own"
fi
pkill -f -- "--address=$bus"
