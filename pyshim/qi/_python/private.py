# SPDX-License-Identifier: BSD-3-Clause
"""Places for sockets and secrets that other users of the machine cannot reach into, nor prepare.

    who_could_change(path)   why somebody else could put other things at a path; "" if nobody could
    make_folders(path)       a folder and those above it, where there are none, for this user alone
    make_own_folder(path)    the same, in which nobody else can make anything either
    make_folder(prefix)      a new folder that only this user can enter, for sockets
    create_file(path)        a new file that only this user can read; never one that is there already
    is_peer(socket)          whether at its other end is this user, or root
"""

import errno
import os
import pwd
import socket
import stat
import struct
import tempfile

from .way import absolute, way


def who_could_change(path):
    """Looks at each folder and each link on the way to a path, itself included, without following any."""
    try:
        return next(filter(None, (_problem_of(step, facts) for step, facts in way(path))), "")
    except OSError as error:
        if error.errno == errno.ELOOP:
            return f"{error.filename}: there are too many symbolic links on the way"
        return f"{error.filename}: cannot be looked at: {error.strerror}"


def _problem_of(path, facts):
    if facts.st_uid not in (0, os.geteuid()):
        return f"{path}: it belongs to {_name(facts.st_uid)}, neither to you nor to root"
    sticky = stat.S_ISDIR(facts.st_mode) and facts.st_mode & stat.S_ISVTX  # as /tmp: nobody moves what is not theirs
    if not stat.S_ISLNK(facts.st_mode) and not sticky and facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"{path}: other users may write to it"
    return ""


def _name(number):
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the user {number}"


def make_folders(path, wrong=who_could_change):
    """Makes what is missing of a folder and of those above it, so that only this user can enter, whatever the umask: others
    might prepare what is put there. PermissionError if they could change what is there. `wrong` is asked for that."""
    missing, at = [], absolute(path)
    while not os.path.lexists(at):
        missing.append(at)
        at = os.path.dirname(at.rstrip("/"))
    _refuse(wrong(at), path)
    for folder in reversed(missing):
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:  # somebody was faster
            _refuse(wrong(folder), path)


def make_own_folder(path, wrong=who_could_change):
    """The same, and it is a folder of this user's in which nobody else can make anything, as they can in /tmp."""
    make_folders(path, wrong)
    facts = os.stat(path)
    if not stat.S_ISDIR(facts.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "this is no folder", os.fspath(path))
    if facts.st_uid != os.geteuid():
        _refuse(f"{path}: it belongs to {_name(facts.st_uid)}", path)
    if facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        _refuse(f"{path}: other users may write to it", path)


def _refuse(problem, path):
    if problem:
        raise PermissionError(errno.EPERM, f"it cannot be kept from other users: {problem}", os.fspath(path))


def make_folder(prefix):
    """Returns the path. PermissionError if there is no place for it that is safe."""
    problems = []
    for place in filter(None, (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir())):
        problem = who_could_change(place)
        if not problem and os.path.isdir(place):
            try:
                return tempfile.mkdtemp(prefix=prefix, dir=os.path.realpath(place))  # of mode 0700
            except OSError as error:
                problem = f"{place}: {error.strerror}"
        problems.append(problem or f"{place}: it is no folder")
    raise PermissionError(f"no folder is private enough for a socket; set TMPDIR to one that is ({'; '.join(problems)})")


def create_file(path):
    """Returns its descriptor, to be written. FileExistsError if anything is there, be it a link to nowhere;
    PermissionError if others could put something in its place."""
    problem = who_could_change(os.path.dirname(path) or os.curdir)
    if problem:
        raise PermissionError(f"{path} cannot be kept from other users: {problem}")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileExistsError:
        raise FileExistsError(
            f"{path} is there already, and somebody else may have made it; remove it, or choose another name") from None


def is_peer(client):
    """Whether who connected to a Unix socket may do all that this process can."""
    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", credentials)[1] in (0, os.geteuid())
