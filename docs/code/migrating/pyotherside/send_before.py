# SPDX-License-Identifier: BSD-3-Clause
import pyotherside


def work():
    for step in (1, 2):
        pyotherside.send("progress", step)
