# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Screen tests: armorer in tmux on a private socket, keys in, captured text out. TAP. A test waits
# for a condition, never for a time.
set -u
armorer=${ARMORER:-${ARMORER_BUILDDIR:?}/armorer}
: "${ARMORER_SRCDIR:?}"
scratch=$(mktemp -d) || exit 99
sock=$scratch/tmux
n=0 bad=0 session=s
trap 'tmux -S "$sock" kill-server 2>/dev/null; rm -rf "$scratch"' EXIT
unset TMUX
# tmux runs its windows with the shell of the account, which for a service account is nologin.
export SHELL=/bin/sh
export HOME=$scratch TZ=UTC LC_ALL=C.UTF-8 LANG=C.UTF-8 ARMORER_CLOCK=1795400000
export ARMORER_DATADIR=$ARMORER_SRCDIR

ok() {
    local what=$1; shift; n=$((n + 1))
    if "$@"; then echo "ok $n - $what"
    else bad=$((bad + 1)); echo "not ok $n - $what"; screen | sed 's/^/# |/'
        [ ! -s "$scratch/status" ] || echo "# armorer has ended, with $(cat "$scratch/status")"; fi
}
finish() { echo "1..$n"; [ $bad = 0 ]; exit; }

# Ends what ran, and waits until the old server is gone: a new one would meet it.
fresh() {
    tmux -S "$sock" kill-server 2>/dev/null
    until_ok gone_server
    rm -f "$scratch/status" "$sock"
}
gone_server() { ! tmux -S "$sock" list-sessions >/dev/null 2>&1; }

# start COLUMNS ROWS ARGS...: a fresh armorer. Its exit status goes to $scratch/status: the shell around it
# outlives a ^C that is meant for what it starts.
start() {
    local cols=$1 rows=$2 cmd; shift 2
    fresh
    cmd=$(printf '%q ' "$armorer" "$@")
    tmux -S "$sock" -f /dev/null new-session -d -s $session -x "$cols" -y "$rows" \
        "trap : INT; env ${START_ENV:-} $cmd; echo \$? >$scratch/status; exec sleep 600" \; set -g status off \; set -g default-terminal "${START_TERM:-tmux-256color}"
}
keys() { tmux -S "$sock" send-keys -t $session "$@"; }
screen() { tmux -S "$sock" capture-pane -p -t $session 2>/dev/null; }
resize() { tmux -S "$sock" resize-window -t $session -x "$1" -y "$2"; }

# Waits until the command succeeds; a minute is a hang, not a measure.
until_ok() {
    local end=$((SECONDS + ${ARMORER_WAIT:-60}))
    until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.05; done
}
on_screen() { screen | grep -qF -- "$1"; }
off_screen() { ! screen | grep -qF -- "$1"; }
sees() { until_ok on_screen "$1"; }
loses() { until_ok off_screen "$1"; }
ended() { until_ok test -s "$scratch/status"; }
ended_with() { ended && [ "$(cat "$scratch/status")" = "$1" ]; }

# A sandbox root of its own: the demo's, with a clean local/.
sandbox() {
    rm -rf "$scratch/root" && cp -r "$ARMORER_SRCDIR/data/demo" "$scratch/root" && chmod -R u+w "$scratch/root"
}
