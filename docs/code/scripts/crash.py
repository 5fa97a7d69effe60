# SPDX-License-Identifier: BSD-3-Clause
import os


def divide(orders):
    os.abort()  # what a library does that finds itself in a mess


divide(3)
