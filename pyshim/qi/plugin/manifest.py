# SPDX-License-Identifier: BSD-3-Clause
"""plugin.toml: what a plugin says of itself, read and checked without running any code of it.

    manifest = Manifest.read(folder)
    manifest.name, manifest.entry, manifest.settings["interval"].default

What is wrong is told all at once: ManifestError.problems is a list of Problem(file, line, field, text).
"""

import dataclasses
import keyword
import os
import pathlib
import re
import tomllib
from typing import NamedTuple

from .._python import files
from . import bounds, icons, packages, places
from .schema import Setting, near, shown, texts, type_name
from .turns import OVERLAPS

FILE = "plugin.toml"
LARGEST = bounds.LARGEST  # bytes of a manifest
MOST_PROBLEMS = 50  # that are told of one manifest
_DEEPEST = 50  # levels of tables and arrays for the application
_MOST = 200  # settings, actions, kinds of contributions, dependencies, authors
_MOST_TEXT = 100_000  # characters of all settings
_LONGEST = {"version": 100, "entry": 200, "description": 10_000, "homepage": 500, "qi": 200, "python": 200,
            "private": 200, "authors": 200, "dependencies": 500}  # characters; a line has 200
_LONGEST_OF_ACTION = 2000  # characters of a text
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SUFFIXES = (".py", ".pyc")  # and those of extension modules


class Problem(NamedTuple):
    """One thing that is wrong with a manifest. `line` is 0 where the file could not be read."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self):
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.text}" if self.field else f"{place}: {self.text}"


class ManifestError(ValueError):
    """A manifest that cannot be used; `problems` says what is wrong, each with file, line and field."""

    def __init__(self, problems):
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


@dataclasses.dataclass(frozen=True, eq=False)
class Manifest:
    """What a plugin says of itself."""

    folder: pathlib.Path
    id: str
    name: str
    version: str
    entry: str  # "module" or "module:object"
    description: str = ""
    authors: tuple = ()
    homepage: str = ""
    license: str = ""
    qi: str = ""  # ranges of versions; "" is any
    python: str = ""
    dependencies: tuple = ()  # requirements, as they are written
    private: str = ""  # folder of dependencies of its own, relative to `folder`
    settings: dict = dataclasses.field(default_factory=dict)  # key -> Setting
    contributes: dict = dataclasses.field(default_factory=dict)

    @property
    def file(self):
        """The manifest's own path."""
        return self.folder / FILE

    @property
    def module(self):
        """The module that `entry` names."""
        return self.entry.partition(":")[0]

    @property
    def attribute(self):
        """The object in the module that `entry` names; "" if it is the module itself."""
        return self.entry.partition(":")[2]

    @property
    def private_folder(self):
        """The folder of the plugin's own dependencies, or None."""
        return self.folder / self.private if self.private else None

    @classmethod
    def read(cls, folder):
        """Reads the manifest of a plugin's folder. ManifestError, with all problems, if anything is wrong with it."""
        reader = _Reader(pathlib.Path(folder))
        try:
            fields = reader.read()
        except _Enough:
            reader.problems.append(Problem(str(reader.file), reader.problems[-1].line, "", "and more of the kind"))
        if reader.problems:
            raise ManifestError(sorted(reader.problems, key=lambda problem: problem.line))
        return cls(folder=reader.folder, **fields)


def is_manifest_there(folder):
    """Tells whether a folder holds a plugin."""
    return os.path.lexists(os.path.join(folder, FILE))  # a link to nowhere is a manifest that is wrong


class _Enough(Exception):
    """There are more problems than anybody reads."""


class _Reader:
    """Reads one manifest and collects what is wrong with it."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / FILE
        self.problems = []
        self.places = {}
        self.has_id = False  # the right one: a folder may be found under a thousand names

    def problem(self, text, *path, line=None):
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Enough
        place = path
        path = [shown(part) if isinstance(part, str) else part for part in path]
        field = ".".join(f"[{key}]" if isinstance(key, int) else key for key in path).replace(".[", "[")
        where = line if line is not None else places.line_of(self.places, place)
        self.problems.append(Problem(str(self.file), where, shown(field), shown(text, 500)))

    def read(self):
        text = self._text()
        document = None if text is None else self._parse(text)
        if document is None:
            return None
        for name in document.keys() - {"plugin", "settings", "contributes"}:
            self.problem(f"there is no such table{near(name, ['plugin', 'settings', 'contributes'])}", name)
        fields = self._plugin(document)
        fields["settings"] = self._settings(self._table(document, "settings"))
        fields["contributes"] = self._contributes(self._table(document, "contributes"))
        return fields

    # -- the file --

    def _text(self):
        """The file's text; None, with a problem, if there is none."""
        try:
            data = files.read(self.file, LARGEST)
        except files.TooLarge:
            return self.problem(f"a manifest is no larger than {LARGEST >> 20} MB", line=0)
        except OSError as problem:
            if isinstance(problem, FileNotFoundError) and self.file.is_symlink():
                return self.problem("it is a symbolic link that leads nowhere", line=0)
            is_none = "this is" in problem.strerror
            return self.problem(problem.strerror if is_none else f"cannot be read: {problem.strerror}", line=0)
        try:
            return data.decode("utf-8-sig")  # some editors begin with a mark
        except UnicodeDecodeError as problem:
            line = data.count(b"\n", 0, problem.start) + 1
            return self.problem(f"this is not UTF-8: byte 0x{data[problem.start]:02x}", line=line)

    def _parse(self, text):
        try:
            bounds.check(text)
            document = tomllib.loads(text)
            self.places = places.lines(text)
            return document
        except bounds.TooMuch as problem:
            return self.problem(str(problem), line=problem.line)
        except tomllib.TOMLDecodeError as problem:
            reason, _, place = str(problem).partition(" (at ")
            found = re.match(r"line (\d+)", place)
            line = int(found[1]) if found else text.count("\n", 0, len(text.rstrip())) + 1
            return self.problem(f"this is not TOML: {reason}", line=line)
        except RecursionError:
            return self.problem("the values are nested too deeply", line=1)
        except ValueError as problem:  # a number of thousands of digits
            return self.problem(f"this cannot be read: {problem}", line=1)

    def _table(self, document, name):
        table = document.get(name, {})
        if not isinstance(table, dict):
            self.problem(f"this is a table, [{name}], not {type_name(table)}", name)
            return {}
        return table

    # -- [plugin] --

    def _plugin(self, document):
        if "plugin" not in document:
            self.problem("there is no table [plugin]", "plugin")
            return {}
        table = self._table(document, "plugin")
        fields = {}
        for name, value in sorted(table.items(), key=lambda item: item[0] == "entry"):  # which is looked for if the id is right
            if name not in _FIELDS:
                self.problem(f"a plugin has no {name!r}{near(name, _FIELDS)}", "plugin", name)
            elif not isinstance(value, _FIELDS[name].kind):
                wanted = "an array of texts" if _FIELDS[name].kind is list else "a text"
                self.problem(f"this is {wanted}, not {type_name(value)}", "plugin", name)
            else:
                fields[name] = self._field(name, value)
        for name, field in _FIELDS.items():
            if field.needed and name not in table:
                self.problem(f"this is missing; {field.needed}", "plugin", name)
        return fields

    def _field(self, name, value):
        """Checks a field of [plugin] whose type is right."""
        longest = _LONGEST.get(name, 200)
        if isinstance(value, list):
            if len(value) > _MOST:
                self.problem(f"there are more than {_MOST}", "plugin", name)
                return ()
            for index, item in enumerate(value):
                if isinstance(item, str) and len(item) > longest:
                    self.problem(f"this is longer than {longest} characters", "plugin", name, index)
                elif not isinstance(item, str) or not item.strip():
                    self.problem("this is a text that is not empty", "plugin", name, index)
                else:
                    self._try(_FIELDS[name].check, item, name, index)
            return tuple(value)
        if len(value) > longest:
            self.problem(f"this is longer than {longest} characters", "plugin", name)
        elif _FIELDS[name].needed and not value.strip():
            self.problem(f"this is empty; {_FIELDS[name].needed}", "plugin", name)
        elif value:
            self._try(_FIELDS[name].check, value, name)
        return value

    def _try(self, check, value, *path):
        try:
            if check:
                check(self, value)
        except (ValueError, packages.Missing) as wrong:
            self.problem(str(wrong), "plugin", *path)
        except OSError as wrong:  # a name that no file can have
            self.problem(f"{wrong.strerror}: {value[:80]!r}", "plugin", *path)
        except RecursionError:
            self.problem("this is nested too deeply", "plugin", *path)

    def _check_id(self, value):
        if not _ID.fullmatch(value):
            raise ValueError(f"{value!r} is no id: letters of ASCII, digits, '_' and '-', at most 64, a letter first")
        folder = pathlib.Path(self.folder).absolute().name
        if value != folder:
            raise ValueError(f"the id is the folder's name, {folder!r}, not {value!r}; rename one of them")
        self.has_id = True

    def _check_line(self, value):
        if not value.isprintable() or len(value) > 200:
            raise ValueError("this is one line of at most 200 characters")

    def _check_homepage(self, value):
        if not re.match(r"https?://[^\s/]+", value):
            raise ValueError(f"{value!r} is no address; one begins with https://")

    def _check_entry(self, value):
        module, colon, attribute = value.partition(":")
        for part in (module, *([attribute] if colon else [])):
            if not all(name.isidentifier() and not keyword.iskeyword(name) for name in part.split(".")):
                raise ValueError(f"{value!r} is neither 'module' nor 'module:object'")
        if self.has_id and not self._has_module(module):
            raise ValueError(f"there is no module {module!r} in the plugin's folder{near(module, self._modules())}")

    def _has_module(self, name):
        first, _, rest = name.partition(".")
        if self._is_there(name):
            return True
        # A folder with an __init__.py is a package by itself, of the plugin's name.
        whole = first == self.folder.absolute().name and (self.folder / "__init__.py").is_file()
        return whole and (not rest or self._is_there(rest))

    def _is_there(self, name):
        path = self.folder.joinpath(*name.split("."))
        if any((path / f"__init__{suffix}").is_file() for suffix in _SUFFIXES):
            return True
        return any(path.with_name(path.name + suffix).is_file() for suffix in _SUFFIXES) or _extensions(path)

    def _modules(self):
        if (self.folder / "__init__.py").is_file():
            yield self.folder.absolute().name
        for each in files.names(self.folder, 1000)[0]:
            stem, suffix = os.path.splitext(each.name)
            if suffix == ".py" and stem.isidentifier() and stem != "__init__":
                yield stem
            elif each.is_folder and os.path.lexists(self.folder / each.name / "__init__.py"):
                yield each.name

    def _check_version(self, value):
        packages.version(value)

    def _check_range(self, value):
        packages.specifier(value)

    def _check_dependency(self, value):
        requirement = packages.requirement(value)
        packages.applies(requirement)
        if requirement.url:
            raise ValueError(f"{value!r} names an address, from which nothing is ever installed; name versions")

    def _check_private(self, value):
        path = pathlib.PurePosixPath(value)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"{value!r} is not a folder inside the plugin's folder")
        if not (self.folder / value).is_dir():
            raise ValueError(f"there is no folder {value!r} in the plugin's folder")

    # -- [settings], [contributes] --

    def _settings(self, table):
        settings = {}
        if len(table) > _MOST:
            self.problem(f"there are more than {_MOST}", "settings")
            return settings
        if sum(map(len, texts(table))) > _MOST_TEXT:
            self.problem(f"the texts of all settings are longer than {_MOST_TEXT} characters", "settings")
            return settings
        for key, value in table.items():
            if not isinstance(value, dict):
                self.problem(f"a setting is a table, [settings.{key}], not {type_name(value)}", "settings", key)
                continue
            setting = Setting.read(key, value, lambda text, *keys, key=key: self.problem(text, "settings", key, *keys))
            if setting is not None:
                settings[key] = setting
        return settings

    def _contributes(self, table):
        """What a plugin adds to the application. Only the kind "actions" is libqi's; others are the application's."""
        if len(table) > _MOST:
            self.problem(f"there are more than {_MOST} kinds", "contributes")
            return table
        for kind, value in table.items():
            if kind == "actions":
                self._actions(value)
            elif kind.lower().rstrip("s") == "action":
                self.problem(f"there is no {kind!r}; did you mean 'actions'?", "contributes", kind)
            else:
                self._plain(value, "contributes", kind)
        return table

    def _actions(self, value):
        if not isinstance(value, list):
            return self.problem(f"this is an array of tables, not {type_name(value)}", "contributes", "actions")
        if len(value) > _MOST:
            return self.problem(f"there are more than {_MOST}", "contributes", "actions")
        names = set()
        for index, action in enumerate(value):
            path = ("contributes", "actions", index)
            if not isinstance(action, dict):
                self.problem(f"an action is a table, not {type_name(action)}", *path)
                continue
            self._action(action, path)
            name = action.get("name")
            if not isinstance(name, str):
                continue
            if name in names:
                self.problem(f"there are two actions {name!r}", *path, "name")
            names.add(name)

    def _action(self, action, path):
        for name, value in action.items():
            if name not in _ACTION:
                self.problem(f"an action has no {name!r}{near(name, _ACTION)}", *path, name)
            elif not isinstance(value, _ACTION[name]):
                wanted = "true or false" if _ACTION[name] is bool else "a text"
                self.problem(f"this is {wanted}, not {type_name(value)}", *path, name)
            elif isinstance(value, str) and len(value) > _LONGEST_OF_ACTION:
                self.problem(f"this is longer than {_LONGEST_OF_ACTION} characters", *path, name)
        for name in ("name", "text"):
            if name not in action:
                self.problem(f"an action needs a {name}", *path)
            elif action[name] == "":
                self.problem("this is empty", *path, name)
        overlap = action.get("overlap", OVERLAPS[0])
        if isinstance(overlap, str) and overlap not in OVERLAPS:
            self.problem(f"there is no {overlap!r}{near(overlap, OVERLAPS)}", *path, "overlap")
        if isinstance(action.get("icon"), str):
            try:
                icons.checked(action["icon"])
            except ValueError as wrong:
                self.problem(str(wrong), *path, "icon")
        name = action.get("name")
        if isinstance(name, str) and name and not _NAME.fullmatch(name):
            self.problem(f"{name!r} is no name: letters of ASCII, digits, '_', '-' and '.', a letter first", *path, "name")

    def _plain(self, value, *path):
        """What reaches the application is made of texts, numbers, arrays and tables."""
        if len(path) > _DEEPEST:
            self.problem("the values are nested too deeply", *path[:2])
        elif isinstance(value, dict):
            for key, item in value.items():
                self._plain(item, *path, key)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._plain(item, *path, index)
        elif not isinstance(value, (bool, int, float, str)):
            self.problem("the application gets no dates and times; write a text", *path)
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            self.problem("this does not fit into 64 bits", *path)


def _extensions(path):
    import importlib.machinery

    return any(path.with_name(path.name + suffix).is_file() for suffix in importlib.machinery.EXTENSION_SUFFIXES)


class _Field(NamedTuple):
    kind: type = str
    check: object = None
    needed: str = ""  # what to write if it is missing


_FIELDS = {
    "id": _Field(check=_Reader._check_id, needed="write the name of the plugin's folder"),
    "name": _Field(check=_Reader._check_line, needed="write what the user calls the plugin"),
    "version": _Field(check=_Reader._check_version, needed='write a version such as "1.0.0"'),
    "entry": _Field(check=_Reader._check_entry, needed='write "module:object", what has activate(ctx)'),
    "description": _Field(),
    "authors": _Field(list),
    "homepage": _Field(check=_Reader._check_homepage),
    "license": _Field(check=_Reader._check_line),
    "qi": _Field(check=_Reader._check_range),
    "python": _Field(check=_Reader._check_range),
    "dependencies": _Field(list, _Reader._check_dependency),
    "private": _Field(check=_Reader._check_private),
}
_ACTION = {"name": str, "text": str, "menu": str, "shortcut": str, "tooltip": str, "icon": str, "toolbar": bool,
           "overlap": str, "checkable": bool}
