#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# components.sh BUILD_DIR HAS_WIDGETS HAS_QML
#
# What find_package(qi) says of components that there are not.
set -euo pipefail
build=$1 has_widgets=$2 has_qml=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >/dev/null

asks_for() {
    printf 'cmake_minimum_required(VERSION 3.16)\nproject(host LANGUAGES CXX)\nfind_package(qi %s)\nmessage(STATUS "found: ${qi_FOUND}")\n' "$*" \
        >"$work/CMakeLists.txt"
    cmake -S "$work" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" 2>&1 | tr -s '\n ' ' ' || true
}
says() { grep -qF -- "$1" <<<"$2" || { echo "$2"; echo "lacks: $1"; exit 1; }; }

says 'libqi has no component "nonsense"; there are "widgets" and "qml"' "$(asks_for 0.1 REQUIRED COMPONENTS nonsense)"
says 'found: 0' "$(asks_for OPTIONAL_COMPONENTS nonsense)"
# part COMPONENT WHETHER_IT_WAS_BUILT WHAT_IT_IS_CALLED
part() {
    if [ "$2" = yes ]; then
        says 'found: 1' "$(asks_for REQUIRED COMPONENTS "$1")"
        rm "$(find "$work/prefix" -name "qi-$1-targets.cmake")"
    fi
    says "this libqi was built without its $3" "$(asks_for REQUIRED COMPONENTS "$1")"
    says 'found: 1' "$(asks_for REQUIRED OPTIONAL_COMPONENTS "$1")"
}
if [ "$has_widgets $has_qml" = 'yes yes' ]; then
    says 'found: 1' "$(asks_for REQUIRED COMPONENTS widgets qml)"
fi
part widgets "$has_widgets" widgets
part qml "$has_qml" 'part for Qt Quick'
