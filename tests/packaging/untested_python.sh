#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# untested_python.sh SOURCE: what is asked of an interpreter when libqi is configured, and who is refused.
set -eu

source=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# ask FACTS [OPTIONS]: configures for an interpreter that says these of itself.
ask() {
    facts=$1
    shift
    printf '#!/bin/sh\necho "%s"\n' "$facts" >"$folder/python3"
    chmod +x "$folder/python3"
    cmake -D QI_PYTHON="$folder/python3" "$@" -P "$source/cmake/QiPythonFacts.cmake" >"$folder/said" 2>&1
}

says() {
    # CMake breaks lines.
    tr -s '\n ' '  ' <"$folder/said" | grep -q -e "$1" || {
        echo "expected \"$1\" in:"
        cat "$folder/said"
        exit 1
    }
}

must_fail() {
    if ask "$@"; then
        echo "not refused: $*"
        exit 1
    fi
}

ask '3.11|/usr/bin/python3||/usr|lib|0|-'
ask '3.15|/usr/bin/python3||/usr|lib|0|-'

must_fail '3.10|/usr/bin/python3||/usr|lib|0|-'
says 'needs Python 3.11 or newer'

must_fail '3.99|/usr/bin/python3||/usr|lib|0|-'
says 'Python 3.99, and the newest that this libqi knows is 3.[0-9]*; set QI_UNTESTED_PYTHON'
ask '3.99|/usr/bin/python3||/usr|lib|0|-' -D QI_UNTESTED_PYTHON=ON

must_fail '3.14|/usr/bin/python3||/usr|lib|1|-'
says 'free-threaded build of Python 3.14'
ask '3.14|/usr/bin/python3||/usr|lib|1|-' -D QI_UNTESTED_PYTHON=ON
