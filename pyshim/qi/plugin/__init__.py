# SPDX-License-Identifier: BSD-3-Clause
"""Plugins: folders with a plugin.toml and a package, which the user enables."""
