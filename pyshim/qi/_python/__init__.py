# SPDX-License-Identifier: BSD-3-Clause
"""What all of the package builds on: whose code runs, what it is called, where its output and its errors go.

It uses `_qi` and the standard library, and knows no loop. Begin with scope.py and names.py; the C half is
runtime/python/.
"""
