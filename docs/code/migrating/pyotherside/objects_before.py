# SPDX-License-Identifier: BSD-3-Clause
class Order:
    def __init__(self, symbol):
        self.symbol = symbol
