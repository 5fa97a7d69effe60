# SPDX-License-Identifier: BSD-3-Clause
import time


def count():  # blocks a thread of PyOtherSide's, and no window
    time.sleep(0.1)
    return 3
