# SPDX-License-Identifier: BSD-3-Clause
"""A debugger attaches to the running application: pdb over a socket, or debugpy where that is asked for."""

import importlib.util
import json
import os
import pathlib
import re
import socket
import subprocess
import unittest

import runs

LAUNCH = pathlib.Path(__file__).parents[2] / "docs/code/launch.json"

PROGRAM = """
import asyncio, os, sys, qi
def work(number):
    doubled = number * 2
    BREAK
    return doubled
ticks = []
async def main():
    where = qi.debug.listen(backend={backend!r})
    print(where.host or "-", where.port, where.path or "-", flush=True)
    ticker = asyncio.create_task(tick())
    await qi.debug.wait_for_client()
    print("attached", qi.debug.is_attached(), len(ticks) > 0, flush=True)
    while not go():
        await asyncio.sleep(0.001)
    print("result", work(21), flush=True)
    ticker.cancel()
    qi.quit()
async def tick():
    while True:
        ticks.append(1)
        await asyncio.sleep(0.001)
def go():
    return os.path.exists("go")
qi.run_task(main())
"""


class DebugCase(runs.RunCase):
    def start(self, text):
        self.write("program.py", text)
        process = subprocess.Popen([runs.QI_RUN, "program.py"], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def read_to(self, process, text):
        """The next line that begins so; the process must not end before."""
        for line in process.stdout:
            if line.startswith(text):
                return line.rstrip("\n")
        self.fail(process.stderr.read())

    def go(self):
        self.write("go", "")

    def programs(self):
        """The programs of all processes that run in this test's folder: the host, and what it has started."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{name}/cwd") == self.folder:
                    found.append(os.path.realpath(os.readlink(f"/proc/{name}/exe")))
            except OSError:
                pass
        return found


class Pdb(DebugCase):
    def connect(self, process):
        path = process.stdout.readline().split()[2]
        self.client = client = socket.socket(socket.AF_UNIX)
        client.settimeout(runs.GUARD)
        client.connect(path)
        self.addCleanup(client.close)
        file = client.makefile("rw")
        self.addCleanup(file.close)
        return path, file

    def prompt(self, file):
        """What comes before the next prompt."""
        text = ""
        while not text.endswith("(qi) "):
            character = file.read(1)
            if not character:
                self.fail(f"the end came after {text!r}")
            text += character
        return text

    def say(self, file, command):
        file.write(command + "\n")
        file.flush()

    def test_attach_break_look_and_go_on(self):
        process = self.start(PROGRAM.replace("BREAK", "breakpoint()").format(backend="pdb"))
        path, file = self.connect(process)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(os.path.dirname(path)).st_mode & 0o777, 0o700)
        self.assertIn("attached", self.prompt(file))
        self.say(file, "c")
        self.assertEqual(self.read_to(process, "attached"), "attached True True")
        self.go()
        self.assertIn("work()", self.prompt(file))
        self.say(file, "p doubled")
        self.assertTrue(self.prompt(file).startswith("42\n"))
        self.say(file, "doubled = 5")
        self.prompt(file)
        self.say(file, "c")
        self.assertEqual(self.read_to(process, "result"), "result 5")
        self.assertEqual(process.wait(runs.GUARD), 0)

    def test_a_breakpoint_by_line(self):
        process = self.start(PROGRAM.replace("BREAK", "pass").format(backend="pdb"))
        _, file = self.connect(process)
        self.prompt(file)
        self.say(file, f"b {os.path.join(self.folder, 'program.py')}:5")
        self.assertIn("Breakpoint 1", self.prompt(file))
        self.say(file, "c")
        self.go()
        self.assertIn("work()", self.prompt(file))
        self.say(file, "q")
        self.assertEqual(self.read_to(process, "result"), "result 42")
        self.assertEqual(process.wait(runs.GUARD), 0)

    def test_a_debugger_that_hangs_up(self):
        process = self.start(PROGRAM.replace("BREAK", "breakpoint()").format(backend="pdb"))
        path, file = self.connect(process)
        self.prompt(file)
        self.say(file, "c")
        self.go()
        self.prompt(file)
        file.close()
        self.client.close()
        self.assertEqual(self.read_to(process, "result"), "result 42")
        self.assertEqual(process.wait(runs.GUARD), 0)

    def test_the_end_of_the_program_removes_the_socket(self):
        found = self.qi_run("-c", "import qi; print(qi.debug.listen(backend='pdb').path); qi.quit()")
        self.assertFalse(os.path.exists(os.path.dirname(found.stdout.strip())), found.stderr)

    def test_stop(self):
        found = self.qi_run("-c", """
import os, qi
where = qi.debug.listen(backend="pdb")
assert qi.debug.listen() is where and "connect with" in str(where)
try: qi.debug.listen(backend="debugpy")
except RuntimeError as error: print(error)
qi.debug.stop()
print(os.path.exists(where.path), qi.debug.is_attached())
try: qi.debug.listen(backend="gdb")
except ValueError as error: print(error)
qi.quit()
""")
        self.assertEqual(found.stdout.splitlines(), [
            "pdb listens already, so debugpy cannot", "False False", "backend is 'debugpy' or 'pdb', not 'gdb'"], found.stderr)

    def test_the_watchdog_is_quiet_while_code_stands(self):
        text = PROGRAM.replace("BREAK", "breakpoint()").format(backend="pdb").replace(
            "ticks = []", "ticks = []\nimport qi.monitor\nqi.monitor.watch(0.05, repeat=0.05, "
                          "stalled=lambda stall: 'cmdloop' in (stall.stack or '') and print('stands', stall, flush=True))")
        process = self.start(text)
        _, file = self.connect(process)
        self.prompt(file)
        # Longer than the limit by far; whatever time passes, the watchdog must have nothing to tell of code that stands.
        self.say(file, "import time; time.sleep(0.4)")
        self.prompt(file)
        self.say(file, "c")
        self.go()
        self.prompt(file)
        self.say(file, "c")
        out, err = process.communicate(timeout=runs.GUARD)
        self.assertIn("result 42", out)
        self.assertNotIn("stands", out)
        self.assertEqual(process.returncode, 0, err)


@unittest.skipUnless(importlib.util.find_spec("debugpy"), "debugpy is not installed")
class Debugpy(DebugCase):
    def connect(self, process):
        host, port, _ = process.stdout.readline().split()
        self.socket = socket.create_connection((host, int(port)), runs.GUARD)
        self.addCleanup(self.socket.close)
        self.file = self.socket.makefile("rwb")
        self.addCleanup(self.file.close)
        self.sequence, self.seen = 0, []

    def send(self, command, **arguments):
        self.sequence += 1
        data = json.dumps({"seq": self.sequence, "type": "request", "command": command, "arguments": arguments}).encode()
        self.file.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.file.flush()
        return self.sequence

    def receive(self, wanted):
        """The next message for which wanted() is true; those before it are kept."""
        for message in list(self.seen):
            if wanted(message):
                self.seen.remove(message)
                return message
        while True:
            size = 0
            while (line := self.file.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            if not line:
                self.fail(f"the debugger hung up after {self.seen}")
            message = json.loads(self.file.read(size))
            if wanted(message):
                return message
            self.seen.append(message)

    def event(self, name):
        return self.receive(lambda message: message.get("event") == name)

    def ask(self, command, **arguments):
        number = self.send(command, **arguments)
        answer = self.receive(lambda message: message.get("request_seq") == number)
        self.assertTrue(answer["success"], answer)
        return answer.get("body")

    def configuration(self):
        """What the guide has people put into VS Code's launch.json."""
        with open(LAUNCH, encoding="utf-8") as file:
            whole = json.load(file)
        self.assertEqual(whole["version"], "0.2.0")
        (configuration,) = whole["configurations"]
        return configuration

    def test_the_configuration_of_the_guide_says_what_debugpy_knows(self):
        configuration = self.configuration()
        self.assertEqual((configuration["type"], configuration["request"]), ("debugpy", "attach"))
        self.assertTrue(configuration["name"])
        known = {"name", "type", "request"}  # VS Code's own
        packages = [importlib.util.find_spec(name) for name in ("debugpy", "_pydevd_bundle")]  # the second may be inside of the first
        folders = [pathlib.Path(package.origin).parent for package in packages if package]
        for source in (path for folder in folders for path in folder.rglob("*.py")):  # what an attach request is asked for, by these words
            known.update(re.findall(r"[\"'](\w+)[\"']", source.read_text(encoding="utf-8", errors="replace")))
        self.assertEqual(set(configuration) - known, set())
        self.assertEqual(set(configuration["connect"]), {"host", "port"})
        guide = (LAUNCH.parents[1] / "guide/debugging.md").read_text(encoding="utf-8")
        self.assertIn(f"qi.debug.listen({configuration['connect']['port']}, backend=\"debugpy\")", guide)

    def test_attach_break_look_and_go_on(self):
        process = self.start(PROGRAM.replace("BREAK", "pass").format(backend="debugpy"))
        self.connect(process)
        self.ask("initialize", adapterID="test", linesStartAt1=True, columnsStartAt1=True, pathFormat="path")
        configuration = self.configuration()  # VS Code connects to where it says, and sends it whole
        configuration["connect"]["port"] = self.socket.getpeername()[1]
        attach = self.send("attach", **configuration)
        self.event("initialized")
        path = os.path.join(self.folder, "program.py")
        self.ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": 5}])
        self.ask("configurationDone")
        self.receive(lambda message: message.get("request_seq") == attach)
        self.assertEqual(self.read_to(process, "attached"), "attached True True")
        self.assert_no_second_host()
        self.go()
        stopped = self.event("stopped")["body"]
        self.assertEqual(stopped["reason"], "breakpoint")
        frame = self.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
        self.assertEqual((frame["name"], frame["line"]), ("work", 5))
        self.assertEqual(self.ask("evaluate", expression="doubled", frameId=frame["id"])["result"], "42")
        self.ask("continue", threadId=stopped["threadId"])
        self.assertEqual(self.read_to(process, "result"), "result 42")
        self.ask("disconnect")
        self.assertEqual(process.wait(runs.GUARD), 0)

    def assert_no_second_host(self):
        host, programs = os.path.realpath(runs.QI_RUN), self.programs()
        self.assertEqual(programs.count(host), 1, programs)
        others = [os.path.basename(program) for program in programs if program != host]
        self.assertTrue(others and all("python" in name for name in others), programs)

    def test_the_port_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            found = self.qi_run("-c", f"""
import qi
try: qi.debug.listen({port}, backend="debugpy")
except OSError as error: print("OSError", error)
qi.quit()
""")
        self.assertIn("OSError", found.stdout, found.stderr)
        self.assertIn(str(port), found.stdout)


if __name__ == "__main__":
    runs.main()
