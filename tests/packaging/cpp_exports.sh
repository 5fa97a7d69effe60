#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# cpp_exports.sh MACRO LIBRARY HEADER...
#
# A library of C++ exports the classes and functions that its headers mark with MACRO, and nothing else; and of libqi it
# uses what the public headers declare.
set -euo pipefail
export LC_ALL=C
macro=$1 library=$2
shift 2
declared=$(cat "$@" | tr '\n' ' ' | grep -oE "$macro (class |struct )?([A-Za-z_:]+ )?[A-Za-z_]+" | awk '{print $NF}' | grep -vE '^(QI_|_)' | sort -u)
[ -n "$declared" ] || { echo "found no declarations in $*"; exit 1; }
exported=$(nm -DC --defined-only --format=posix "$library" | sed -E 's/qi::v[0-9_]+::/qi::/g; s/^(vtable|typeinfo|typeinfo name|non-virtual thunk) (for|to) //; s/ [A-Za-z] [0-9a-f]+( [0-9a-f]+)?$//' |
    grep -oE '^qi::[A-Za-z_]+|^.*$' | sed 's/^qi:://; s/[:(].*//' | sort -u)
differences=$(diff <(echo "$declared") <(echo "$exported")) || {
    printf 'declared (<) and exported (>) differ:\n%s\n' "$differences"
    exit 1
}
