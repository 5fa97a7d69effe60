# SPDX-License-Identifier: BSD-3-Clause
"""Never comes to its end when it is imported."""

while True:
    pass
