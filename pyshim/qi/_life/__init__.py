# SPDX-License-Identifier: BSD-3-Clause
"""How the package is brought to life and to its end: by a host, and by the program qi-run.

It may use everything, and nothing uses it but the C half, runtime/life/, and apps/run/. Begin with embed.py and
shutdown.py.
"""
