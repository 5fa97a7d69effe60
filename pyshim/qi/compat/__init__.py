# SPDX-License-Identifier: BSD-3-Clause
"""Older names, one module for each package that had them; see docs/guide/migrating.md."""
