# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# More kinds of access, each denied for real, proposed, applied, run, undone and denied again; then
# names with every kind of hostile byte. Read by guest.sh.

# ---- what a program is run under ---------------------------------------------------------------------
# A cat under a profile of its own that may only say under which.
says() {  # name header [preamble]
    [ -e "/opt/t/$1" ] || install -D "$(command -v cat)" "/opt/t/$1"
    cat >"/etc/apparmor.d/opt.t.${2%% *}" <<P
include <tunables/global>
${3:-}
profile $2 {
  $starts
  /opt/t/** mr,
  /srv/t/** mr,
  @{PROC}/@{pid}/attr/current r,
}
P
    apparmor_parser -r "/etc/apparmor.d/opt.t.${2%% *}"
}
runs_as() {  # launcher target label
    together "$1" 2 : "test \"\$(/opt/t/$1 /opt/t/$2 /proc/self/attr/current)\" = '$3 (enforce)'"
}
own='@{PROC}/@{pid}/attr/current r,'
confine launcher env; confine varier env; confine chooser env; confine keeper env '' "$own"; confine wary env '' "$own"
says plain 'plain /opt/t/plain'
runs_as launcher plain plain
says varied 'varied @{PLACES}/varied' '@{PLACES} = /srv/t/ /opt/t/
@{PLACES} += /usr/local/t'
runs_as varier varied varied
says deep/nearby 'wide /opt/t/deep/**'
says deep/nearby 'near /opt/t/{deep,other}/near{,by}'
runs_as chooser deep/nearby near
# Two that attach alike: the kernel would refuse px, so the program inherits.
says twin 'twin1 /opt/t/{twin,other1}'
says twin 'twin2 /opt/t/{twin,other2}'
runs_as keeper twin keeper
# The most specific one is unconfined: px would be the way out.
says loose/free 'bound /opt/t/loose/*'
says loose/free 'free /opt/t/loose/free flags=(unconfined)'
runs_as wary loose/free wary
confine parental env '' "profile kid /opt/t/{kid,cub} {
    $starts
    /opt/t/kid mr,
    $own
  }"
cp "$(command -v cat)" /opt/t/kid
runs_as parental kid parental//kid

# A script, which has to be read, and what env executes for it.
printf '#!/usr/bin/env sh\necho "it runs"\n' >/opt/t/script; chmod 755 /opt/t/script
confine scripted env
together scripted 2 : 'test "$(/opt/t/scripted /opt/t/script)" = "it runs"'

# ---- memory, sockets, files that are made and changed ------------------------------------------------
perl='/usr/lib/@{multiarch}/perl{,-base}/** mr, /usr/share/perl/** r, /etc/perl/** r,'
mapper='open F, "<", $ARGV[0] or exit 1; exit(syscall(9, 0, 4096, 5, 2, fileno F, 0) == -1)'
tcp='socket S, PF_INET, SOCK_STREAM, 0 or exit 1; bind S, sockaddr_in(0, INADDR_LOOPBACK) or exit 2;
  listen S, 1 or exit 3; socket C, PF_INET, SOCK_STREAM, 0 or exit 4; connect C, getsockname S or exit 5;
  accept A, S or exit 6; syswrite C, "x" or exit 7; sysread(A, $b, 1) or exit 8'
udp='socket S, PF_INET, SOCK_DGRAM, 0 or exit 1; bind S, sockaddr_in(0, INADDR_LOOPBACK) or exit 2;
  socket C, PF_INET, SOCK_DGRAM, 0 or exit 3; send C, "x", 0, getsockname S or exit 4; recv S, $b, 1, 0 // exit 5'
sixth='socket S, PF_INET6, SOCK_STREAM, 0 or exit 1; bind S, sockaddr_in6(0, IN6ADDR_LOOPBACK) or exit 2'
local='socket S, PF_UNIX, SOCK_STREAM, 0 or exit 1; bind S, sockaddr_un($ARGV[0]) or exit 2; listen S, 1 or exit 3;
  socket C, PF_UNIX, SOCK_STREAM, 0 or exit 4; connect C, sockaddr_un($ARGV[0]) or exit 5'
opener='use Fcntl; sysopen F, $ARGV[0], eval $ARGV[1] or exit 1; syswrite F, "x" or exit 2'
script() {  # name code [rules]: writes it where the profile of that name lets perl read it
    confine "$1" perl '' "$perl ${3:-}/opt/t/$1.pl r,"
    printf '%s;\nexit 0;\n' "$2" >"/opt/t/$1.pl"
}
script mapper "$mapper"
together mapper 3 "$clean" "/opt/t/mapper /opt/t/mapper.pl $d/a"
script tcp "use Socket; $tcp"
converses tcp 'network inet stream,' '/opt/t/tcp /opt/t/tcp.pl'
script udp "use Socket; $udp"
converses udp 'network inet dgram,' '/opt/t/udp /opt/t/udp.pl'
script sixth "use Socket qw(:DEFAULT IN6ADDR_LOOPBACK sockaddr_in6); $sixth"
converses sixth 'network inet6 stream,' '/opt/t/sixth /opt/t/sixth.pl'
# (By path the file is asked for, too.)
script bound "use Socket; $local" 'network unix, '
together bound 3 "$clean" "/opt/t/bound /opt/t/bound.pl $d/socket"
script truncates "$opener"
together truncates 3 "$clean" "/opt/t/truncates /opt/t/truncates.pl $d/a 'O_WRONLY|O_TRUNC'"
script creates "$opener"
together creates 3 "$clean" "/opt/t/creates /opt/t/creates.pl $d/new 'O_RDWR|O_CREAT|O_EXCL'"
script nameless "$opener"

confine rmdirs rmdir; confine symlinks ln; confine nodes mknod; confine chmods chmod; confine chowns chown
confine cutter truncate; confine renamer mv
together rmdirs 2 "$clean; mkdir $d/sub" "/opt/t/rmdirs $d/sub"
together symlinks 2 "$clean" "/opt/t/symlinks -s nowhere $d/l"
together nodes 3 "$clean" "/opt/t/nodes $d/null c 1 3"
together chmods 3 "$clean" "/opt/t/chmods 600 $d/a"
together chowns 4 "$clean" "/opt/t/chowns 1 $d/a"
together cutter 3 "$clean" "/opt/t/cutter -s 0 $d/a"
together renamer 4 "$clean; mkdir $d/sub" "/opt/t/renamer $d/sub $d/other"
all_converge

# The kernel numbers a file without a name anew each time: the broader rule is the user's choice.
nameless() { /opt/t/nameless /opt/t/nameless.pl $d 'O_RDWR|020200000'; }
dmesg -C
ok 'nameless: denied' not nameless
log
ok 'nameless: the class is a choice' sh -c "$armorer propose --all | grep -E '#(\[0-9\]|@\{int\})' | head -1 >/tmp/rule; test -s /tmp/rule || { $armorer denials; $armorer propose --all; false; }"
ok 'nameless: applied' "$armorer" apply nameless "$(cat /tmp/rule)"
ok 'nameless: runs' nameless
ok 'nameless: another file is denied as before' not /opt/t/nameless /opt/t/nameless.pl $d/new 'O_RDWR|O_CREAT'
ok 'nameless: undone' "$armorer" undo
ok 'nameless: denied again' not nameless

# ---- hostile names -----------------------------------------------------------------------------------
# Beside each file that is denied, where there is one, a name that a badly spelled rule would allow.
names=('sp ace' $'tab\there' $'new\nline' $'cr\rx' $'one\001x' $'esc\e[2Jx' $'del\177x' $'bad\377utf' 'é'
    $'bidi\u202etxt' 'quo"te' '"quoted"' "apo'strophe" 'back\slash' 'back\101x' 'back\x41' 'back\d65' 'two\\x' 'end\'
    'star*x' 'deep**x' 'ques?x' 'cls[ab]x' 'neg[^b]x' 'alt{c,d}x' 'comma,' 'a,b' '#hash' 'hat^x' '~tilde' '-dash'
    '@{HOME}' '@{nix}x' '${x}' '$x' 'semi;x' 'paren(x)' 'amp&x' 'pipe|x' 'lt<x>' 'a -> b' 'x r, owner y' 'bang!'
    'eq=x' 'plus+x' 'colon:x' 'ends }' '%41' 'x (deleted)')
others=('sp' 'backslash' 'backAx' 'starYx' 'deepYx' 'quesYx' 'clsax' 'negax' 'altcx' 'comma' 'hash' 'tilde' 'root' 'A' 'x')
h=/opt/t/h
mkdir -p $h
for name in "${names[@]}" "${others[@]}"; do echo x >"$h/$name"; done
for_each() {  # want names...: whether each can be read (0) or not (1)
    local want=$1 name rc; shift
    for name; do
        /opt/t/reader "$h/$name" >/dev/null 2>&1; rc=$?
        [ $rc = "$want" ] || { printf 'status %s for %q\n' $rc "$name"; return 1; }
    done
}
dmesg -C
ok 'hostile names: denied' for_each 1 "${names[@]}"
log
ok 'hostile names: proposed, one rule each' sh -c "$armorer propose --exact profile:reader >/tmp/rules; cat /tmp/rules; test \$(grep -c ',\$' /tmp/rules) = ${#names[@]}"
ok 'hostile names: the proposal is inert' sh -c "! LC_ALL=C grep -qP '[\\x00-\\x08\\x0b-\\x1f\\x7f]' /tmp/rules"
ok 'hostile names: applied' "$armorer" apply --from /tmp/rules
ok 'hostile names: each can be read' for_each 0 "${names[@]}"
ok 'hostile names: no other can' for_each 1 "${others[@]}"
ok 'hostile names: undone' "$armorer" undo
ok 'hostile names: denied again' for_each 1 "${names[@]}"
