#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# installed.sh BUILD_DIR SOURCE_DIR EXAMPLE pkg-config|cmake
#
# Installs the build tree into a fresh prefix and builds an example against it, as an outsider would;
# runs it; moves the prefix, and runs and builds it again. Nothing here knows the build tree but the first line.
set -euo pipefail
build=$1 source=$2 example=$3 way=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/first" >/dev/null

lib_of() { dirname "$(find "$1" -name 'libqi.so' -print -quit)"; }

# Builds the example against a prefix, in a folder of its own.
build_against() {
    local prefix=$1 folder=$2
    cp -r "$source/examples/$example" "$folder"
    cd "$folder"
    if [ "$way" = pkg-config ]; then
        PKG_CONFIG_PATH=$(lib_of "$prefix")/pkgconfig ./build.sh
    else
        { cmake -S . -B . -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" &&
            cmake --build .; } >build.log 2>&1 || { cat build.log; exit 1; }
    fi
}

# Runs the example with the library of a prefix, and shows and checks what it prints.
run_with() {
    local prefix=$1 folder=$2
    shift 2
    LD_LIBRARY_PATH=$(lib_of "$prefix") "$folder/$example" "$folder/plugins" "$@" | tee "$work/output"
    case $example in
        quick) grep -qx 'points: 12' "$work/output" && test -s "$work/window.png" && rm "$work/window.png" ;;
        console) grep -qx 30 "$work/output" ;;
        c-host) grep -qF "{'word': 'lift-off', 'after': 3}" "$work/output" ;;
        cpp-modern) grep -qx 'sum: 10.5' "$work/output" ;;
        cpp-host) grep -qx 'balance: 147.76' "$work/output" ;;
    esac
}

arguments=()
if [ "$example" = console ]; then
    arguments=('import sweep' 'await sweep.to(30, seconds=0.1)')
    export QT_QPA_PLATFORM=offscreen HOME=$work
elif [ "$example" = quick ]; then
    arguments=("$work/window.png")
    export QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software HOME=$work
fi

build_against "$work/first" "$work/built"
run_with "$work/first" "$work/built" "${arguments[@]}"
mv "$work/first" "$work/moved"
run_with "$work/moved" "$work/built" "${arguments[@]}"
build_against "$work/moved" "$work/rebuilt"
run_with "$work/moved" "$work/rebuilt" "${arguments[@]}"

# The programs that are installed find the library that lies beside them, wherever that is.
if [ -x "$work/moved/bin/qi-run" ]; then
    env -u LD_LIBRARY_PATH "$work/moved/bin/qi-run" --loop=none -c 'import qi; print(qi.run_task)' >"$work/output"
    grep -q run_task "$work/output"
fi
