# SPDX-License-Identifier: BSD-3-Clause
"""Shows a header to Doxygen as it wants it: every comment is documentation, of what it stands at.

The headers are written for their readers: an essay at the top, comments above a declaration or behind a
field, in prose. Doxygen asks for other openings and takes `<name>` for a tag.
"""

import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
comments = re.compile(r"/\*.*?\*/", re.S)
essays = 0


def opening(match):
    global essays
    body = match[0]
    if "SPDX" in body or re.match(r"/\* -- ", body) or body == "/*":
        return body
    body = re.sub(r"<(\w+)>", r"\\<\1\\>", body)
    line_start = text.rfind("\n", 0, match.start()) + 1
    behind_code = text[line_start : match.start()].strip()
    if behind_code:
        if behind_code.startswith("#"):
            return body
        return "/**<" + body[2:]
    if not essays and line_start == match.start():
        essays += 1
        return "/** @file\n" + body[2:]
    return body if body.startswith("/**") else "/**" + body[2:]


# A template whose general case derives from one of its special ones is a circle in Doxygen's eyes.
circle = re.compile(r"((?:struct|class) (\w+)) : \2<[^{}]*>(\s*\{)")

sys.stdout.write(circle.sub(r"\1\3", comments.sub(opening, text)))
