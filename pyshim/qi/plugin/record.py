# SPDX-License-Identifier: BSD-3-Clause
"""One plugin, as the manager knows it: what was found, what the user wants, and how it is."""

import asyncio

STATES = ("unknown", "discovered", "disabled", "loading", "active", "failed", "blocked")  # qi_plugin_state


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
        self.described = None  # its dependencies, which take a while to find

    @property
    def manifest(self):
        return self.found.manifest

    @property
    def name(self):
        return self.manifest.name if self.manifest else self.id

    def __repr__(self):
        return f"<the plugin {self.id!r}, {self.state}>"

    def info(self, settings):
        """What qi_plugin_info() promises. `settings` are their descriptions, with values."""
        manifest, activation = self.manifest, self.activation
        counts = activation.counts() if activation else {"tasks": 0, "connections": 0}
        return plain({
            "id": self.id,
            "name": self.name,
            "version": manifest.version if manifest else "",
            "description": manifest.description if manifest else "",
            "authors": list(manifest.authors) if manifest else [],
            "homepage": manifest.homepage if manifest else "",
            "license": manifest.license if manifest else "",
            "folder": str(self.found.folder),
            "source": self.found.source,
            "state": self.state,
            "reason": self.reason,
            "traceback": self.traceback,
            "enabled": self.wanted,
            "consented": self.consented,
            "problems": [str(problem) for problem in self.found.problems],
            "settings": settings,
            "actions": [action.describe() for action in activation.actions.values()] if activation else [],
            "contributes": manifest.contributes if manifest else {},
            "dependencies": self._dependencies(),
            **counts,
            "errors": self.errors,
            "report": self.report,
        })

    def _dependencies(self):
        if self.described is None:
            self.described = []
            if self.manifest and self.manifest.dependencies:
                from . import dependencies, packages

                try:
                    found = dependencies.describe(self.manifest)
                except packages.Missing:  # what compares versions; the reason of the state says so
                    return []
                self.described = [each._asdict() for each in found]
        return self.described


def plain(value):
    """A copy of tables and arrays that is made of dicts and lists, with texts that are Unicode."""
    if isinstance(value, str):
        return unicode(value)
    if hasattr(value, "items"):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def unicode(text):
    """A text that may have halves of surrogate pairs, as names of files do that are not UTF-8, without them."""
    return text.encode(errors="backslashreplace").decode()


def c_text(text):
    """The same for C, where a NUL would be the end."""
    return unicode(text).replace("\0", "\\0")
