# SPDX-License-Identifier: BSD-3-Clause
"""Plugins: folders with a plugin.toml and a package, which the user enables."""

import asyncio
import logging
import pathlib
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Literal, NamedTuple, Protocol, SupportsFloat, SupportsIndex, TypeVar, overload

from ..host import _Host
from ._declared import ActionName, DeclaredSettings

_Overlap = Literal["concurrent", "drop", "queue", "restart", "latest"]
_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])

class Problem(NamedTuple):
    file: str
    line: int
    field: str
    text: str

class ManifestError(ValueError):
    problems: list[Problem]
    def __init__(self, problems: list[Problem]) -> None: ...

class Manifest:
    folder: pathlib.Path
    id: str
    name: str
    version: str
    entry: str
    description: str
    authors: tuple[str, ...]
    homepage: str
    license: str
    qi: str
    python: str
    dependencies: tuple[str, ...]
    private: str
    settings: Mapping[str, Any]
    contributes: Mapping[str, Any]
    @property
    def file(self) -> pathlib.Path: ...
    @property
    def module(self) -> str: ...
    @property
    def attribute(self) -> str: ...
    @property
    def private_folder(self) -> pathlib.Path | None: ...
    @classmethod
    def read(cls, folder: str | pathlib.Path) -> Manifest: ...

class _Settings(MutableMapping[str, Any]):
    def __getitem__(self, key: str) -> Any: ...
    def __setitem__(self, key: str, value: Any) -> None: ...
    def __delitem__(self, key: str) -> None: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def on_change(self, function: Callable[[str, Any], Any], key: str | None = None) -> _Ending: ...

class _Ending(Protocol):
    def cancel(self) -> None: ...

class _Connection(Protocol):
    def disconnect(self) -> None: ...

class _Action(Protocol):
    name: str
    text: str
    tooltip: str
    shortcut: str
    menu: str
    icon: str
    enabled: bool
    checked: bool
    @property
    def checkable(self) -> bool: ...
    @property
    def toolbar(self) -> bool: ...
    @property
    def overlap(self) -> str: ...
    def remove(self) -> None: ...

class Context:
    state: dict[Any, Any]
    log: logging.Logger
    @property
    def id(self) -> str: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def folder(self) -> pathlib.Path: ...
    @property
    def data_folder(self) -> pathlib.Path: ...
    @property
    def settings(self) -> DeclaredSettings: ...
    @property
    def host(self) -> _Host: ...
    def run_task(self, coro: Coroutine[Any, Any, _T], *, name: str | None = None) -> asyncio.Task[_T]: ...
    def create_task(self, coro: Coroutine[Any, Any, _T], *, name: str | None = None) -> asyncio.Task[_T]: ...
    def call_later(self, seconds: float, function: Callable[..., Any], *args: Any) -> _Ending: ...
    def every(self, seconds: float, function: Callable[..., Any], *args: Any) -> _Ending: ...
    def connect(self, signal: Any, slot: Callable[..., Any], *, overlap: str = "concurrent") -> _Connection: ...
    @overload
    def action(
        self,
        name: ActionName,
        text: str | None = None,
        callback: None = None,
        *,
        shortcut: str | None = None,
        tooltip: str | None = None,
        menu: str | None = None,
        icon: str | None = None,
        toolbar: bool | None = None,
        overlap: _Overlap | None = None,
        checkable: bool | None = None,
        checked: bool = False,
        enabled: bool = True,
    ) -> Callable[[_F], _F]: ...
    @overload
    def action(
        self,
        name: ActionName,
        text: str | None,
        callback: Callable[..., Any],
        *,
        shortcut: str | None = None,
        tooltip: str | None = None,
        menu: str | None = None,
        icon: str | None = None,
        toolbar: bool | None = None,
        overlap: _Overlap | None = None,
        checkable: bool | None = None,
        checked: bool = False,
        enabled: bool = True,
    ) -> _Action: ...
    @overload
    def action(
        self,
        name: ActionName,
        text: str | None = None,
        *,
        callback: Callable[..., Any],
        shortcut: str | None = None,
        tooltip: str | None = None,
        menu: str | None = None,
        icon: str | None = None,
        toolbar: bool | None = None,
        overlap: _Overlap | None = None,
        checkable: bool | None = None,
        checked: bool = False,
        enabled: bool = True,
    ) -> _Action: ...
    @overload
    def expose(self, name: str) -> Callable[[_F], _F]: ...
    @overload
    def expose(self, name: str, function: Callable[..., Any]) -> None: ...
    def register(self, name: str, object: Any) -> None: ...
    def on_deactivate(self, function: Callable[..., _T], *args: Any) -> Callable[..., _T]: ...
    def progress(
        self, value: SupportsFloat | SupportsIndex, maximum: SupportsFloat | SupportsIndex | None = 0, text: str = ""
    ) -> None: ...

class _Manager:
    def start(
        self,
        services: Any,
        *,
        application_folders: list[str] = ...,
        user_folder: str | None = None,
        system_folder: str | None = None,
        settings_file: str | None = None,
        data_folder: str | None = None,
        activate_seconds: float = 10.0,
        deactivate_seconds: float = 5.0,
        storm_limit: int = 20,
        storm_seconds: float = 10.0,
        memory_limit: int = 0,
        watch_files: bool = False,
    ) -> None: ...
    def rescan(self) -> None: ...
    def searching(self) -> bool: ...
    def knows(self, id: str) -> bool: ...
    def list(self) -> list[dict[str, Any]]: ...
    def info(self, id: str) -> dict[str, Any]: ...
    def state(self, id: str) -> str: ...
    async def enable(self, id: str) -> dict[str, Any]: ...
    async def disable(self, id: str) -> dict[str, Any]: ...
    async def reload(self, id: str) -> dict[str, Any]: ...
    async def withdraw(self, id: str) -> dict[str, Any]: ...
    def setting(self, id: str, key: str) -> Any: ...
    def set_setting(self, id: str, key: str, value: Any) -> None: ...
    def trigger(self, id: str, name: str) -> asyncio.Task[Any] | None: ...

manager: _Manager

class InstallError(Exception):
    def __init__(self, text: str) -> None: ...

class _Installed(NamedTuple):
    id: str
    version: str
    before: str
    notes: tuple[str, ...]

class _Entry(NamedTuple):
    id: str
    version: str
    source: str
    before: str
    problem: str

class _Packed(NamedTuple):
    path: str
    id: str
    version: str
    sha256: str
    size: int
    files: int

_Told = Callable[[Any], Any]

class _Updated(NamedTuple):
    changed: list[_Installed]
    notes: list[str]
    problems: list[str]

class _Found(NamedTuple):
    id: str
    version: str
    name: str
    description: str
    homepage: str
    license: str
    authors: tuple[str, ...]
    changelog: str
    installed: str
    source: str
    problem: str

class _Written(NamedTuple):
    path: str
    serial: int
    plugins: int
    versions: int
    key: str

class Installer:
    folder: str
    data_folder: str | None
    def __init__(
        self,
        folder: str | pathlib.Path | None = None,
        *,
        application: str | None = None,
        data_folder: str | pathlib.Path | None = None,
        indexes: Iterable[str | pathlib.Path] = (),
        keys: Iterable[str] = (),
        unsigned: bool = False,
    ) -> None: ...
    async def install(
        self, what: str | pathlib.Path, *, sha256: str = "", older: bool = False, force: bool = False, told: _Told | None = None
    ) -> _Installed: ...
    async def update(self, *ids: str, force: bool = False, told: _Told | None = None) -> _Updated: ...
    async def search(self, word: str = "", *, told: _Told | None = None) -> list[_Found]: ...
    async def remove(self, id: str, *, data: bool = False, force: bool = False) -> None: ...
    async def rollback(self, id: str, *, force: bool = False) -> _Installed: ...
    async def list(self) -> list[_Entry]: ...

async def pack(folder: str | pathlib.Path, path: str | pathlib.Path | None = None, *, told: _Told | None = None) -> _Packed: ...
async def write_index(
    folder: str | pathlib.Path,
    key: str | pathlib.Path | None = None,
    *,
    mirrors: Iterable[str] = (),
    serial: int | None = None,
    told: _Told | None = None,
) -> _Written: ...
async def make_key(path: str | pathlib.Path) -> str: ...
