# SPDX-License-Identifier: BSD-3-Clause
import os
import subprocess


def spin(orders):
    while orders:
        pass


subprocess.Popen(["sh", "-c", f"sleep 1; kill -INT {os.getpid()}"])  # in your place, who presses Ctrl+C
spin(3)
