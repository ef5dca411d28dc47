# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The kernel's own verdict and the oracle's, over the same compiled policy. Read by guest.sh.
ok 'the kernel and the oracle agree' sh -c "/mnt/armorer/agree ${AGREE_SEED:-4} ${AGREE_POLICIES:-40} 60 /mnt/armorer/all-4.features | tee /tmp/agreed; grep -q '^# all agree$' /tmp/agreed"
grep '^# ' /tmp/agreed
