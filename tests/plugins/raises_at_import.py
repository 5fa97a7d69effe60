# SPDX-License-Identifier: BSD-3-Clause
raise RuntimeError("this module cannot be imported")
