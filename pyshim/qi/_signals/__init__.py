# SPDX-License-Identifier: BSD-3-Clause
"""Signals and coroutines: slots that are coroutine functions, and what waits for emissions.

It uses _loop/ and _objects/. Begin with slots.py for what is called by a signal, with listener.py for what
listens to one; the C half is runtime/signals/.
"""
