# SPDX-License-Identifier: BSD-3-Clause
"""Source text in which `await` may stand at the top level: for the host's scripts, and for the script console."""

import __future__
import ast
import linecache
import sys
import types

_FUTURES = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]


class Compiler:
    """Compiles one piece of source after the other, of which each keeps to the __future__ imports of those before."""

    def __init__(self):
        self.flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

    def compile(self, source, filename, mode, flags=0):
        code = compile(source, filename, mode, self.flags | flags, dont_inherit=True)
        if isinstance(code, types.CodeType):
            for flag in _FUTURES:
                self.flags |= code.co_flags & flag
        return code

    async def evaluate(self, source, filename, names):
        """Runs the source, and returns the value of its last statement, if that is an expression."""
        remember(source, filename)
        tree = self.compile(source, filename, "exec", ast.PyCF_ONLY_AST)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if tree.body:
            await _run(self.compile(tree, filename, "exec"), names)
        if last is not None:
            return await _run(self.compile(ast.Expression(last.value), filename, "eval"), names)
        return None


async def _run(code, names):
    result = eval(code, names)
    if code.co_flags & 0x80:  # CO_COROUTINE: it has an await of its own
        return await result
    return result


def remember(source, filename):
    """Lets tracebacks show the lines of source that is in no file."""
    linecache.cache[filename] = len(source), None, [line + "\n" for line in source.splitlines()], filename


async def execute(source, filename, names):
    """What qi_exec_async() runs; `names` is a dict, or None for those of __main__."""
    if names is None:
        names = vars(sys.modules["__main__"])
    try:
        return await Compiler().evaluate(source, filename, names)
    except BaseException as error:
        BaseException.with_traceback(error, _of_source(error.__traceback__, filename))  # its class may let nothing be set
        raise


def _of_source(trace, filename):
    """The traceback from the first line of the source on, or all of it, where it never got there."""
    found = trace
    while found is not None and found.tb_frame.f_code.co_filename != filename:
        found = found.tb_next
    return found or trace
