# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Programs under the profiles that Debian ships for them, in enforce mode, broken in ways that happen:
# a configuration that was moved, another log file, an output of another name, macros of the site's
# own. Each is fixed within two rounds. Read by guest.sh.
policy_sum() { find /etc/apparmor.d -type f ! -path '*/.*' -exec sha256sum {} + | grep -v -e local/ | sort -k2; }
local_rules() { cat /etc/apparmor.d/local/* | grep -v '^#' | grep '[^[:space:]]'; }
mends() {  # label prepare command: denied; run within two rounds; all taken back; denied again
    local label=$1 prepare=$2 cmd=$3 i done=
    policy_sum >/tmp/policy0
    sh -c "$prepare" >/dev/null 2>&1; dmesg -C
    ok "$label: does not work" not sh -c "$cmd"
    for ((i = 0; i < 2; i++)); do
        log
        $armorer denials /var/log/kern.log >/tmp/denials 2>/dev/null; sed 's/^/# /' /tmp/denials
        $armorer propose /var/log/kern.log >/tmp/rules 2>/dev/null; sed 's/^/# /' /tmp/rules
        $armorer apply --add-include --from /tmp/rules >/tmp/applied 2>&1 || sed 's/^/# /' /tmp/applied
        sh -c "$prepare" >/dev/null 2>&1; dmesg -C
        if sh -c "$cmd" >/tmp/out 2>&1; then done=1; break; fi
        sed 's/^/# /' /tmp/out
    done
    ok "$label: works after $((i + 1)) rounds" test -n "$done"
    while $armorer undo >/dev/null 2>&1; do :; done
    ok "$label: everything was taken back" sh -c '! grep -hv "^#" /etc/apparmor.d/local/* | grep "[^[:space:]]"'
    policy_sum >/tmp/policy1
    ok "$label: every other file is as it was" cmp /tmp/policy0 /tmp/policy1
    sh -c "$prepare" >/dev/null 2>&1
    ok "$label: does not work again" not sh -c "$cmd"
}
shipped() {  # file: in enforce mode, loaded
    sed -i -E 's/complain,? ?//; s/ flags=\(\)//' "/etc/apparmor.d/$1"
    apparmor_parser -r -T -W "/etc/apparmor.d/$1"
}
for file in bin.ping usr.sbin.dnsmasq usr.sbin.nscd usr.sbin.traceroute usr.bin.man usr.bin.tcpdump; do
    ok "$file is shipped, and loads in enforce mode" shipped $file
done
mkdir -p /srv/net /srv/dns /srv/log /srv/man /srv/capture
ip link set lo up
echo 'nameserver 127.0.0.1' >/etc/resolv.conf

# The hosts file was moved, and a link left behind.
cp /etc/hosts /srv/net/hosts; echo '127.0.0.1 moved.example' >>/srv/net/hosts
ln -sf /srv/net/hosts /etc/hosts
mends 'ping, hosts moved' : 'ping -n -c 1 -W 2 moved.example'
mends 'traceroute, hosts moved' : 'traceroute -n -m 1 -q 1 -w 1 moved.example'
rm /etc/hosts; cp /srv/net/hosts /etc/hosts

# Configuration and hosts in a directory of the site's own.
cat >/srv/dns/dnsmasq.conf <<C
port=5353
no-resolv
no-hosts
addn-hosts=/srv/dns/hosts
listen-address=127.0.0.1
pid-file=/run/dnsmasq.pid
C
echo '127.0.0.7 name.example' >/srv/dns/hosts
cat >/opt/t/ask.py <<'P'
import socket, sys
name = b''.join(bytes([len(part)]) + part for part in b'name.example'.split(b'.')) + b'\0'
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(b'\x12\x34\x01\0\0\1\0\0\0\0\0\0' + name + b'\0\1\0\1', ('127.0.0.1', 5353))
sys.exit(0 if s.recv(512).endswith(b'\x7f\0\0\x07') else 1)
P
mends 'dnsmasq, configuration moved' 'pkill dnsmasq; sleep 0.2' 'dnsmasq -C /srv/dns/dnsmasq.conf && python3 /opt/t/ask.py'
pkill dnsmasq

# A log file elsewhere.
sed 's|^[#[:space:]]*logfile.*|logfile /srv/log/nscd.log|' /etc/nscd.conf >/tmp/nscd.conf; cp /tmp/nscd.conf /etc/nscd.conf
grep -q '^logfile /srv' /etc/nscd.conf || echo 'logfile /srv/log/nscd.log' >>/etc/nscd.conf
mkdir -p /run/nscd
mends 'nscd, log moved' 'nscd -K; sleep 0.5; rm -f /srv/log/nscd.log' 'nscd && test -e /srv/log/nscd.log'
nscd -K

# What is to be run on each file that is full.
cp "$(command -v rm)" /srv/capture/sweep
mends 'tcpdump, a program of the site' 'rm -f /tmp/full.pcap' \
    '(for i in 1 2 3 4 5; do sleep 1; ping -n -c 1 127.0.0.1 >/dev/null; done) & timeout 30 tcpdump -i lo -G 2 -W 1 -w /tmp/full.pcap -z /srv/capture/sweep icmp && sleep 1 && ! test -e /tmp/full.pcap'

# Another name for what is captured, by another user than the program's own.
useradd -r -M keeper 2>/dev/null; chown keeper /srv/capture
mends 'tcpdump, another user and name' 'rm -f /srv/capture/trace.out' \
    '(for i in 1 2 3 4 5; do sleep 1; ping -n -c 1 127.0.0.1 >/dev/null; done) & timeout 30 tcpdump -i lo -c 1 -Z keeper -w /srv/capture/trace.out icmp && test -s /srv/capture/trace.out'

# Macros of the site's own, read by a part of man that is confined by two profiles at once.
mkdir -p /srv/tmac; echo '.ds site-word sitewide' >/srv/tmac/site.tmac
printf '.TH X 1\n.SH NAME\nx \\- \\*[site-word]\n' >/srv/man/x.1
mends 'man, macros of the site' : 'MANROFFOPT="-M/srv/tmac -msite" man -l /srv/man/x.1 | grep -q sitewide'
