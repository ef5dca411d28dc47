# SPDX-License-Identifier: GPL-3.0-or-later
# What query says is what happens: on disk, as loaded, and done under the profile. Read by guest.sh.
# shellcheck shell=bash disable=SC2154
cat >/etc/apparmor.d/opt.t.asked <<P
include <tunables/global>
profile asked {
  $starts
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
asked=asked
agrees() {  # yes|no, the question's words; then -- and a command run under the profile
    local want=$1 words=() place; shift
    while [ "$1" != -- ]; do words+=("$1"); shift; done; shift
    "$armorer" query --json "$asked" "${words[@]}" >/tmp/answer 2>/tmp/err; local status=$?
    ok "query ${words[*]}: $want" test "$status" = "$([ "$want" = yes ] && echo 0 || echo 1)"
    sed 's/^/# /' /tmp/answer /tmp/err
    for place in disk loaded; do
        if [ "$want" = yes ]; then
            ok "  $place allows it" grep -q "\"$place\":{\"verdict\":\"allowed\"" /tmp/answer
        else
            ok "  $place denies it" grep -qE "\"$place\":\\{\"verdict\":\"(denied|explicitly-denied)\"" /tmp/answer
        fi
    done
    if [ "$want" = yes ]; then ok "  it happens: $*" aa-exec -p "$asked" -- "$@"
    else ok "  it does not: $*" not aa-exec -p "$asked" -- "$@"; fi
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
compared() { "$armorer" status --compare --json "$1" >/tmp/compared 2>&1; sed 's/^/# /' /tmp/compared | cut -c1-600; }
same() { compared "$1"; grep -q '"differences":\[\]' /tmp/compared; }
differs() { compared "$1"; grep -q '"differences":\["' /tmp/compared; }
ok 'compare: as it was loaded' same asked
# Loaded, and edited since.
sed -i 's|capability chown,|capability chown, capability sys_chroot,|' /etc/apparmor.d/opt.t.asked
ok 'query: on disk yes, as loaded no' sh -c "$armorer query asked capability sys_chroot >/tmp/answer; test \$? = 1 && grep -q '^on disk: allowed' /tmp/answer && grep -q '^loaded:  denied' /tmp/answer"
# A child in a namespace: the loader itself would put it into the root's.
cat >/etc/apparmor.d/opt.t.guarded <<'P'
abi <abi/3.0>,
profile :web:guarded /opt/t/web-guarded {
  profile inner { /opt/t/web r, include if exists <local/opt.t.guarded.inner> }
}
P
cat >/etc/apparmor.d/opt.t.guarded-here <<'P'
abi <abi/3.0>,
profile guarded /opt/t/guarded { profile inner { /opt/t/here r, } }
P
apparmor_parser -r /etc/apparmor.d/opt.t.guarded-here
apparmor_parser -K -S -Q /etc/apparmor.d/opt.t.guarded >/tmp/guarded && apparmor_parser -B -r /tmp/guarded
loaded() { "$armorer" query --json "$@" >/tmp/answer; grep -q '"loaded":{"verdict":"allowed"' /tmp/answer; }
ok 'namespace: a child of it is found on disk and as loaded' "$armorer" query :web:guarded//inner r /opt/t/web
ok "  it is not the root's" not "$armorer" query guarded//inner r /opt/t/web
ok '  a rule for it is applied' "$armorer" apply :web:guarded//inner '/opt/t/more r,'
sed 's/^/# /' /tmp/out
ok '  and is what the kernel holds' loaded :web:guarded//inner r /opt/t/more
ok "  what the root's child may do stays" loaded guarded//inner r /opt/t/here
ok '  and is no more' not loaded guarded//inner r /opt/t/more
ok '  undone' "$armorer" undo
ok '  it is as before' not loaded :web:guarded//inner r /opt/t/more
ok "  so is the root's" loaded guarded//inner r /opt/t/here
# What is loaded beside what is on disk, by behaviour.
"$armorer" status --compare --json asked >/tmp/answer
ok 'compare: edited on disk and not loaded' sh -c "grep -q '\"drift\":\"other\"' /tmp/answer && grep -q sys_chroot /tmp/answer"
sed 's/^/# /' /tmp/answer
apparmor_parser -r -O no-minimize -K /etc/apparmor.d/opt.t.asked
"$armorer" status --compare --json asked >/tmp/answer
ok '  loaded with other options it behaves the same' grep -q '"differences":\[\]' /tmp/answer
ok '  and is asked as loaded alone' "$armorer" query --loaded asked capability sys_chroot
sed -i 's|capability chown, capability sys_chroot,|capability chown,|' /etc/apparmor.d/opt.t.asked
ok '  the edit taken back: the loaded one differs now' not same asked
apparmor_parser -r -T /etc/apparmor.d/opt.t.asked
ok '  loaded again: the same' same asked
# What is said otherwise and means the same is no drift; nor is a mode that the kernel alone was told.
sed -i 's|owner /opt/t/owned w,|owner /opt/t/{owned,owned} w, # a remark|' /etc/apparmor.d/opt.t.asked
ok '  said otherwise: the same' same asked
apparmor_parser -r -C -T /etc/apparmor.d/opt.t.asked
ok '  complain in the kernel alone: the same' same asked
apparmor_parser -r -T /etc/apparmor.d/opt.t.asked
# By an include, in a child, a hat and a namespace.
mkdir -p /etc/apparmor.d/abstractions/opt-t.d
cat >/etc/apparmor.d/opt.t.drifting <<'P'
profile drifting {
  include <abstractions/opt-t.d>
  profile inner { include <abstractions/opt-t.d> }
  ^hat { /opt/t/hat r, }
}
profile :web:drifting { include <abstractions/opt-t.d> }
P
echo '/opt/t/one r,' >/etc/apparmor.d/abstractions/opt-t.d/a
apparmor_parser -r -T /etc/apparmor.d/opt.t.drifting
for who in drifting drifting//inner drifting//hat; do ok "compare: $who: the same" same "$who"; done
echo '/opt/t/two r,' >/etc/apparmor.d/abstractions/opt-t.d/b
for who in drifting drifting//inner; do
    ok "compare: $who: a file more in a directory that it includes" differs "$who"
    ok '  which is named' grep -qF 'on disk +r: /opt/t/two' /tmp/compared
done
ok 'compare: drifting//hat: does not' same drifting//hat
apparmor_parser -r -T /etc/apparmor.d/opt.t.drifting
for who in drifting drifting//inner drifting//hat; do ok "compare: $who: loaded again" same "$who"; done
echo '/opt/t/two' >/etc/apparmor.d/abstractions/opt-t.d/b
compared drifting
ok 'compare: a file that does not compile: why not' grep -qE '"differences":null,"differences_reason":"[^"]*line' /tmp/compared
rm -r /etc/apparmor.d/opt.t.drifting /etc/apparmor.d/abstractions/opt-t.d
# Only in the kernel, as containers and snaps are.
echo 'profile only-kernel /opt/t/foreign { /opt/t/only r, deny /opt/t/never r, capability chown, }' >/tmp/foreign
apparmor_parser -r -K /tmp/foreign
od -A n -t x1 -N 4 /sys/kernel/security/apparmor/policy/profiles/only-kernel.*/raw_data | sed 's/^/# raw_data begins with/'
ok 'kernel only: looked into' "$armorer" query --loaded only-kernel capability chown
ok '  a file' "$armorer" query --loaded only-kernel r /opt/t/only
ok '  denied for want of a rule' not "$armorer" query --loaded only-kernel capability sys_admin
"$armorer" query --loaded --json only-kernel r /opt/t/never >/tmp/answer
ok '  and explicitly' grep -q '"refused":"r"' /tmp/answer
compared only-kernel
ok '  with nothing on disk to compare it with' grep -q '"differences":null,"differences_reason":"No file of the policy defines' /tmp/compared
ok '  drifting//hat is only in the kernel, too, now' sh -c "'$armorer' query --loaded drifting//hat r /opt/t/hat"
apparmor_parser -R /tmp/foreign
ok '  and gone' not "$armorer" query --loaded only-kernel r /opt/t/only
