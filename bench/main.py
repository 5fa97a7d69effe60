# SPDX-License-Identifier: BSD-3-Clause
"""What qi-bench runs: `qi-bench main.py --json FILE [--quick] [--only TEXT] [--list]`."""

import suite

suite.main()
