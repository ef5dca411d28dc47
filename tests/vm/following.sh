# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What rooms share that follow denials as they come: who is denied, how often, and what was said of it.
# Read by sources.sh and auditd.sh.

mkdir -p /opt/t/src /var/log/audit
cat >/etc/apparmor.d/opt.t.storm <<'P'
include <tunables/global>
profile storm {
  include <abstractions/base>
  /** mrix,
}
P
apparmor_parser -r /etc/apparmor.d/opt.t.storm
# storm COUNT NAME PAUSE: denied so many times, on a hundred files.
cat >/opt/t/storm.py <<'PY'
import os, sys, time
count, name, pause = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
names = [b"/opt/t/src/%s-%d" % (name.encode(), i) for i in range(100)]
for i in range(count):
    try: os.open(names[i % 100], os.O_WRONLY | os.O_CREAT)
    except PermissionError: pass
    else: sys.exit("not denied")
    if pause: time.sleep(pause)
PY
storm() { aa-exec -p storm -- python3 /opt/t/storm.py "$@"; }

# What `denials --follow --json` said of NAME: so many occurrences; median and worst lateness in ms; how
# many it says were lost since it follows, and where.
cat >/opt/t/sum.py <<'PY'
import datetime, json, sys
def when(s): return datetime.datetime.fromisoformat(s.replace("Z", "+00:00"))
counts, late, lost, kinds = {}, [], 0, {}
for line in open(sys.argv[1]):
    if not line.endswith("\n"): continue
    o = json.loads(line)
    if o["event"] == "lost":
        lost = o["total"] - o["before"]
        kinds = {k: v for k, v in o.items() if k not in ("event", "total") and v}  # of the past, too
    elif "/%s-" % sys.argv[2] in o["fields"].get("name", ""):
        counts[o["fields"]["name"]] = o["count"]
        if o["event"] != "past" and o["last"]:
            late.append((when(o["arrived"]) - when(o["last"])).total_seconds() * 1000)
late.sort()
print(sum(counts.values()), "%.0f %.0f" % (late[len(late) // 2], late[-1]) if late else "- -", lost,
      ",".join("%s:%d" % k for k in kinds.items()) or "-")
PY
seen() { python3 /opt/t/sum.py /tmp/follow "$1"; }
seen_is() { local count rest; read -r count rest < <(seen "$1"); [ "$count" = "$2" ]; }
# until COMMAND: four minutes are a hang even on a busy machine, or a loss that is judged next.
soon() { local end=$((SECONDS + 240)); until "$@"; do [ $SECONDS -lt $end ] || return 1; nap 0.15; done; }
# All of COUNT is counted or told to be lost; or nothing has grown for half a minute: a busy machine
# pauses. (What is said is only read when no more comes: that takes as long as armorer takes to say it.)
settled() {  # name count [log: what auditd was not given is told by nobody, so all in its log will do]
    local size='' now still=0 count median worst told kinds
    while [ $still -lt 60 ]; do
        sleep 0.5
        now=$(stat -c %s /tmp/follow)
        # (what waits for a slow auditd in the kernel's backlog is not lost)
        if [ "$now" != "$size" ] || ! auditctl -s | grep -q '^backlog 0'; then still=0 size=$now; continue; fi
        still=$((still + 1))
        case $still in 2|8|20|40|60) ;; *) continue ;; esac
        read -r count median worst told kinds < <(seen "$1")
        [ $((count + told)) -lt "$2" ] || return 0
        [ "${3:-}" != log ] || [ $still -lt 8 ] || [ "$count" -lt "$(in_log "$1")" ] || return 0
    done
}
follow() { : >/tmp/follow; "$armorer" denials --follow --json "$@" >/tmp/follow 2>/tmp/follow.err & follower=$!; sleep 1; }
unfollow() { kill -INT $follower; wait $follower; }

in_log() { cat /var/log/audit/audit.log* | grep -cF "/$1-"; } # name
