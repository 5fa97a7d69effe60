# SPDX-License-Identifier: BSD-3-Clause
async def send(value=None):
    return value
