# SPDX-License-Identifier: BSD-3-Clause
"""A lock of a file that several processes share."""

import fcntl
import time


def take(number, seconds):
    """Whether the open file could be locked within that time. Closing it gives the lock back."""
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > end:
                return False
        time.sleep(0.01)
