# SPDX-License-Identifier: BSD-3-Clause
"""The scanner that tells where the values of a TOML document are agrees with tomllib about what there is."""

import tomllib
import unittest

from qi.plugin import places

DOCUMENTS = {
    "tables": """
[a]
x = 1
[a.b]
y = 2
["quoted key".'and another'."tab\\there"]
z = 3
""",
    "dotted keys": """
a.b.c = 1
a . "b" . d = 2
[t]
e.f = 3
""",
    "arrays": """
a = [1, 2,
     # a comment with ] and "
     [3, 4], ["x]", 'y#'],
]
b = []
c = [ {d = 1}, {e = [2]} ]
""",
    "inline tables": """
a = {b = 1, c = {d = "}", e = ','}, f.g = [1]}
b = {}
""",
    "arrays of tables": """
[[a]]
x = 1
[[a.b]]
y = 2
[[a.b]]
y = 3
[a.b.c]
w = 5
[[a]]
x = 4
""",
    "strings of several lines": '''
a = """one
[not.a.table]
b = 1
\\""" three quotes \\\\"""
c = \'\'\'
k = "v"
\\\'\'\'
d = """"quoted""""
e = """"""
f = \'\'\'\'two\'\' \'\'\'\'\'
g = 1
''',
    "scalars": """
a = 1979-05-27 07:32:00 # a date
b = -1_000
c = inf
d = true
"" = "an empty key"
e = "a # b" # c
f = 'c:\\'
""",
    "CRLF": "a = 1\r\n[b]\r\nc = '''x\r\ny'''\r\nd = 2\r\n",
    "nothing": "\n# only this\n",
}


def paths(value, path=()):
    """All paths into what tomllib returns."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from paths(item, (*path, key))


class Agreement(unittest.TestCase):
    def test_every_path_has_a_line_and_there_are_no_others(self):
        for name, text in DOCUMENTS.items():
            with self.subTest(name):
                self.assertEqual(set(places.lines(text)), set(paths(tomllib.loads(text))))

    def test_the_line_is_where_the_key_is(self):
        for name, text in DOCUMENTS.items():
            rows = text.replace("\r\n", "\n").split("\n")
            for path, line in places.lines(text).items():
                key = path[-1]
                if isinstance(key, str) and key.isidentifier():
                    with self.subTest(f"{name}: {path}"):
                        self.assertIn(key, rows[line - 1])


class Lines(unittest.TestCase):
    def test_items_of_arrays_have_lines_of_their_own(self):
        found = places.lines('a = [\n  "x",\n\n  """y\n""", "z",\n]\nb = 1\n')
        self.assertEqual([found["a", 0], found["a", 1], found["a", 2], found["b",]], [2, 4, 5, 7])

    def test_tables_of_an_array_are_told_apart(self):
        found = places.lines("[[a]]\nx = 1\n[[a]]\nx = 2\n[a.t]\ny = 1\n")
        self.assertEqual((found["a", 0, "x"], found["a", 1], found["a", 1, "x"], found["a", 1, "t", "y"]), (2, 3, 4, 6))

    def test_a_table_that_comes_after_its_parts_has_the_line_of_its_header(self):
        self.assertEqual(places.lines("[a.b]\nx = 1\n[a]\ny = 2\n")["a",], 3)

    def test_what_is_missing_has_the_line_of_the_table_around_it(self):
        found = places.lines("\n[plugin]\nid = 'x'\n")
        self.assertEqual(places.line_of(found, ("plugin", "name")), 2)
        self.assertEqual(places.line_of(found, ("settings", "x", "type")), 1)


if __name__ == "__main__":
    unittest.main()
