# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Every class of mediation: a small program of ours (act) does the thing under a profile that lacks the
# rule: denied, proposed, applied, done as compiled policy said, undone, denied again. Then what no rule
# can answer. Read by guest.sh.
act=/mnt/armorer/act
features=/sys/kernel/security/apparmor/features

# A copy of act under a profile without abstractions, which grant much of what is asked here.
deed() {  # name [flags [rules [more text behind the profile]]]
    cp $act "/opt/t/$1"
    cat >"/etc/apparmor.d/opt.t.$1" <<P
include <tunables/global>
profile $1 /opt/t/$1 ${2:-} {
  /opt/t/$1 mr,
  /usr/lib/@{multiarch}/*.so* mr,
  /etc/ld.so.cache r,
  ${3:-}
  include if exists <local/opt.t.$1>
}
${4:-}
P
    apparmor_parser -r "/etc/apparmor.d/opt.t.$1"
}
# Where this kernel does not mediate it, that is what is seen: done without a rule.
fixes() {  # feature|- name rounds prepare act-arguments
    local feature=$1 name=$2; shift
    if [ "$feature" = - ] || [ -e "$features/$feature" ]; then
        converges "$name" "$2" "$3" "/opt/t/$name $4"
    else
        ok "$name: not mediated by this kernel, done without a rule" sh -c "$3; /opt/t/$name $4"
    fi
}

# What no rule can answer: said, with the reason, and nothing is written.
refuses() {  # name reason command
    local before after
    before=$(cat /etc/apparmor.d/local/* | sha256sum); dmesg -C
    ok "$1: denied" not sh -c "$3"
    log
    ok "$1: no rule, and why ($2)" sh -c "$armorer propose --json >/tmp/rules; cat /tmp/rules; grep -F '\"no_rule\":\"$2\"' /tmp/rules"
    ok "$1: there is nothing to apply" sh -c "$armorer propose 2>/dev/null | $armorer apply --from -; test \$? = 1"
    after=$(cat /etc/apparmor.d/local/* | sha256sum)
    ok "$1: and nothing is written" test "$before" = "$after"
    ok "$1: denied as before" not sh -c "$3"
}

# ---- files -------------------------------------------------------------------------------------------
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
deed f-chown '' 'capability chown,'
fixes - f-chown 1 "$clean" "chown $d/a"

# ---- capabilities, limits, namespaces ----------------------------------------------------------------
deed c-chroot; fixes - c-chroot 1 : 'chroot /'
deed c-hostname; fixes - c-hostname 1 : 'hostname guest'
deed c-nice; fixes - c-nice 1 : 'nice -5'
deed c-setuid; fixes - c-setuid 1 : 'setuid 65534'
deed r-limit '' 'set rlimit nofile <= 512, capability sys_resource,'
/opt/t/r-limit limit 400; ok 'r-limit: within the limit' test $? = 0
deed u-userns '' 'capability sys_admin,'
fixes namespaces/userns_create u-userns 1 : userns

# ---- sockets -----------------------------------------------------------------------------------------
for pair in 'inet stream' 'inet dgram' 'inet6 stream' 'netlink raw' 'unix stream' 'unix seqpacket'; do
    name=s-${pair/ /-}; deed "$name"
    fixes network_v8 "$name" 1 : "socket $pair"
done
deed s-raw '' 'capability net_raw,'; fixes network_v8 s-raw 1 : 'socket packet raw'
deed s-talk; fixes network_v8 s-talk 2 : 'talk 7411'
deed s-abstract; fixes network_v8 s-abstract 2 : 'abstract armorer'

# ---- signals and traces ------------------------------------------------------------------------------
$act wait 900 & free=$!                            # unconfined
deed g-signal; fixes signal g-signal 1 : "signal $free 10"
deed p-trace '' 'capability sys_ptrace,'; fixes ptrace p-trace 1 : "trace $free"
# Both sides are confined: each profile needs a rule, the record of each denial names one.
deed g-pair; deed g-other
/opt/t/g-other wait 900 & held2=$!
fixes signal g-pair 2 : "signal $held2 10"
deed p-pair '' 'capability sys_ptrace,'; deed p-other
/opt/t/p-other wait 900 & held3=$!
fixes ptrace p-pair 2 : "trace $held3"
kill $free  # the confined ones may receive nothing: they end by themselves

# ---- mounts: in a mount namespace of their own --------------------------------------------------------
m=/opt/t/m
fresh="umount -l $m/a 2>/dev/null; umount -l $m/b 2>/dev/null; mkdir -p $m/a $m/b"
mounts() { fixes mount "$1" 1 "$fresh; $2" "$3"; }
admin='capability sys_admin,'
for name in mount bind remount private move umount; do deed "m-$name" '' "$admin"; done
mounts m-mount : "mount tmpfs none $m/a"
mounts m-bind : "bind $m/a $m/b"
mounts m-remount "mount -t tmpfs none $m/a" "remount $m/a"
mounts m-private "mount -t tmpfs none $m/a" "private $m/a"
mounts m-move "mount --make-private /; mount -t tmpfs none $m/a" "move $m/a $m/b"
mounts m-umount "mount -t tmpfs none $m/a" "umount $m/a"
umount -l $m/a $m/b 2>/dev/null
deed m-pivot '' "$admin"
converges m-pivot 1 : "unshare -m sh -c 'mount --make-rprivate / && mount -t tmpfs none $m/a && mkdir $m/a/old && exec /opt/t/m-pivot pivot $m/a $m/a/old'"

# ---- changes of profile --------------------------------------------------------------------------------
deed x-profile '' '@{PROC}/@{pid}/attr/{apparmor/,}current rw,' 'profile other { /opt/t/** mrix, /usr/lib/** mr, /etc/ld.so.cache r, /proc/*/attr/** r, }'
converges x-profile 1 : '/opt/t/x-profile profile other'
deed x-onexec '' "@{PROC}/@{pid}/attr/{apparmor/,}exec rw, /opt/t/f-read rix,"
converges x-onexec 2 : '/opt/t/x-onexec onexec other /opt/t/f-read read /proc/self/attr/current'
deed x-hat '' "@{PROC}/@{pid}/attr/{apparmor/,}current rw,
  ^hat {
    /usr/lib/** mr,
  }"
dmesg -C
ok 'x-hat: a hat is refused a file' sh -c "/opt/t/x-hat hat hat $d/a; test \$? = 13"
log
ok 'x-hat: no include in the hat: said' sh -c "$armorer propose >/tmp/rules && $armorer apply --from /tmp/rules; test \$? = 3"
sed 's/^/# /' /tmp/rules /tmp/out
ok 'x-hat: and nothing is written' sh -c "! grep -s '[^[:space:]]' /etc/apparmor.d/local/opt.t.x-hat"

# ---- queues and rings ----------------------------------------------------------------------------------
deed q-queue
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

# ---- one process under two profiles, and a namespace of policy ------------------------------------------
deed k-one; deed k-two
fixes - k-one 2 "$clean" "read $d/a"
stacked="aa-exec -p 'k-one//&k-two' -- /opt/t/k-one read $d/a"
sh -c "$clean"; dmesg -C
ok 'stacked: denied' not sh -c "$stacked"
for i in 1 2; do
    log; $armorer propose >/tmp/rules 2>/tmp/err; sed 's/^/# /' /tmp/rules
    $armorer apply --from /tmp/rules >/tmp/applied 2>&1 || sed 's/^/# /' /tmp/applied
    dmesg -C
    sh -c "$stacked" 2>/dev/null && break
done
ok "stacked: runs after $i rounds" sh -c "$stacked"
while $armorer undo >/dev/null 2>&1; do :; done
ok 'stacked: undone, denied again' not sh -c "$stacked"
mkdir -p /sys/kernel/security/apparmor/policy/namespaces/cell 2>/dev/null
cp $act /opt/t/celled
cat >/etc/apparmor.d/opt.t.celled <<P
include <tunables/global>
profile :cell:celled /opt/t/celled {
  /opt/t/celled mr,
  /usr/lib/@{multiarch}/*.so* mr,
  /etc/ld.so.cache r,
  include if exists <local/opt.t.celled>
}
P
apparmor_parser -r /etc/apparmor.d/opt.t.celled
converges celled 1 "$clean" "aa-exec -n cell -p celled -- /opt/t/celled read $d/a"
