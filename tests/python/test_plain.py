# SPDX-License-Identifier: BSD-3-Clause
"""Texts of strangers as lines: the rule that core/plain.h has, too."""

import unicodedata
import unittest

from qi._python.plain import plain, plain_line


class Plain(unittest.TestCase):
    def test_what_can_be_read_stays(self):
        for text in "", "plain", "a\n\tb", "“Grüße” → 漢字 😀", "שלום \u200f", "50 % \\x1b":
            self.assertEqual(plain(text), text)

    def test_what_steers_is_written_out(self):
        self.assertEqual(plain("\x1b[31mred\r\b\a\x7f\0"), r"\x1b[31mred\x0d\x08\x07\x7f\x00")
        self.assertEqual(plain("\x9b31m a\u2028b\u2029 \u202eevil\u2066"), r"\x9b31m a\u2028b\u2029 \u202eevil\u2066")

    def test_what_cannot_be_encoded_is_written_out(self):
        plain("lone \udcff").encode()
        self.assertEqual(plain("lone \udcff"), r"lone \udcff")

    def test_a_line_has_no_end_in_it(self):
        self.assertEqual(plain_line("a\nb\tc\x1b"), r"a\nb\tc\x1b")

    def test_all_control_characters(self):
        control = {"Cc", "Cs", "Zl", "Zp"}
        turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        every = "".join(c for c in map(chr, range(0x110000))
                        if unicodedata.category(c) in control or unicodedata.bidirectional(c) in turns)
        self.assertFalse({unicodedata.category(c) for c in plain_line(every)} & control)
        self.assertEqual({c for c in plain(every) if unicodedata.category(c) == "Cc"}, {"\n", "\t"})
        self.assertFalse({c for c in plain(every) if unicodedata.bidirectional(c) in turns})


if __name__ == "__main__":
    unittest.main()
