# SPDX-License-Identifier: BSD-3-Clause
"""Where a person types Python into the application: the script console, and the kernel of Jupyter.

It uses the rooms below and qi.host; the package as a whole it only shows. Begin with console.py, whose
window is runtime/widgets/script_console.cpp.
"""
