# SPDX-License-Identifier: BSD-3-Clause
# Progress, and a cancel button: docs/guide/recipes.md
import asyncio
import os

import qi


async def search(folder, word):
    found = []
    names = sorted(await asyncio.to_thread(os.listdir, folder))
    for number, name in enumerate(names):
        qi.progress(number, len(names), name)
        if await asyncio.to_thread(contains, os.path.join(folder, name), word):  # cancelled here
            found.append(name)
    qi.progress(len(names), len(names), "done")
    return found


def contains(path, word):
    if not os.path.isfile(path):
        return False
    with open(path, errors="replace") as file:
        return word in file.read()
