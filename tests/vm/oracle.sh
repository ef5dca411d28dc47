# SPDX-License-Identifier: GPL-3.0-or-later
# The oracle against the kernel: what compiled policy grants, question by question, as the loaded
# policy does. Compiled natively, with this kernel's own features.
# shellcheck shell=bash disable=SC2154
oracle_agrees() {  # file count
    apparmor_parser -r -K "$1" && apparmor_parser -Q -K -S "$1" >/tmp/compiled &&
        /mnt/armorer/kernel-oracle /tmp/compiled "${SEED:-1}" "$2"
}
ok "the oracle agrees with the kernel on classes.aa" oracle_agrees /mnt/armorer/classes.aa 300
sed 's/^/# /' /tmp/out
for p in reader chrooter; do
    ok "the oracle agrees with the kernel on $p" oracle_agrees "/etc/apparmor.d/opt.t.$p" 500
done
