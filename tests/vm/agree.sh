# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The kernel's own verdict and the oracle's, over the same compiled policy. Read by guest.sh.
agrees() { /mnt/armorer/agree "$@" >/tmp/agreed; local rc=$?; cat /tmp/agreed; return "$rc"; }
ok 'the kernel and the oracle agree' agrees 4 "${AGREE_POLICIES:-40}" 60
grep '^# ' /tmp/agreed
