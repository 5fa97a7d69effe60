# SPDX-License-Identifier: BSD-3-Clause
"""Type stubs of the package `qi`, which travels inside libqi. Point your editor at the folder above."""
