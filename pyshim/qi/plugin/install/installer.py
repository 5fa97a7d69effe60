# SPDX-License-Identifier: BSD-3-Clause
"""The same from Python: coroutine functions, whose work is done in threads, so that the window goes on."""

import os

from .. import apart
from . import folders, pack as packing, shelf
from .errors import InstallError
from .place import Place


class Installer:
    """Installs plugins into a folder, from which an application takes them.

        installer = Installer(application="Example/Notes")
        installed = await installer.install("feeds-1.2.0.zip")
        print(installed.version, installed.notes)

    folder: the folder of plugins; or application: "ORGANISATION/APPLICATION", whose user's folder is meant. data_folder: the folder that
    has those of the plugins' data; that of the application by default.

    Several processes may use one folder: they wait for each other. What is cancelled leaves the plugin as it was, unless the new one
    was taking its place already. Each function raises InstallError, whose text says why it did nothing. An application that runs finds what is new by `qi.plugin.manager.rescan()`;
    a plugin that is on is to be disabled before it is changed, and enabled after that.
    """

    def __init__(self, folder=None, *, application=None, data_folder=None):
        if (folder is None) == (application is None):
            raise TypeError("either a folder or an application is to be named")
        found, data = folders.of_application(application) if application is not None else (folder, None)
        self.folder = os.path.abspath(found)
        self.data_folder = data_folder or data
        self._place = Place(self.folder)

    async def install(self, path, *, sha256="", older=False, force=False, told=None):
        """Installs a plugin from an archive. sha256: the hash that it must have, in hexadecimal digits. older: in place of a newer version,
        too. force: also in place of what was put there by hand, or has been changed since. told: called now and then with
        what says how far it is, as a text by str(). Returns an object with id, version, before (the version that rollback() would go to,
        or "") and notes."""
        work = apart.Work(told)
        return await work.run(lambda: shelf.install_file(self._place, path, sha256=sha256, older=older, force=force, work=work))

    async def remove(self, id, *, data=False, force=False):
        """Removes a plugin, and the version before. data: and what it has kept in its data folder. force: also one that was
        put there by hand, or has been changed since."""
        if data and not self.data_folder:
            raise TypeError("data_folder is to be named, in which the plugin has its data")
        folder = os.path.join(self.data_folder, shelf.checked_id(id)) if data else None
        await apart.Work().run(lambda: shelf.remove(self._place, id, data=folder, force=force))

    async def rollback(self, id):
        """Goes back to the version before the one that is installed; once more goes forth again. Returns what install() does."""
        return await apart.Work().run(lambda: shelf.rollback(self._place, id))

    async def list(self):
        """What is in the folder: objects with id, version, source ("" if it was put there by hand), before and problem."""
        return await apart.Work().run(lambda: shelf.entries(self._place))


async def pack(folder, path=None, *, told=None):
    """Packs a plugin's folder into an archive, by default ID-VERSION.zip in the current folder, after it was looked at as by
    `qi-run plugin check --no-import`. Returns an object with path, id, version, sha256, size and files, their number.
    InstallError says all that is wrong with it."""
    work = apart.Work(told)
    return await work.run(lambda: packing.pack(folder, path, work))


__all__ = ["InstallError", "Installer", "pack"]
