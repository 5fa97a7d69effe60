# SPDX-License-Identifier: BSD-3-Clause
"""A plugin that opens the application to `jupyter console --existing FILE`."""

import qi.jupyter

kernel = None


def open_console():
    global kernel
    kernel = qi.jupyter.start(user_ns={"title": "the live application"})
    print("jupyter console --existing", kernel.connection_file)


def close_console():
    kernel.stop()
