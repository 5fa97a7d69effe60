#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# python.sh BUILD_DIR PYTHON SITE
#
# Installs the package for the interpreter itself, alone, and imports it from there; SITE is its folder below the prefix.
set -euo pipefail
build=$1 python=$2 site=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/first" --component python --strip >/dev/null
mv "$work/first" "$work/moved"
folder=$work/moved/$site

for file in qi/__init__.py qi/__init__.pyi qi/py.typed qi/host.py qi/host.pyi; do
    [ -e "$folder/$file" ] || { echo "$file is not installed"; exit 1; }
done
# Nothing else is in the component, and nothing is a link into a build or a source tree.
[ "$(ls "$folder" | wc -l)" = 2 ]
[ -z "$(find "$work/moved" -type l -o -name __pycache__)" ]
cd "$work"
PYTHONPATH=$folder "$python" -c '
import asyncio, os, sys, qi, _qi
for module in qi, _qi:
    assert module.__file__.startswith(sys.argv[1]), module.__file__
loop = qi.new_event_loop()
loop.set_mode(qi.QiLoopMode.NATIVE)
print(loop.run_until_complete(asyncio.sleep(0, "imported and run")))
loop.close()
' "$folder"
