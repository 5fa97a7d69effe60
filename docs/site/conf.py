# SPDX-License-Identifier: BSD-3-Clause
"""Sphinx's configuration of the site; docs/build.py runs it."""

import logging
import os
import re
import sys

sys.path.insert(0, os.path.dirname(__file__))
import docstrings  # noqa: E402

project = "libqi"
author = "the authors of libqi"
copyright = author
version = release = os.environ["QI_VERSION"]
extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "docs/index"
html_theme = "furo"
html_title = f"libqi {version}"
html_show_copyright = html_show_sphinx = html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
templates_path = ["_templates"]
html_sidebars = {
    "**": ["sidebar/scroll-start.html", "sidebar/brand.html", "versions.html", "sidebar/search.html", "sidebar/navigation.html",
           "sidebar/scroll-end.html"],
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
highlight_language = "none"

myst_heading_anchors = 4
myst_footnote_transition = False
suppress_warnings = ["myst.header"]  # the README begins as READMEs do

autodoc_member_order = "groupwise"
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "imported-members": True}


class NoSignature(logging.Filter):
    """A class of C that gives its objects signatures has none itself, of which autodoc would warn."""

    def filter(self, record):
        return "Failed to get a constructor signature for qi.HostFunction" not in record.getMessage()


REPOSITORY = os.environ.get("QI_REPOSITORY", "")  # where a forge shows the sources, as https://example.org/libqi
GENERATED = ("docs/reference", "docs/python/")  # pages that no file of the project is


def edit(app, page, template, context, doctree):
    """Where a page can be edited: in the forge, where that is known; else at least which file it is."""
    if page.startswith(GENERATED) or doctree is None:
        return
    context["edit_file"] = f"{page}.md"
    context["edit_url"] = f"{REPOSITORY.rstrip('/')}/edit/main/{page}.md" if REPOSITORY else ""


def setup(app):
    app.connect("html-page-context", edit)
    logging.getLogger("sphinx.sphinx.ext.autodoc").addFilter(NoSignature())
    app.connect("autodoc-process-docstring", docstrings.process)
    app.connect("autodoc-skip-member", skip)


def skip(app, what, name, thing, skipped, options):
    """What asyncio has brought along is documented by Python."""
    module = getattr(thing, "__module__", None) or getattr(getattr(thing, "__objclass__", None), "__module__", "")
    if re.match(r"_?asyncio\b|builtins$|unittest|enum$", module or "") and what == "class":
        return True
    return None
