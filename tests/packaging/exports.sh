#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# exports.sh LIBRARY HEADER_DIR
#
# The library exports the functions of the public headers, each of them and nothing else.
set -euo pipefail
export LC_ALL=C
exported=$(nm -D --defined-only --format=posix "$1" | awk '$2 != "A" {print $1}' | sed 's/@.*//' | sort -u)
declared=$(cat "$2"/*.h "$2"/*.hpp | tr '\n' ' ' | grep -o 'QI_API [^;(]*(' | grep -o 'qi_[a-z0-9_]* *($' | tr -d ' (' | sort -u)
[ -n "$declared" ] || { echo "found no declarations in $2"; exit 1; }
# docs/guide/api-policy.md: each symbol says with which version it came.
unversioned=$(nm -D --defined-only --format=posix "$1" | awk '$2 != "A" && $1 !~ /@@QI_[0-9.]+$/ {print $1}')
[ -z "$unversioned" ] || { printf 'symbols without a version:\n%s\n' "$unversioned"; exit 1; }
differences=$(diff <(echo "$declared") <(echo "$exported")) || {
    printf 'declared (<) and exported (>) differ:\n%s\n' "$differences"
    exit 1
}
