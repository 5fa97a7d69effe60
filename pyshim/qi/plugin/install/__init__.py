# SPDX-License-Identifier: BSD-3-Clause
"""Plugins as files: packed, kept in an index, installed into a folder of plugins, updated and taken back."""
