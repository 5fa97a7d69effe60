# SPDX-License-Identifier: BSD-3-Clause
def add(one, two):
    return one + two
