# SPDX-License-Identifier: BSD-3-Clause
"""`qi-run plugin pack`, `install` and their like: plugins as files."""

import argparse
import os
import sys

from .._python.plain import plain, plain_line
from ..plugin.install import folders, index, known, market, pack as packing, shelf, signing
from ..plugin.install.errors import InstallError
from ..plugin.install.place import Place

OK, WRONG = 0, 1


def parser_of(word, text, **more):
    return argparse.ArgumentParser(prog=f"qi-run plugin {word}", description=text, formatter_class=argparse.RawDescriptionHelpFormatter,
                                   **more)


def wants_place(parser):
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="FOLDER", help="the folder of plugins")
    where.add_argument("--application", metavar="ORGANISATION/APPLICATION",
                       help="the application, whose folder of plugins of this user is meant, as ~/.local/share/ORGANISATION/APPLICATION/plugins")


def wants_indexes(parser):
    parser.add_argument("--index", metavar="ADDRESS", action="append", default=[],
                        help="an index, an address or a path; may be given several times, and the first that has a plugin counts. By default those "
                             "that were named for this folder before")
    parser.add_argument("--key", metavar="KEY", action="append", default=[],
                        help="the key that has signed it; by default the one that had when it was first seen")
    parser.add_argument("--unsigned", action="store_true", help="take one that is not signed")


def indexes_of(asked):
    return {"addresses": asked.index, "trust": known.Trust(tuple(map(signing.checked_key, asked.key)), asked.unsigned)}


def place_of(asked):
    return Place(asked.to if asked.to else folders.of_application(asked.application)[0])


def run(function, parser, arguments):
    """The exit status."""
    asked = parser.parse_args(arguments)
    try:
        return function(asked) or OK
    except InstallError as refused:
        print(f"qi-run: {refused}", file=sys.stderr)
    except OSError as problem:
        print(f"qi-run: {plain(f'{problem.filename}: {problem.strerror}' if problem.filename else str(problem))}", file=sys.stderr)
    return WRONG


def say(text):
    print(plain_line(text))


def many(number, what):
    return f"{number} {what}{'' if number == 1 else 's'}"


# -- pack --------------------------------------------------------------------------------------------------


def pack(arguments, check):
    """check(folder, no_import): what `plugin check` has to say."""
    parser = parser_of("pack", "Packs a plugin's folder into one file, after it was looked at as by `plugin check`, and prints its SHA-256. The\n"
                               "same folder makes the same file. Left out are __pycache__, .git and the like, and what editors leave behind.")
    parser.add_argument("folder", metavar="FOLDER", help="the plugin's folder")
    parser.add_argument("--out", metavar="FILE", help="the file; ID-VERSION.zip in the current folder by default")
    parser.add_argument("--no-import", action="store_true", help="run nothing of its code")

    def work(asked):
        packed = packing.pack(asked.folder, asked.out, check=lambda _: check(asked.folder, asked.no_import))
        say(f"{os.path.relpath(packed.path)}: {packed.id} {packed.version}, {many(packed.files, 'file')}, {packed.size} bytes")
        say(f"sha256 {packed.sha256}")

    return run(work, parser, arguments)


# -- in, out, and back -------------------------------------------------------------------------------------


def install(arguments):
    parser = parser_of("install", "Installs a plugin into an application's folder of plugins. The application asks the user whether it may run. The\n"
                                  "version before is kept: `plugin rollback` goes back to it.")
    parser.add_argument("what", metavar="WHAT", help="an archive, as `plugin pack` makes it, by its path or address; or the id of a plugin in an "
                                                     "index, or ID==VERSION")
    wants_place(parser)
    wants_indexes(parser)
    parser.add_argument("--sha256", metavar="HASH", default="", help="the hash that an archive must have")
    parser.add_argument("--older", action="store_true", help="also in place of a newer version")
    parser.add_argument("--force", action="store_true", help="also in place of what was put there by hand, or has been changed since")

    def work(asked):
        tell(market.install(place_of(asked), asked.what, sha256=asked.sha256, older=asked.older, force=asked.force, **indexes_of(asked)))

    return run(work, parser, arguments)


def update(arguments):
    parser = parser_of("update", "Updates plugins to the newest versions that fit, each from the index that it was installed from.")
    parser.add_argument("ids", metavar="ID", nargs="*", help="all that were installed from an index, if none is named")
    wants_place(parser)
    wants_indexes(parser)
    parser.add_argument("--force", action="store_true", help="also those that have been changed since")

    def work(asked):
        updated = market.update(place_of(asked), asked.ids, force=asked.force, **indexes_of(asked))
        for note in updated.notes:
            say(note)
        for each in updated.changed:
            tell(each)
        for problem in updated.problems:
            print(f"qi-run: {problem}", file=sys.stderr)
        if not updated.changed and not updated.problems:
            say("there is nothing newer")
        return WRONG if updated.problems else OK

    return run(work, parser, arguments)


def search(arguments):
    parser = parser_of("search", "Lists the plugins of the indexes that have a word in their id, name or description.")
    parser.add_argument("word", metavar="WORD", nargs="?", default="", help="all, if none is named")
    wants_place(parser)
    wants_indexes(parser)

    def work(asked):
        found, notes = market.search(place_of(asked), asked.word, **indexes_of(asked))
        for note in notes:
            print(f"qi-run: {plain_line(note)}", file=sys.stderr)
        for each in found:
            installed = f" (installed: {each.installed})" if each.installed else ""
            about = f": {each.description}" if each.description else ""
            say(f"{each.id} {each.version or '-'}{installed}  {each.name}{about}{f' ({each.problem})' if each.problem else ''}")

    return run(work, parser, arguments)


def tell(installed):
    """What has become of a plugin."""
    before = f"; the version before is {installed.before}" if installed.before else ""
    say(f"{installed.id} {installed.version} is installed{before}")
    for note in installed.notes:
        say(f"{installed.id}: {note}")


def remove(arguments):
    parser = parser_of("remove", "Removes a plugin, and the version of it before.")
    parser.add_argument("id", metavar="ID")
    wants_place(parser)
    parser.add_argument("--data", action="store_true", help="and what it has kept in its data folder, which needs --application or --data-folder")
    parser.add_argument("--data-folder", metavar="FOLDER", help="the folder that has those of the plugins' data")
    parser.add_argument("--force", action="store_true", help="also what was put there by hand, or has been changed since")

    def work(asked):
        shelf.remove(place_of(asked), asked.id, data=data_of(asked), force=asked.force)
        say(f"{asked.id} is removed{', and its data' if asked.data else ''}")

    def data_of(asked):
        if not asked.data:
            return None
        if not (asked.data_folder or asked.application):
            raise InstallError("where its data is depends on the application: name that by --application, or the folder by --data-folder")
        return os.path.join(asked.data_folder or folders.of_application(asked.application)[1], shelf.checked_id(asked.id))

    return run(work, parser, arguments)


def rollback(arguments):
    parser = parser_of("rollback", "Goes back to the version of a plugin before the one that is installed. Once more goes forth again.")
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--force", action="store_true", help="also from one whose files have been changed since")
    wants_place(parser)
    return run(lambda asked: tell(shelf.rollback(place_of(asked), asked.id, force=asked.force)), parser, arguments)


def list_all(arguments):
    parser = parser_of("list", "Lists the plugins in a folder: id, version, where it was installed from, and the version before.")
    wants_place(parser)

    def work(asked):
        for each in shelf.entries(place_of(asked)):
            source = f"from {each.source}" if each.source else "put there by hand"
            before = f", before it {each.before}" if each.before else ""
            say(f"{each.id} {each.version or '?'} {source}{before}{f': {each.problem}' if each.problem else ''}")

    return run(work, parser, arguments)


# -- an index --------------------------------------------------------------------------------------------------


def write_index(arguments):
    parser = parser_of("index", "Writes index.json for the packed plugins in a folder, which any web server can offer then, or file system.")
    parser.add_argument("folder", metavar="FOLDER", help="the folder with archives, as `plugin pack` makes them")
    parser.add_argument("--sign", metavar="FILE", help="sign it with this private key, of `plugin key`")
    parser.add_argument("--mirror", metavar="ADDRESS", action="append", default=[],
                        help="the same index elsewhere: an address, or a path that begins where the index is; may be given several times. Of one "
                             "that is not signed: by https, or in its folder")
    parser.add_argument("--serial", metavar="NUMBER", type=int, help="its number; by default one more than before, if anything has changed")

    def work(asked):
        written = index.write(asked.folder, asked.sign, mirrors=asked.mirror, serial=asked.serial)
        say(f"{os.path.relpath(written.path)}, number {written.serial}: {many(written.plugins, 'plugin')}, {many(written.versions, 'version')}")
        say(f"signed with {written.key}" if written.key else "not signed; --sign signs it, with a key that `qi-run plugin key` makes")

    return run(work, parser, arguments)


def key(arguments):
    parser = parser_of("key", "Makes a pair of keys to sign indexes with. The private one is written to a file that only you can read; keep it so, and a\n"
                              "copy where you find it again. The public one is printed, for those who use the index.")
    parser.add_argument("file", metavar="FILE", help="the new file of the private key")
    return run(lambda asked: say(signing.make_key(asked.file)), parser, arguments)


WORDS = {"update": update, "search": search, "index": write_index, "key": key, "install": install, "remove": remove, "rollback": rollback, "list": list_all}
