#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inside the guest, as root: a program is denied, armorer proposes, applies, the program runs; undo, and
# it is denied again. TAP. What the rooms share stands here; they are the commands and what is refused
# (commands.sh), kinds of access (access.sh), what complain mode holds and rules on both sides (held.sh),
# the screen (screen.sh), query (query.sh) and the oracle against the kernel: walk by walk (oracle.sh), by
# made policy and by things done (agree.sh).
set -u
export ARMORER_DATADIR=/mnt/armorer
armorer=/mnt/armorer/armorer
n=0 bad=0
ok() {  # description, then a command that must succeed
    local what=$1; shift; n=$((n + 1))
    if "$@" >/tmp/out 2>&1; then echo "ok $n - $what"
    else bad=$((bad + 1)); echo "not ok $n - $what"; sed 's/^/# /' /tmp/out; fi
}
not() { ! "$@"; }
has() { grep -qF -- "$1" "$2"; }

mkdir -p /opt/t /var/log
# Every denial is to reach the log: the kernel's rate limit is not what is tested here.
echo 0 >/proc/sys/kernel/printk_ratelimit
echo secret >/opt/t/secret
echo 'a name' >'/opt/t/hostile "name" * [x] \ ,'
cp "$(command -v cat)" /opt/t/reader
cp "$(command -v chroot)" /opt/t/chrooter
for p in reader chrooter; do
    cat >"/etc/apparmor.d/opt.t.$p" <<P
include <tunables/global>
profile $p /opt/t/$p {
  include <abstractions/base>
  /opt/t/$p mr,
  /usr/bin/true ix,
  include if exists <local/opt.t.$p>
}
P
    apparmor_parser -r "/etc/apparmor.d/opt.t.$p" || exit 1
done
log() { dmesg >/var/log/kern.log; }

# ---- a loop of denied, applied, runs, undone -----------------------------------------------------------
# A copy of a program under a profile that allows it nothing but to start; what is denied is proposed,
# applied and tried again, until it runs. Then all is undone, and it is denied as at first.
confine() {  # name program [flags [rules]]
    cp "$(command -v "$2")" "/opt/t/$1"
    cat >"/etc/apparmor.d/opt.t.$1" <<P
include <tunables/global>
profile $1 /opt/t/$1 ${3:-} {
  include <abstractions/base>
  /opt/t/$1 mr,
  ${4:-}
  include if exists <local/opt.t.$1>
}
P
    apparmor_parser -r "/etc/apparmor.d/opt.t.$1"
}
converges() {  # name rounds prepare command: fixed within so many rounds, and back
    local name=$1 rounds=$2 prepare=$3 cmd=$4 i done=
    sh -c "$prepare"; dmesg -C
    ok "$name: denied" not sh -c "$cmd"
    for ((i = 0; i < rounds; i++)); do
        log
        $armorer propose >/tmp/rules 2>/dev/null
        $armorer apply --from /tmp/rules >/tmp/applied 2>&1 || sed 's/^/# /' /tmp/applied
        sh -c "$prepare"; dmesg -C
        if sh -c "$cmd" >/tmp/out 2>&1; then done=1; break; fi
    done
    sed 's/^/# /' "/etc/apparmor.d/local/opt.t.$name" 2>/dev/null
    ok "$name: runs after $((i + 1)) rounds" test -n "$done"
    while $armorer undo >/dev/null 2>&1; do :; done
    ok "$name: everything was taken back" sh -c "! grep -q '[^[:space:]]' /etc/apparmor.d/local/opt.t.$name"
    sh -c "$prepare"
    ok "$name: denied again" not sh -c "$cmd"
}
d=/opt/t/d
# shellcheck disable=SC2034
clean="rm -rf $d; mkdir -p $d; echo x >$d/a"

for room in "$@"; do
    # shellcheck disable=SC1090
    . "/mnt/armorer/$room.sh"
    echo "# $room: done after $SECONDS s"
done

echo "1..$n"
[ $bad = 0 ]
