# SPDX-License-Identifier: BSD-3-Clause
"""The code blocks of a page: what they are, and what shall be done with them.

A block begins with ``` and the language. What follows on that line says where it belongs:

    ```cpp docs/code/readme.cpp             an excerpt of a file of this project, which a test of its own builds and runs
    ```cpp docs/code/readme.cpp clock.cpp   the same, and the reader saves it as clock.cpp
    ```cmake CMakeLists.txt                 the reader saves it under this name
    ```toml +orders/plugin.toml             the reader adds it to what that file has
    ```sh                                   the reader types it
    ```text                                 what the reader then sees; a line "…" stands for any lines

and a comment before it what cannot be seen in the block:

    <!-- not run: WHY -->         nobody can run it, or another test does
    <!-- stays -->                its last command goes on until the reader closes it
    <!-- ends with STATUS -->     its exit status is this
"""

import re
from dataclasses import dataclass, field

FENCE = re.compile(r"^(`{3,})(\w*)[ \t]*(.*?)[ \t]*$")
MARKER = re.compile(r"^<!-- (not run: (?P<reason>.+)|(?P<stays>stays)|ends with (?P<status>\d+)) -->$")
INDENTED = re.compile(r"^(?: {4}|\t)\S")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s")


class PageError(Exception):
    """Something that the page does not say in a way which this module knows."""


@dataclass
class Block:
    line: int  # of the page, from 1
    language: str
    excerpt: str = ""  # the file of the project that it is from
    name: str = ""  # what the reader saves it as
    append: bool = False
    reason: str = ""  # why it is not run
    stays: bool = False
    status: int = 0
    text: str = ""
    section: str = ""  # the heading above it
    before: str = field(default="", repr=False)  # the words between the block before it and this one


def parse_words(block, words):
    for word in words:
        if word.startswith("+"):
            block.name, block.append = word[1:], True
        elif word.startswith(("docs/", "examples/")) and not block.excerpt:
            block.excerpt = word
        elif not block.name:
            block.name = word
        else:
            raise PageError(f"line {block.line}: {word!r} is one word too many")


def blocks(page):
    """The blocks of a page's text, in order. A block by indentation is refused: it has no language and is not run."""
    found, before, marker, lines = [], [], None, iter(enumerate(page.splitlines(), 1))
    in_list, section, previous = False, "", ""
    for number, line in lines:
        opening = FENCE.match(line)
        if not opening:
            sets = MARKER.match(line)
            if sets:
                marker = sets
            elif line.strip():
                in_list = bool(ITEM.match(line)) or (in_list and line.startswith(" "))
                if INDENTED.match(line) and not in_list and not previous.strip():
                    raise PageError(f"line {number}: a block by indentation; fence it and say its language")
                if marker:
                    raise PageError(f"line {number}: the comment before belongs to no block")
                if line.startswith("#"):
                    section = line.lstrip("#").strip()
                before.append(line)
            previous = line
            continue
        fence, language, rest = opening.groups()
        if not language:
            raise PageError(f"line {number}: the block does not say its language")
        block = Block(number, language, section=section, before="\n".join(before))
        parse_words(block, rest.split())
        if marker:
            block.reason = marker["reason"] or ""
            block.stays = bool(marker["stays"])
            block.status = int(marker["status"] or 0)
        text = []
        for _, line in lines:
            if line.rstrip() == fence:
                break
            text.append(line)
        else:
            raise PageError(f"line {number}: the block has no end")
        block.text = "\n".join(text) + "\n"
        found.append(block)
        before, marker, previous = [], None, ""
    return found
