# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Changes that die or fail on the way, with the real compiler and kernel: killed before any step that
# leaves something behind; a full disk; another profile that is broken; a parser that is missing or
# hangs. Read by guest.sh.
local_file=/etc/apparmor.d/local/opt.t.victim
rule='/opt/t/secret r,'
small() {  # name: a cat under as little policy as it runs with
    cp "$(command -v cat)" "/opt/t/$1"
    cat >"/etc/apparmor.d/opt.t.$1" <<P
profile $1 /opt/t/$1 {
  /opt/t/$1 mr,
  /usr/lib/** mr,
  /etc/ld.so.cache r,
  include if exists <local/opt.t.$1>
}
P
    apparmor_parser -r "/etc/apparmor.d/opt.t.$1"
}
small victim; small bystander
printf '# of the admin\n' >$local_file
reads_secret() { /opt/t/victim /opt/t/secret >/dev/null 2>&1; }
# What is on disk is before or after, never between; it loads; the kernel holds one of the two.
is_whole() {
    case $(grep -v '^# armorer: ' $local_file) in
        '# of the admin') ;;
        $'# of the admin\n'"$rule") ;;
        *) cat $local_file; return 1 ;;
    esac
    apparmor_parser -Q -K /etc/apparmor.d/opt.t.victim
}
# Kind and state of the last change of a profile, as the history tells them.
state_of() {
    $armorer changes --json | python3 -c 'import json, sys
last = [c for c in map(json.loads, sys.stdin) if sys.argv[1] in c["profiles"]][-1:]
print(*(c["kind"] + ":" + c["state"] for c in last))' "$1"
}
# After the next armorer has recovered: no leftovers, a history that tells what is, kernel and disk alike.
is_settled() {
    local written=no loaded=no state
    is_whole || return 1
    [ -z "$(find /etc/apparmor.d -name '.*' -type f)" ] || { find /etc/apparmor.d -name '.*'; return 1; }
    grep -qxF "$rule" $local_file && written=yes
    reads_secret && loaded=yes
    [ $written = $loaded ] || { echo "written: $written, in force: $loaded"; return 1; }
    state=$(state_of victim)
    case $written:$state in
        yes:add:verified|yes:add:loaded|no:undo:verified|no:undo:loaded|no:add:rolled-back|no:add:discarded|no:) ;;
        *) echo "written: $written, the history says: $state"; return 1 ;;
    esac
}
# Each step that touches policy or the history, and the load: which call it is, and the how manieth.
calls=fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,fchmod,fchown,utimensat
# (The first change makes what all others find: the history, answers of the compiler that are kept.)
"$armorer" apply victim "$rule" >/dev/null && "$armorer" undo >/dev/null
strace -f -qq -y -o /tmp/trace -e trace=$calls "$armorer" apply victim "$rule" >/dev/null
"$armorer" undo >/dev/null
steps() {
    awk 'NR == 1 { pid = $1 } $1 == pid && $2 ~ /^[a-z0-9]+\(/ { call = $2; sub(/\(.*/, "", call); n[call]++ }
        $1 == pid && /\/etc\/apparmor\.d|\/var\/lib\/armorer/ { print call ":" n[call] }' /tmp/trace
}
# A part of them each time, another with another seed: of three that follow each other one, and not always
# the same, for the calls of each file follow in the same order.
mapfile -t all < <(steps)
chosen=()
for i in "${!all[@]}"; do
    [ -z "${ARMORER_LONG:-}" ] && [ $(((i + i / 3 + ${AGREE_SEED:-4}) % 3)) != 0 ] || chosen+=("${all[i]}")
done
killed=0 torn=0 unsettled=0
for step in "${chosen[@]}"; do
    strace -f -qq -o /dev/null -e trace="${step%:*}" -e inject="${step%:*}:signal=KILL:when=${step#*:}" \
        "$armorer" apply victim "$rule" >/tmp/died 2>&1
    rc=$?
    is_whole >/tmp/whole 2>&1 || { torn=$((torn + 1)); echo "# $step left:"; sed 's/^/# /' /tmp/whole; }
    # The next one recovers; it has something else to do.
    "$armorer" apply bystander '/opt/t/other r,' >/tmp/next 2>&1 || { unsettled=$((unsettled + 1)); sed 's/^/# next: /' /tmp/next; }
    is_settled >/tmp/settled 2>&1 || { unsettled=$((unsettled + 1)); echo "# after $step (status $rc):"; sed 's/^/# /' /tmp/settled; }
    "$armorer" undo >/dev/null 2>&1
    if grep -qxF "$rule" $local_file; then "$armorer" undo >/dev/null 2>&1; fi
    if [ $rc = 0 ]; then echo "# lived through $step"; else killed=$((killed + 1)); fi
done 2>/dev/null
echo "# killed at: ${chosen[*]} (of ${#all[@]})"
ok "killed before each of ${#chosen[@]} steps" test "$killed" = ${#chosen[@]} -a "$killed" -ge 7
ok 'killed: no file was half written' test $torn = 0
ok 'killed: the next armorer settled each' test $unsettled = 0
ok 'killed: the local file is as at first' test "$(cat $local_file)" = '# of the admin'

# ---- no room ---------------------------------------------------------------------------------------
full() {  # directory: no byte is free where it stands, until `emptied`
    rm -rf /tmp/full.copy; mkdir -p "$1"; cp -a "$1" /tmp/full.copy
    mount -t tmpfs -o "size=$(($(du -sk "$1" | cut -f1) * 2 + 1024))k,mode=755" none "$1"
    cp -a /tmp/full.copy/. "$1/"; head -c 1G /dev/zero >"$1/.filler" 2>/dev/null
    [ -s "$1/.filler" ] && ! head -c 8192 /dev/zero >"$1/.more" 2>/dev/null; rm -f "$1/.more"
}
emptied() { umount "$1"; }
for place in /etc/apparmor.d/local /var/lib/armorer; do
    full $place
    ok "no room in $place: refused, and said (3)" sh -c "$armorer apply victim '$rule' 2>/tmp/err; rc=\$?; cat /tmp/err; test \$rc = 3 && grep -F 'No space left' /tmp/err"
    ok "no room in $place: nothing is changed" is_whole
    ok "no room in $place: nothing is in force" not reads_secret
    emptied $place
done
# Where its cache has no room, the compiler loads nothing, or speaks as if the kernel had refused what
# it has loaded (3.0 to 4.1). Below the cache that is full lies one with policy of before.
cache=/var/cache/apparmor
at_boot() { apparmor_parser -r --write-cache /etc/apparmor.d/opt.t.victim; }
apparmor_parser -r -T -W /etc/apparmor.d/opt.t.victim
for has in nothing 'all of before'; do
    [ "$has" != nothing ] || mv $cache /tmp/cache.was
    full $cache
    ok "no room for the cache, which has $has: changed" sh -c "$armorer apply victim '$rule' 2>/tmp/err; rc=\$?; cat /tmp/err; test \$rc = 0"
    ok '  what is not kept is said' grep -F "opt.t.victim: Loaded, but not kept in the compiler's cache: No space left on device" /tmp/err
    ok '  in force' reads_secret
    ok '  verified' test "$(state_of victim)" = add:verified
    ok '  taken back' sh -c "$armorer undo 2>/tmp/err"
    ok '  and said' grep -F 'not kept in the compiler' /tmp/err
    ok '  denied again' not reads_secret
    "$armorer" apply victim "$rule" >/dev/null 2>&1
    emptied $cache
    [ "$has" != nothing ] || { rmdir $cache && mv /tmp/cache.was $cache; }
    ok '  a boot does not believe the cache of before' at_boot
    ok '  in force' reads_secret
    ok '  room again: undone' "$armorer" undo
    ok '  and after a boot' at_boot
    ok '  denied again' not reads_secret
done

# ---- others' mistakes --------------------------------------------------------------------------------
echo 'profile broken /opt/t/broken { this is no rule }' >/etc/apparmor.d/opt.t.broken
ok 'another profile is broken: ours is changed all the same' "$armorer" apply victim "$rule"
ok 'another profile is broken: in force' reads_secret
ok 'another profile is broken: undone' "$armorer" undo
rm /etc/apparmor.d/opt.t.broken

# ---- the parser --------------------------------------------------------------------------------------
parser=$(command -v apparmor_parser)
mv "$parser" /opt/parser.away
ok 'no parser: said, and nothing done (4)' sh -c "$armorer apply victim '$rule' 2>/tmp/err; test \$? = 4 && grep -F apparmor_parser /tmp/err"
ok 'no parser: nothing is changed' test "$(cat $local_file)" = '# of the admin'
printf '#!/bin/sh\nexec sleep 1000\n' >"$parser"; chmod 755 "$parser"
ok 'a parser that hangs: one is not held by it' sh -c "timeout -s INT 10 $armorer apply victim '$rule' 2>/tmp/err; rc=\$?; cat /tmp/err; test \$rc != 0"
ok 'a parser that hangs: nothing is changed' test "$(cat $local_file)" = '# of the admin'
ok 'a parser that hangs: none is left running' not pgrep -x sleep
mv /opt/parser.away "$parser"
ok 'the parser is back: changed' "$armorer" apply victim "$rule"
ok 'the parser is back: undone' "$armorer" undo
