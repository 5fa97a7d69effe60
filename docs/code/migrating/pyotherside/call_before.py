# SPDX-License-Identifier: BSD-3-Clause
import time


def price(symbol, count):  # in a thread of PyOtherSide's
    time.sleep(0.01)
    return {"ACME": 19.5}[symbol] * count
