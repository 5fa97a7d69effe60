# SPDX-License-Identifier: BSD-3-Clause
"""Whether what a plugin needs is there, asked of the metadata of installed packages before anything is imported.

A process has one copy of each module. So apart from what is missing or of the wrong version, two plugins conflict if
what they need, or what that needs, would come from two places in two versions: as when both bring a package along, or
one does what the other takes from the system. The first keeps what it has; the second is told both places.
"""

import importlib.metadata
import os
import platform
import sys
from typing import NamedTuple

import _qi

from .._python import files
from . import metadata, packages, qtcopies, trust
from .schema import shown

_NO_EXTRA = frozenset([""])
_MOST_SHOWN = 10  # steps of a chain of dependencies
_MOST_LOOKED_AT = 20_000  # requirements of packages, once for each extra
_LONGEST = 2000  # characters of one
_MOST_WEIGHED = 5_000_000  # characters of all that are looked at, once for each extra
_LONGEST_TOLD = 1000  # characters of a problem
_MOST_ENTRIES = 50_000  # files and folders of the bindings of Qt that it names; PySide6 has some ten thousand
_MOST_TOLD = 50_000  # of all that is told of a plugin's dependencies, for each of which the window pays


class Dependency(NamedTuple):
    """One line of a manifest's `dependencies`. `installed` is a version, or ""; `problem` is "" if all is well."""

    name: str
    specifier: str
    installed: str
    problem: str


class Copy(NamedTuple):
    """A distribution as a plugin would find it."""

    name: str
    version: str
    place: str  # the folder that it is installed in

    def __str__(self):
        return f"{self.name} {self.version} ({self.place})"


def check(manifests, active=()):
    """Returns {id: list of texts} for plugins that are to be active together; of two that conflict the first wins.

    `active` are manifests of plugins that are active already.
    """
    found, accepted = {}, list(active)
    for manifest in manifests:
        found[manifest.id] = check_one(manifest, active=accepted)
        if not found[manifest.id]:
            accepted.append(manifest)
    return found


def check_one(manifest, active=(), check=lambda: None):
    """Returns why a plugin cannot run beside those that are active, a list of texts; empty if it can. check() is called
    now and then, and may raise what ends it."""
    try:
        needs = _Needs(manifest)
        found = [*range_problems(manifest), *qtcopies.problems(manifest.folder, check), *_shadows(manifest), *needs.problems]
        if not found:
            found += _loaded_problems(manifest, needs)
        for other in active:
            check()
            if other.id != manifest.id:
                found += _conflicts(manifest, needs, other, _Needs(other))
    except (packages.Missing, metadata.Unreadable) as problem:
        return [str(problem)]
    return [shown(each, _LONGEST_TOLD) for each in trust.shortened(found)]


def describe(manifest, common=None):
    """Returns the Dependency of each requirement whose marker holds here. `common`: a strangers.Common, of which this takes
    its part, and which may be Exhausted."""
    return _bounded(_Needs(manifest, common).described)


def _in_one(problems):
    """As many of them as one text may have."""
    size, count = 0, 0
    while count < len(problems) and (size := size + len(problems[count]) + 2) < _LONGEST_TOLD - 30:
        count += 1
    count = max(count, 1)
    more = [f"and {len(problems) - count} more of the kind"] if len(problems) > count else []
    return "; ".join([shown(each, _LONGEST_TOLD - 30) for each in problems[:count]] + more)


def _bounded(described):
    """Without what is more than somebody reads."""
    left, result = _MOST_TOLD, []
    for each in described:
        each = Dependency(*(shown(text, _LONGEST_TOLD) for text in each))
        size = sum(map(len, each))
        if size > left:
            problem = each.problem and "there is more to tell than is shown; `qi-run plugin check` tells more of it"
            each = Dependency(shown(each.name), "", "", problem)
        left -= min(left, size)
        result.append(each)
    return result


def search_path(manifest):
    """Where the plugin's imports are looked for: its private folder, then sys.path."""
    private = manifest.private_folder
    return [*([str(private)] if private else []), *sys.path]


# -- this Python, this qi ------------------------------------------------------------------------------


def range_problems(manifest):
    """Why a plugin does not fit this qi or this Python, texts."""
    for what, wanted, have in (("qi", manifest.qi, _qi.__version__), ("Python", manifest.python, platform.python_version())):
        if wanted and not packages.specifier(wanted).contains(have, prereleases=True):
            yield f"it needs {what} {wanted}, but this is {what} {have}; look for a version of the plugin that fits"


# -- what it needs -------------------------------------------------------------------------------------


class _Needs:
    """What a plugin needs, found or missing: its requirements, and in turn what these require."""

    def __init__(self, manifest, common=None):
        self.manifest = manifest
        self._common = common
        self.copies = {}  # canonical name -> Copy
        self.described = []
        self.problems = []
        self._followed = set()
        self._noted = {}  # id() of a distribution, all of which are kept: its Copy
        self._bindings = {}  # what binding_problem() has said of each
        self._looked_at = self._weighed = self._entries = 0
        if common is not None:
            common.check()
        self._private = manifest.private and os.path.normpath(manifest.private_folder)
        self.own = []  # the distributions in the private folder
        self._found = {}  # canonical name -> the distribution, or None
        try:
            self.own = list(metadata.distributions(manifest.private_folder, common)) if manifest.private else []
        except metadata.Unreadable as problem:
            self.problems.append(str(problem))
        for distribution in self.own:
            self._note(distribution)
            self._found.setdefault(packages.canonical(_field(distribution, "Name")), distribution)
        for text in manifest.dependencies:
            requirement = packages.requirement(text)
            if _applies(requirement, _NO_EXTRA):
                self._require(requirement)

    def _find(self, name):
        """The distribution of that name that an import would find first, or None. Nothing is imported."""
        canonical = packages.canonical(name)
        if canonical not in self._found:
            self._found[canonical] = _find(name, sys.path)
        return self._found[canonical]

    def _require(self, requirement):
        """A requirement of the plugin's own."""
        distribution = self._find(requirement.name)
        installed = "" if distribution is None else _field(distribution, "Version") or ""
        problem = self._why_not(requirement, distribution, installed)
        if problem:
            self._tell(problem)
        elif distribution is not None:
            before = len(self.problems)
            self._follow(distribution, requirement.extras or _NO_EXTRA, ())
            problem = _in_one(self.problems[before:])
        self.described.append(Dependency(requirement.name, str(requirement.specifier), installed, problem))

    def _tell(self, problem):
        """Notes a problem, which may be as long as somebody has made the names in it."""
        self.problems.append(shown(problem, _LONGEST_TOLD))

    def _why_not(self, requirement, distribution, installed):
        if distribution is None:
            return f"{requirement} is not installed; {_how_to_install(self.manifest)}"
        place = _place_of(distribution)
        if not _fits(requirement, installed):
            have = f"version {installed}" if installed else "a copy without a version"
            return f"{requirement} is needed, but {have} is installed ({place}); {_how_to_install(self.manifest)}"
        unknown = requirement.extras - set(distribution.metadata.get_all("Provides-Extra") or ())
        if unknown:
            return f"{requirement} is needed, but {requirement.name} {installed} ({place}) has no extra {', '.join(sorted(unknown))}"
        for binding in qtcopies.BINDINGS:
            if packages.canonical(binding) == packages.canonical(requirement.name):
                return self._problem_of(binding, place)
        return ""

    def _problem_of(self, binding, place):
        package = os.path.join(place, binding)
        if place == self._private and os.path.islink(package):
            return f"{package} is a symbolic link, which is not followed; put the package itself there"
        if binding not in self._bindings:
            self._bindings[binding] = qtcopies.binding_problem(binding, place, self._count_entries) or ""
        return self._bindings[binding]

    def _count_entries(self, number):
        self._entries += number
        if self._common is not None:
            self._common.take("bindings", number, _MOST_ENTRIES)
        if self._entries > _MOST_ENTRIES:
            raise metadata.Unreadable(f"its bindings of Qt have more than {_MOST_ENTRIES} files")

    def _follow(self, distribution, extras, above):
        """Notes what a distribution needs in turn.

        What is missing there is told where the plugin's author is in charge: of the private folder, and of extras that
        are asked for. Systems such as Debian fit packages to each other, but not always what they say of each other, so
        neither their versions are judged again nor what they do without.
        """
        waiting = [(distribution, extras, above)]
        while waiting:
            waiting += self._next(*waiting.pop(0))

    def _next(self, distribution, extras, above):
        copy = self._note(distribution)
        key = (packages.canonical(copy.name), frozenset(extras))
        if key in self._followed:
            return
        self._followed.add(key)
        for text in distribution.requires or ():
            self._count(text, extras, copy)
            if len(text) > _LONGEST:
                continue
            try:
                requirement = packages.requirement(text)
            except ValueError:  # old metadata; pip does without it, too
                continue
            if not _applies(requirement, extras):
                continue
            found = self._find(requirement.name)
            if found is not None:
                yield found, requirement.extras or _NO_EXTRA, (str(copy), *above)[:_MOST_SHOWN]
            elif copy.place == self._private or not _applies(requirement, _NO_EXTRA):
                through = " of ".join([str(copy), *above])
                self._tell(f"{shown(str(requirement))} is not installed, a dependency of {through}; {_how_to_install(self.manifest)}")

    def _count(self, text, extras, copy):
        """Unreadable if that is more than is looked at: a marker may be long, and each extra tells it anew."""
        self._looked_at += len(extras)
        self._weighed += len(extras) * min(len(text), _LONGEST)
        if self._common is not None:
            self._common.take("requirements", len(extras), _MOST_LOOKED_AT)
            self._common.take("markers", len(extras) * min(len(text), _LONGEST), _MOST_WEIGHED)
        what = (f"name more than {_MOST_LOOKED_AT} others" if self._looked_at > _MOST_LOOKED_AT else
                f"have more than {_MOST_WEIGHED} characters of markers" if self._weighed > _MOST_WEIGHED else "")
        if what:
            raise metadata.Unreadable(f"its dependencies {what}; {copy} is one of those that do")

    def _note(self, distribution):
        if id(distribution) not in self._noted:
            copy = Copy(_field(distribution, "Name") or "?", _field(distribution, "Version") or "?", _place_of(distribution))
            self._noted[id(distribution)] = self.copies.setdefault(packages.canonical(copy.name), copy)
        return self._noted[id(distribution)]


def _applies(requirement, extras):
    """Whether a requirement holds here, with these extras; one whose marker cannot be told does not."""
    try:
        return packages.applies(requirement, extras)
    except ValueError:
        return False


def _fits(requirement, installed):
    try:
        return requirement.specifier.contains(packages.version(installed), prereleases=True)
    except ValueError:
        return not requirement.specifier


def _find(name, path):
    """The distribution of that name that an import would find first, or None. Nothing is imported."""
    canonical = packages.canonical(name)
    for distribution in importlib.metadata.distributions(name=name, path=path):
        if _field(distribution, "Name") and packages.canonical(_field(distribution, "Name")) == canonical:
            return distribution
    return None


def _field(distribution, name):
    """A field of the metadata, or None: what an aborted installation has left may have none of it."""
    fields = distribution.metadata
    value = None if fields is None else fields.get(name)
    return value and shown(value)


def _place_of(distribution):
    return os.path.normpath(str(distribution.locate_file("")))


def _how_to_install(manifest):
    where = f"the plugin's folder {manifest.private!r}" if manifest.private else "a private folder of the plugin"
    return f"install it for the application's Python ({sys.prefix}), or put it into {where}"


# -- what two plugins need -----------------------------------------------------------------------------


def _conflicts(manifest, needs, other, others):
    for name in needs.copies.keys() & others.copies.keys():
        mine, theirs = needs.copies[name], others.copies[name]
        if mine.version != theirs.version:
            yield (f"it would use {mine}, but the plugin {other.id!r} uses {theirs}, and there can be one; "
                   "make both need the same version, or disable that plugin")
    versioned = {packages.canonical(name) for name in needs.copies.keys() & others.copies.keys()}
    mine, theirs = _modules(manifest.private_folder), _modules(other.private_folder)
    for name in sorted(mine.keys() & theirs.keys()):
        if not _is_of(name, versioned, needs.own) and not _same(mine[name], theirs[name]):
            yield f"it brings the module {name!r} ({mine[name]}), but so does the plugin {other.id!r} ({theirs[name]}), and they differ"


def _is_of(module, names, distributions):
    """Whether a module belongs to one of the distributions beside it that have these names."""
    return any(packages.canonical(_field(each, "Name")) in names and module in metadata.modules(each) for each in distributions)


def _same(one, other):
    """Whether two modules, files or folders, hold the same. Beware: nobody has agreed to the one, which may be of any size."""
    if os.path.isdir(one) != os.path.isdir(other):
        return False
    if os.path.isdir(one):
        first, second = trust.Tree(one), trust.Tree(other)
        return first.size == second.size and first.fingerprint().hash == second.fingerprint().hash
    size = os.stat(other).st_size
    return os.stat(one).st_size == size and files.read(one, size) == files.read(other, size)


def _modules(folder):
    """The modules that an entry of sys.path provides, by name, with their paths."""
    found = {}
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name) if folder else ():
        name, _, suffix = entry.name.partition(".")
        is_module = not suffix if entry.is_dir() else suffix.endswith(("py", "pyc", "so"))
        if is_module and name.isidentifier() and name != "__pycache__":
            found.setdefault(name, entry.path)
    return found


def _shadows(manifest):
    """Modules of a private folder that everybody else would get instead of Python's own."""
    for name, path in _modules(manifest.private_folder).items():
        if name in sys.stdlib_module_names or name in ("qi", "_qi"):
            owner = "qi" if name in ("qi", "_qi") else "Python"
            yield f"{path} would take the place of {owner}'s own module {name!r}; rename or remove it"


def _loaded_problems(manifest, needs):
    """Modules of a private folder that are imported already, from elsewhere and in another version."""
    for name, path in _modules(manifest.private_folder).items():
        there = _file_of(sys.modules.get(name))
        if there is None or trust.is_below(there, str(manifest.private_folder)):
            continue
        mine = next((each for each in needs.own if name in metadata.modules(each)), None)
        place = os.path.dirname(os.path.dirname(there) if os.path.basename(there).startswith("__init__.") else there)
        loaded = mine and _find(_field(mine, "Name"), [place])
        if not loaded or _field(loaded, "Version") != _field(mine, "Version"):
            version = f", version {_field(loaded, 'Version')}" if loaded else ""
            yield (f"it brings the module {name!r} ({path}), but the application has imported it already from {there}"
                   f"{version}; remove the private copy, or enable the plugin at the start")


def _file_of(module):
    file = getattr(module, "__file__", None)
    if file is None and module is not None:
        file = next(iter(getattr(module, "__path__", ())), None)
    return os.path.realpath(file) if isinstance(file, str) else None
