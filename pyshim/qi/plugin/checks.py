# SPDX-License-Identifier: BSD-3-Clause
"""The checks before any code of a plugin runs. All that is here runs in a thread of apart.py: it waits for disks.

    checked = check(work, ...)      before the user is asked
    settle(work, checked, ...)      after that: what may have changed meanwhile, and what the import will need
"""

import os
from typing import NamedTuple

from .._python.plain import plain_line, plain_lines
from . import dependencies, discovery, packages, precompile, strangers, trust, watchfiles
from .manifest import FILE, is_manifest_there


class Checked:
    """What was found out about a plugin. `problem` says why it must not run, or is ""."""

    def __init__(self, found, seen):
        self.found, self.seen = found, seen  # the discovery.Found, and which file its manifest was
        self.problem = ""
        self.described = None  # its dependencies
        self.tree = self.fingerprint = self.decision = self.private = None
        self.others = ()  # ids of the plugins that it was compared with
        self.watched = None

    @property
    def manifest(self):
        return self.found.manifest


class Seen(NamedTuple):
    """What a search says of a plugin."""

    found: discovery.Found
    seen: "tuple | None"  # which file its manifest was
    described: list  # its dependencies
    agreed: bool  # the user has agreed to it
    elsewhere: bool  # or to one of the same id in another folder


def search(work, folders, consents, first=None):
    """Looks for plugins. Returns a list of Seen. Those that the user has agreed to are looked for first, and first() is
    called with them in the loop: they shall not wait for whatever else lies there."""
    known = consents.ids()
    if first is not None and known:
        there = discovery.known(folders, work.check, known, consents.knows)
        agreed = [each for each in there if consents.knows(each.id, each.folder)]  # and nothing of an impostor is looked at
        work.post(first, list(_seen(work, agreed, consents)))
    common = strangers.Common()
    found = discovery.discover(folders, work.check, known, common, lambda each: consents.knows(each.id, each.folder))
    return list(_seen(work, found, consents, common))


def _seen(work, found, consents, common=None):
    for each in found:
        work.check()
        agreed = consents.knows(each.id, each.folder)
        elsewhere = not agreed and consents.knows_elsewhere(each.id, each.folder)
        yield Seen(each, each.version, describe(each.manifest, None if agreed else common), agreed, elsewhere)


def check(work, found, seen, consents, others, watch):
    """Looks at a plugin again, and at all its files. Returns a Checked."""
    checked = _look_again(found, seen)
    try:
        if not checked.problem:
            _check(work, checked, consents, others)
        if watch:
            checked.watched = watchfiles.look(found.folder, work.check)
    except OSError as problem:
        checked.problem = _of_file(problem, found.folder)
    return checked


def _look_again(found, seen):
    """The plugin's manifest as it is now, read again if it is another file."""
    now = discovery.version_of(found.folder)
    is_there = now is not None or is_manifest_there(found.folder)
    if is_there and (now != seen or found.manifest is None):
        found = discovery.look_at(found.folder, found.source) or found
        now = found.version
    checked = Checked(found, now)
    if not is_there:
        checked.problem = plain_line(f"its folder is gone: {found.folder}")
    elif found.manifest is None:
        checked.problem = plain_lines(found.problems)
    return checked


def _check(work, checked, consents, others):
    work.begin("looking at its files")
    tree = checked.tree = trust.Tree(checked.found.folder, work)
    checked.problem = plain_lines(tree.problems())
    if checked.problem:
        return
    manifest = checked.manifest
    if manifest.private:
        checked.private = os.path.realpath(os.path.join(tree.root, manifest.private))
    checked.described = describe(manifest)
    checked.others = {each.id for each in others}
    checked.problem = compare(work, checked, others)
    if checked.problem:
        return
    work.begin("checking its files", tree.size)
    checked.fingerprint = tree.fingerprint()
    if discovery.version_of(tree.root) != checked.seen:
        checked.problem = plain_line(f"{os.path.join(tree.root, FILE)}: it has changed while the plugin was looked at; try again")
        return
    checked.decision = consents.ask_real(manifest.id, tree.root, checked.fingerprint)


def settle(work, checked, consents, agreed):
    """What is left to be done when the user has agreed, or has done so before. Returns a problem or ""."""
    try:
        if agreed:
            consents.give_real(checked.manifest.id, checked.tree.root, checked.fingerprint, work.check)
        checked.tree.drop_changed()
    except OSError as problem:
        return _of_file(problem, checked.found.folder)
    precompile.prepare(checked.tree, checked.manifest, checked.private, work)
    return ""


def compare(work, checked, others):
    """Compares with plugins that have come since check(). Returns a problem or ""."""
    return plain_lines(dependencies.check_one(checked.manifest, active=others, check=work.check))


def _of_file(problem, folder):
    """What an OSError says, in a line."""
    return plain_line(f"{problem.filename or folder}: {problem.strerror or problem}")


def describe(manifest, common=None):
    """The dependencies of a plugin, as qi_plugin_describe() has them. `common`: a strangers.Common, if it is one of many."""
    if manifest is None or not manifest.dependencies:
        return []
    try:
        return [each._asdict() for each in dependencies.describe(manifest, common)]
    except packages.Missing:  # what compares versions; the reason of the state says so
        return []
    except Exception as problem:  # whatever lies there, the others are listed
        told = plain_line(f"cannot be told: {problem}")[:1000]
        return [{"name": str(text)[:200], "specifier": "", "installed": "", "problem": "" if number else told}
                for number, text in enumerate(manifest.dependencies)]
