# SPDX-License-Identifier: BSD-3-Clause
"""The settings that a plugin declares: what each may be, and whether a value fits.

The manifest reads them with Setting.read(); whoever stores or draws a setting asks check().
"""

import dataclasses
import keyword
import math
import re

TYPES = ("bool", "int", "float", "text", "choice", "path", "color", "list")

_TAKEN = {"clear", "get", "items", "keys", "on_change", "pop", "popitem", "setdefault", "update", "values"}
_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_INTEGERS = (-(2**63), 2**63 - 1)  # what QSettings and C can keep
LONGEST_VALUE = 100_000  # characters of a text or a list that is kept and shown in a form
# What a form is made of before anybody has agreed to the plugin, in characters; a value that is set later may be longer.
_LONGEST = {"title": 2000, "description": 2000, "default": 10_000, "choices": 2000}
_MOST = 200  # choices, and texts of a default


@dataclasses.dataclass(frozen=True)
class Setting:
    """One setting of a plugin, as its manifest declares it."""

    key: str
    type: str
    title: str
    description: str = ""
    default: object = None
    minimum: "int | float | None" = None
    maximum: "int | float | None" = None
    choices: tuple = ()
    multiline: bool = False

    def check(self, value):
        """Returns the value as it is stored. TypeError or ValueError, which says what would fit, if it does not."""
        checked = _CHECKS[self.type](self, value)
        if self.minimum is not None and checked < self.minimum:
            raise ValueError(f"{value!r} is less than the minimum, {self.minimum!r}")
        if self.maximum is not None and checked > self.maximum:
            raise ValueError(f"{value!r} is more than the maximum, {self.maximum!r}")
        return checked

    def describe(self):
        """Returns the declaration as a dict, without the value that the setting has now."""
        return dataclasses.asdict(self) | {
            "choices": list(self.choices),
            "default": list(self.default) if self.type == "list" else self.default,
        }

    @classmethod
    def read(cls, key, table, report):
        """Makes a setting of its table in the manifest. report(text, *keys) is told of problems; None if there are any."""
        problems = []

        def problem(text, *keys):
            problems.append(text)
            report(text, *keys)

        if not key.isidentifier() or keyword.iskeyword(key) or key.startswith("_"):
            problem("a setting's key is a name of Python that begins with a letter, as in ctx.settings.interval")
        elif key in _TAKEN:
            problem(f"ctx.settings has a method {key}(); choose another key")
        fields = _fields(table, problem)
        _check_lengths(fields, problem)
        if problems:
            return None
        if not fields.get("title"):
            fields["title"] = key.replace("_", " ").capitalize()
        setting = cls(key=key, **fields)
        _check_range(setting, problem)
        _check_choices(setting, problem)
        if problems:
            return None
        if setting.default is None:
            return dataclasses.replace(setting, default=setting.check(setting._natural()))
        try:
            return dataclasses.replace(setting, default=setting.check(setting.default))
        except (TypeError, ValueError) as wrong:
            problem(f"the default does not fit: {wrong}", "default")
        return None

    def _natural(self):
        """The default of a setting that declares none."""
        plain = {"bool": False, "text": "", "path": "", "color": "#000000", "list": []}
        if self.type in plain:
            return plain[self.type]
        if self.type == "choice":
            return self.choices[0]
        zero = 0 if self.type == "int" else 0.0
        lowest = zero if self.minimum is None else max(zero, self.minimum)
        return lowest if self.maximum is None else min(lowest, self.maximum)


def near(name, known):
    """"; did you mean 'x'?", or a list of what there is."""
    import difflib
    import itertools

    known = [each for each in itertools.islice(known, 500) if len(each) <= 100]
    close = difflib.get_close_matches(str(name)[:100], known, n=2)
    if close:
        return "; did you mean " + " or ".join(map(repr, close)) + "?"
    return "; there is " + ", ".join(known[:20]) + (", and more" if len(known) > 20 else "") if known else ""


def shown(text, longest=200):
    """A text of somebody's as a message may have it."""
    return text if len(text) <= longest else text[:longest] + "…"


def type_name(value):
    """What TOML calls the type of a value."""
    names = {bool: "true or false", int: "an integer", float: "a float", str: "a text", list: "an array", dict: "a table"}
    return names.get(type(value), "a date or time")


_FIELDS = {"type": str, "title": str, "description": str, "default": object, "minimum": (int, float),
           "maximum": (int, float), "choices": list, "multiline": bool}
_WORDS = {str: "a text", (int, float): "a number", list: "an array of texts", bool: "true or false"}
# What only some types have.
_ONLY = {"minimum": ("int", "float"), "maximum": ("int", "float"), "choices": ("choice",), "multiline": ("text",)}


def _fields(table, problem):
    """What the table says, as arguments for Setting()."""
    fields = {}
    for name, value in table.items():
        wanted = _FIELDS.get(name)
        if wanted is None:
            problem(f"a setting has no {name!r}{near(name, _FIELDS)}", name)
        elif not isinstance(value, wanted) or (isinstance(value, bool) and wanted == (int, float)):
            problem(f"this is {_WORDS[wanted]}, not {type_name(value)}", name)
        else:
            fields[name] = value
    kind = fields.get("type")
    if "type" not in table:
        problem(f"a setting needs a type: {', '.join(TYPES)}")
    elif kind is not None and kind not in TYPES:
        problem(f"there is no type {kind!r}{near(kind, TYPES)}", "type")
    elif kind is not None:
        for name in fields.keys() & _ONLY.keys():
            if kind not in _ONLY[name]:
                problem(f"only a setting of type {' or '.join(_ONLY[name])} has this, not one of type {kind}", name)
    if "choices" in fields:
        fields["choices"] = tuple(fields["choices"])
    return fields


def _check_lengths(fields, problem):
    for name in fields.keys() & _LONGEST.keys():
        value = fields[name]
        if isinstance(value, (list, tuple)) and len(value) > _MOST:
            problem(f"there are more than {_MOST}", name)
        elif any(len(text) > _LONGEST[name] for text in texts(value)):
            problem(f"this is longer than {_LONGEST[name]} characters", name)


def values(value):
    """All that a value is made of, itself included."""
    yield value
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from values(item)
    elif isinstance(value, dict):
        yield from values(list(value.values()))


def texts(value):
    """The texts that a value is made of."""
    return (each for each in values(value) if isinstance(each, str))


def _check_range(setting, problem):
    for name in ("minimum", "maximum"):
        value = getattr(setting, name)
        if value is None:
            continue
        try:
            _CHECKS[setting.type](setting, value)
        except (TypeError, ValueError) as wrong:
            problem(str(wrong), name)
            return
    if setting.minimum is not None and setting.maximum is not None and setting.minimum > setting.maximum:
        problem(f"the minimum, {setting.minimum!r}, is more than the maximum, {setting.maximum!r}", "minimum")


def _check_choices(setting, problem):
    if setting.type != "choice":
        return
    if not setting.choices:
        problem("a setting of type choice needs choices, an array of texts", *(["choices"] if setting.choices else []))
    for index, choice in enumerate(setting.choices):
        if not isinstance(choice, str) or not choice:
            problem("a choice is a text that is not empty", "choices", index)
        elif choice in setting.choices[:index]:
            problem(f"{choice!r} is there twice", "choices", index)


# -- values --------------------------------------------------------------------------------------------


def _bool(setting, value):
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value


def _int(setting, value):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not an integer")
    if not _INTEGERS[0] <= value <= _INTEGERS[1]:
        raise ValueError("the number does not fit into 64 bits")
    return int(value)


def _float(setting, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is not a number")
    try:
        value = float(value)
    except OverflowError:
        raise ValueError("the number is too large") from None
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    return value


def _text(setting, value):
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    _check_length(len(value))
    if setting.type == "text" and not setting.multiline and "\n" in value:
        raise ValueError(f"{value!r} has several lines, which a setting has with multiline = true only")
    return _unicode(value)


def _unicode(value):
    """Half of a surrogate pair, as in the name of a file that is not UTF-8, could be neither stored nor shown."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{value!r} has characters that are not Unicode") from None
    return value


def _check_length(length):
    if length > LONGEST_VALUE:
        raise ValueError(f"it has more than {LONGEST_VALUE} characters; a file in ctx.data_folder holds more")


def _choice(setting, value):
    if not isinstance(value, str) or value not in setting.choices:
        kind = ValueError if isinstance(value, str) else TypeError
        raise kind(f"{value!r} is none of the choices{near(value, setting.choices)}")
    return value


def _color(setting, value):
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text such as '#3daee9'")
    if not _COLOR.fullmatch(value):
        raise ValueError(f"{value!r} is no color; one is '#rgb', '#rrggbb' or '#aarrggbb'")
    return value


def _list(setting, value):
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{value!r} is not a list of texts")
    _check_length(sum(map(len, value)) + len(value))
    return [_unicode(item) for item in value]


_CHECKS = {"bool": _bool, "int": _int, "float": _float, "text": _text, "choice": _choice, "path": _text,
           "color": _color, "list": _list}
