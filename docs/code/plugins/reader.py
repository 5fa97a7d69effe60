# SPDX-License-Identifier: BSD-3-Clause
"""Opens what it may and what it may not: for docs/code/security.cpp."""


async def read(path):
    with open(path, encoding="utf-8") as file:
        return file.readline().strip()
