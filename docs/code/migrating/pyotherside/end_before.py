# SPDX-License-Identifier: BSD-3-Clause
import pyotherside

pyotherside.atexit(lambda: print("saved", flush=True))
