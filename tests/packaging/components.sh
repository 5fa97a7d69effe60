#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# components.sh BUILD_DIR HAS_WIDGETS
#
# What find_package(qi) says of components that there are not.
set -euo pipefail
build=$1 has_widgets=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >/dev/null

asks_for() {
    printf 'cmake_minimum_required(VERSION 3.16)\nproject(host LANGUAGES CXX)\nfind_package(qi %s)\nmessage(STATUS "found: ${qi_FOUND}")\n' "$*" \
        >"$work/CMakeLists.txt"
    cmake -S "$work" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" 2>&1 | tr -s '\n ' ' ' || true
}
says() { grep -qF -- "$1" <<<"$2" || { echo "$2"; echo "lacks: $1"; exit 1; }; }

says 'libqi has no component "nonsense"; there is one, "widgets"' "$(asks_for 0.1 REQUIRED COMPONENTS nonsense)"
says 'found: 0' "$(asks_for OPTIONAL_COMPONENTS nonsense)"
if [ "$has_widgets" = yes ]; then
    says 'found: 1' "$(asks_for REQUIRED COMPONENTS widgets)"
    rm "$(find "$work/prefix" -name qi-widgets-targets.cmake)"
fi
says 'this libqi was built without its widgets' "$(asks_for REQUIRED COMPONENTS widgets)"
says 'found: 1' "$(asks_for REQUIRED OPTIONAL_COMPONENTS widgets)"
