# SPDX-License-Identifier: BSD-3-Clause
def fail():
    raise LookupError("no such order")
