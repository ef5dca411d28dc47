# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# More of the commands: every kind of access; what is refused; complain mode; families of profiles. Read by
# guest.sh.

# ---- every kind of access that commands of coreutils make ---------------------------------------------
confine writer cp; confine maker mkdir; confine remover rm; confine mover mv; confine linker ln
confine appender dd; confine locker flock; confine lister ls; confine starter env; confine talker ip
together writer 3 "$clean" "/opt/t/writer $d/a $d/b"
together maker 2 "$clean" "/opt/t/maker $d/new"
together remover 3 "$clean" "/opt/t/remover $d/a"
together mover 3 "$clean" "/opt/t/mover $d/a $d/b"
together linker 3 "$clean" "/opt/t/linker $d/a $d/l"
together appender 3 "$clean" "/opt/t/appender if=/dev/null of=$d/a oflag=append conv=notrunc"
together locker 3 "$clean" "/opt/t/locker $d/a -c true"
together lister 2 "$clean" "/opt/t/lister $d"
together starter 3 "$clean" "/opt/t/starter /usr/bin/true"
all_converge
converses talker 'network netlink raw,' '/opt/t/talker link show lo'

# ---- what is refused ---------------------------------------------------------------------------------
cat >/etc/apparmor.d/opt.t.family <<P
include <tunables/global>
profile family /opt/t/family {
  $starts
  /opt/t/family mr,
  deny /opt/t/secret r,
  profile child { /x r, }
}
P
apparmor_parser -r /etc/apparmor.d/opt.t.family
cp /etc/apparmor.d/opt.t.family /tmp/family
ok 'no local include: refused (3)' sh -c "$armorer apply family '/y r,'; test \$? = 3"
ok 'with --add-include it is added' sh -c "$armorer apply --add-include family '/y r,' && grep -q 'local/opt.t.family' /etc/apparmor.d/opt.t.family"
ok 'a child without one is refused (3)' sh -c "$armorer apply family//child '/y r,'; test \$? = 3"
ok '  and given one of its own' sh -c "$armorer apply --add-include family//child '/y r,' && sed -n '/profile child/,/}/p' /etc/apparmor.d/opt.t.family | grep -F 'include if exists <local/'"
ok '  which holds the rule' sh -c "grep -qxF '/y r,' /etc/apparmor.d/local/*family*child && ! grep -qF '/x r' /etc/apparmor.d/local/*family*"
ok '  undone' "$armorer" undo
ok 'an explicit deny is said (3)' sh -c "$armorer apply family '/opt/t/secret r,' 2>&1 | grep -i 'deny rule'"
ok 'undone to the byte' sh -c "$armorer undo && cmp /tmp/family /etc/apparmor.d/opt.t.family"

# ---- complain ----------------------------------------------------------------------------------------
confine quiet cat 'flags=(complain)'
dmesg -C; /opt/t/quiet /opt/t/secret >/dev/null; log
# (Of this profile: the kernel's own ring holds all that was denied before.)
$armorer propose profile:quiet >/tmp/rules
ok 'complain: proposed from ALLOWED' has /opt/t/secret /tmp/rules
ok 'complain: applied' "$armorer" apply --from /tmp/rules
ok 'complain: stays so' sh -c "grep -F 'quiet (complain)' /sys/kernel/security/apparmor/profiles"
confine soft cat; apparmor_parser -r -C /etc/apparmor.d/opt.t.soft
ok 'complain in the kernel only: applied' "$armorer" apply soft '/opt/t/secret r,'
ok 'complain in the kernel only: stays so' sh -c "grep -F 'soft (complain)' /sys/kernel/security/apparmor/profiles"

# ---- granted on disk, not loaded -----------------------------------------------------------------------
confine drifted cat
echo '/opt/t/secret r,' >/etc/apparmor.d/local/opt.t.drifted
ok 'drift: denied, though policy on disk grants it' not /opt/t/drifted /opt/t/secret
$armorer apply drifted '/opt/t/secret r,' >/tmp/out2 2>&1
ok 'drift: nothing to write (1)' sh -c "$armorer apply drifted '/opt/t/secret r,'; test \$? = 1"
ok 'drift: what is loaded differs, and --reload is named' sh -c "grep -F 'not what is on disk' /tmp/out2 && grep -F -e '--reload' /tmp/out2"
ok 'drift: --reload' "$armorer" apply --reload drifted '/opt/t/secret r,'
ok 'drift: verified, as a change that only loads' sh -c "$armorer changes --json | tail -1 | grep -F '\"reload\"' | grep -F verified"
ok 'drift: allowed' /opt/t/drifted /opt/t/secret
ok 'drift: a second time it is loaded already (1)' sh -c "$armorer apply --reload drifted '/opt/t/secret r,' 2>&1 | grep -F 'is what is loaded'; $armorer apply --reload drifted '/opt/t/secret r,'; test \$? = 1"
ok 'drift: nor is it offered' sh -c "! $armorer apply drifted '/opt/t/secret r,' 2>&1 | grep -F -e '--reload'"

# Some of a file's profiles, in the kernel only: a parent without its child, a hat, another profile.
mixed=/etc/apparmor.d/opt.t.mixed
cp "$(command -v cat)" /opt/t/mixed
cat >$mixed <<P
include <tunables/global>
profile mixed /opt/t/mixed {
  $starts
  /opt/t/mixed mr,
  profile kid { /etc/hostname r, }
  ^hat { /etc/hosts r, }
  include if exists <local/opt.t.mixed>
}
profile mixed2 flags=(attach_disconnected) { /q r, }
P
modes() { grep ^mixed /sys/kernel/security/apparmor/profiles | sort; }
some_complain() {  # NAME...: loads the file with these in complain, from a place of its own
    local text; text=$(cat $mixed); apparmor_parser -r -T -W $mixed
    for p; do case $p in
        mixed) text=${text/t\/mixed \{/t\/mixed flags=(complain) \{} ;;
        kid) text=${text/kid \{/kid flags=(complain) \{} ;;
        hat) text=${text/^hat \{/^hat flags=(complain) \{} ;;
        mixed2) text=${text/attach_dis/complain,attach_dis} ;;
    esac; done
    printf '%s\n' "$text" | apparmor_parser -r -K
}
# Looks at the kernel's list as fast as it can while the command runs: no moment in enforce.
never_enforces() {  # NAME command...
    local name=$1 rc; shift
    rm -f /tmp/enforced /tmp/stop
    { until [ -e /tmp/stop ]; do grep -qF "$name (enforce)" /sys/kernel/security/apparmor/profiles && : >/tmp/enforced; done; } &
    local watcher=$!
    "$@"; rc=$?
    : >/tmp/stop; wait $watcher
    [ $rc = 0 ] && [ ! -e /tmp/enforced ]
}
sets=('mixed' 'kid' 'hat' 'mixed2' 'mixed hat mixed2' 'mixed kid hat mixed2')
for i in "${!sets[@]}"; do
    [ -n "${ARMORER_LONG:-}" ] || [ $(((i + ${AGREE_SEED:-4}) % 3)) = 0 ] || continue # a part of them each time
    some=${sets[i]}
    some_complain $some; modes >/tmp/modes1; hashes_of=$(sha256sum <$mixed)
    last=${some##* }; case $last in kid|hat) last=mixed//$last ;; esac
    ok "$some in complain in the kernel only: there are as many" test "$(grep -c complain /tmp/modes1)" = "$(echo $some | wc -w)"
    ok "$some: shown before" sh -c "$armorer apply --dry-run mixed '/opt/t/secret r,' 2>&1 | grep -F 'complain mode in the kernel only, and stays so'"
    ok "$some: applied, and never in enforce" never_enforces "$last" "$armorer" apply mixed '/opt/t/secret r,'
    ok "$some: verified" sh -c "$armorer changes --json | tail -1 | grep -F verified"
    modes >/tmp/modes2; ok "$some: every mode as before" cmp /tmp/modes1 /tmp/modes2
    ok "$some: the rule is in force" /opt/t/mixed /opt/t/secret
    ok "$some: the file says what it said" test "$hashes_of" = "$(sha256sum <$mixed)"
    ok "$some: no drift is told of what we loaded" sh -c "! $armorer apply --dry-run mixed '/opt/t/other r,' 2>&1 | grep -F 'not what is on disk'"
    ok "$some: undone, and never in enforce" never_enforces "$last" "$armorer" undo
    modes >/tmp/modes2; ok "$some: every mode as before" cmp /tmp/modes1 /tmp/modes2
    # From the cache, as at the next boot: what disk says.
    apparmor_parser -r $mixed
    ok "$some: the cache knows nothing of it" sh -c "! grep '^mixed.*complain' /sys/kernel/security/apparmor/profiles"
done
# By -C, whose bytes are others than a header's.
apparmor_parser -r -C $mixed; modes >/tmp/modes1
ok 'all by -C: no drift is told' sh -c "! $armorer apply --dry-run mixed '/opt/t/secret r,' 2>&1 | grep -F 'not what is on disk'"
ok 'all by -C: applied' "$armorer" apply mixed '/opt/t/secret r,'
modes >/tmp/modes2; ok 'all by -C: every mode as before' cmp /tmp/modes1 /tmp/modes2
"$armorer" undo >/dev/null
# The load fails after it was begun: modes and bytes as before.
some_complain mixed2 kid; modes >/tmp/modes1
real=$(command -v apparmor_parser); cp "$real" /opt/real_parser; rm -f /tmp/failed
cat >/opt/parser <<'P'
#!/bin/bash
for a; do case $a in -r|--replace) load=1 ;; esac; done
[ -z "${load:-}" ] || [ -e /tmp/failed ] || { : >/tmp/failed; /opt/real_parser "$@"; echo broken >&2; exit 1; }
exec /opt/real_parser "$@"
P
chmod +x /opt/parser; mount --bind /opt/parser "$real"
ok 'a load that fails when it is done (4)' never_enforces mixed2 sh -c "$armorer apply mixed '/opt/t/secret r,'; test \$? = 4"
umount "$real"
modes >/tmp/modes2; ok 'every mode as before' cmp /tmp/modes1 /tmp/modes2
ok 'the rule is not in force' not /opt/t/mixed /opt/t/secret

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
  $starts
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
hashes >/tmp/hashes0
ok 'and not loaded unasked: refused (3)' sh -c "$armorer apply parent '/opt/t/secret r,' >/tmp/refused 2>&1; test \$? = 3 && grep -F 'besides: opt.t.parent: What is loaded is not what is on disk' /tmp/refused"
hashes >/tmp/hashes1
ok 'nothing is loaded' cmp /tmp/hashes0 /tmp/hashes1
ok 'and nothing written' sh -c "! grep -s secret /etc/apparmor.d/local/opt.t.parent"

# Two files, the second does not load: parent, child and hat are as they were, edits unloaded.
hashes >/tmp/hashes1; rm -f /tmp/failed
parser=$(command -v apparmor_parser); cp "$parser" /opt/real_parser
cat >/opt/parser <<'P'
#!/bin/bash
for a; do case $a in -r|--replace) load=1 ;; *opt.t.reader) last=1 ;; esac; done
[ -z "${load:-}" ] || [ -z "${last:-}" ] || [ -e /tmp/failed ] || { : >/tmp/failed; echo broken >&2; exit 1; }
exec /opt/real_parser "$@"
P
chmod +x /opt/parser; mount --bind /opt/parser "$parser"
printf '# profile: parent\n/opt/t/secret r,\n# profile: reader\n/opt/t/other r,\n' >/tmp/two
ok 'the second of two files fails to load (4)' sh -c "$armorer apply --activate --from /tmp/two; test \$? = 4"
umount "$parser"
hashes >/tmp/hashes2
ok 'parent, child and hat are as they were' cmp /tmp/hashes1 /tmp/hashes2
ok 'and nothing stands in the local file' sh -c "! grep -s secret /etc/apparmor.d/local/opt.t.parent"
