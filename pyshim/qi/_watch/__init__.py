# SPDX-License-Identifier: BSD-3-Clause
"""Looking at a loop at work: its tasks, what holds the thread, and the exception that ends it.

It uses _python/ and asks _qi for the rest. qi.monitor is its public face; begin with inspection.py. The C half is
runtime/watch/.
"""
