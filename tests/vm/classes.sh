# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Every class of mediation: a small program of ours (act) does the thing under a profile that lacks the
# rule: denied, shown by each source, proposed, applied, done as compiled policy said, undone, denied
# again. Then what no rule can answer. Wants a guest with systemd. Read by guest.sh.
features=/sys/kernel/security/apparmor/features
cp /mnt/armorer/act /opt/t/act
act=/opt/t/act refusal=13

# Profiles without abstractions, which grant much of what is asked here; four in a file: each is proven by
# compiling its file, and to load each by itself is what takes a guest its time.
section() { section=$1 deeds=0 files=(); }  # name
loaded() { ok "$section: loaded" apparmor_parser -r "${files[@]}"; }
deed() {  # name [flags [rules [more text behind the profile]]]
    ln -f $act "/opt/t/$1"
    if [ $((deeds++ % 4)) = 0 ]; then
        file=/etc/apparmor.d/opt.t.section-$section$((deeds / 4)); files+=("$file")
        echo 'include <tunables/global>' >"$file"
    fi
    cat >>"$file" <<P
profile $1 /opt/t/$1 ${2:-} {
  /opt/t/$1 mr,
  /usr/lib/@{multiarch}/*.so* mr,
  /etc/ld.so.cache r,
  ${3:-}
  include ${hard-if exists} <local/opt.t.$1>
}
${4:-}
P
}
# Where this kernel does not mediate it, that is what is seen: done without a rule.
unmediated=()
fixes() {  # feature|- name rounds prepare act-arguments
    if [ "$1" = - ] || [ -e "$features/$1" ]; then together "$2" "$3" "$4" "/opt/t/$2 $5"
    else unmediated+=("$2"); case_prepare[$2]=$4 case_command[$2]="/opt/t/$2 $5"; fi
}
# What no rule can answer: said, with the reason, and nothing is written.
refused=()
declare -A refused_reason
refuses() {  # name reason command
    refused+=("$1"); refused_reason[$1]=$2 case_prepare[$1]=: case_command[$1]=$3
}

# ---- where it is seen --------------------------------------------------------------------------------
# Started before: the multicast has no past.
follow_netlink() {
    "$armorer" denials --follow --json --source netlink >/tmp/netlink 2>/tmp/netlink.err &
    follower=$!
    sleep 1
}
shown_by() {  # source file: each of the cases stands in there
    local name missing=''
    for name in "${cases[@]}"; do
        grep -qE "\"profile\":\"$name(\"|//)" "$2" || missing+=" $name"
    done
    ok "$1: shows each of ${#cases[@]}" test -z "$missing"
    [ -z "$missing" ] || echo "# $1 does not show:$missing"
}
when_denied() {
    local source
    sleep 1; kill -INT $follower; wait $follower
    shown_by netlink /tmp/netlink
    for source in kmsg journal; do
        "$armorer" denials --json --source $source >/tmp/shown 2>/tmp/err
        shown_by $source /tmp/shown
    done
}
# auditd takes the kernel's log away: while it is denied again.
when_undone() {
    rm -f /var/log/audit/audit.log
    mkdir -p /var/log/audit
    /sbin/auditd -s nochange
}
when_denied_again() {
    sleep 1
    "$armorer" denials --json /var/log/audit/audit.log >/tmp/shown 2>/tmp/err
    shown_by audit.log /tmp/shown
    # (As long as it is there it takes what is denied next.)
    pkill -x auditd; while pgrep -x auditd >/dev/null; do nap 0.1; done
}

# What a careful admin writes by hand for each profile: what armorer wrote, and is loaded, allows nothing
# besides. By the oracle, which compares both as compiled, all at once: for a guest compiling takes time.
declare -A by_hand
when_allowed() {
    local profile file
    cp -a /etc/apparmor.d/local /opt/local
    for profile in "${!by_hand[@]}"; do
        file=/etc/apparmor.d/local/opt.t.${profile##*:}; file=${file//\/\//.}
        [ -e "$file" ] && printf '%b\n' "${by_hand[$profile]}" >"$file"
    done
    "$armorer" status --compare --json "${!by_hand[@]}" >/tmp/compared 2>/tmp/err
    for profile in "${!by_hand[@]}"; do
        ok "$profile: no wider than what is written by hand" narrow "$profile"
    done
    rm -rf /etc/apparmor.d/local; mv /opt/local /etc/apparmor.d/local
    echo "# compared after $SECONDS s"
}
narrow() {  # profile: known, and nothing that is only loaded
    local name=${1##*:} said
    said=$(grep -F "\"profile\":\"$name\"" /tmp/compared | grep -F '"differences":[') || { cat /tmp/compared /tmp/err; return 1; }
    printf '%s\n' "$said" | sed 's/.*"differences"/differences/'
    ! printf '%s' "$said" | grep -qE '"[a-z_ ]+: on disk([^":]* -| otherwise| it runs)'
}
hand() {  # profile rules
    by_hand[$1]=$2
}

# ---- files -------------------------------------------------------------------------------------------
section files
while read -r verb rounds arguments; do
    deed "f-$verb"
    fixes - "f-$verb" "$rounds" "$clean; mkdir $d/sub" "$verb $arguments"
done <<V
read 1 $d/a
write 1 $d/a
append 2 $d/a
create 2 $d/new
unlink 1 $d/a
rename 2 $d/a $d/b
link 2 $d/a $d/l
symlink 1 $d/a $d/s
mkdir 1 $d/new
rmdir 1 $d/sub
list 1 $d
lock 2 $d/a
map 2 $d/a
chmod 1 $d/a
truncate 1 $d/a
mknod 1 $d/fifo
exec 2 /usr/bin/true
V
hand f-read "owner $d/a r,"
hand f-write "owner $d/a w,"
hand f-append "owner $d/a w,"
hand f-create "owner $d/new rw,"
hand f-unlink "owner $d/a w,"
hand f-rename "owner $d/a rw,\nowner $d/b w,"
hand f-link "owner $d/a r,\nowner link $d/l -> $d/a,"
hand f-symlink "owner $d/s w,"
hand f-mkdir "owner $d/new/ w,"
hand f-rmdir "owner $d/sub/ w,"
hand f-list "owner $d/ r,"
hand f-lock "owner $d/a rwk,"
hand f-map "owner $d/a rm,"
hand f-chmod "owner $d/a w,"
hand f-truncate "owner $d/a w,"
hand f-mknod "owner $d/fifo w,"
hand f-exec "/usr/bin/true ix,"
hand f-chown "owner $d/a w,"
hand f-hard "owner $d/a r,"
deed f-chown '' 'capability chown,'
fixes - f-chown 1 "$clean" "chown $d/a"
# An include that has to be there.
: >/etc/apparmor.d/local/opt.t.f-hard
hard='' deed f-hard
fixes - f-hard 1 "$clean" "read $d/a"
loaded

# ---- capabilities, limits, namespaces ----------------------------------------------------------------
section capabilities
deed c-chroot; fixes - c-chroot 1 : 'chroot /'
deed c-hostname; fixes - c-hostname 1 : 'hostname guest'
deed c-nice; fixes - c-nice 1 : 'nice -5'
deed c-setuid; fixes - c-setuid 1 : 'setuid 65534'
deed r-limit '' 'set rlimit nofile <= 512, capability sys_resource,'
deed u-userns '' 'capability sys_admin,'
grep -qs userns_create $features/namespaces/mask && asks=- || asks=namespaces/userns
fixes $asks u-userns 1 : userns
hand c-chroot 'capability sys_chroot,'
hand c-hostname 'capability sys_admin,'
hand c-nice 'capability sys_nice,'
hand c-setuid 'capability setuid,'
hand r-limit 'set rlimit nofile <= 600,'
[ $asks = - ] || [ ! -e $features/$asks ] || hand u-userns 'userns create,'
loaded
ok 'r-limit: within the limit' /opt/t/r-limit limit 400
fixes rlimit r-limit 1 : 'limit 600'

# ---- sockets -----------------------------------------------------------------------------------------
section sockets
for pair in 'inet stream' 'inet dgram' 'inet6 stream' 'netlink raw' 'unix stream' 'unix seqpacket'; do
    name=s-${pair/ /-}; deed "$name"
    fixes network_v8 "$name" 1 : "socket $pair"
    hand "$name" "network $pair,"
done
hand s-raw 'network packet raw,'
deed s-raw '' 'capability net_raw,'; fixes network_v8 s-raw 1 : 'socket packet raw'
deed s-talk; deed s-abstract
loaded

# ---- signals and traces ------------------------------------------------------------------------------
section processes
$act wait 900 & free=$!                            # unconfined
deed g-signal; fixes signal g-signal 1 : "signal $free 10"
deed p-trace '' 'capability sys_ptrace,'; fixes ptrace p-trace 1 : "trace $free"
# Both sides are confined: each profile needs a rule, the record of each denial names one. The other is
# started anew: one that sleeps may keep the policy it began with.
anew() { echo "pkill -x $1; /opt/t/$1 wait 900 & echo \$! >/tmp/$1.pid"; }
for pair in g p; do
    deed $pair-pair '' 'capability sys_ptrace,'
    deed $pair-other '' 'signal (receive) set=(term) peer=unconfined,'
done
hand g-signal 'signal (send) set=(usr1) peer=unconfined,'
hand p-trace 'ptrace (trace) peer=unconfined,'
hand g-pair 'signal (send) set=(usr1) peer=g-other,'
hand g-other 'signal (receive) set=(usr1) peer=g-pair,'
hand p-pair 'ptrace (trace) peer=p-other,'
hand p-other 'ptrace (tracedby) peer=p-pair,'
fixes signal g-pair 2 "$(anew g-other)" "signal \$(cat /tmp/g-other.pid) 10"
fixes ptrace p-pair 2 "$(anew p-other)" "trace \$(cat /tmp/p-other.pid)"
loaded

# ---- mounts: in a mount namespace of their own --------------------------------------------------------
m=/opt/t/m
fresh="umount -l $m/a 2>/dev/null; umount -l $m/b 2>/dev/null; mkdir -p $m/a $m/b"
mounts() { fixes mount "$1" 1 "$fresh; $2" "$3"; }
admin='capability sys_admin,'
section mounts
for name in mount bind remount private move umount; do deed "m-$name" '' "$admin"; done
mounts m-mount : "mount tmpfs none $m/a"
mounts m-bind : "bind $m/a $m/b"
mounts m-remount "mount -t tmpfs none $m/a" "remount $m/a"
mounts m-private "mount -t tmpfs none $m/a" "private $m/a"
mounts m-move "mount --make-private /; mount -t tmpfs none $m/a" "move $m/a $m/b"
mounts m-umount "mount -t tmpfs none $m/a" "umount $m/a"
hand m-mount "mount fstype=(tmpfs) options=(rw) none -> $m/a/,"
hand m-bind "mount options=(rw bind) $m/a/ -> $m/b/,"
hand m-remount "remount options=(ro) $m/a/,"
hand m-private "mount options=(rw make-private) -> $m/a/,"
hand m-move "mount options=(rw move) $m/a/ -> $m/b/,"
hand m-umount "umount $m/a/,"
hand m-pivot "pivot_root oldroot=$m/a/old/ $m/a/,"
deed m-pivot '' "$admin"
together m-pivot 1 : "unshare -m sh -c 'mount --make-rprivate / && mount -t tmpfs none $m/a && mkdir $m/a/old && exec /opt/t/m-pivot pivot $m/a $m/a/old'"

loaded

# ---- changes of profile --------------------------------------------------------------------------------
section profiles
attr='@{PROC}/@{pid}/attr/{apparmor/,}'
deed x-profile '' "${attr}current rw," 'profile other { /opt/t/** mrix, /usr/lib/** mr, /etc/ld.so.cache r, /proc/*/attr/** r, }'
fixes - x-profile 1 : 'profile other'
deed x-onexec '' "${attr}exec rw, /opt/t/f-read rix,"
fixes - x-onexec 2 : 'onexec other /opt/t/f-read read /proc/self/attr/current'
# Hats and children: by an include of their own, or not at all.
own_include() { echo "/usr/lib/** mr, /etc/ld.so.cache r, include if exists <local/opt.t.$1>"; }
deed x-hat '' "${attr}current rw, ^hat { $(own_include x-hat.hat) }"
fixes - x-hat 1 "$clean" "hat hat $d/a"
deed x-child '' "/opt/t/kid cx -> kid, profile kid { /opt/t/kid mr, $(own_include x-child.kid) }"
ln -f $act /opt/t/kid
fixes - x-child 1 "$clean" "exec /opt/t/kid read $d/a"
hand x-profile 'change_profile -> other,'
hand x-onexec 'change_profile -> other,'
hand x-hat//hat "owner $d/a r,"
hand x-child//kid "owner $d/a r,"
deed x-bare '' "${attr}current rw, ^hat { /usr/lib/** mr, }"
# One process under two profiles: begun so, and led there by a rule (px alone would want a third, of the
# program's own).
deed k-one; deed k-two
together k-one 2 "$clean" "aa-exec -p 'k-one//&k-two' -- /opt/t/k-one read $d/a"
deed k-led '' '/opt/t/k-run mr, /opt/t/k-run pix -> &k-beside,'; deed k-beside '' '/opt/t/k-run mr,'; ln -f $act /opt/t/k-run
together k-led 2 "$clean" "/opt/t/k-led exec /opt/t/k-run read $d/a"
hand k-one "owner $d/a r,"
hand k-two "owner $d/a r,"
hand k-led "owner $d/a r,"
hand k-beside "owner $d/a r,"
loaded
sh -c "$clean"
dmesg -C
ok 'x-bare: a hat is refused a file' sh -c "/opt/t/x-bare hat hat $d/a; test \$? = 13"
log
ok 'x-bare: no include in the hat: said' sh -c "$armorer propose /var/log/kern.log >/tmp/rules && $armorer apply --from /tmp/rules; test \$? = 3"
sed 's/^/# /' /tmp/rules /tmp/out
ok 'x-bare: and nothing is written' sh -c "! grep -s '[^[:space:]]' /etc/apparmor.d/local/opt.t.x-bare"
# A namespace of policy.
mkdir -p /sys/kernel/security/apparmor/policy/namespaces/cell 2>/dev/null
section namespace
deed celled
sed -i 's/^profile celled/profile :cell:celled/' "$file"
hand :cell:celled "owner $d/a r,"
together celled 1 "$clean" "aa-exec -n cell -p celled -- /opt/t/celled read $d/a"
loaded

# ---- queues and rings ----------------------------------------------------------------------------------
section rest
# (Without that right a kernel asks for it, which is another denial.)
deed q-queue '' 'capability sys_resource,'
if [ -e $features/posix_mqueue ]; then
    fixes posix_mqueue q-queue 2 'rm -f /dev/mqueue/armorer' 'queue /armorer'
else  # such a kernel asks for a file, which stands on no path
    refuses q-queue disconnected '/opt/t/q-queue queue /armorer'
fi
deed i-ring; fixes io_uring i-ring 1 : ring

# ---- where no rule can answer ------------------------------------------------------------------------
# A transition to a profile that is not there.
deed n-missing '' '/opt/t/f-read px -> nowhere,'
refuses n-missing no-transition '/opt/t/n-missing exec /opt/t/f-read read /etc/hostname'
# no_new_privs, and a transition to more than it had.
deed n-privs '' '/opt/t/plainly px,'
deed plainly '' '/etc/hostname r,'
refuses n-privs no-new-privs 'setpriv --no-new-privs /opt/t/n-privs exec /opt/t/plainly read /etc/hostname'
# An explicit deny.
deed n-deny '' "audit deny $d/a r,"
sh -c "$clean"
refuses n-deny explicitly-denied "/opt/t/n-deny read $d/a"
# A path that lies outside of the root: a file that is open still, in a mount that is gone.
deed n-away
refuses n-away disconnected "unshare -m sh -c 'mount --make-rprivate / && mount -t tmpfs none $m/a && echo x >$m/a/x && exec 9<$m/a && umount -l $m/a && exec /opt/t/n-away read /proc/self/fd/9/x'"

loaded

# ---- all of them ---------------------------------------------------------------------------------------
for name in "${unmediated[@]}"; do ok "$name: not mediated by this kernel, done without a rule" attempt "$name"; done
journal_hears_audit
follow_netlink
all_converge

converses s-talk 'network inet stream,' '/opt/t/s-talk talk 7411'
converses s-abstract 'network unix stream,' '/opt/t/s-abstract abstract armorer'

sum_of_local() { cat /etc/apparmor.d/local/* | sha256sum; }
before=$(sum_of_local); sh -c "$clean"; dmesg -C
for name in "${refused[@]}"; do ok "$name: denied" is_refused "$name"; done
log
$armorer propose --json /var/log/kern.log >/tmp/rules
for name in "${refused[@]}"; do
    ok "$name: no rule, and why (${refused_reason[$name]})" \
        sh -c "grep -F '\"profile\":\"$name\"' /tmp/rules | grep -F '\"no_rule\":\"${refused_reason[$name]}\"' || { cat /tmp/rules; false; }"
done
ok 'refused: there is nothing to apply' sh -c "$armorer propose /var/log/kern.log 2>/dev/null | $armorer apply --from -; test \$? = 1"
ok 'refused: and nothing is written' test "$before" = "$(sum_of_local)"
for name in "${refused[@]}"; do ok "$name: denied as before" is_refused "$name"; done
kill $free
pkill -x 'g-other|p-other'
refusal='' cases=()
when_denied() { :; }; when_allowed() { :; }; when_undone() { :; }; when_denied_again() { :; }
