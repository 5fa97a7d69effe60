# SPDX-License-Identifier: BSD-3-Clause
"""The event loop's Python half: its classes, TLS, policies, and the blocks in which a loop runs.

It uses _python/. Begin with loop.py, on which all the others stand; the C half is runtime/loop/ and
runtime/streams/.
"""
