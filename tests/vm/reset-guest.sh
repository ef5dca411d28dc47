#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The guest's side of reset: the stages of one boot, on one disk.
set -u
armorer=/mnt/armorer/armorer
local_file=/etc/apparmor.d/local/opt.t.victim rule='/opt/t/secret r,'
ok() { local what=$1; shift; if "$@" >/tmp/out 2>&1; then echo "ok $what"; else echo "not ok $what"; cat /tmp/out; fi; }
loads_all() {  # as the system does at boot
    local f rc=0
    for f in /etc/apparmor.d/opt.t.*; do apparmor_parser -r "$@" "$f" || rc=1; done
    return $rc
}
reads_secret() { /opt/t/victim /opt/t/secret >/dev/null 2>&1; }
not() { ! "$@"; }
is_whole() {
    case $(grep -v '^# armorer: ' $local_file) in
        '# of the admin'|$'# of the admin\n'"$rule") ;;
        *) cat $local_file; return 1 ;;
    esac
}
agrees() {  # what is on disk, in force and in the history
    local written=no loaded=no state
    grep -qxF "$rule" $local_file && written=yes
    reads_secret && loaded=yes
    state=$($armorer changes --json | python3 -c 'import json, sys
last = [c for c in map(json.loads, sys.stdin) if "victim" in c["profiles"]][-1:]
print(*(c["kind"] + ":" + c["state"] for c in last))')
    echo "written: $written, in force: $loaded, history: $state"
    case $written:$loaded:$state in
        yes:yes:add:verified|yes:yes:add:loaded|no:no:undo:verified|no:no:undo:loaded) ;;
        no:no:add:rolled-back|no:no:add:discarded|no:no:) ;;
        *) return 1 ;;
    esac
}
# The compiler itself resets the machine, before it loads or when it has.
reset_by_parser() {  # before|after
    local parser; parser=$(command -v apparmor_parser)
    cp "$parser" /tmp/real_parser
    { echo '#!/bin/bash'; echo "when=$1"
      cat <<'P'
for a; do case $a in -r|--replace) load=1 ;; esac; done
[ -n "${load:-}" ] || exec /tmp/real_parser "$@"
[ $when = before ] || /tmp/real_parser "$@"
echo b >/proc/sysrq-trigger; sleep 60
P
    } >/tmp/parser
    chmod 755 /tmp/parser; mount --bind /tmp/parser "$parser"
    "$armorer" apply victim "$rule"
    umount "$parser"; echo "the machine was not reset: no load"
}
stage() {  # word [point]
    case $1 in
        prepare)
            mkdir -p /opt/t
            echo secret >/opt/t/secret
            for p in victim bystander; do
                cp "$(command -v cat)" /opt/t/$p
                cat >/etc/apparmor.d/opt.t.$p <<P
profile $p /opt/t/$p {
  /opt/t/$p mr,
  /usr/lib/** mr,
  /etc/ld.so.cache r,
  include if exists <local/opt.t.$p>
}
P
            done
            printf '# of the admin\n' >$local_file
            loads_all; sync ;;
        change)
            loads_all; sync
            call=${2%:*} when=${2#*:}
            if [ "$call" = parser ]; then reset_by_parser "$when"; exit 1; fi
            steps() { strace -f -qq -o /tmp/trace -e trace="$call" "$@"; }
            if [ "$when" = last ]; then  # count on the neighbour
                steps "$armorer" apply bystander '/opt/t/other r,' >/dev/null 2>&1
                when=$(grep -c "^[0-9]* *$call" /tmp/trace)
                "$armorer" undo >/dev/null 2>&1; sync
            fi
            # A process that is stopped at the step, and the machine reset under it.
            strace -f -qq -o /tmp/trace -e trace="$call" -e inject="$call:signal=STOP:when=$when" \
                "$armorer" apply victim "$rule" >/tmp/applied 2>&1 &
            for ((i = 0; i < 600; i++)); do
                grep -q 'stopped by SIGSTOP' /tmp/trace 2>/dev/null && break
                sleep 0.1
            done
            [ $i -lt 600 ] || { echo "nothing stopped at $2"; cat /tmp/trace; exit 1; }
            echo b >/proc/sysrq-trigger; sleep 60 ;;
        look)
            ok "reset at $2: no half-written file" is_whole
            ok "reset at $2: every profile loads" loads_all
            ok "reset at $2: the next armorer goes on" "$armorer" apply bystander '/opt/t/other r,'
            loads_all
            ok "reset at $2: disk, kernel and history agree" agrees; sed 's/^/# /' /tmp/out
            ok "reset at $2: no temporary file is left" test -z "$(find /etc/apparmor.d -name '.*' -type f)"
            "$armorer" undo >/dev/null 2>&1
            if grep -qxF "$rule" $local_file; then ok "reset at $2: undone" "$armorer" undo; fi
            ok "reset at $2: as at first" test "$(cat $local_file)" = '# of the admin'
            sync ;;
        cache)
            loads_all --write-cache
            ok 'cache: applied' "$armorer" apply victim "$rule"
            loads_all --write-cache     # the cache holds the rule now
            ok 'cache: in force' reads_secret
            ok 'cache: undone' "$armorer" undo
            ok 'cache: denied again' not reads_secret
            sync ;;
        cached)
            ok 'cache: after a boot every profile loads, by the cache' loads_all --write-cache
            ok 'cache: after a boot it is denied' not reads_secret ;;
    esac
}
for words; do
    # shellcheck disable=SC2086
    stage $words || exit 1
done
