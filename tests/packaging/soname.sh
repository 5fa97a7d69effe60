#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# soname.sh LIBRARY NAME [MODULE OF QT...]
#
# The library has its SONAME NAME.so.0, needs no other modules of Qt than those, and holds no run path into
# a build tree once it is installed.
set -euo pipefail
dynamic=$(readelf -d "$1")
name=$2
shift 2
fail() { printf '%s\n%s\n' "$1" "$dynamic"; exit 1; }
grep -q "SONAME.*\[$name.so.0\]" <<<"$dynamic" || fail "no SONAME $name.so.0"
allowed=$(printf '|%s' "$@")
! grep 'NEEDED.*libQt6' <<<"$dynamic" | grep -Eqv "libQt6(${allowed:1})\.so" || fail "needs more of Qt than $*"
