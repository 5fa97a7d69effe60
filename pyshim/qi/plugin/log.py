# SPDX-License-Identifier: BSD-3-Clause
"""What plugins log: ctx.log is the logger plugin.ID, and what no handler of the application's takes goes to its log."""

import logging

from .._python.report import HostLog
from .._python.scope import plugin_of


class _PluginLog(HostLog):
    """On the logger "plugin", which lets pass what Python drops where there are no handlers."""

    def emit(self, record):
        if not logging.root.handlers:  # else the application decides
            super().emit(record)


def _named(factory):
    """Makes records say whose they are: record.plugin is the plugin's id, or None."""

    def record(*args, **options):
        made = factory(*args, **options)
        made.plugin = plugin_of()
        return made

    return record


def begin(changes):
    """Until `changes` are undone."""
    logger = logging.getLogger("plugin")
    if not logger.handlers:
        logger.addHandler(_PluginLog(logging.INFO))
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    changes.set(logging, "_logRecordFactory", _named(logging.getLogRecordFactory()))
