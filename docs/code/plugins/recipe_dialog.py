# SPDX-License-Identifier: BSD-3-Clause
# A dialog of the application's in a coroutine: docs/guide/recipes.md
from qi import host


async def ask(text):
    box = host.question
    box.text = text
    box.open()  # and not exec(): nothing has to be nested
    (button,) = await box.finished
    return button == box.StandardButtons.Yes
