# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Programs of Debian that have no profile get one: made in complain mode, run, filled, enforced. Each then
# does its job confined, and is refused what it has no business with. A daemon by its unit, the others as
# the user who called. Read by guest.sh.
useradd -m visitor 2>/dev/null; useradd -m other 2>/dev/null
uid=$(id -u visitor)
ip link set lo up
mkdir -p /srv/site /srv/private
echo 'a word of the site' >/srv/site/index.html; gzip -kc /srv/site/index.html >/srv/site/text.gz
echo 'not for them' >/srv/private/secret; gzip -kc /srv/private/secret >/srv/private/secret.gz
cat >/etc/nginx/nginx.conf <<'C'
user www-data; worker_processes 1; pid /run/nginx.pid;
events { }
http { access_log /var/log/nginx/access.log; error_log /var/log/nginx/error.log;
    server { listen 127.0.0.1:8080; root /srv/site; location /private/ { alias /srv/private/; } } }
C
called() { SUDO_UID=$uid "$armorer" "$@"; }
by() { local who=$1; shift; setpriv --reuid "$who" --regid "$who" --init-groups -- "$@"; }
enforced() { grep -qxF "$1 (enforce)" /sys/kernel/security/apparmor/profiles; }
complains() { grep -qxF "$1 (complain)" /sys/kernel/security/apparmor/profiles; }
file_of() { grep -l "^profile $1 " /etc/apparmor.d/* 2>/dev/null; }
gone() { ! grep -qF "$1 (" /sys/kernel/security/apparmor/profiles && ! file_of "$1"; }
get() { python3 -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=20).read().decode())' "$1"; }
# whole PROGRAM ARGUMENTS...: all steps in one call.
whole() { local program=$1; shift; called new --complain --run --write --enforce --broad "$program" -- "$@"; }

# ---- a daemon, step by step ----------------------------------------------------------------------------
ok 'new, nginx: made in complain mode, and started by its unit' called new --complain --restart nginx
ok 'new, nginx: the kernel says so' complains nginx
ok 'new, nginx: serves' get http://127.0.0.1:8080/
ok 'new, nginx: goes on where it was: what it needs' called new --write --broad nginx; sed 's/^/# /' /tmp/out | grep '^# +' | head -60
ok 'new, nginx: enforced' called new --enforce --force nginx
ok 'new, nginx: started anew' systemctl restart nginx
ok 'new, nginx: the kernel says so' enforced nginx
ok 'new, nginx: it runs under it' sh -c 'grep -qx "nginx (enforce)" /proc/$(cat /run/nginx.pid)/attr/current'
ok 'new, nginx: serves, confined' get http://127.0.0.1:8080/
ok 'new, nginx: refused what is not of the site' not get http://127.0.0.1:8080/private/secret

# ---- programs of a user ----------------------------------------------------------------------------------
ok 'new, curl: the whole way' whole curl -s -o /home/visitor/page http://127.0.0.1:8080/
ok 'new, curl: fetches, confined' by visitor curl -s -o /home/visitor/page http://127.0.0.1:8080/
ok 'new, curl: what it fetched is the page' cmp /home/visitor/page /srv/site/index.html
ok 'new, curl: refused what is not of its job' not by visitor curl -s file:///srv/private/secret
ok 'new, curl: refused the hashes, though root asks' not curl -s file:///etc/shadow

ok 'new, sqlite3: the whole way' whole sqlite3 /home/visitor/notes.db 'create table if not exists t (a); insert into t values (1); select * from t'
ok 'new, sqlite3: as the one who called, not as root' test "$(stat -c %U /home/visitor/notes.db)" = visitor
ok 'new, sqlite3: writes and reads, confined' sh -c "setpriv --reuid visitor --regid visitor --init-groups -- sqlite3 /home/visitor/notes.db 'insert into t values (2); select count(*) from t' | grep -qx 2"
ok 'new, sqlite3: refused elsewhere' not sqlite3 /srv/private/new.db 'create table t (a)'

ok 'new, less: the whole way' whole less /srv/site/index.html
ok 'new, less: shows, confined' sh -c 'less /srv/site/index.html | grep -q word'
ok 'new, less: refused another file' not sh -c 'less /srv/private/secret | grep -q them'

ok 'new, zgrep, a script: the whole way' whole /usr/bin/zgrep word /srv/site/text.gz
ok 'new, zgrep: finds, confined' by visitor zgrep word /srv/site/text.gz
ok 'new, zgrep: refused another file' not by visitor zgrep them /srv/private/secret.gz
for name in curl sqlite3 less zgrep; do ok "new, $name: in enforce mode" enforced $name; done

# ---- back -----------------------------------------------------------------------------------------------
ok 'new: one that has a profile is refused' not called new --complain curl
ok 'new, curl: all of it taken back at once' called new --undo curl
ok 'new, curl: nothing is left of it' gone curl
ok 'new, curl: does what it likes again' by visitor curl -s file:///srv/private/secret
while called undo >/dev/null 2>&1; do :; done
ok 'new: by steps, all of it is gone' sh -c '! ls /etc/apparmor.d/*nginx* /etc/apparmor.d/*zgrep* /etc/apparmor.d/*sqlite3* /etc/apparmor.d/*less* 2>/dev/null'
ok 'new, nginx: out of the kernel' gone nginx
