# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The screen in tmux at 80x24, for the rooms that look at it. Read by them.
sock=/tmp/tmux.none
keys() { tmux -S "$sock" send-keys -t s "$@"; }
screen() { tmux -S "$sock" capture-pane -p -t s 2>/dev/null; }
until_ok() { local end=$((SECONDS + 240)); until "$@"; do [ $SECONDS -lt $end ] || return 1; nap 0.15; done; }
on_screen() { local all; all=$(screen); [[ $all = *"$1"* ]]; }
sees() { until_ok on_screen "$1" || { screen; return 1; }; }
# (What was not done is planned and checked anew: until then there is nothing to write.)
can_write() { sees 'state    compiles' >/dev/null; }
reads() { /opt/t/reader /opt/t/secret >/dev/null 2>&1; }
# The shell around has to outlive a ^C that is meant for sudo.
start() {  # user program arguments...: in a fresh tmux of that user
    local user=$1 as=(); shift
    [ "$user" = root ] || as=(runuser -u "$user" --)
    tmux -S "$sock" kill-server 2>/dev/null
    sock=/tmp/tmux.$user; rm -f "$sock" "/tmp/status.$user"
    (cd / && "${as[@]}" env -u TMUX SHELL=/bin/sh tmux -S "$sock" -f /dev/null new-session -d -s s -x 80 -y 24 \
        "trap : INT; $*; echo \$? >/tmp/status.$user; exec sleep 600" \; set -g status off)
}
left_with() {  # user status
    { until_ok test -s "/tmp/status.$1" && [ "$(cat "/tmp/status.$1")" = "$2" ]; } ||
        { screen; cat "/tmp/status.$1"; return 1; }
}
# One who may read no log, and may become root.
make_bob() {
    id bob >/dev/null 2>&1 || useradd -m -s /bin/bash -G sudo bob
    echo 'bob:open sesame' | chpasswd
}
reads_for() { pgrep -fx "$helper read" >/dev/null; }
# What carries out changes, and reads, is installed, as a package would, and confined.
install_helper() {
    install -D -m755 /mnt/armorer/armorer-helper "$helper"
    install -D -m644 /mnt/armorer/org.armorer.helper.policy /usr/share/polkit-1/actions/org.armorer.helper.policy
    install -m644 /mnt/armorer/armorer-helper.profile /etc/apparmor.d/armorer-helper
    apparmor_parser -r /etc/apparmor.d/armorer-helper
}
# polkit's questions: each stands below the last one, what counts is the newest.
questions=0
no_questions() { questions=0; }
password_asked() {
    [ "$(tmux -S "$sock" capture-pane -p -S - -t s | grep -c 'AUTHENTICATING FOR')" = "$questions" ] &&
        screen | grep . | tail -1 | grep -q '^Password:'
}
asks_password() { questions=$((questions + 1)); until_ok password_asked || { screen; return 1; }; }
