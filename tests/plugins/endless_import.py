# SPDX-License-Identifier: BSD-3-Clause
"""Never comes to its end when it is imported."""

while True: pass  # on one line: which of two it is in differs from one Python to the next
