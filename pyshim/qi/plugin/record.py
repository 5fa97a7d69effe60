# SPDX-License-Identifier: BSD-3-Clause
"""One plugin, as the manager knows it: what was found, what the user wants, and how it is."""

import asyncio

from .._python.plain import plain, plain_line

STATES = ("unknown", "discovered", "disabled", "loading", "active", "failed", "blocked")  # QI_PLUGIN_STATE_…


class Plugin:
    """A plugin that was found."""

    def __init__(self, found):
        self.found = found
        self.id = found.id
        self.state = "discovered"
        self.reason = ""
        self.traceback = ""
        self.wanted = False  # by the user
        self.consented = False
        self.errors = 0  # since it was started
        self.storm = None  # a containment.Storm
        self.report = None  # of the last end
        self.kept = {}  # ctx.state
        self.activation = None  # while it is loading or active
        self.changing = asyncio.Lock()
        self.written = set()  # paths of files that its code has written
        self.seen = None  # the version of the manifest's file
        self.described = []  # its dependencies, as they were when they were last looked for
        self.work = None  # apart.Work while its files are checked
        self.progress = None  # how much of that is done, 0 to 1, where it is known

    @property
    def manifest(self):
        return self.found.manifest

    @property
    def name(self):
        return self.manifest.name if self.manifest else self.id

    def __repr__(self):
        return f"<the plugin {self.id!r}, {self.state}>"

    def info(self, settings):
        """What qi_plugin_describe() promises. `settings` are their descriptions, with values."""
        manifest, activation = self.manifest, self.activation
        counts = activation.counts() if activation else {"tasks": 0, "connections": 0}
        return copied({
            "id": self.id,
            "name": plain_line(self.name),
            "version": plain_line(manifest.version) if manifest else "",
            "description": plain(manifest.description) if manifest else "",
            "authors": list(map(plain_line, manifest.authors)) if manifest else [],
            "homepage": plain_line(manifest.homepage) if manifest else "",
            "license": plain_line(manifest.license) if manifest else "",
            "folder": str(self.found.folder),
            "source": self.found.source,
            "state": self.state,
            "reason": plain(self.reason),
            "traceback": plain(self.traceback),
            "progress": self.progress,
            "enabled": self.wanted,
            "consented": self.consented,
            "problems": [plain_line(str(problem)) for problem in self.found.problems],
            "settings": [shown(setting, "title", "description") for setting in settings],
            "actions": [shown(action.describe(), "text", "tooltip", "menu") for action in activation.actions.values()]
            if activation else [],
            "contributes": manifest.contributes if manifest else {},
            "dependencies": in_plain_lines(self.described),
            **counts,
            "errors": self.errors,
            "report": in_plain_lines(self.report),
        })


def copied(value):
    """A copy of tables and arrays that is made of dicts and lists, with texts that are Unicode."""
    if isinstance(value, str):
        return unicode(value)
    if hasattr(value, "items"):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [copied(item) for item in value]
    return value


def shown(described, *keys):
    """A copy in which the texts under these keys, which are there to be read, are plain; others are values."""
    return described | {key: plain(described[key]) for key in keys if isinstance(described.get(key), str)}


def in_plain_lines(value):
    """A copy of what libqi says of a plugin, in which names that the plugin chose end no line."""
    if isinstance(value, str):
        return plain_line(value)
    if isinstance(value, dict):
        return {key: in_plain_lines(item) for key, item in value.items()}
    return list(map(in_plain_lines, value)) if isinstance(value, (list, tuple)) else value


def unicode(text):
    """A text that may have halves of surrogate pairs, as names of files do that are not UTF-8, without them."""
    return text.encode(errors="backslashreplace").decode()


_LONGEST_TOLD = 100_000  # characters of a reason or a traceback


def told(text):
    """What code has said, as a page or a log takes it: of what has no end the middle is left out."""
    if not text[_LONGEST_TOLD:]:  # not len(), which a plugin that is being ended may have replaced
        return text
    half = _LONGEST_TOLD // 2
    return f"{text[:half]}\n…\n{text[-half:]}"


def c_text(text):
    """What C takes for a text to be shown: it has neither a NUL nor anything that steers a terminal."""
    return plain(text)
