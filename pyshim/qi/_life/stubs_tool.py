# SPDX-License-Identifier: BSD-3-Clause
"""`qi-run stubs`: what the editor of a plugin's author knows."""

import argparse
import pathlib
import sys

from .._python.plain import plain_line, plain_lines
from . import stubs

OK, WRONG = 0, 1


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="qi-run stubs", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Writes type stubs into the folder typings of a plugin: of the package qi, of the settings and actions that\n"
                    "its plugin.toml declares, and of the application's objects, where --host tells them. VS Code and Pyright\n"
                    "look there by themselves; for mypy name it as mypy_path.",
        epilog="An application writes stubs of its own objects by qi_stubs_write().")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="the plugin's folder; the current one by default")
    parser.add_argument("--host", metavar="PATH",
                        help="the application's objects: a module with stand-ins, or a folder of stubs that the application has written")
    asked = parser.parse_args(arguments)
    try:
        print(plain_line(f"{write(pathlib.Path(asked.folder), asked.host)} is written"))
    except Exception as error:  # a file that cannot be written, a manifest, or the module with the stand-ins
        print(f"qi-run: {_told(error)}", file=sys.stderr)
        return WRONG
    return OK


def _told(error):
    from ..plugin.manifest import ManifestError

    return plain_lines(error.problems) if isinstance(error, ManifestError) else plain_line(f"{type(error).__name__}: {error}")


def write(folder, host):
    """Writes what is known for a plugin. Returns the folder of the stubs."""
    from ..plugin import manifest

    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder")
    declared = manifest.Manifest.read(folder.resolve()) if manifest.is_manifest_there(folder) else None
    return stubs.write_for_plugin(folder, declared, _host_texts(host))


def _host_texts(host):
    from . import stand_ins, stub_host

    path = pathlib.Path(host) if host else None
    if path is None:
        return {}
    if path.suffix == ".py":
        return stub_host.texts_of(stand_ins.load(path))
    found = stand_ins.stubs_in(path) if path.is_dir() else path
    return {name: stand_ins.read_stub(found.with_name(pathlib.PurePath(name).name)) for name in stubs.HOST}
