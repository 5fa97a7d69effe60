# SPDX-License-Identifier: BSD-3-Clause
"""The same from Python: coroutine functions, whose work is done in threads, so that the window goes on."""

import os

from .. import apart
from . import folders, index, known, market, pack as packing, shelf, signing
from .errors import InstallError
from .place import Place


class Installer:
    """Installs plugins into a folder, from which an application takes them.

        installer = Installer(application="Example/Notes", indexes=["https://plugins.example.org/"], keys=["ed25519:…"])
        installed = await installer.install("feeds")
        print(installed.version, installed.notes)

    folder: the folder of plugins; or application: "ORGANISATION/APPLICATION", whose user's folder is meant. data_folder: the folder that
    has those of the plugins' data; that of the application by default. indexes: addresses or paths; by default those that were
    used in this folder before. keys: one of these has signed them; by default the one that signed an index when it was first seen.
    unsigned: an index need not be signed.

    Several processes may use one folder: they wait for each other. What is cancelled leaves the plugin as it was, unless the new one
    was taking its place already. Each function raises InstallError, whose text says why it did nothing. `told` is called now and
    then with what says how far it is, as a text by str(). An application that runs finds what is new by
    `qi.plugin.manager.rescan()`; a plugin that is on is to be disabled before it is changed, and enabled after that.
    """

    def __init__(self, folder=None, *, application=None, data_folder=None, indexes=(), keys=(), unsigned=False):
        if (folder is None) == (application is None):
            raise TypeError("either a folder or an application is to be named")
        found, data = folders.of_application(application) if application is not None else (folder, None)
        self.folder = os.path.abspath(found)
        self.data_folder = data_folder or data
        self._place = Place(self.folder)
        self._from = {"addresses": [os.fspath(each) for each in indexes],
                      "trust": known.Trust(tuple(map(signing.checked_key, keys)), unsigned)}

    async def install(self, what, *, sha256="", older=False, force=False, told=None):
        """Installs a plugin: from an archive, a path or an address; or from an index, by its id or as "id==version". sha256: the hash that
        an archive must have, in hexadecimal digits. older: in place of a newer version, too. force: also in place of what was put
        there by hand, or has been changed since. Returns an object with id, version, before (the version that rollback()
        would go to, or "") and notes."""
        work = apart.Work(told)
        return await work.run(lambda: market.install(self._place, os.fspath(what), sha256=sha256, older=older, force=force, work=work, **self._from))

    async def update(self, *ids, force=False, told=None):
        """Updates these plugins, or all that were installed from an index, to the newest versions that fit here, each from the index that it was
        installed from. Returns an object with changed, a list of what install() returns; notes; and problems, why others were not."""
        work = apart.Work(told)
        return await work.run(lambda: market.update(self._place, ids, force=force, work=work, **self._from))

    async def search(self, word="", *, told=None):
        """Plugins of the indexes with a word in id, name or description. Returns a list of objects with id, version (the newest that fits, or
        "", then problem says why), name, description, homepage, license, authors, changelog, installed, source (the index) and problem."""
        work = apart.Work(told)
        found, _ = await work.run(lambda: market.search(self._place, word, work=work, **self._from))
        return found

    async def remove(self, id, *, data=False, force=False):
        """Removes a plugin, and the version before. data: and what it has kept in its data folder. force: also one that was
        put there by hand, or has been changed since."""
        if data and not self.data_folder:
            raise TypeError("data_folder is to be named, in which the plugin has its data")
        folder = os.path.join(self.data_folder, shelf.checked_id(id)) if data else None
        await apart.Work().run(lambda: shelf.remove(self._place, id, data=folder, force=force))

    async def rollback(self, id, *, force=False):
        """Goes back to the version before the one that is installed; once more goes forth again. force: also from one whose
        files have been changed. Returns what install() does."""
        return await apart.Work().run(lambda: shelf.rollback(self._place, id, force=force))

    async def list(self):
        """What is in the folder: objects with id, version, source ("" if it was put there by hand), before and problem."""
        return await apart.Work().run(lambda: shelf.entries(self._place))


async def pack(folder, path=None, *, told=None):
    """Packs a plugin's folder into an archive, by default ID-VERSION.zip in the current folder, after it was looked at as by
    `qi-run plugin check --no-import`. Returns an object with path, id, version, sha256, size and files, their number.
    InstallError says all that is wrong with it."""
    work = apart.Work(told)
    return await work.run(lambda: packing.pack(folder, path, work))


async def write_index(folder, key=None, *, mirrors=(), serial=None, told=None):
    """Writes the index of the archives in a folder, index.json. key: the file of the private key to sign it with; without one it is not
    signed. mirrors: the same index elsewhere, addresses or paths from its folder on. serial: its number; one more than before by default, if anything
    has changed. Returns an object with path, serial, plugins, versions (how many) and key, the public one."""
    work = apart.Work(told)
    return await work.run(lambda: index.write(folder, key, mirrors=mirrors, serial=serial, work=work))


async def make_key(path):
    """Makes a pair of keys for indexes. The private one is written to a new file that only this user can read; the public one is
    returned, a text "ed25519:…"."""
    return await apart.Work().run(signing.make_key, path)


__all__ = ["InstallError", "Installer", "make_key", "pack", "write_index"]
