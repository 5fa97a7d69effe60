# SPDX-License-Identifier: BSD-3-Clause
"""What an error is told as: with what was meant, and without running code of the object that it is about."""

import sys
import unittest

from qi._python.told import format_exception


def told(work):
    try:
        work()
    except Exception as error:
        return format_exception(error)[-1]


class Trap:
    """Ends whoever asks it for its names."""

    def __init__(self):
        self.colour = 1

    def __dir__(self):
        raise SystemExit("asked for its names")

    def __getattr__(self, name):
        if sys._getframe(1).f_code.co_filename != __file__:
            raise KeyboardInterrupt
        raise AttributeError(f"there is no {name}", name=name, obj=self)

    def method(self):
        return missing_name  # noqa: F821


class Told(unittest.TestCase):
    def test_what_was_meant(self):
        self.assertIn("Did you mean: 'append'?", told(lambda: [].apend))
        self.assertIn("Did you mean: 'pop'?", told(lambda: [].opp))  # of Python's own hint that is too far away

    def test_a_forgotten_await(self):
        async def number():
            return 1

        coroutine = number()
        for work in lambda: coroutine.bit_length, lambda: coroutine + 1, lambda: coroutine[0], lambda: list(coroutine):
            self.assertRegex(told(work), r"'coroutine' object|'coroutine' and 'int'")
            self.assertIn("Is an 'await' missing before the call that has made the coroutine?", told(work))
        coroutine.close()

    @unittest.skipIf(sys.version_info >= (3, 12), "from there on Python looks by itself")
    def test_no_code_of_the_object_runs(self):
        self.assertIn("Did you mean: 'colour'?", told(lambda: Trap().color))
        self.assertIn("missing_name", told(Trap().method))
        self.assertIn("there is no zzz", told(lambda: Trap().zzz))


if __name__ == "__main__":
    unittest.main()
