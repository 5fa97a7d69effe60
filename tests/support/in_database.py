# SPDX-License-Identifier: BSD-3-Clause
"""Passes on those of the file names on stdin that a compilation database knows."""

import json
import os
import sys

with open(sys.argv[1], encoding="utf-8") as database:
    known = {os.path.realpath(os.path.join(entry["directory"], entry["file"])) for entry in json.load(database)}
for name in sys.stdin.read().split():
    if os.path.realpath(name) in known:
        print(name)
