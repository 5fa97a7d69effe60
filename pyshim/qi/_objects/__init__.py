# SPDX-License-Identifier: BSD-3-Clause
"""The application's objects and values as Python has them: bindings, models, gadgets, futures, exposed functions.

It knows no loop but asyncio's own names. Begin with types.py and bindings.py, which is what the others share; the C
half, which calls most of these modules, is runtime/objects/ and runtime/qt/.
"""
