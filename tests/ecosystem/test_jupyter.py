# SPDX-License-Identifier: BSD-3-Clause
"""qi.jupyter: a kernel in the application, as jupyter_client and `jupyter console --existing` meet it."""

import asyncio
import builtins
import contextlib
import gc
import io
import json
import logging
import os
import signal
import sys
import tempfile
import threading

import scenario

import qi

ipykernel = scenario.need("ipykernel")
if ipykernel.version_info[0] > 6:
    try:
        qi.jupyter.start()
    except ImportError as error:
        if "ipykernel 6" not in str(error):
            raise
        scenario.skip(f"refused, as it should be: {error}")
    raise AssertionError(f"ipykernel {ipykernel.__version__} was not refused")
jupyter_client = scenario.need("jupyter_client")

GUARD = 60  # seconds; only against a hang

# IPython keeps its history, and Jupyter its connection files, here and not in the home of who runs this.
home = tempfile.TemporaryDirectory()
for name in "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR":
    os.environ[name] = os.path.join(home.name, name.lower())
    os.mkdir(os.environ[name], 0o700)


class Client:
    """A blocking client, which must be used in one thread other than the kernel's."""

    def __init__(self, connection_file):
        self.client = jupyter_client.BlockingKernelClient(connection_file=connection_file)
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=GUARD)

    def close(self):
        self.client.stop_channels()

    def execute(self, code, when_busy=None):
        """Returns (reply's content, stdout, value or None)."""
        request = self.client.execute(code, stop_on_error=False)
        text, value = "", None
        while True:
            message = self.client.get_iopub_msg(timeout=GUARD)
            kind, content = message["msg_type"], message["content"]
            # What the host prints answers no request; how that looks depends on ipykernel's version.
            of_host = kind == "stream" and not message["parent_header"]
            if message["parent_header"].get("msg_id") != request and not of_host:
                continue
            if kind == "stream":
                text += content["text"]
                if when_busy and "ready" in text:
                    when_busy, _ = None, when_busy()
            elif kind == "execute_result":
                value = content["data"]["text/plain"]
            elif kind == "status" and content["execution_state"] == "idle":
                break
        return self.reply(request), text, value

    def reply(self, request, channel="shell"):
        get = self.client.get_shell_msg if channel == "shell" else self.client.get_control_msg
        while True:
            message = get(timeout=GUARD)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def control(self, kind, content=None):
        message = self.client.session.msg(kind, content or {})
        self.client.control_channel.send(message)
        return self.reply(message["header"]["msg_id"], "control")


class Jupyter(scenario.Case):
    def start(self, **options):
        import qi.jupyter

        self.kernel = qi.jupyter.start(**options)
        self.stack.callback(self.kernel.stop)
        return self.kernel

    async def talk(self, talk):
        """Runs talk(client) in a thread of its own, while the loop serves."""

        def run():
            client = Client(self.kernel.connection_file)
            with contextlib.closing(client):
                return talk(client)

        return await asyncio.to_thread(run)

    async def test_cells_see_the_live_host(self):
        self.start(user_ns={"number": 41})

        def talk(client):
            self.assertEqual(client.execute("number + 1")[2], "42")
            self.assertEqual(client.execute("host.app.objectName")[0]["status"], "ok")
            reply, text, value = client.execute("import threading\nprint(threading.get_ident())\nqi.host is host")
            self.assertEqual((int(text), value), (main, "True"))
            client.execute("host.app.setProperty('objectName', 'named by a cell')")
            client.execute("made = [n * n for n in range(10)]\ndef total(): return sum(made)")
            self.assertEqual(client.execute("total()")[2], "285")

        main = threading.get_ident()
        namespace = self.kernel.user_ns
        await self.talk(talk)
        self.assertEqual(namespace["made"], [n * n for n in range(10)])
        from PyQt6.QtCore import QCoreApplication

        self.assertEqual(QCoreApplication.instance().objectName(), "named by a cell")

    async def test_default_namespace_is_that_of_main(self):
        import __main__

        self.start()
        names = set(vars(__main__))
        await self.talk(lambda client: self.assertEqual(client.execute("Jupyter.__name__, asyncio.__name__")[2],
                                                        "('Jupyter', 'asyncio')"))
        self.assertIs(self.kernel.user_ns, vars(__main__))
        self.assertIs(sys.modules["__main__"], __main__)
        self.kernel.stop()
        self.assertIs(sys.modules["__main__"], __main__)
        self.assertNotIn("get_ipython", vars(__main__))
        self.assertIn("Jupyter", vars(__main__), names)

    async def test_await_at_the_top_level(self):
        self.start(user_ns={"other": asyncio.Event(), "ticked": asyncio.Event()})
        namespace = self.kernel.user_ns

        def talk(client):
            reply, _, value = client.execute("other.set()\nawait ticked.wait()\nasyncio.get_running_loop().get_mode().name")
            self.assertEqual((reply["status"], value), ("ok", "'GUEST'"))
            self.assertEqual(client.execute("task = qi.run_task(asyncio.sleep(0, 'slept'))\nawait task")[2], "'slept'")

        async def beside():  # the application's own tasks go on while a cell awaits
            await namespace["other"].wait()
            namespace["ticked"].set()

        await asyncio.gather(beside(), self.talk(talk))

    async def test_errors(self):
        self.start(user_ns={})

        def talk(client):
            reply, *_ = client.execute("1 / 0")
            self.assertEqual((reply["status"], reply["ename"]), ("error", "ZeroDivisionError"))
            reply, *_ = client.execute("await asyncio.sleep(0)\nundefined")
            self.assertEqual((reply["status"], reply["ename"]), ("error", "NameError"))
            reply, *_ = client.execute("def f(:")
            self.assertEqual((reply["status"], reply["ename"]), ("error", "SyntaxError"))
            reply, *_ = client.execute("raise SystemExit(3)")
            self.assertEqual(reply["status"], "error")
            self.assertEqual(client.execute("'alive'")[2], "'alive'")

        await self.talk(talk)

    async def test_completion_inspection_history(self):
        self.start(user_ns={"temperature": 21.5})

        def talk(client):
            reply = client.reply(client.client.complete("temper"))
            self.assertIn("temperature", reply["matches"])
            reply = client.reply(client.client.complete("host.ap"))
            self.assertTrue(any(match.endswith("app") for match in reply["matches"]), reply)
            reply = client.reply(client.client.inspect("temperature"))
            self.assertIn("21.5", reply["data"]["text/plain"])
            reply = client.reply(client.client.is_complete("for x in y:"))
            self.assertEqual(reply["status"], "incomplete")
            reply = client.reply(client.client.kernel_info())
            self.assertEqual(reply["language_info"]["name"], "python")

        await self.talk(talk)

    async def test_output_of_cells_and_of_the_host(self):
        host = io.StringIO()
        with contextlib.redirect_stdout(host):
            self.start(user_ns={"go": asyncio.Event(), "said": asyncio.Event()})
            namespace = self.kernel.user_ns

            async def beside():
                await namespace["go"].wait()
                print("of the host")
                namespace["said"].set()

            def talk(client):
                _, text, _ = client.execute("print('of a cell')\ngo.set()\nawait said.wait()\nprint('of a cell again')")
                self.assertEqual(text, "of a cell\nof a cell again\n")
                _, text, _ = client.execute("await asyncio.to_thread(print, 'in a thread')")
                self.assertEqual(text, "in a thread\n")

            await asyncio.gather(beside(), self.talk(talk))
            self.assertEqual(host.getvalue(), "of the host\n")
            self.kernel.stop()
            self.assertIs(sys.stdout, host)
            print("afterwards")
        self.assertEqual(host.getvalue(), "of the host\nafterwards\n")

    async def test_capture_of_everything(self):
        host = io.StringIO()
        with contextlib.redirect_stdout(host):
            self.start(user_ns={"go": asyncio.Event(), "said": asyncio.Event()}, capture="all")
            namespace = self.kernel.user_ns

            async def beside():
                await namespace["go"].wait()
                print("of the host")
                namespace["said"].set()

            def talk(client):
                _, text, _ = client.execute("go.set()\nawait said.wait()")
                self.assertEqual(text, "of the host\n")

            await asyncio.gather(beside(), self.talk(talk))
            self.kernel.stop()
        self.assertEqual(host.getvalue(), "of the host\n")

    async def test_interrupt(self):
        self.start(user_ns={})

        def talk(client):
            interrupt = lambda: self.assertEqual(client.control("interrupt_request")["status"], "ok")
            # The window stands still meanwhile: an interrupt must get through all the same.
            reply, *_ = client.execute("print('ready', flush=True)\nwhile True: pass", when_busy=interrupt)
            self.assertEqual((reply["status"], reply["ename"]), ("error", "KeyboardInterrupt"))
            reply, *_ = client.execute("print('ready', flush=True)\nawait asyncio.Event().wait()", when_busy=interrupt)
            self.assertIn(reply["ename"], ("CancelledError", "KeyboardInterrupt"))  # the latter before it awaits
            reply, *_ = client.execute("await asyncio.sleep(0)\nprint('ready', flush=True)\nwhile True: pass",
                                       when_busy=interrupt)
            self.assertEqual((reply["status"], reply["ename"]), ("error", "KeyboardInterrupt"))
            client.execute("%gui qt")  # would run an event loop in the loop
            interrupt()  # nothing runs
            self.assertEqual(client.execute("'alive'")[2], "'alive'")

        await self.talk(talk)

    async def test_shutdown_request_leaves_the_host_alone(self):
        kernel = self.start(user_ns={})
        child = await asyncio.create_subprocess_exec("sleep", "1000")
        self.stack.push_async_callback(child.wait)
        self.stack.callback(child.kill)

        def talk(client):
            self.assertEqual(client.control("shutdown_request", {"restart": False})["status"], "ok")

        await self.talk(talk)
        while kernel.is_running:
            await asyncio.sleep(0.001)
        self.assertFalse(os.path.exists(kernel.connection_file))
        self.assertIsNone(child.returncode)
        self.start(user_ns={})  # another one can start
        await self.talk(lambda client: self.assertEqual(client.execute("1 + 1")[2], "2"))

    async def test_exit_in_a_cell(self):
        self.start(user_ns={})
        await self.talk(lambda client: self.assertEqual(client.execute("exit")[0]["payload"],
                                                        [{"source": "ask_exit", "keepkernel": True}]))
        for _ in range(200):
            await asyncio.sleep(0.001)
        self.assertTrue(self.kernel.is_running and self.loop.is_running())

    async def test_kernel_that_a_cell_stops(self):
        import qi.jupyter

        kernel = self.start(user_ns={})
        kernel.user_ns["kernel"] = kernel

        def talk(client):
            reply, _, value = client.execute("await asyncio.sleep(0)\nkernel.stop()\n'done'")
            self.assertEqual((reply["status"], value), ("ok", "'done'"))

        await self.talk(talk)
        while kernel.is_running:
            await asyncio.sleep(0.001)
        self.assertIn("stopped", repr(kernel))
        self.assertIsNone(kernel.user_ns)

    async def test_nothing_of_the_process_stays_changed(self):
        def state():
            handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
            streams = [getattr(sys, name) for name in ("stdin", "stdout", "stderr", "displayhook", "excepthook")]
            files = [os.fstat(number)[:3] for number in (0, 1, 2)]
            threads = {thread.name for thread in threading.enumerate() if "asyncio" not in thread.name}
            modules = sys.modules["__main__"], sys.modules.get("__console__")
            return (handlers, streams, files, threads, modules, dict(os.environ), sorted(vars(builtins)),
                    threading.Thread.run, threading.Thread.__init__, hasattr(sys, "ps1"), list(sys.path),
                    len(gc.callbacks))

        before = state()
        self.start(user_ns={})
        self.assertEqual(state()[0], before[0])  # while it runs, too
        self.assertEqual(state()[2], before[2])

        def talk(client):
            client.execute("print('x')")
            client.execute("await asyncio.sleep(0)")

        await self.talk(talk)
        self.assertEqual(state()[0], before[0])
        self.kernel.stop()
        self.kernel.stop()  # does nothing
        for was, now in zip(before, state()):
            self.assertEqual(was, now)

    async def test_wrong_use(self):
        import qi.jupyter

        kernel = self.start(user_ns={})
        with self.assertRaisesRegex(RuntimeError, "runs already.*stop"):
            qi.jupyter.start()
        kernel.stop()
        with self.assertRaisesRegex(ValueError, "nothing"):
            qi.jupyter.start(capture="nothing")
        with self.assertRaisesRegex(TypeError, "user_ns must be a dict"):
            qi.jupyter.start(user_ns=[])
        with self.assertRaisesRegex(RuntimeError, "needs a running event loop of qi, but none"):
            await asyncio.to_thread(qi.jupyter.start)

    async def test_connection_file_of_ones_own(self):
        path = os.path.join(self.folder, "sub", "mine.json")
        with self.start(connection_file=path, user_ns={}):
            self.assertEqual(self.kernel.connection_file, path)
            self.assertEqual(os.stat(path).st_mode & 0o077, 0)  # nobody else may run code here
            await self.talk(lambda client: self.assertEqual(client.execute("6 * 7")[2], "42"))
        self.assertFalse(os.path.exists(path))

    async def test_a_connection_file_that_is_there_is_never_used(self):
        path = os.path.join(self.folder, "planted.json")
        facts = {"ip": "127.0.0.1", "transport": "tcp", "key": "known", "signature_scheme": "hmac-sha256",
                 "shell_port": 0, "iopub_port": 0, "stdin_port": 0, "control_port": 0, "hb_port": 0}
        with open(path, "w") as file:
            json.dump(facts, file)
        os.symlink("gone.json", os.path.join(self.folder, "link.json"))
        for name in "planted.json", "link.json":
            with self.assertRaisesRegex(FileExistsError, "is there already"):
                self.start(connection_file=os.path.join(self.folder, name))
        with open(path) as file:
            self.assertEqual(json.load(file), facts)
        self.assertEqual(sorted(os.listdir(self.folder)), ["link.json", "planted.json"])

    async def test_a_connection_file_that_others_could_replace(self):
        os.chmod(self.folder, 0o777)
        with self.assertRaisesRegex(PermissionError, "other users may write to it"):
            self.start(connection_file=os.path.join(self.folder, "mine.json"))
        self.assertEqual(os.listdir(self.folder), [])

    async def test_a_file_of_ipykernels_own_name_is_not_looked_for(self):
        # It would be found in the working folder, which may be anybody's.
        with open(os.path.join(self.folder, f"kernel-{os.getpid()}.json"), "w") as file:
            file.write('{"key": "known"}')
        with contextlib.chdir(self.folder):
            kernel = self.start()
        self.assertNotEqual(os.path.dirname(kernel.connection_file), os.path.realpath(self.folder))
        with open(kernel.connection_file) as file:
            key = json.load(file)["key"]
        kernel.stop()
        with self.start() as kernel, open(kernel.connection_file) as file:
            self.assertNotIn(json.load(file)["key"], ("known", key))  # and each kernel has its own

    async def test_sockets_that_only_this_user_reaches(self):
        kernel = self.start()
        with open(kernel.connection_file) as file:
            facts = json.load(file)
        place = os.path.dirname(facts["ip"])
        self.assertEqual((facts["transport"], os.stat(place).st_mode & 0o777), ("ipc", 0o700))
        self.assertEqual(len(os.listdir(place)), 6)  # of which one is for children of cells
        kernel.stop()
        self.assertFalse(os.path.exists(place))

    async def test_forked_children_of_cells_print_to_clients(self):
        self.start(user_ns={})
        _, text, _ = await self.talk(lambda client: client.execute(
            "import os\nchild = os.fork()\nif not child:\n    print('from a child', flush=True)\n    os._exit(0)\nos.waitpid(child, 0)[1]"))
        self.assertIn("from a child", text)

    async def test_nothing_is_on_the_network_by_itself(self):
        def ports():
            """What this process has of the kernel's tables of internet sockets."""
            own, found = set(), []
            for each in os.listdir("/proc/self/fd"):
                with contextlib.suppress(FileNotFoundError):
                    own.add(os.readlink(f"/proc/self/fd/{each}"))
            for table in "tcp", "tcp6", "udp", "udp6", "raw", "raw6":
                with contextlib.suppress(FileNotFoundError), open(f"/proc/self/net/{table}") as lines:
                    found += [line for line in list(lines)[1:] if f"socket:[{line.split()[9]}]" in own]
            return found

        self.assertEqual(ports(), [])
        qi.debug.listen(backend="pdb")
        self.stack.callback(qi.debug.stop)
        kernel = self.start(user_ns={})
        await self.talk(lambda client: client.execute("6 * 7"))
        self.assertEqual(ports(), [])
        kernel.stop()
        self.start(transport="tcp", user_ns={})
        self.assertEqual(len({line.split()[1] for line in ports() if line.split()[3] == "0A"}), 5)

    async def test_ports_where_they_are_asked_for(self):
        kernel = self.start(transport="tcp", user_ns={})
        with open(kernel.connection_file) as file:
            facts = json.load(file)
        self.assertEqual((facts["transport"], facts["ip"]), ("tcp", "127.0.0.1"))
        await self.talk(lambda client: self.assertEqual(client.execute("6 * 7")[2], "42"))
        with self.assertRaisesRegex(ValueError, "transport"):
            qi.jupyter.start(transport="pigeon")

    async def test_messages_of_somebody_without_the_key(self):
        import zmq

        kernel = self.start(transport="tcp", user_ns={})
        with open(kernel.connection_file) as file:
            facts = json.load(file)
        records = []
        handler = logging.Handler()
        handler.emit = records.append
        log = kernel._app.log
        log.addHandler(handler)
        self.stack.callback(log.removeHandler, handler)
        sizes = []
        dispatch = kernel._app.kernel.session.deserialize

        def deserialize(parts, *args, **kwargs):
            sizes.append(sum(len(part) for part in parts))
            return dispatch(parts, *args, **kwargs)

        def attack():
            context = zmq.Context()
            for channel in "shell", "control", "stdin":
                for size in 32 << 20, 10:  # the first ends the connection
                    socket = context.socket(zmq.DEALER)
                    socket.linger = 2000
                    socket.connect(f"tcp://127.0.0.1:{facts[channel + '_port']}")
                    for number in range(5):
                        socket.send_multipart([b"<IDS|MSG>", b"bad%d" % number, b"{}", b"{}", b"{}", b"x" * size])
                    socket.close()
            context.destroy(2000)

        def send(channel, *messages, identity=None):
            """What comes back of the last of these within a second."""
            context = zmq.Context()
            socket = context.socket(zmq.DEALER)
            socket.linger = 2000
            if identity is not None:
                socket.identity = identity
            socket.connect(f"tcp://127.0.0.1:{facts[channel + '_port']}")
            for message in messages:
                socket.send_multipart(message)
            answer = socket.recv_multipart() if socket.poll(1000) else None
            context.destroy(2000)
            return answer

        def misshapen():
            for channel in "shell", "control", "stdin":
                send(channel, [b"x"], [b""], [b"<IDS|MSG>"], [b"x"] * 300)
            self.assertEqual(send("hb", [b"ping"]), [b"ping"])
            self.assertIsNone(send("hb", [b"x" * 100_000]))

        def talk(client):
            self.assertEqual(client.execute("6 * 7")[2], "42")
            self.assertEqual(client.control("kernel_info_request")["status"], "ok")
            name = client.client.session.bsession
            for channel in "shell", "control":
                send(channel, [b"<IDS|MSG>", b"bad", b"{}", b"{}", b"{}", b"{}"], identity=name)
            self.assertEqual(client.execute("7 * 7")[2], "49")  # and its answer has come to it
            signed = kernel._app.session.serialize(kernel._app.session.msg("comm_msg", {"comm_id": "x", "data": {}}))
            send("shell", signed[signed.index(b"<IDS|MSG>"):])
            self.assertEqual(client.execute("8 * 8")[2], "64")

        kernel._app.kernel.session.deserialize = deserialize
        handled = []
        kernel._app.kernel.shell_handlers["comm_msg"] = lambda *args: handled.append(args)
        await asyncio.to_thread(attack)
        await asyncio.to_thread(misshapen)
        await self.talk(talk)
        self.assertEqual(handled, [])
        kernel._app.kernel.session.deserialize = dispatch
        self.assertGreater(len(sizes), 5)
        self.assertLess(max(sizes), 1 << 20)
        self.assertEqual([record.getMessage() for record in records if record.levelno >= logging.ERROR], [
            "a message that was not signed with the kernel's key was ignored; further ones are, too, and are not told of"])
        self.assertFalse([record for record in records if record.exc_info])

    async def test_completion_reads_nothing_of_the_current_folder(self):
        os.makedirs(os.path.join(self.folder, "builtins-stubs"))
        os.mkfifo(os.path.join(self.folder, "builtins-stubs", "__init__.pyi"))
        before = os.getcwd()
        self.stack.callback(os.chdir, before)
        os.chdir(self.folder)
        self.start(user_ns={"x": "text"})

        def talk(client):
            request = client.client.complete("x.", 2)
            self.assertIn("upper", [match.rpartition(".")[2] for match in client.reply(request)["matches"]])

        await self.talk(talk)

    async def test_what_was_put_in_the_files_place_stays(self):
        path = os.path.join(self.folder, "mine.json")
        with self.start(connection_file=path):
            os.unlink(path)
            with open(path, "w") as file:
                file.write("the user's")
        self.assertTrue(os.path.exists(path))

    async def test_console(self):
        import importlib.util

        if importlib.util.find_spec("jupyter_console") is None:
            self.skipTest("there is no jupyter_console")
        namespace = {"secret": "of the live host"}
        self.start(user_ns=namespace)
        console = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", "-m", "jupyter_console", "--simple-prompt", "--existing", self.kernel.connection_file,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"HOME": home.name})
        said, _ = await console.communicate(b"secret.upper()\nanswer = await asyncio.sleep(0, 42)\nexit\n")
        self.assertIn("OF THE LIVE HOST", said.decode())
        self.assertEqual(namespace.get("answer"), 42, said.decode())
        self.assertTrue(self.kernel.is_running)

    async def run(self, code, *options):
        """Runs a script by a qi-run of its own; returns (exit status, all that it wrote)."""
        path = os.path.join(self.folder, "script.py")
        with open(path, "w") as file:
            file.write(code)
        process = await asyncio.create_subprocess_exec(
            os.environ["QI_RUN"], *options, path, cwd=self.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        said, _ = await process.communicate()
        return process.returncode, said.decode()

    async def test_application_that_ends_while_a_kernel_runs(self):
        status, said = await self.run("""
import asyncio, os, qi.jupyter
kernel = qi.jupyter.start(connection_file="own.json", user_ns={})
async def quit():
    await asyncio.sleep(0.01)
    print(os.path.exists(kernel.connection_file), kernel.is_running)
    qi.quit(3)
qi.run_task(quit())
""", "--loop=guest")
        self.assertEqual((status, said.strip()), (3, "True True"))

    async def test_application_that_ends_at_once(self):
        status, said = await self.run("""
import atexit, os, qi.jupyter
kernel = qi.jupyter.start(connection_file="own.json", user_ns={})
atexit.register(lambda: print(kernel, os.path.exists("own.json")))
raise SystemExit(4)
""", "--loop=guest")
        self.assertEqual(status, 4, said)
        self.assertRegex(said, "^<RunningKernel stopped .*> False$")

    async def test_loop_that_is_an_owner(self):
        status, said = await self.run("""
import asyncio, qi.jupyter
from jupyter_client import AsyncKernelClient
async def main():
    with qi.jupyter.start(connection_file="own.json", user_ns={"x": 21}) as kernel:
        client = AsyncKernelClient(connection_file=kernel.connection_file)
        client.load_connection_file()
        client.start_channels()
        await client.wait_for_ready()
        client.execute("y = await asyncio.sleep(0, x * 2)")
        reply = await client.get_shell_msg()
        client.stop_channels()
        return reply["content"]["status"], kernel.user_ns["y"]
print(asyncio.run(main()))
""", "--loop=owner")
        self.assertEqual((status, said.split()), (0, ["('ok',", "42)"]), said)

    async def test_plugin_of_the_guide(self):
        plugins = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "code", "plugins")
        status, said = await self.run(f"""
import asyncio, sys
sys.path.insert(0, {plugins!r})
import console, qi
console.open_console()
assert console.kernel.is_running and console.kernel.user_ns["title"] == "the live application"
async def end():
    console.close_console()
    qi.quit(0 if not console.kernel.is_running else 1)
qi.run_task(end())
""", "--loop=guest")
        self.assertEqual(status, 0, said)
        self.assertIn("jupyter console --existing " + os.environ["JUPYTER_RUNTIME_DIR"], said)

    async def test_without_ipykernel(self):
        status, said = await self.run("""
import sys
sys.modules["ipykernel"] = None
import qi.jupyter
qi.jupyter.start()
""", "--loop=guest")
        self.assertEqual(status, 1)
        self.assertIn("ImportError: qi.jupyter.start() needs ipykernel", said)
        self.assertIn("python3-ipykernel", said)


if __name__ == "__main__":
    scenario.main()
