# SPDX-License-Identifier: BSD-3-Clause
"""What blocks.py reads from a page, and what it refuses."""

import unittest

from blocks import PageError, blocks

PAGE = """# Title

Save this as `a.cpp`:

```cpp docs/code/readme.cpp a.cpp
int main() {}
```

- an item

    whose second paragraph is no code

<!-- stays -->
```sh
./a
```

<!-- not run: needs a display -->
```sh
xeyes
```

```toml +plugin.toml
x = 1
```
"""


class TestBlocks(unittest.TestCase):
    def test_all_that_a_block_can_say(self):
        code, stays, skipped, added = blocks(PAGE)
        self.assertEqual((code.language, code.excerpt, code.name, code.text),
                         ("cpp", "docs/code/readme.cpp", "a.cpp", "int main() {}\n"))
        self.assertIn("`a.cpp`", code.before)
        self.assertTrue(stays.stays)
        self.assertEqual(skipped.reason, "needs a display")
        self.assertEqual((added.name, added.append), ("plugin.toml", True))

    def test_what_would_not_be_run_is_refused(self):
        for page, message in (
            ("x\n\n    make\n", "by indentation"),
            ("```\nmake\n```\n", "language"),
            ("```sh\nmake\n", "no end"),
            ("<!-- stays -->\ntext\n", "belongs to no block"),
            ("```sh a b\nx\n```\n", "too many"),
        ):
            with self.subTest(page=page), self.assertRaisesRegex(PageError, message):
                blocks(page)


if __name__ == "__main__":
    unittest.main()
