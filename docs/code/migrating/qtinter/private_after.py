# SPDX-License-Identifier: BSD-3-Clause
from PyQt6 import QtCore

import qi as qtinter


class Receiver:
    def receive(self, number):
        print(number)


receiver = Receiver()
doubling = qtinter.transform_slot(receiver.receive, lambda slot, args: slot(2 * args[0]))
doubling(3)
print(qtinter.get_positional_parameter_count(receiver.receive))
print(qtinter.copy_signal_arguments((QtCore.QPoint(1, 2),))[0].x())
print(qtinter.SemiWeakRef(receiver).referent() is receiver)

# prints: 6
# prints: 1
# prints: 1
# prints: True
