# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154,SC2317
# Programs of Debian that have no profile get one: made in complain mode, run, filled, enforced. Each then
# does its job confined, is refused what it has no business with, and is free again once that is taken back.
# A daemon by its unit, the others as the user who called: root for a visitor, who came by sudo; or, where
# the kernel knows of user namespaces, for bob, who really came by it; he goes the whole way by himself, too,
# by keys, where he may read and write nothing, so that the helper does both, confined. To compile takes a
# guest its time: one of those that read files and one that serves or fetches, by the seed; all where it may
# take long. Read by guest.sh.
. /mnt/armorer/keys.sh
useradd -m visitor 2>/dev/null
uid=$(id -u visitor) caller=visitor
ip link set lo up
mkdir -p /srv/site /srv/private
echo 'a word of the site' >/srv/site/index.html; gzip -kc /srv/site/index.html >/srv/site/text.gz
echo 'not for them' >/srv/private/secret; gzip -kc /srv/private/secret >/srv/private/secret.gz
called() {
    if [ $caller = bob ]; then (cd / && runuser -u bob -- sudo -n "$armorer" "$@" </dev/null)
    else SUDO_UID=$uid "$armorer" "$@"; fi
}
by() { local who=$1; shift; setpriv --reuid "$who" --regid "$who" --init-groups -- "$@"; }
holds() { grep -F "$1 (" /sys/kernel/security/apparmor/profiles; }
in_mode() { [ "$(holds "$1" | grep -xF "$1 ($2)")" ] || { holds "$1"; false; }; }
gone() { ! holds "$1" && ! grep -l "^profile $1 " /etc/apparmor.d/* 2>/dev/null; }
get() { python3 -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=20).read().decode())' "$1"; }
# whole PROGRAM ARGUMENTS...: all steps in one call.
whole() {
    local program=$1; shift
    ok "new, $program: the whole way in one call" called new --complain --run --write --enforce --broad "$program" -- "$@"
    ok "new, $program: the kernel enforces it" in_mode "$program" enforce
}
back() {
    ok "new, $1: one that has a profile is refused" not called new --complain "$1"
    ok "new, $1: all of it taken back at once" called new --undo "$1"
    ok "new, $1: nothing is left of it" gone "$1"
}

# Step by step, each in a call of its own; back the same way.
new_nginx() {
    cat >/etc/nginx/nginx.conf <<'C'
user www-data; worker_processes 1; pid /run/nginx.pid;
events { }
http { access_log /var/log/nginx/access.log; error_log /var/log/nginx/error.log;
    server { listen 127.0.0.1:8081; root /srv/site; location /private/ { alias /srv/private/; } } }
C
    ok 'new, nginx: made in complain mode, and started by its unit' called new --complain --restart nginx
    ok 'new, nginx: the kernel says so' in_mode nginx complain
    ok 'new, nginx: serves' get http://127.0.0.1:8081/
    ok 'new, nginx: goes on where it was: what it needs' called new --write --broad nginx
    ok 'new, nginx: enforced' called new --enforce --force nginx
    ok 'new, nginx: started anew' systemctl restart nginx
    ok 'new, nginx: the kernel enforces it' in_mode nginx enforce
    ok 'new, nginx: it runs under it' sh -c 'grep -qx "nginx (enforce)" /proc/$(cat /run/nginx.pid)/attr/current'
    ok 'new, nginx: serves, confined' get http://127.0.0.1:8081/
    ok 'new, nginx: refused what is not of the site' not get http://127.0.0.1:8081/private/secret
    for step in mode rules profile; do ok "new, nginx: back, its $step" called undo --force; done
    ok 'new, nginx: nothing is left of it' gone nginx
    systemctl restart nginx
    ok 'new, nginx: serves all again' get http://127.0.0.1:8081/private/secret
    systemctl stop nginx
}
new_curl() {
    python3 -m http.server -b 127.0.0.1 -d /srv/site 8080 >/dev/null 2>&1 &
    local server=$!
    until get http://127.0.0.1:8080/ >/dev/null 2>&1; do sleep 0.2; done
    whole curl -s -o /home/visitor/page http://127.0.0.1:8080/
    ok 'new, curl: fetches, confined' by visitor curl -s -o /home/visitor/page http://127.0.0.1:8080/
    ok 'new, curl: what it fetched is the page' cmp /home/visitor/page /srv/site/index.html
    ok 'new, curl: refused what is not of its job' not by visitor curl -s file:///srv/private/secret
    ok 'new, curl: refused the hashes, though root asks' not curl -s file:///etc/shadow
    back curl
    ok 'new, curl: does what it likes again' by visitor curl -s file:///srv/private/secret
    kill $server
}
new_sqlite3() {
    whole sqlite3 /home/visitor/notes.db 'create table if not exists t (a); insert into t values (1); select * from t'
    ok 'new, sqlite3: as the one who called, not as root' test "$(stat -c %U /home/visitor/notes.db)" = "$caller"
    ok 'new, sqlite3: writes and reads, confined' sh -c "setpriv --reuid visitor --regid visitor --init-groups -- sqlite3 /home/visitor/notes.db 'insert into t values (2); select count(*) from t' | grep -qx 2"
    ok 'new, sqlite3: refused elsewhere' not sqlite3 /srv/private/new.db 'create table t (a)'
    back sqlite3
    ok 'new, sqlite3: does what it likes again' sqlite3 /srv/private/new.db 'create table t (a)'
}
new_less() {
    whole less /srv/site/index.html
    ok 'new, less: shows, confined' sh -c 'less /srv/site/index.html | grep -q word'
    ok 'new, less: refused another file' not sh -c 'less /srv/private/secret | grep -q them'
    back less
    ok 'new, less: does what it likes again' sh -c 'less /srv/private/secret | grep -q them'
}
# A script of a shell, which runs others.
new_zgrep() {
    whole zgrep word /srv/site/text.gz
    ok 'new, zgrep: finds, confined' by visitor zgrep word /srv/site/text.gz
    ok 'new, zgrep: refused another file' not by visitor zgrep them /srv/private/secret.gz
    back zgrep
    ok 'new, zgrep: does what it likes again' by visitor zgrep them /srv/private/secret.gz
}
# What leaves a program as it is, but for what needs a profile; where the compiler states userns.
new_stub() {
    install -D -m755 /mnt/armorer/act /usr/local/bin/maker
    ok 'new, stub: runs with no profile' by visitor /usr/local/bin/maker userns
    ok 'new, stub: made' called new --userns /usr/local/bin/maker
    ok 'new, stub: the kernel has it, unconfined' in_mode maker unconfined
    ok 'new, stub: it makes its namespace under it' by visitor /usr/local/bin/maker userns
    ok 'new, stub: none for what starts whatever it is told' not called new --userns /usr/bin/env
    ok 'new, stub: not taken back without a word, for others may have need of it' not called new --undo /usr/local/bin/maker
    ok 'new, stub: taken back' called new --undo --force /usr/local/bin/maker
    ok 'new, stub: nothing is left of it' gone maker
}
# By keys at 80x24, by one who may become root and types his password; a script in his home, whose first
# line the helper may not read.
new_keys() {
    make_bob; chmod 700 /home/bob
    echo hello >/srv/site/word
    install -D -o bob /dev/stdin /home/bob/bin/greet <<'S'
#!/usr/bin/env sh
read -r word </srv/site/word
read -r more <"${1:-/srv/site/word}" || exit 3
echo "$word $more" >"$HOME/greeted"
S
    chmod 755 /home/bob/bin/greet; chown bob /home/bob/bin
    greets() { (cd / && runuser -u bob -- env HOME=/home/bob /home/bob/bin/greet "$@"); }
    start bob "$armorer" --ask-rights
    sees 'password for bob' >/dev/null; keys 'open sesame' Enter
    sees 'enforce' >/dev/null; keys C; sees 'Program:' >/dev/null
    keys -l /home/bob/bin/greet; keys Enter
    ok 'new, keys: the text is shown' sees '+profile greet /home/bob/bin/greet flags=(complain) {'
    ok 'new, keys: and checked' sees 'state compiles'
    ok 'new, keys: nothing is written yet' gone greet
    keys w
    ok 'new, keys: made' sees 'done 1'
    ok 'new, keys: the kernel says so' in_mode greet complain
    keys X; sees 'Arguments:' >/dev/null; keys Enter
    ok 'new, keys: runs on the terminal' sees 'exit status 0. Enter goes back.'
    ok 'new, keys: as the user' test "$(stat -c %U /home/bob/greeted)" = bob
    keys Enter
    ok 'new, keys: what it did is counted' sees 'now 3'
    keys p
    ok 'new, keys: the set has the interpreter that nobody read of' sees '/usr/bin/dash'
    sees 'w write' >/dev/null; keys w
    ok 'new, keys: a shell that it may start wants a word' sees 'Type yes and Enter'
    keys yes Enter
    ok 'new, keys: written' sees 'done: Written'
    keys Escape; sees 'now 4' >/dev/null; keys -l :enforce; keys Enter
    sees 'state compiles' >/dev/null; keys w
    ok 'new, keys: enforced' sees 'In enforce mode'
    keys Escape
    ok 'new, keys: and the guide says so' sees 'It is confined.'
    ok 'new, keys: the kernel enforces it' in_mode greet enforce
    ok 'new, keys: does its job, confined' greets
    ok 'new, keys: refused what is not of its job' not greets /etc/passwd
    ok 'new, keys: which is counted' sees 'rules for more'
    keys u; sees 'goes with it' >/dev/null; keys w
    ok 'new, keys: all of it taken back' sees 'Taken back'
    ok 'new, keys: nothing is left of it' gone greet
    ok 'new, keys: does what it likes again' greets /etc/passwd
    keys Escape q q
    ok 'new, keys: leaves with 0' left_with bob 0
    ok 'new, keys: and who read for it' until_ok not reads_for
    tmux -S "$sock" kill-server 2>/dev/null
}
# Line by line, by the same user.
new_led() {
    asked() { screen | grep . | tail -1 | grep -qF '[y/N]'; }
    asks_word() { screen | grep . | tail -1 | grep -qx 'new> *'; }
    agree() { until_ok asked || screen; keys y Enter; }
    say() { keys -l "$1"; keys Enter; }
    start bob "$armorer" --ask-rights new less
    sees 'password for bob' >/dev/null; keys 'open sesame' Enter
    ok 'new, led: says where one is' sees 'Step 1 of 4'
    ok 'new, led: and offers no stub for what starts whatever it is told' not on_screen 'Or "stub"'
    say make; agree
    ok 'new, led: made' sees 'Step 2 of 4'
    ok 'new, led: the kernel says so' in_mode less complain
    say 'run /srv/site/index.html'; sees 'a word of the site' >/dev/null; keys q
    ok 'new, led: it ran' sees 'exit status 0'
    until_ok asks_word; say write; agree
    ok 'new, led: written' sees 'the kernel allows what was denied'
    say enforce; agree
    ok 'new, led: enforced' sees 'Done. "wait" tells'
    ok 'new, led: the kernel enforces it' in_mode less enforce
    ok 'new, led: refused another file' not sh -c 'less /srv/private/secret | grep -q them'
    say undo; agree
    ok 'new, led: nothing is left of it' until_ok gone less
    say quit
    ok 'new, led: leaves with 1, for nothing is there' left_with bob 1
    tmux -S "$sock" kill-server 2>/dev/null
}
# Of those that are there all, or one.
programs=()
draw() {
    local program there=()
    for program; do [ ! -x "/usr/bin/$program" ] && [ ! -x "/usr/sbin/$program" ] || there+=("$program"); done
    if [ -n "${ARMORER_LONG:-}" ]; then programs+=("${there[@]}")
    elif [ ${#there[@]} -gt 0 ]; then programs+=("${there[${AGREE_SEED:-4} % ${#there[@]}]}"); fi
}
draw less sqlite3 zgrep
draw curl nginx
if grep -qs userns_create /sys/kernel/security/apparmor/features/namespaces/mask; then
    caller=bob
    dmesg -C
    ok 'new, helper: its profile is loaded' install_helper
    # (What keys do is the same, and the other release has the rest.)
    if [ -n "${ARMORER_LONG:-}" ]; then programs=(led "${programs[@]}"); else programs=(); fi
    programs=(keys "${programs[@]}" stub)
fi
for program in "${programs[@]}"; do
    "new_$program"; echo "# new, $program: done after $SECONDS s"
    [ "$program" != keys ] || echo "bob ALL=(root) NOPASSWD: $armorer" >/etc/sudoers.d/bob # he has typed enough
done
beyond_profile() { dmesg | grep -F 'apparmor="DENIED"' | grep -F 'profile="armorer-helper"'; }
[ $caller != bob ] || ok 'new, helper: did all this within its profile' not beyond_profile
