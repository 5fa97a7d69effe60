# SPDX-License-Identifier: BSD-3-Clause
"""What qi-bench runs: `qi-bench main.py --json FILE --build DIR [--quick] [--growth] [--only TEXT] …`."""

import suite

suite.main()
