#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inside the guest, as root: a program is denied, armorer proposes, applies, the program runs; undo, and
# it is denied again. TAP. What the rooms share stands here; they are the whole way (rounds.sh), every
# class of mediation (classes.sh), kinds of access and hostile names (access.sh), what is refused and
# complain mode (commands.sh), what complain mode holds and rules on both sides (held.sh), programs that
# Debian confines (programs.sh), changes that die or fail (faults.sh), sources and their figures
# (sources.sh), auditd that comes and goes (auditd.sh), the bus (dbus.sh), modes (modes.sh), what lasts
# for a while (timed.sh), new profiles (new.sh), the screen (screen.sh,
# run0.sh), query (query.sh) and the oracle against the kernel: walk
# by walk (oracle.sh), by made policy and by things done (agree.sh).
set -u
armorer=/mnt/armorer/armorer
n=0 bad=0
ok() {  # description, then a command that must succeed
    local what=$1; shift; n=$((n + 1))
    if "$@" >/tmp/out 2>&1; then echo "ok $n - $what"
    else bad=$((bad + 1)); echo "not ok $n - $what"; sed 's/^/# /' /tmp/out; fi
}
not() { ! "$@"; }
has() { grep -qF -- "$1" "$2"; }
# What looks again and again takes the time of what it waits for: it starts no program for that.
mkfifo /tmp/idle && exec {idle}<>/tmp/idle
nap() { read -r -t "$1" -u "$idle"; true; }  # seconds

# Each start of armorer looks through all policy that Debian ships, and each change copies it: of these two
# hundred files, which no room but two asks for, comes half of a guest's time.
case " ${ARMORER_LONG:+rounds} $* " in
    *' rounds '*|*' programs '*) ;;
    *) mkdir -p /opt/shipped && find /etc/apparmor.d -maxdepth 1 -type f -exec mv -t /opt/shipped {} + ;;
esac

# What armorer knows, and how it looks, is for root only where it is installed.
helper=$(sed -n 's|.*exec.path">\(.*\)</annotate>|\1|p' /mnt/armorer/org.armorer.helper.policy | head -1)
mkdir -p "${helper%/libexec/*}/share/armorer" && cp -r /mnt/armorer/{data,themes} "${helper%/libexec/*}/share/armorer/" || exit 1

mkdir -p /opt/t /var/log
# Every denial is to reach the log: the kernel's rate limit is not what is tested here.
echo 0 >/proc/sys/kernel/printk_ratelimit
echo secret >/opt/t/secret
echo 'a name' >'/opt/t/hostile "name" * [x] \ ,'
cp "$(command -v cat)" /opt/t/reader
cp "$(command -v chroot)" /opt/t/chrooter
# What any program does at first, and is told from outside.
starts='/usr/lib/** mr, /etc/ld.so.cache r, /etc/ld.so.preload r, /dev/{null,zero,urandom} rw, /usr/share/{locale,zoneinfo}/** r,
  /etc/{locale.alias,localtime,nsswitch.conf,passwd,group} r, signal (receive) peer=unconfined,'
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

# ---- denied, applied, runs, undone ---------------------------------------------------------------------
# A copy of a program under a profile that allows it nothing but to start; without the abstraction, which
# takes the compiler three times as long.
confine() {  # name program [flags [rules]]
    cp "$(command -v "$2")" "/opt/t/$1"
    cat >"/etc/apparmor.d/opt.t.$1" <<P
include <tunables/global>
profile $1 /opt/t/$1 ${3:-} {
  $starts
  /opt/t/$1 mr,
  ${4:-}
  include if exists <local/opt.t.$1>
}
P
    apparmor_parser -r "/etc/apparmor.d/opt.t.$1"
}
d=/opt/t/d
# shellcheck disable=SC2034
clean="rm -rf $d; mkdir -p $d; echo x >$d/a"

# ---- many of them at once ------------------------------------------------------------------------------
# To start programs is what takes a guest its time: cases are only noted, then all are denied; each round
# of one proposal and one change answers what is denied, until all run; all is undone, all are denied.
cases=() refusal=''
declare -A case_rounds case_prepare case_command
together() {  # name rounds prepare command
    cases+=("$1"); case_rounds[$1]=$2 case_prepare[$1]=$3 case_command[$1]=$4
}
attempt() {  # name
    sh -c "${case_prepare[$1]}" >/dev/null 2>&1
    sh -c "${case_command[$1]}"
}
is_refused() {  # name: by the status that is asked for, if one is
    local rc; attempt "$1"; rc=$?
    echo "status $rc"
    if [ -n "$refusal" ]; then [ $rc = "$refusal" ]; else [ $rc != 0 ]; fi
}
# What compiled and loaded policy say now of all that was denied: allowed.
all_allowed() {
    $armorer query --denials --json /var/log/kern.log >/tmp/asked
    [ -s /tmp/asked ] || return 1
    ! grep -vE '"disk":\{"verdict":"allowed".*"loaded":\{"verdict":"allowed"' /tmp/asked
}
# With systemd: the journal gets what the kernel logs, and all of the audit beside it.
journal_hears_audit() {
    systemctl is-active -q systemd-journald-audit.socket && return
    systemctl stop systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket
    systemctl start systemd-journald-audit.socket systemd-journald-dev-log.socket systemd-journald.service
}
# For a room to look at what the logs show, and at what was written.
when_denied() { :; }
when_allowed() { :; }
when_undone() { :; }
when_denied_again() { :; }
all_converge() {
    local name round left=() pending=("${cases[@]}")
    dmesg -C
    for name in "${cases[@]}"; do ok "$name: denied" is_refused "$name"; done
    when_denied
    echo "# denied after $SECONDS s"
    for ((round = 1; round <= 4 && ${#pending[@]}; round++)); do
        log
        $armorer propose /var/log/kern.log >/tmp/rules 2>/dev/null; sed 's/^/# /' /tmp/rules
        echo "# proposed after $SECONDS s"
        ok "round $round: applied as one change" "$armorer" apply --from /tmp/rules
        echo "# applied after $SECONDS s"
        ok "round $round: as compiled and as loaded it is allowed" all_allowed
        echo "# asked after $SECONDS s"
        dmesg -C; left=()
        for name in "${pending[@]}"; do
            if attempt "$name" >"/tmp/case.$name" 2>&1; then
                ok "$name: runs after $round rounds" test $round -le "${case_rounds[$name]}"
            else left+=("$name"); fi
        done
        pending=("${left[@]}")
    done
    for name in "${pending[@]}"; do ok "$name: runs in the end" attempt "$name"; done
    when_allowed
    while $armorer undo >/dev/null 2>&1; do :; done
    echo "# undone after $SECONDS s"
    ok 'everything was taken back' sh -c "! grep '[^[:space:]]' /etc/apparmor.d/local/opt.t.*"
    when_undone
    for name in "${cases[@]}"; do ok "$name: denied again" is_refused "$name"; done
    when_denied_again
    cases=()
}

# A whole conversation: where each step of it is asked for, the narrowest rules take a round each; the
# ladder has one for all.
converses() {  # name rule command
    case_prepare[$1]=: case_command[$1]=$3
    dmesg -C; ok "$1: denied" is_refused "$1"; log
    ok "$1: a rule for all of it is on the ladder" sh -c "$armorer propose --all /var/log/kern.log | tee /dev/stderr | grep -F '$2'"
    ok "$1: applied" "$armorer" apply "$1" "$2"
    ok "$1: runs" attempt "$1"
    ok "$1: undone" "$armorer" undo
    ok "$1: denied again" is_refused "$1"
}
for room in "$@"; do
    # shellcheck disable=SC1090
    . "/mnt/armorer/$room.sh"
    echo "# $room: done after $SECONDS s"
done

echo "1..$n"
[ $bad = 0 ]
