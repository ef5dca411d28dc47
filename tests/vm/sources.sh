# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC1091,SC2034,SC2154
# Where denials come from: each source shows the same one; how late, and what a storm of ten thousand
# loses by source and whether armorer notices. Figures are printed. Wants a guest with systemd. Read by
# guest.sh.

. /mnt/armorer/following.sh

# measure SOURCE: one that all show, forty apart, ten thousand at once.
measure() {
    local source=$1 count told median worst kinds spare
    # (the kernel's own log takes ten in five seconds, of all sources together)
    case $source in kmsg|journal) sleep 6 ;; esac
    follow --source "$source"
    storm 1 "one$source" 0
    ok "$source: shows a denial" soon seen_is "one$source" 1
    storm 40 "apart$source" 0.05
    [ "$source" = kmsg ] || ok "$source: shows forty, one by one" soon seen_is "apart$source" 40
    # (some of them)
    [ "$source" != kmsg ] || sleep 2
    read -r count median worst told kinds < <(seen "apart$source")
    echo "# $source: latency of $count denials: median $median ms, worst $worst ms"
    storm 10000 "storm$source" 0
    # The notice of what printk left out comes with the first record of a later window.
    [ "$source" != kmsg ] || { sleep 6; storm 1 "late$source" 0; }
    # shellcheck disable=SC2046
    settled "storm$source" 10000 $([ "$source" != audit.log ] || echo log)
    sleep 2
    read -r count median worst told kinds < <(seen "storm$source")
    echo "# $source: storm of 10000: $count seen, $((10000 - count)) lost, $told noticed ($kinds)"
    # What auditd did not get stands in no count of the kernel's, so all that can be asked for is what
    # reached its log: a kernel that was booted without audit=1 drops what a slow auditd refuses.
    if [ "$source" = audit.log ]; then
        ok "$source: all that reached the log is counted, once" test "$count" = "$(in_log "storm$source")"
        unfollow; return
    fi
    # Of the kernel's own log: what it says was suppressed counts some of the forty, too.
    [ "$source" = kmsg ] && spare=45 || spare=5
    ok "$source: what is not counted of the storm is told, and no earlier storm" \
        test $((count + told >= 10000 && count + told <= 10000 + spare)) = 1
    ok "$source: nothing is counted twice" test "$count" -le 10000
    unfollow
    sed 's/^/# /' /tmp/follow.err
}

echo 5 >/proc/sys/kernel/printk_ratelimit
measure netlink
measure kmsg
# Without root: the multicast needs CAP_AUDIT_READ, no more.
chmod -R a+rX /opt/t
setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --ambient-caps=-all \
    "$armorer" denials --source netlink --follow </dev/null >/tmp/out2 2>/tmp/err2; status=$?
ok "netlink: refused without the right" test $status = 3
ok "netlink: says what gives it" grep -q CAP_AUDIT_READ /tmp/err2
: >/tmp/follow
setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=+audit_read --ambient-caps=+audit_read \
    "$armorer" denials --source netlink --follow --json >/tmp/follow 2>/tmp/follow.err & follower=$!
sleep 1; storm 3 capable 0
ok "netlink: CAP_AUDIT_READ is enough" soon seen_is capable 3
unfollow

# ---- the journal, with both of its logs ---------------------------------------------------------------
journal_hears_audit
measure journal
ok "journal: it has records twice" sh -c 'test $(journalctl -q _TRANSPORT=kernel | grep -c onejournal) -ge 1 -a $(journalctl -q _TRANSPORT=audit | grep -c onejournal) -ge 1'
# All at once, each denial once.
follow
storm 5 several 0
ok "several sources: a denial counts once" soon seen_is several 5
sleep 2; ok "and stays so" seen_is several 5
echo "# several sources: $(seen several) (seen, latency, worst, noticed)"
unfollow

# ---- auditd, whose log is rotated under the storm -----------------------------------------------------
sed -i 's/^max_log_file *=.*/max_log_file = 1/; s/^num_logs *=.*/num_logs = 9/' /etc/audit/auditd.conf
auditctl -b 8192 >/dev/null 2>&1
/sbin/auditd -s nochange
ok "auditd runs" soon test -s /var/log/audit/audit.log
measure audit.log
ok "audit.log: it was rotated meanwhile" test -e /var/log/audit/audit.log.1
follow
storm 3000 both 0; settled both 3000 log; sleep 2
echo "# audit.log and netlink at once: $(seen both) (seen, latency, worst, noticed)"
read -r count median worst told kinds < <(seen both)
ok "audit.log and netlink: nothing twice" test "$count" -le 3000
ok "audit.log and netlink: all that reached the log is counted" test "$count" -ge "$(in_log both)"
unfollow
kill "$(cat /run/auditd.pid)" 2>/dev/null
auditctl -b 64 >/dev/null 2>&1
echo 0 >/proc/sys/kernel/printk_ratelimit
rm -f /var/log/audit/audit.log*
apparmor_parser -R /etc/apparmor.d/opt.t.storm; rm -f /etc/apparmor.d/opt.t.storm
