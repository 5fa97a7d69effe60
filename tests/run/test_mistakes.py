# SPDX-License-Identifier: BSD-3-Clause
"""Mistakes that beginners make, each as a small program or plugin that really runs, and what they are told.

A message has to say what was wrong in words that the beginner has written, and, where one can know it, what to write
instead. Texts in a row have to stand in the output in this order.
"""

import os
import re
import textwrap

import runs

#: (what was done, the script, what is told)
SCRIPTS = [
    ("a coroutine where a signal wants a slot",
     "from qi import host\nasync def f(): pass\nhost.app.aboutToQuit.connect(f)",
     ["TypeError", "coroutine function", "qi.asyncslot"]),
    ("asyncslot around a plain function", "import qi\nqi.asyncslot(lambda: None)()", ["TypeError", "coroutine"]),
    ("asyncslot around a coroutine", "import qi\nasync def f(): pass\nqi.asyncslot(f())", ["TypeError", "coroutine function"]),
    ("run_task with the function", "import qi\nasync def f(): pass\nqi.run_task(f)", ["TypeError", "coroutine"]),
    ("run_task with nothing", "import qi\nqi.run_task()", ["TypeError", "run_task"]),
    ("a name that the host has not", "from qi import host\nhost.ap", ["AttributeError", "no object named 'ap'", "did you mean 'app'"]),
    ("a misspelt property", "from qi import host\nhost.app.applicationNam", ["AttributeError", "applicationNam", "applicationName"]),
    ("a misspelt property is set", "from qi import host\nhost.app.applicationNam = 'x'", ["AttributeError", "applicationName"]),
    ("a value of another type", "from qi import host\nhost.app.applicationName = 5", ["TypeError", "applicationName", "str"]),
    ("a method is set", "from qi import host\nhost.app.quit = 5", ["AttributeError", "quit"]),
    ("a method with too many arguments", "from qi import host\nhost.app.quit(1, 2)", ["TypeError", "quit()"]),
    ("a signal is called with the wrong arguments", "from qi import host\nhost.app.applicationNameChanged.emit(1)", ["TypeError", "applicationNameChanged"]),
    ("a signal is connected to nothing", "from qi import host\nhost.app.aboutToQuit.connect(None)", ["TypeError", "aboutToQuit", "a callable expected, got None", "the function itself"]),
    ("a slot with too many parameters", "from qi import host\nhost.app.aboutToQuit.connect(lambda a, b: 0)", ["TypeError", "aboutToQuit"]),
    ("disconnecting what is not connected", "from qi import host\nhost.app.aboutToQuit.disconnect(print)", ["not connected"]),
    ("SIGNAL() as in PyQt4", "from qi import host\nhost.app.connect('aboutToQuit()', print)", ["AttributeError", "connect"]),
    ("an overlap that does not exist", "import qi\nasync def f(): pass\nqi.asyncslot(f, overlap='restrat')", ["ValueError", "'restart'", "not 'restrat'"]),
    ("asyncsignal of something else", "import asyncio, qi\nasync def f(): await qi.asyncsignal(5)\nqi.run_task(f())", ["TypeError", "signal"]),
    ("asyncsignal with a negative time", "import qi\nfrom qi import host\nasync def f(): await qi.asyncsignal(host.app.aboutToQuit, timeout='1')\nqi.run_task(f())",
     ["TypeError", "timeout"]),
    ("a name in qi that is misspelt", "import qi\nqi.asyncslots", ["AttributeError", "asyncslots", "asyncslot"]),
    ("an import from qi that is misspelt", "from qi import asyncslots", ["ImportError", "asyncslots"]),
    ("progress of a text", "import qi\nqi.progress('half')", ["TypeError", "progress(): value is a number"]),
    ("modal with a call", "import qi\nasync def f(): await qi.modal(print('x'))()\nqi.run_task(f())", ["TypeError", "modal"]),
    ("modal with a coroutine function", "import qi\nasync def g(): pass\nasync def f(): await qi.modal(g)()\nqi.run_task(f())", ["TypeError", "coroutine"]),
    ("a coroutine that is not awaited", "async def f(): pass\nf()", ["never awaited"]),
    ("the loop is stopped", "import asyncio\nasyncio.get_running_loop().close()", ["RuntimeError", "script.py:2", "only the application ends it"]),
    ("run_until_complete in a coroutine", "import asyncio, qi\nasync def f(): asyncio.get_running_loop().run_until_complete(asyncio.sleep(0))\nqi.run_task(f())",
     ["RuntimeError", "running"]),
    ("asyncio.run in a coroutine", "import asyncio, qi\nasync def f(): asyncio.run(asyncio.sleep(0))\nqi.run_task(f())", ["RuntimeError", "running event loop"]),
    ("await outside of a coroutine", "await 5", ["SyntaxError", "await"]),
    ("a syntax error", "def f(:\n    pass", ["line 1", "SyntaxError"]),
    ("a module that is not there", "import requests_nope", ["ModuleNotFoundError", "requests_nope"]),
    ("a loop mode that is none", "import qi\nqi.new_event_loop().set_mode('guest')", ["TypeError", "QiLoopMode"]),
    ("using_asyncio_from_qt with a typo", "import qi\nwith qi.using_asyncio_from_qt(debg=True): pass", ["TypeError", "debg"]),
    ("Qt's loop without an application", "import asyncio, qi\nwith qi.using_qt_from_asyncio(): asyncio.run(asyncio.sleep(0))",
     ["RuntimeError", "QCoreApplication"], "--app=none"),
    ("a stream with a wrong overflow", "import qi\nfrom qi import host\nqi.asyncsignalstream(host.app.aboutToQuit, overflow='drop')", ["ValueError", "drop-oldest"]),
]

#: (what was done, the code of shop.py, what `plugin run --once` tells, and what `plugin check` does, where it can know)
PLUGINS = [
    ("no function activate", "class Shop: pass", ["has no function activate(ctx)"], "shop:Shop"),
    ("activate is misspelt", "class Shop:\n    def activat(self, ctx): pass", ["has no function activate(ctx)", "did you mean 'activat'"], "shop:Shop"),
    ("activate without ctx", "class Shop:\n    def activate(self): pass", ["does not take ctx", "def activate(self, ctx)"], "shop:Shop"),
    ("activate without self", "class Shop:\n    def activate(ctx): pass", ["does not take ctx", "def activate(self, ctx)"], "shop:Shop"),
    ("activate of a module without ctx", "def activate(): pass", ["does not take ctx", "def activate(ctx)"], "shop"),
    ("a class of another name", "class Shop:\n    def activate(self, ctx): pass", ["has no 'Shp'", "did you mean 'Shop'"], "shop:Shp"),
    ("an __init__ that wants something", "class Shop:\n    def __init__(self, ctx): pass\n    def activate(self, ctx): pass",
     ["without arguments", "activate(ctx)"], "shop:Shop"),
    ("a syntax error", "def activate(ctx)\n    pass", ["shop.py", "expected ':'"], "shop"),
    ("an import of nothing", "import shopp_tools\ndef activate(ctx): pass", ["No module named 'shopp_tools'"], "shop"),
]

#: The same for what only running tells.
RUNNING = [
    ("a name that is misspelt", "def activate(ctx):\n    message = 1\n    print(mesage)", ["line 3, in activate", "NameError", "Did you mean: 'message'"]),
    ("self is forgotten", "class Shop:\n    def buy(self): pass\n    def activate(self, ctx): buy()\nactivate = Shop().activate", ["NameError", "Did you mean: 'self.buy'"]),
    ("an attribute that is misspelt, in a task", "async def f(): 'x'.uper()\ndef activate(ctx): ctx.run_task(f())", ["AttributeError", "Did you mean: 'upper'"]),
    ("a misspelt method of ctx", "def activate(ctx): ctx.on_deactivat(print)", ["ctx has no 'on_deactivat'", "did you mean 'on_deactivate'"]),
    ("a setting that is not declared", "def activate(ctx): ctx.settings.colour", ["has no setting 'colour'"]),
    ("an action without a function", "def activate(ctx): ctx.action('buy', 'Buy', 5)", ["TypeError", "callable", "5"]),
    ("an action twice", "def activate(ctx):\n    ctx.action('buy', 'Buy', print)\n    ctx.action('buy', 'Buy', print)", ["buy", "already"]),
    ("the call in place of the function", "def f(): pass\ndef activate(ctx): ctx.call_later(1, f())", ["TypeError", "a callable is needed, not None"]),
    ("a time that is none", "def activate(ctx): ctx.every('5', print)", ["TypeError", "seconds are a number, not '5'"]),
    ("no time at all", "def activate(ctx): ctx.every(0, print)", ["ValueError", "0 seconds"]),
    ("an attribute of an action that is misspelt", "def activate(ctx):\n    ctx.action('buy', 'Buy', print).enable = False",
     ["AttributeError", "an action has no 'enable'", "did you mean 'enabled'"]),
    ("overlap for a plain function", "from qi import host\ndef activate(ctx): ctx.connect(host.app.aboutToQuit, print, overlap='drop')",
     ["ValueError", "coroutine functions"]),
    ("run_task with the function", "async def f(): pass\ndef activate(ctx): ctx.run_task(f)", ["TypeError", "coroutine"]),
    ("a name that the host has", "def activate(ctx): ctx.register('app', 5)", ["ValueError", "has a 'app' already"]),
    ("a name that nobody can write", "def activate(ctx): ctx.register('my app', 5)", ["ValueError", "no name of Python's"]),
    ("sys.exit()", "import sys\ndef activate(ctx): sys.exit(3)", ["SystemExit"]),
    ("the loop is ended", "import asyncio\ndef activate(ctx): asyncio.get_running_loop().stop()", ["which all its plugins share", "line 2"]),
    ("an error in a task", "async def f(): 1 / 0\ndef activate(ctx): ctx.run_task(f())", ["shop.py\", line 1, in f", "ZeroDivisionError"]),
    ("an error in a connected function", "from qi import host\ndef f(): host.app.nope\ndef activate(ctx):\n    ctx.connect(host.app.applicationNameChanged, f)\n"
     "    host.app.applicationName = 'x'", ["shop.py\", line 2, in f", "nope"]),
    ("an error in deactivate", "def activate(ctx): pass\ndef deactivate(): 1 / 0", ["ZeroDivisionError"]),
    ("deactivate with ctx", "def activate(ctx): pass\ndef deactivate(ctx): pass", ["deactivate", "ctx"]),
]

MANIFEST = '[plugin]\nid = "shop"\nname = "Shop"\nversion = "1"\nentry = "{}"\n'
#: (what was done, plugin.toml, what `plugin check` tells)
MANIFESTS = [
    ("no entry", '[plugin]\nid = "shop"\nname = "Shop"\nversion = "1"\n', ["entry"]),
    ("another id than the folder", MANIFEST.format("shop").replace('"shop"', '"shopp"', 1), ["the id is the folder's name"]),
    ("a misspelt key", MANIFEST.format("shop") + 'descripton = "x"\n', ["descripton", "description"]),
    ("a version that is none", MANIFEST.format("shop").replace('"1"', '"one"'), ["version", "one"]),
    ("a setting of a type that there is not", MANIFEST.format("shop") + '[settings.a]\ntype = "string"\n', ["string", "text"]),
    ("TOML that is none", MANIFEST.format("shop") + "name: Shop\n", ["plugin.toml:6", "Expected '='"]),
    ("a module that is not there", MANIFEST.format("shopp"), ["shopp", "did you mean 'shop'"]),
]


class Mistakes(runs.RunCase):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)

    def plugin(self, manifest, code):
        for name, text in (("plugin.toml", manifest), ("shop.py", code)):
            self.write(f"shop/{name}", text)
            os.chmod(os.path.join(self.folder, "shop", name), 0o644)
        os.chmod(os.path.join(self.folder, "shop"), 0o755)

    def assert_told(self, texts, run):
        told, at = run.stdout + run.stderr, 0
        for text in texts:
            found = told.find(text, at)
            self.assertGreaterEqual(found, 0, f"{text!r} is not told:\n{textwrap.indent(told, '    ')}")
            at = found
        self.assertNotIn("<qi>/", self.lines_before_the_author(told), told)

    @staticmethod
    def lines_before_the_author(told):
        """Of each traceback, what stands before the first line of somebody's."""
        lines = []
        for trace in told.split("Traceback (most recent call last):\n")[1:]:
            places = [line for line in trace.splitlines() if line.startswith("  File ")]
            own = next((number for number, line in enumerate(places) if "<qi>/" not in line), None)
            lines += places[:own] if own else []
        return "\n".join(lines)

    def test_there_are_many(self):
        self.assertGreaterEqual(len(SCRIPTS) + len(PLUGINS) + len(RUNNING) + len(MANIFESTS), 60)

    def test_scripts(self):
        for what, code, texts, *options in SCRIPTS:
            with self.subTest(what):
                self.write("script.py", code + "\n")
                self.assert_told(texts, self.qi_run(*options, "script.py"))

    def test_what_a_check_finds_before_anything_runs(self):
        for what, code, texts, entry in PLUGINS:
            with self.subTest(what):
                self.plugin(MANIFEST.format(entry), code)
                checked = self.qi_run("plugin", "check", "shop")
                self.assertEqual(checked.returncode, 1, checked.stdout)
                self.assert_told(texts, checked)
                self.assertIn("shop: 1 problem\n", checked.stdout)
                self.assert_told(texts, self.qi_run("plugin", "run", "--once", "shop"))

    def test_what_running_tells(self):
        for what, code, texts in RUNNING:
            with self.subTest(what):
                self.plugin(MANIFEST.format("shop"), code)
                self.assertEqual(self.qi_run("plugin", "check", "shop").stdout, "shop: all is well\n")
                self.assert_told(texts, self.qi_run("plugin", "run", "--once", "shop"))

    def test_manifests(self):
        for what, manifest, texts in MANIFESTS:
            with self.subTest(what):
                self.plugin(manifest, "def activate(ctx): pass")
                checked = self.qi_run("plugin", "check", "shop")
                self.assertEqual(checked.returncode, 1, checked.stdout)
                self.assert_told(texts, checked)

    def test_what_is_told_is_the_same_wherever_somebody_stands(self):
        self.write("script.py", "import qi.debug\nqi.debug.listen(backend='none')\n")
        told = self.told_elsewhere()
        names = {name.lstrip("/") for name in re.findall('File "(.*<qi>.*)", line', told)}
        self.assertTrue(names, told)
        for name in names:
            planted = os.path.join(self.folder, "elsewhere", name)  # as somebody else may put it there, where they may write
            os.makedirs(os.path.dirname(planted))
            with self.subTest(name, holds="text"):
                self.write(planted, "\x1b]0;title\x07planted\n" * 1000)
                self.assertEqual(self.told_elsewhere(), told)
            os.unlink(planted)
            with self.subTest(name, holds="nothing, and for ever"):
                os.mkfifo(planted)
                self.assertEqual(self.told_elsewhere(), told)

    def told_elsewhere(self):
        os.makedirs(os.path.join(self.folder, "elsewhere"), exist_ok=True)
        command = 'cd "$0/elsewhere" && exec "$1" --loop=none "$0/script.py"'
        return self.call("sh", "-c", command, self.folder, runs.QI_RUN).stderr

    def test_libqi_has_no_name_of_a_file_that_depends_on_where_somebody_stands(self):
        self.write("script.py", """
import importlib, os, sys, types, qi
from qi import debug, plugin, testing
def names(code):
    yield code.co_filename
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from names(each)
own = [module for name, module in sys.modules.items() if name == "qi" or name.startswith("qi.")]
found = {name for module in own for name in names(module.__spec__.loader.get_code(module.__name__))}
found |= {module.__file__ for module in own}
print(len(found) > 20, sorted(name for name in found if not os.path.isabs(name)))
""")
        self.assertEqual(self.qi_run("--loop=none", "script.py").stdout, "True []\n")


if __name__ == "__main__":
    runs.main()
