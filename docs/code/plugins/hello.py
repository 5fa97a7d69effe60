# SPDX-License-Identifier: BSD-3-Clause
import os


def greet():
    print("hello from", os.__file__)
