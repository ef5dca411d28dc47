# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# Where an ordinary user asks for rights, in mounts of their own: the system's policy and history are
# those of a sandbox, no kernel is there, and what stands in the place of sudo has the real armorer-helper
# run by the root of these mounts.
if [ -z "${IN_MOUNTS:-}" ]; then
    export IN_MOUNTS=1
    if [ "$(id -u)" = 0 ]; then exec unshare -m --propagation private "$0" "$@"
    else exec unshare -rm "$0" "$@" # without namespaces this needs root: it fails, and says so
    fi
fi
# In a namespace of users all that is the real root's is nobody's, and who may write / could put
# another file in the place of any: so / and /etc are our own there, the rest is as it was.
own_root() {
    local new=$1 top
    mount -t tmpfs -o mode=755 none "$new" || return 1
    for top in /*; do
        if [ -L "$top" ]; then cp -d "$top" "$new"
        elif [ "$top" = /etc ]; then cp -r --no-preserve=ownership /etc "$new" 2>/dev/null
        elif [ -d "$top" ]; then mkdir "$new$top" && mount --rbind "$top" "$new$top" || return 1
        fi
    done
    mkdir "$new/.old" && cd "$new" && pivot_root . .old && cd / && umount -l /.old && rmdir /.old
}
if [ "$(id -u)" = 0 ] && ! setpriv --reuid=65534 true 2>/dev/null; then
    here=$PWD new=$(mktemp -d)
    own_root "$new" || { echo 'Bail out! no root of its own can be made'; exit 99; }
    umount -l "$new" 2>/dev/null; rmdir "$new" # as seen through the /tmp that was kept
    cd "$here" || exit 99
fi
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# ---- the place ----------------------------------------------------------------------------------------
# Root of these mounts, and an ordinary user for armorer: root would need nobody's leave.
if [ "$(cat /proc/self/uid_map)" = "$(awk '{print; exit}' /proc/1/uid_map 2>/dev/null)" ] && setpriv --reuid=65534 true 2>/dev/null; then
    drop='setpriv --reuid=65534 --regid=65534 --clear-groups'; owner=65534
else
    drop='unshare -U --map-user=1000 --map-group=1000'; owner=0
fi
mkdir -p "$scratch/bin" "$scratch/evil" "$scratch/root"
sandbox
mkdir -p "$scratch/root/var/lib"
chmod 755 "$scratch" && chown "$owner" "$scratch" "$scratch/bin" && chmod -R a+rX "$scratch"
[ ! -d /sys/kernel/security ] || mount -t tmpfs none /sys/kernel/security || exit 99
mount --bind "$scratch/root/etc/apparmor.d" /etc/apparmor.d &&
    mount --bind "$scratch/root/var/lib" /var/lib &&
    mount --bind "$scratch/bin" /usr/local/bin || { echo 'Bail out! nothing can be mounted'; exit 99; }
for real in /run/wrappers/bin/sudo /usr/bin/sudo /run/wrappers/bin/pkexec /usr/bin/pkexec /usr/bin/pkttyagent /usr/bin/run0; do
    [ ! -e "$real" ] || mount --bind /dev/null "$real"
done
# A search path that begins with what another user may have put there.
printf '#!/bin/sh\necho stolen >%q\n' "$scratch/stolen" >"$scratch/evil/sudo"
chmod +x "$scratch/evil/sudo"
# shellcheck disable=SC2034  # lib.sh reads it
START_ENV="PATH=$scratch/evil:$PATH $drop"

# The root of these mounts runs the helper, with the caller's own pipes, for whoever stands at the door.
# Before it, what is in the file between is done: by somebody else, while the password was typed.
takefd=$(dirname "$armorer")/tests/screen/takefd
helper=${ARMORER_HELPER:-$(dirname "$armorer")/armorer-helper}
mkfifo -m 666 "$scratch/door" && mkdir -m 755 "$scratch/answers"
serve() {
    local pid asker args keep= # may be set between: where what is asked for is kept
    while read -r pid asker args <"$scratch/door"; do
        # shellcheck disable=SC1091
        [ ! -s "$scratch/between" ] || . "$scratch/between"
        if [ "$args" = read ]; then # whose standard input is a socket: that cannot be opened anew
            env "$asker" EVIL=1 "$takefd" "$pid" "$helper" read 2>"/proc/$pid/fd/2"
        else
            # shellcheck disable=SC2086  # words: they hold no blanks
            env "$asker" EVIL=1 TMPDIR="$scratch/evil" "$helper" $args \
                < <(exec tee "${keep:-/dev/null}" <"/proc/$pid/fd/0") >"/proc/$pid/fd/1" 2>"/proc/$pid/fd/2"
        fi
        echo $? >"$scratch/answers/new" && mv "$scratch/answers/new" "$scratch/answers/$pid"
    done
}
serve >"$scratch/served" 2>&1 & server=$!
# It holds nothing that this test was given: whoever reads the results waits for their end.
trap 'kill "$server" 2>/dev/null; tmux -S "$sock" kill-server 2>/dev/null; rm -rf "$scratch"' EXIT
between() { cat >"$scratch/between"; }

# as NAME <<BODY: what stands in the place of sudo or pkexec; run: its command with root's rights.
as() {
    rm -f "$scratch/bin"/* "$scratch/argv" "$scratch/between"
    { echo '#!/bin/bash'
      printf 'name=%q scratch=%q armorer=%q\n' "$1" "$scratch" "$armorer"
      cat <<'S'
printf '%s\n' "$@" >"$scratch/argv"
run() {
    [ "$1" != -- ] || shift; shift
    # In a child: the shell's own echo would have the door as its standard output while the other side
    # reads already, and opens that.
    env printf '%s\n' "$$ ${name^^}_UID=4711 $*" >"$scratch/door"
    until [ -s "$scratch/answers/$$" ]; do sleep 0.05; done
    exit "$(cat "$scratch/answers/$$")"
}
S
      cat; } >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
