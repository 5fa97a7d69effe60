#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# every_function.sh FUZZ-API LIBQI: fails unless the fuzzer calls each function that the library exports.
set -eu
export LC_ALL=C
calls=$(mktemp) exports=$(mktemp)
trap 'rm -f "$calls" "$exports"' EXIT

"$1" --list | sort >"$calls"
nm -D --defined-only "$2" | awk '$2 == "T" && $3 ~ /^qi_/ {sub(/@.*/, "", $3); print $3}' | sort >"$exports"
[ -s "$exports" ] || { echo "no exports in $2"; exit 1; }
# Inline functions of the headers are called, too, and are no exports.
missing=$(comm -23 "$exports" "$calls")
[ -z "$missing" ] || { echo "the fuzzer does not call: $missing"; exit 1; }
