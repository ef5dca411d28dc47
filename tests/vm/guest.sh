#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inside the guest, as root: a program is denied, armorer proposes, applies, the program runs; undo, and
# it is denied again. TAP.
set -u
export LD_LIBRARY_PATH=/mnt/armorer ARMORER_DATADIR=/mnt/armorer
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

# ---- a file ----------------------------------------------------------------------------------------
round() {  # name, program and its arguments...: denied -> applied -> runs -> undone -> denied
    local name=$1; shift
    local profile; profile=$(basename "$1")
    dmesg -C
    ok "$name: denied" not "$@"
    log
    $armorer denials >/tmp/denials 2>/tmp/err; ok "$name: shown" has "$profile" /tmp/denials
    ok "$name: proposed" sh -c "$armorer propose >/tmp/rules"
    sed 's/^/# /' /tmp/rules
    ok "$name: dry run writes nothing" sh -c "$armorer apply --dry-run --from /tmp/rules && ! test -s /etc/apparmor.d/local/opt.t.$profile"
    ok "$name: applied" sh -c "$armorer apply --from /tmp/rules >/tmp/applied 2>&1; rc=\$?; cat /tmp/applied; exit \$rc"
    sed 's/^/# /' /tmp/applied
    ok "$name: runs" "$@"
    ok "$name: the history has it" sh -c "$armorer changes | grep -F $profile"
    ok "$name: undone" "$armorer" undo
    ok "$name: denied again" not "$@"
    ok "$name: the local file holds no rule" sh -c "! grep -q '[^[:space:]]' /etc/apparmor.d/local/opt.t.$profile"
}
round file /opt/t/reader /opt/t/secret
round 'hostile name' /opt/t/reader '/opt/t/hostile "name" * [x] \ ,'
round capability /opt/t/chrooter / /usr/bin/true

# What the kernel confirms is said to be verified.
dmesg -C; /opt/t/reader /opt/t/secret 2>/dev/null; log
$armorer propose >/tmp/rules
ok 'the kernel confirms a file rule' sh -c "$armorer apply --from /tmp/rules && $armorer changes --json | tail -1 | grep -F verified"
ok 'a second time there is nothing to do (1)' sh -c "$armorer apply --from /tmp/rules; test \$? = 1"
ok 'status shows the profile in enforce' sh -c "$armorer status | grep -F enforce | grep -F reader"

# ---- every kind of access that this release makes rules for ------------------------------------------
# A copy of a program under a profile that allows it nothing but to start; what is denied is proposed,
# applied and tried again, until it runs. Then all is undone, and it is denied as at first.
confine() {  # name program [flags]
    cp "$(command -v "$2")" "/opt/t/$1"
    cat >"/etc/apparmor.d/opt.t.$1" <<P
include <tunables/global>
profile $1 /opt/t/$1 ${3:-} {
  include <abstractions/base>
  /opt/t/$1 mr,
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
confine writer cp; confine maker mkdir; confine remover rm; confine mover mv; confine linker ln
confine appender dd; confine locker flock; confine lister ls; confine starter env; confine talker ip
clean="rm -rf $d; mkdir -p $d; echo x >$d/a"
converges writer 3 "$clean" "/opt/t/writer $d/a $d/b"
converges maker 2 "$clean" "/opt/t/maker $d/new"
converges remover 3 "$clean" "/opt/t/remover $d/a"
converges mover 3 "$clean" "/opt/t/mover $d/a $d/b"
converges linker 3 "$clean" "/opt/t/linker $d/a $d/l"
converges appender 3 "$clean" "/opt/t/appender if=/dev/null of=$d/a oflag=append conv=notrunc"
converges locker 3 "$clean" "/opt/t/locker $d/a -c true"
converges lister 2 "$clean" "/opt/t/lister $d"
converges starter 3 "$clean" "/opt/t/starter /usr/bin/true"
converges talker 3 "$clean" '/opt/t/talker link show lo'

# ---- what is refused ---------------------------------------------------------------------------------
cat >/etc/apparmor.d/opt.t.family <<P
include <tunables/global>
profile family /opt/t/family {
  include <abstractions/base>
  /opt/t/family mr,
  deny /opt/t/secret r,
  profile child { /x r, }
}
P
apparmor_parser -r /etc/apparmor.d/opt.t.family
ok 'no local include: refused (3)' sh -c "$armorer apply family '/y r,'; test \$? = 3"
ok 'with --add-include it is added' sh -c "$armorer apply --add-include family '/y r,' && grep -q 'local/opt.t.family' /etc/apparmor.d/opt.t.family"
ok 'a child without one is refused' sh -c "$armorer apply --add-include family//child '/y r,'; test \$? = 3"
ok 'an explicit deny is said (3)' sh -c "$armorer apply family '/opt/t/secret r,' 2>&1 | grep -i 'deny rule'"
ok 'undone to the byte' sh -c "$armorer undo && ! grep -q local/opt.t.family /etc/apparmor.d/opt.t.family"

# ---- complain ----------------------------------------------------------------------------------------
confine quiet cat 'flags=(complain)'
dmesg -C; /opt/t/quiet /opt/t/secret >/dev/null; log
ok 'complain: proposed from ALLOWED' sh -c "$armorer propose | grep -F /opt/t/secret"
$armorer propose >/tmp/rules
ok 'complain: applied' "$armorer" apply --from /tmp/rules
ok 'complain: stays so' sh -c "grep -F 'quiet (complain)' /sys/kernel/security/apparmor/profiles"
confine soft cat; apparmor_parser -r -C /etc/apparmor.d/opt.t.soft
ok 'complain in the kernel only: applied' "$armorer" apply soft '/opt/t/secret r,'
ok 'complain in the kernel only: stays so' sh -c "grep -F 'soft (complain)' /sys/kernel/security/apparmor/profiles"

# A rule that does not compile changes nothing.
sha256sum /etc/apparmor.d/local/* >/tmp/before
ok 'a rule that does not compile is rejected (4)' sh -c "$armorer apply reader '/x rwz,'; test \$? = 4 || test \$? = 2"
sha256sum /etc/apparmor.d/local/* >/tmp/after
ok 'and nothing is written' cmp /tmp/before /tmp/after

# ---- a profile with a child and a hat: the loader writes each by itself ------------------------------
family=/sys/kernel/security/apparmor/policy/profiles
hashes() { find $family/parent.* -name 'raw_sha*' -exec cat {} + | sort; }
cp "$(command -v cat)" /opt/t/parent
write_parent() {  # what the child may read
    cat >/etc/apparmor.d/opt.t.parent <<P
include <tunables/global>
profile parent /opt/t/parent {
  include <abstractions/base>
  /opt/t/parent mr,
  profile kid {
    $1 r,
  }
  ^hat {
    /etc/hosts r,
  }
  include if exists <local/opt.t.parent>
}
P
}
write_parent /etc/hostname
apparmor_parser -r -T -W /etc/apparmor.d/opt.t.parent
ok 'parent, child and hat: a dry run sees no drift' sh -c "! $armorer apply --dry-run parent '/opt/t/secret r,' 2>&1 | grep -F 'not what is on disk'"
ok 'parent, child and hat: applied' "$armorer" apply parent '/opt/t/secret r,'
ok 'and verified' sh -c "$armorer changes --json | tail -1 | grep -F verified"
ok 'it runs' /opt/t/parent /opt/t/secret
ok 'undone' "$armorer" undo
apparmor_parser -r /etc/apparmor.d/opt.t.parent
ok 'the same when it comes from the cache' "$armorer" apply parent '/opt/t/secret r,'
ok 'and undone' "$armorer" undo
write_parent /etc/passwd
ok 'what was edited in a child and not loaded is shown' sh -c "$armorer apply --dry-run parent '/opt/t/secret r,' 2>&1 | grep -F 'not what is on disk'"

# Two files, the second does not load: parent, child and hat are as they were, edits unloaded.
hashes >/tmp/hashes1
parser=$(command -v apparmor_parser); cp "$parser" /opt/real_parser
cat >/opt/parser <<'P'
#!/bin/bash
for a; do case $a in -r|--replace) load=1 ;; *opt.t.reader) last=1 ;; esac; done
[ -z "${load:-}" ] || [ -z "${last:-}" ] || [ -e /tmp/failed ] || { : >/tmp/failed; echo broken >&2; exit 1; }
exec /opt/real_parser "$@"
P
chmod +x /opt/parser; mount --bind /opt/parser "$parser"
printf '# profile: parent\n/opt/t/secret r,\n# profile: reader\n/opt/t/other r,\n' >/tmp/two
ok 'the second of two files fails to load (4)' sh -c "$armorer apply --from /tmp/two; test \$? = 4"
umount "$parser"
hashes >/tmp/hashes2
ok 'parent, child and hat are as they were' cmp /tmp/hashes1 /tmp/hashes2
ok 'and nothing stands in the local file' sh -c "! grep -s secret /etc/apparmor.d/local/opt.t.parent"

# ---- query: what it says is what happens ---------------------------------------------------------------
cat >/etc/apparmor.d/opt.t.asked <<'P'
include <tunables/global>
profile asked {
  include <abstractions/base>
  /** mrix,
  deny /opt/t/secret r,
  audit deny /opt/t/loud r,
  owner /opt/t/owned w,
  capability chown,
  network inet stream,
}
P
echo loud >/opt/t/loud; : >/opt/t/owned; : >/opt/t/unowned; chown 1:1 /opt/t/unowned
apparmor_parser -r /etc/apparmor.d/opt.t.asked
agrees() {  # yes|no, the question's words; then -- and a command run under the profile
    local want=$1 words=() place; shift
    while [ "$1" != -- ]; do words+=("$1"); shift; done; shift
    "$armorer" query --json asked "${words[@]}" >/tmp/answer 2>/tmp/err; local status=$?
    ok "query ${words[*]}: $want" test "$status" = "$([ "$want" = yes ] && echo 0 || echo 1)"
    sed 's/^/# /' /tmp/answer /tmp/err
    for place in disk loaded; do
        if [ "$want" = yes ]; then
            ok "  $place allows it" grep -q "\"$place\":{\"verdict\":\"allowed\"" /tmp/answer
        else
            ok "  $place denies it" grep -qE "\"$place\":\\{\"verdict\":\"(denied|explicitly-denied)\"" /tmp/answer
        fi
    done
    if [ "$want" = yes ]; then ok "  it happens: $*" aa-exec -p asked -- "$@"
    else ok "  it does not: $*" not aa-exec -p asked -- "$@"; fi
}
agrees yes r /etc/passwd -- cat /etc/passwd
agrees no r /opt/t/secret -- cat /opt/t/secret
agrees no r /opt/t/loud -- cat /opt/t/loud
agrees no w /opt/t/reader -- dd if=/dev/null of=/opt/t/reader conv=notrunc
agrees yes --owner w /opt/t/owned -- dd if=/dev/null of=/opt/t/owned conv=notrunc
agrees no w /opt/t/unowned -- dd if=/dev/null of=/opt/t/unowned conv=notrunc
agrees yes x /usr/bin/true -- /usr/bin/true
agrees yes capability chown -- chown 5 /opt/t/owned
agrees no capability sys_chroot -- chroot / /usr/bin/true
agrees no network netlink raw -- ip link show lo
agrees no network inet6 dgram -- ip -6 route get ::1
ok 'query: audit deny is told' sh -c "$armorer query asked r /opt/t/loud | grep -F 'on disk: denied by an explicit deny'"
ok 'query: the kernel itself is asked for files' sh -c "$armorer query --json asked r /etc/passwd | grep -F '\"by\":\"kernel\"'"
ok 'query: many are answered' sh -c "seq 200 | sed 's|.*|asked /opt/t/n& r|' | $armorer query - | grep -c 'loaded:  allowed' | grep -qx 200"
# Loaded, and edited since.
sed -i 's|capability chown,|capability chown, capability sys_chroot,|' /etc/apparmor.d/opt.t.asked
ok 'query: on disk yes, as loaded no' sh -c "$armorer query asked capability sys_chroot >/tmp/answer; test \$? = 1 && grep -q '^on disk: allowed' /tmp/answer && grep -q '^loaded:  denied' /tmp/answer"

echo "1..$n"
[ $bad = 0 ]
