# SPDX-License-Identifier: BSD-3-Clause
from PyQt6 import QtCore

from qtinter._helpers import SemiWeakRef, get_positional_parameter_count, transform_slot
from qtinter._signals import copy_signal_arguments


class Receiver:
    def receive(self, number):
        print(number)


receiver = Receiver()
doubling = transform_slot(receiver.receive, lambda slot, args: slot(2 * args[0]))
doubling(3)
print(get_positional_parameter_count(receiver.receive))
print(copy_signal_arguments((QtCore.QPoint(1, 2),))[0].x())
print(SemiWeakRef(receiver).referent() is receiver)

# prints: 6
# prints: 1
# prints: 1
# prints: True
