# SPDX-License-Identifier: BSD-3-Clause
"""Two folders that change places at once, so that nobody ever sees neither."""

import errno
import os

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE
_UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)  # what kernels and file systems say that do not know it


def exchange(one, other, aside):
    """Swaps what two paths of one file system lead to. Where the file system cannot do that, it takes three renames by way of `aside`;
    who finds anything there finds what came between them."""
    if not _at_once(one, other):
        os.rename(other, aside)
        os.rename(one, other)
        os.rename(aside, one)


def _at_once(one, other):
    """Whether that was possible. OSError if it was, and has failed."""
    try:
        import ctypes

        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (ImportError, OSError, AttributeError):
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), ctypes.c_uint(_EXCHANGE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), os.fspath(one), None, os.fspath(other))
