# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The whole way by commands: what is denied is proposed, applied, verified, undone. Read by guest.sh.

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

# What a change answers is watched: fixed while it is quiet, came back when it is denied after the load.
state_is() { $armorer denials --json /var/log/kern.log | grep -F '"profile":"reader"' | grep -F "\"state\":\"$1\"" | grep -vF '"change":null'; }
ok 'what it answers is fixed' state_is fixed
: >/etc/apparmor.d/local/opt.t.reader; apparmor_parser -r /etc/apparmor.d/opt.t.reader
ok 'taken out by another hand: denied' not /opt/t/reader /opt/t/secret
log
ok 'which came back' state_is 'came back'
ok 'and the change is told to be another now' sh -c "$armorer changes --json --outside | grep -F '\"kind\":\"outside\"' | grep -F local/opt.t.reader"
