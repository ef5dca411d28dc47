#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a log and measures what reading it costs: bench.sh BUILD [BYTES [SEED [ROOT]]]
# Build with the distribution's flags (-O2 -g), on a machine that does nothing else.
set -u -o pipefail
build=$(cd "${1:?build directory}" && pwd) || exit 2
bytes=${2:-1000000000} seed=${3:-1}
dir=$(mktemp -d "${TMPDIR:-/tmp}/armorer-bench.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
echo "seed $seed, $bytes bytes, $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
"$build/tests/bench/generate" "$bytes" "$seed" >"$dir/log" || exit 2
root=${4:-$(dirname "$0")/../../data/demo}
"$build/tests/bench/bench" all "$dir/log" "$build/armorer"; all=$?
"$build/tests/bench/bench" screen "$dir/log" "$build/armorer" "$root"; screen=$?
"$build/tests/bench/bench" cluster "$(dirname "$0")/../data/cluster"; cluster=$?
[ $screen -le $all ] || all=$screen
mkdir "$dir/breadth"
"$build/tests/bench/bench" breadth "$dir/breadth" "$(dirname "$0")/../../data/sensitive"; breadth=$?
[ $breadth -le $all ] || all=$breadth
exit $((all > cluster ? all : cluster))
