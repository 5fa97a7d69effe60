# SPDX-License-Identifier: BSD-3-Clause
"""The naming rules of docs/guide/api-policy.md for the C++ headers: camelCase, and types in PascalCase.

api_rules_cpp.py INCLUDE_DIR

It reads the declarations of each header, as far as a user can name them: not what is private, in `detail`, or in C.
"""

import pathlib
import re
import sys

#: What standards call so: coroutines, containers, std::expected.
STANDARD = {
    "await_ready", "await_suspend", "await_resume", "value_type", "has_value", "value_or", "and_then", "or_else",
    "promise_type", "get_return_object", "initial_suspend", "final_suspend", "return_void", "return_value",
    "unhandled_exception", "yield_value",
}  # fmt: skip
TYPE, OTHER = re.compile(r"[A-Z][A-Za-z0-9]*$"), re.compile(r"[a-z][A-Za-z0-9]*$")
TOKEN = re.compile(r'"[^"]*"|\w+|::|->|\[\[|\]\]|&&|[^\s\w]')


def tokens(text):
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"'(\\.|[^'\\\n])'", "0", text)
    text = re.sub(r"^[ \t]*#(\\\n|[^\n])*", " ", text, flags=re.M)
    return TOKEN.findall(text)


class Reader:
    """Walks through the declarations of one header."""

    def __init__(self, text):
        self.tokens, self.at, self.found = tokens(text), 0, []

    def names(self):
        self.block(public=True, kind="namespace")
        return self.found

    def skip(self, opening, closing):
        """Behind the bracket that closes the one that has just been read."""
        depth = 1
        while depth and self.at < len(self.tokens):
            depth += {opening: 1, closing: -1}.get(self.tokens[self.at], 0)
            self.at += 1

    def block(self, public, kind):
        statement = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == "}":
                return
            if token in ("public", "private", "protected", "Q_SIGNALS") and ":" in self.tokens[self.at : self.at + 2]:
                while self.tokens[self.at - 1] != ":":  # behind Q_SLOTS
                    self.at += 1
                public = token in ("public", "Q_SIGNALS") and kind != "hidden"
                statement = []
            elif token == ";":
                self.declaration(statement, public)
                statement = []
            elif token == "(":
                macro = statement and re.match(r"(QI_[A-Z_]+|Q_PROPERTY|Q_ENUM|Q_DECLARE_METATYPE|QT_[A-Z_]+)$", statement[-1])
                begin = self.at
                self.skip("(", ")")
                if macro and statement[-1] == "QI_DEPRECATED":
                    statement[-1] = "QI_DEPRECATED"
                elif macro:
                    statement.pop()
                else:
                    statement += ["(", *self.tokens[begin : self.at - 1], ")"]
            elif token == "{":
                statement = self.braces(statement, public)
            elif token not in ("Q_OBJECT", "QI_ABI_BEGIN", "QI_ABI_END"):
                statement.append(token)

    def braces(self, statement, public):
        plain = without_templates(statement)
        if "namespace" in plain:
            self.block(public=public and "detail" not in plain and '""' not in plain, kind="namespace")
        elif plain[:1] == ["extern"]:
            self.skip("{", "}")
        elif plain[:1] == ["enum"]:
            begin = self.at
            self.skip("{", "}")
            if public:
                self.type_name(plain)
                body = self.tokens[begin : self.at - 1]
                self.found += [("type", name) for i, name in enumerate(body) if i == 0 or body[i - 1] == ","]
            return []
        elif plain[:1] and plain[0] in ("class", "struct", "union"):
            self.type_name(plain) if public else None
            self.block(public=public and plain[0] != "class", kind="class" if public else "hidden")
            return ["struct"]  # what stands between its end and the semicolon is no declaration of a name
        elif "(" in plain and "=" not in plain[: plain.index("(")]:
            self.declaration(statement, public)
            self.skip("{", "}")
        else:
            self.skip("{", "}")
            return [*statement, "=", "0"]
        return []

    def type_name(self, plain):
        names = [token for token in plain[1:] if re.match(r"\w+$", token) and token not in ("class", "struct", "final")]
        names = [name for name in names if not re.match(r"(QI|Q)_[A-Z_]+$", name)]
        specialised = "<" in plain and (":" not in plain or plain.index("<") < plain.index(":"))
        if names and not specialised:
            self.found.append(("type", names[0]))

    def declaration(self, statement, public):
        plain = without_templates(statement)
        if not public or not plain or "QI_DEPRECATED" in plain or plain[0] in ("class", "struct", "friend", "static_assert"):
            return
        if plain[0] in ("using", "typedef") or "operator" in plain or plain[:1] == ["enum"]:
            if plain[0] == "using" and "=" in plain:
                self.found.append(("type", plain[plain.index("=") - 1]))
            return
        begins = [i for i, token in enumerate(plain) if token == "("]
        equals = plain.index("=") if "=" in plain else len(plain)
        if begins and begins[0] < equals:
            if begins[0] > 0 and re.match(r"\w+$", plain[begins[0] - 1]):
                self.found.append(("other", plain[begins[0] - 1]))
            return
        for i, token in enumerate([*plain, ";"]):
            if i > 1 and token in ("=", ";", ",") and re.match(r"[A-Za-z_]\w*$", plain[i - 1]):
                if plain[:i].count("=") == 0 or token != ";":
                    self.found.append(("other", plain[i - 1]))


def without_templates(statement):
    """The tokens without attributes, template heads and arguments; a `<` in its place tells that there were some."""
    plain, depth, attribute, head = [], 0, False, False
    if "operator" in statement:  # whose < and = are its name
        return statement[: statement.index("operator") + 1] + ["("]
    for i, token in enumerate(statement):
        if token in ("[[", "]]"):
            attribute = token == "[["
        elif attribute:
            continue
        elif token == "template" and depth == 0:
            head = True
        elif token == "<" and (depth or (i and (head or re.match(r"\w+$", statement[i - 1])))):
            if depth == 0 and not head:
                plain.append("<")
            depth += 1
        elif token == ">" and depth:
            depth -= 1
            head = head and depth > 0
        elif depth == 0 and token not in ("QI_API", "QI_NODISCARD", "inline", "static", "constexpr", "explicit"):
            plain.append(token)
    return plain


def problems(text, header):
    for kind, name in Reader(text).names():
        if name in STANDARD or name.startswith("qi_") or (TYPE if kind == "type" else OTHER).match(name):
            continue
        if kind == "other" and TYPE.match(name):
            continue  # a constructor
        yield f"{header}: {name}: " + ("types and enumerators are in PascalCase" if kind == "type" else "names are in camelCase")


def main():
    headers = sorted(pathlib.Path(sys.argv[1]).glob("*.hpp"))
    found, wrong = 0, []
    for path in headers:
        text = path.read_text(encoding="utf-8")
        found += len(Reader(text).names())
        wrong += problems(text, path.name)
    if found < 200:
        wrong.append(f"only {found} names were found; is {sys.argv[1]} the folder of the headers?")
    print("\n".join(wrong) or f"{found} names of C++: each follows the rules")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
