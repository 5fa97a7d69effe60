# SPDX-License-Identifier: BSD-3-Clause
import os
import signal
import threading


def spin(orders):
    while orders:
        pass


threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()  # in your place, who presses Ctrl+C
spin(3)
