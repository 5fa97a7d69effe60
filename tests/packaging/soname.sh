#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# soname.sh LIBRARY
#
# The library has its SONAME, needs no other Qt than QtCore, and holds no run path into a build tree.
set -euo pipefail
dynamic=$(readelf -d "$1")
fail() { printf '%s\n%s\n' "$1" "$dynamic"; exit 1; }
grep -q 'SONAME.*\[libqi.so.0\]' <<<"$dynamic" || fail "no SONAME libqi.so.0"
! grep 'NEEDED.*libQt6' <<<"$dynamic" | grep -qv 'libQt6Core' || fail "needs more of Qt than QtCore"
