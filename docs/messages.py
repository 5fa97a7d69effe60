# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the messages of docs/guide/troubleshooting.md are those that libqi gives.

messages.py SOURCE_DIR

Each heading below "Messages" is a message; "…" stands for what differs from case to case. What lies between has to be a text in
the sources, unless the page says below the heading that somebody else gives the message ("*From the loader.*").
"""

import pathlib
import re
import sys

HEADING = re.compile(r"^### (`{1,2})(.+)\1$\n\n(\*From )?", re.M)
JOINED = re.compile(r'"\s*\n\s*f?"')  # one text, written as several
FORMAT = re.compile(r"%[-0-9.]*(?:zu|[a-zA-Z])|\{[^{}\"]*\}")  # where a text has a gap


def texts(root):
    """All string literals of the library and the package, a gap in them as one character."""
    sources = [*root.glob("runtime/**/*.c"), *root.glob("runtime/**/*.cpp"), *root.glob("runtime/**/*.h"), *root.glob("pyshim/qi/**/*.py")]
    code = "\n".join(JOINED.sub("", path.read_text(encoding="utf-8")) for path in sources)
    return FORMAT.sub("…", code.replace('\\"', '"').replace("\\'", "'"))


def main(root):
    known = texts(root)
    page = (root / "docs/guide/troubleshooting.md").read_text(encoding="utf-8")
    messages = page[page.index("## Messages") : page.index("## Questions")]
    wrong = own = 0
    for _, message, foreign in HEADING.findall(messages):
        if foreign:
            continue
        own += 1
        for part in re.split(r"…", message):
            if part.strip(" '\"();:") and part.strip() not in known:
                wrong += 1
                print(f"no message of libqi's has: {part.strip()}")
    print(f"{own} messages checked, {wrong} wrong")
    return 1 if wrong or not own else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
