# SPDX-License-Identifier: BSD-3-Clause
"""qi-run doctor: what is broken on purpose is found, and the fix is told."""

import importlib.util
import itertools
import json
import os
import re
import shlex
import sys
import sysconfig
import unittest
from unittest import mock

import runs

VERSION = "%d.%d" % sys.version_info[:2]


class DoctorCase(runs.RunCase):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)

    def doctor(self, *arguments, before=(), **environment):
        found = self.qi_run(*before, "doctor", "--json", *arguments, **environment)
        self.assertIn(found.returncode, (0, 1), found.stderr)
        report = json.loads(found.stdout)
        self.assertEqual(report["ok"], found.returncode == 0)
        return report["checks"]

    def problem(self, checks, *texts):
        """The one problem whose text holds all of these; it tells a fix."""
        problems = [check for check in checks if check["state"] == "problem"]
        found = [check for check in problems if all(text in check["found"] + check["subject"] for text in texts)]
        self.assertEqual(len(found), 1, checks)
        self.assertTrue(found[0]["fix"])
        return found[0]

    def check(self, checks, section, subject):
        found = [check for check in checks if (check["section"], check["subject"]) == (section, subject)]
        self.assertEqual(len(found), 1, checks)
        return found[0]

    def plugin(self, name="orders"):
        self.write(f"plugins/{name}/plugin.toml", f'[plugin]\nid = "{name}"\n')
        self.write(f"plugins/{name}/code.py", "")
        for folder in ("plugins", f"plugins/{name}"):
            os.chmod(os.path.join(self.folder, folder), 0o755)
        for file in ("plugin.toml", "code.py"):
            os.chmod(self.path(f"plugins/{name}/{file}"), 0o644)
        return self.path("plugins")

    def path(self, name):
        return os.path.join(self.folder, name)


class Strangers(DoctorCase):
    def test_their_names_steer_no_terminal(self):
        escape = "\x1b]0;title\x07\x1b[2J\u202e"
        folder = self.plugin(f"odd{escape}")
        os.chmod(os.path.join(folder, f"odd{escape}", "code.py"), 0o666)
        checks = self.doctor(f"--plugins={folder}", QT_STRANGE=escape)
        self.assertTrue(any(r"\x1b]0;title\x07\x1b[2J\u202e" in check["found"] for check in checks), checks)
        found = self.qi_run("doctor", f"--plugins={folder}", f"--plugins={folder}{escape}", QT_STRANGE=escape)
        self.assertEqual([c for c in found.stdout if not c.isprintable() and c != "\n"], [])


    def test_their_names_end_no_line(self):
        folder = self.plugin("odd\n  ok       plugins")
        os.chmod(os.path.join(folder, "odd\n  ok       plugins", "code.py"), 0o666)
        found = self.qi_run("doctor", f"--plugins={folder}")
        self.assertIn(r"odd\n  ok       plugins/code.py can be written by", found.stdout)
        self.assertNotIn("\n  ok       plugins", found.stdout)

    def test_a_command_that_is_told_runs_nothing_of_theirs(self):
        name = "a;touch told;$(touch told)`touch told`'"
        folder = self.plugin(name)
        os.chmod(os.path.join(folder, name), 0o777)
        for found in (self.problem(self.doctor(f"--plugins={folder}"), "can be written by"),
                      self.problem(self.doctor(f"--plugins={folder}/{name}/none"), "there is no such folder")):
            command = found["fix"].removeprefix("make it (").partition("), or")[0]
            ran = self.call("sh", "-c", command)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), command)
        self.assertFalse(os.path.exists(self.path("told")))
        self.assertTrue(os.path.isdir(os.path.join(folder, name, "none")))
        self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o777, 0o755)


class Whole(DoctorCase):
    def test_a_sane_installation_is_told_as_such(self):
        checks = self.doctor(QT_QPA_PLATFORM="offscreen", PYTHONHOME="")
        self.assertEqual([check for check in checks if check["state"] == "problem"], [])
        self.assertIn(sysconfig.get_config_var("SOABI"), self.check(checks, "Python", "ABI")["found"])
        self.assertIn(VERSION, self.check(checks, "Python", "libpython")["found"])
        executable = self.check(checks, "Python", "sys.executable")["found"]
        self.assertEqual(os.path.realpath(executable), os.path.realpath(sys.executable))
        self.assertIn("libQt6Core", self.check(checks, "Qt", "library")["found"])
        self.assertIn("offscreen", self.check(checks, "Qt", "platform plugins")["found"])

    def test_the_text_tells_what_json_tells(self):
        checks = self.doctor("--home=/no/such/folder")
        told = self.qi_run("doctor", "--home=/no/such/folder")
        self.assertEqual(told.returncode, 1)
        for check in checks:
            self.assertIn(check["found"], told.stdout)
            self.assertIn(check["fix"], told.stdout)
        self.assertRegex(told.stdout, r"1 problem, \d warnings?\n$")

    def test_bindings_are_tried(self):
        try:
            import PyQt6.QtCore
        except ImportError:
            self.skipTest("PyQt6 is not installed")
        found = self.check(self.doctor(), "Bindings", "PyQt6")
        self.assertEqual(found["state"], "ok", found)
        self.assertIn(PyQt6.QtCore.qVersion(), found["found"])

    def test_a_binding_that_cannot_be_imported(self):
        self.write("site/PyQt6/__init__.py", "")
        self.write("site/PyQt6/QtCore.py", "raise ImportError('undefined symbol: of_another_qt')\n")
        found = self.problem(self.doctor(PYTHONPATH=self.path("site")), "PyQt6", "undefined symbol: of_another_qt")
        self.assertIn("install a PyQt6", found["fix"])

    def test_a_binding_that_crashes(self):
        self.write("site/PySide6/__init__.py", "")
        self.write("site/PySide6/QtCore.py", "import os; os.abort()\n")
        self.problem(self.doctor(PYTHONPATH=self.path("site")), "PySide6", "exit status -6")


class Places(DoctorCase):
    def test_wrong_home(self):
        for before, after in ((["--home=/no/such/folder"], []), ([], ["--home=/no/such/folder"])):
            checks = self.doctor(*after, before=before)
            found = self.problem(checks, "/no/such/folder")
            self.assertIn(f"lib/python{VERSION}/encodings", found["fix"])
            self.check(checks, "Python", "ABI")  # the rest is examined all the same

    def test_home_of_another_version(self):
        self.write("home/lib/python3.9/encodings/__init__.py", "")
        self.problem(self.doctor("--home=home"), "python3.9", VERSION)

    def test_home_whose_interpreter_does_not_work(self):
        self.write(f"home/lib/python{VERSION}/encodings/__init__.py", "")
        self.write(f"home/bin/python{VERSION}", "#!/bin/sh\necho it is broken >&2\nexit 3\n")
        os.chmod(self.path(f"home/bin/python{VERSION}"), 0o755)
        self.problem(self.doctor("--home=home"), "does not work: it is broken")

    def test_home_without_an_interpreter(self):
        self.write(f"home/lib/python{VERSION}/encodings/__init__.py", "")
        checks = self.doctor("--home=home")
        self.assertEqual(self.check(checks, "Python", "sys.executable")["state"], "warning")
        self.assertEqual(self.check(checks, "Python", "program")["state"], "warning")

    def test_venv_of_another_version(self):
        self.write("venv/pyvenv.cfg", f"home = {os.path.dirname(sys.executable)}\nversion = 3.9.1\n")
        found = self.problem(self.doctor("--venv=venv"), "3.9.1", VERSION)
        self.assertIn(f"python{VERSION} -I -m venv", found["fix"])  # else a venv.py of the current folder would be it

    def test_what_is_to_be_typed_is_one_word_of_the_shell(self):
        name = "v$(touch it) it's"
        self.write(f"{name}/pyvenv.cfg", f"home = {os.path.dirname(sys.executable)}\nversion = 3.9.1\n")
        found = self.problem(self.doctor(f"--venv={name}"), "3.9.1", VERSION)
        self.assertEqual(os.path.basename(shlex.split(found["fix"].partition("-m venv ")[2])[0]), name)

    def test_venv_that_is_none(self):
        self.problem(self.doctor("--venv=nothing"), "pyvenv.cfg")

    def test_venv_whose_interpreter_was_removed(self):
        self.write("venv/pyvenv.cfg", f"home = {os.path.dirname(sys.executable)}\nversion = {VERSION}.1\n")
        self.problem(self.doctor("--venv=venv"), "venv/bin/python is missing")

    def test_a_real_venv(self):
        made = self.call(sys.executable, "-m", "venv", "--without-pip", "venv")
        if made.returncode:
            self.skipTest(f"the module venv does not work here: {made.stderr}{made.stdout}")
        checks = self.doctor("--venv=venv")
        self.assertEqual([check for check in checks if check["state"] == "problem"], [])
        self.assertIn(self.path("venv"), self.check(checks, "Python", "venv")["found"])
        self.assertEqual(self.check(checks, "Python", "sys.executable")["found"], self.path(f"venv/bin/python{VERSION}")
                         if os.path.exists(self.path(f"venv/bin/python{VERSION}")) else self.path("venv/bin/python3"))

    def test_a_venv_that_others_may_write_to_is_told_and_not_run(self):
        made = self.call(sys.executable, "-m", "venv", "--without-pip", "venv")
        if made.returncode:
            self.skipTest(f"the module venv does not work here: {made.stderr}{made.stdout}")
        ran = self.path("ran")
        self.write(f"venv/lib/python{VERSION}/site-packages/stranger.pth", f"import sys; open({ran!r}, 'w')")
        packages = f"venv/lib/python{VERSION}/site-packages"
        for path in ("venv", "venv/bin", "venv/pyvenv.cfg", packages, f"{packages}/stranger.pth", None):
            if path:
                mode = os.stat(self.path(path)).st_mode
                os.chmod(self.path(path), mode | 0o022)
            checks = self.doctor("--venv=venv")
            self.assertEqual(os.path.exists(ran), path is None)
            if path:
                self.problem(checks, self.path(path), "others may write to it")
                os.chmod(self.path(path), mode)

    def test_an_active_venv_that_is_not_used(self):
        found = self.check(self.doctor(VIRTUAL_ENV=self.path("venv")), "Environment", "VIRTUAL_ENV")
        self.assertEqual(found["state"], "warning")
        self.assertIn(f"--venv={self.path('venv')}", found["fix"])


class Environment(DoctorCase):
    def test_wrong_pythonhome(self):
        found = self.problem(self.doctor(PYTHONHOME="/no/such/prefix"), "PYTHONHOME", "/no/such/prefix")
        self.assertEqual(found["fix"], "unset PYTHONHOME")

    def test_platform_that_qt_does_not_have(self):
        found = self.problem(self.doctor(QT_QPA_PLATFORM="nonsense:size=1"), "QT_QPA_PLATFORM", "nonsense", "offscreen")
        self.assertIn("unset QT_QPA_PLATFORM", found["fix"])

    def test_no_display(self):
        checks = self.doctor(DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
        self.assertEqual(self.check(checks, "Qt", "display")["state"], "warning")

    def test_another_python_is_first_on_path(self):
        self.write("bin/python3", "#!/bin/sh\necho '/elsewhere/bin/python3|3.7.1'\n")
        os.chmod(self.path("bin/python3"), 0o755)
        checks = self.doctor(PATH=self.path("bin") + os.pathsep + os.environ["PATH"])
        found = self.check(checks, "Environment", "python3 on PATH")
        self.assertEqual(found["state"], "warning")
        self.assertIn("3.7.1", found["found"])
        # Debian's pip refuses to install beside apt's packages, so the fix is a virtual environment, and that one can be made and used.
        self.assertNotIn("-m pip", found["fix"])
        command = re.search("`(.+) FOLDER`", found["fix"])[1].split()
        made = self.call(*command, "--without-pip", "made")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(self.qi_run("--venv=made", "-c", "import sys; print(sys.prefix)").stdout, os.path.join(self.folder, "made") + "\n")

    def test_nothing_is_run_from_where_somebody_stands(self):
        for name in "python3", "bin/python3":
            self.write(name, f"#!/bin/sh\necho >{self.path('ran')}\n")
            os.chmod(self.path(name), 0o755)
        for first in ("", ".", "bin", "./bin"):
            with self.subTest(first):
                checks = self.doctor(PATH=first + os.pathsep + os.environ["PATH"])
                self.check(checks, "Environment", "python3 on PATH")
                self.assertFalse(os.path.exists(self.path("ran")))

    def test_variables_that_matter_are_shown(self):
        checks = self.doctor(QT_LOGGING_RULES="a=true", PYTHONPATH="somewhere")
        self.assertEqual(self.check(checks, "Environment", "QT_LOGGING_RULES")["found"], "a=true")
        self.assertEqual(self.check(checks, "Environment", "PYTHONPATH")["found"], "somewhere")


class Folders(DoctorCase):
    def problems(self, folder):
        checks = self.doctor(f"--plugins={folder}")
        return [check for check in checks if (check["section"], check["state"]) == ("Plugin folders", "problem")]

    def test_folders_that_are_as_they_should_be(self):
        folder = self.plugin()
        found = self.check(self.doctor("--plugins", folder), "Plugin folders", folder)
        self.assertEqual((found["state"], found["found"]), ("ok", "plugins: orders"))

    def test_missing(self):
        self.problem(self.doctor("--plugins=/no/such/plugins"), "/no/such/plugins")

    def test_world_writable(self):
        folder = self.plugin()
        for path in (folder, self.path("plugins/orders"), self.path("plugins/orders/code.py")):
            with self.subTest(path):
                mode = os.stat(path).st_mode
                os.chmod(path, mode | 0o002)
                self.addCleanup(os.chmod, path, mode)
                (found,) = self.problems(folder)
                self.assertEqual((found["subject"], found["fix"]), (path, f"chmod go-w {path}"))
                os.chmod(path, mode)
                self.assertEqual(self.problems(folder), [])

    def test_group_writable(self):
        folder = self.plugin()
        os.chmod(folder, 0o775)
        (found,) = self.problems(folder)
        self.assertIn("its group", found["found"])

    def test_a_folder_above_that_all_may_write_to(self):
        folder = self.plugin()
        os.chmod(self.folder, 0o777)
        (found,) = self.problems(folder)
        self.assertEqual(found["subject"], self.folder)
        os.chmod(self.folder, 0o1777)  # as /tmp: nobody may rename what is another's
        self.assertEqual(self.problems(folder), [])

    def test_a_link_on_the_way_that_others_could_change(self):
        self.plugin()
        os.mkdir(self.path("open"))
        os.symlink("../plugins", self.path("open/middle"))
        os.chmod(self.path("open"), 0o777)
        os.symlink("open/middle", self.path("way"))
        found = self.problem(self.doctor(f"--plugins={self.path('way')}"), self.path("open"))
        self.assertEqual(found["subject"], self.path("open"))
        self.assertIn("can be written by its group and everybody", found["found"])

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a link away")
    def test_a_link_of_somebody_elses(self):
        self.plugin()
        os.symlink("plugins", self.path("way"))
        os.lchown(self.path("way"), 65534, 65534)
        self.problem(self.doctor(f"--plugins={self.path('way')}"), self.path("way"), "belongs to user 65534")

    def test_more_than_anybody_reads(self):
        folder = self.plugin()
        for i in range(60):
            self.write(f"plugins/orders/{i}.py", "")
            os.chmod(self.path(f"plugins/orders/{i}.py"), 0o666)
        found = [each for each in self.doctor(f"--plugins={folder}") if each["state"] == "problem"]
        self.assertEqual(len(found), 51)
        self.assertEqual(found[-1]["found"], "10 more of the kind")

    @staticmethod
    def examine():
        path = os.path.join(os.path.dirname(__file__), "../../pyshim/qi/_life/examine.py")
        spec = importlib.util.spec_from_file_location("examine", path)
        examine = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(examine)
        return examine

    def test_what_takes_very_long_to_look_at(self):
        """Some kilobytes of symlinks can lead through very many others, each time that somebody looks behind them."""
        folder = self.plugin()
        for i in range(60):
            self.write(f"plugins/orders/{i}.py", "")
        os.chmod(self.path("plugins/orders/0.py"), 0o666)
        examine = self.examine()
        times = itertools.chain([0] * 4, itertools.repeat(examine.LONGEST + 1))
        with mock.patch.object(examine.time, "process_time", lambda: next(times)):
            examine.look_at_folders({"folders": [folder], "application": False, "plugin_folders": []})
        (late,) = [check for check in examine.checks if check["state"] == "warning"]
        self.assertIn(f"takes very long to look at: from {self.path('plugins/orders/')}", late["found"])
        self.assertEqual({check["state"] for check in examine.checks} - {"problem"}, {"warning"})

    def test_plugins_whose_names_take_very_long_to_look_behind(self):
        folder = self.plugin()
        for i in range(60):
            os.symlink("orders", self.path(f"plugins/way{i}"))
        examine = self.examine()
        times = itertools.chain([0] * 70, itertools.repeat(examine.LONGEST + 1))
        with (mock.patch.object(examine.time, "process_time", lambda: next(times)),
              mock.patch.object(examine.os.path, "realpath", side_effect=os.path.realpath) as real):
            examine.look_at_folders({"folders": [folder], "application": False, "plugin_folders": []})
        self.assertLess(real.call_count, 12)
        self.assertEqual([check["state"] for check in examine.checks], ["warning"])

    def test_link_out_of_the_plugin(self):
        folder = self.plugin()
        os.symlink("/etc/hostname", self.path("plugins/orders/away"))
        os.symlink("code.py", self.path("plugins/orders/inside"))
        (found,) = self.problems(folder)
        self.assertEqual(found["subject"], self.path("plugins/orders/away"))

    @unittest.skipUnless(os.getuid() == 0, "only root can give files away")
    def test_owner(self):
        folder = self.plugin()
        os.chown(self.path("plugins/orders/code.py"), 65534, -1)
        (found,) = self.problems(folder)
        self.assertIn("belongs to user 65534", found["found"])


class Usage(DoctorCase):
    def test_help(self):
        found = self.qi_run("doctor", "--help")
        self.assertEqual(found.returncode, 0)
        self.assertIn("--plugins=FOLDER", found.stdout)

    def test_wrong_command_lines(self):
        for wrong in (["--jsn"], ["extra"], ["--home=a", "--venv=b"]):
            found = self.qi_run("doctor", *wrong)
            self.assertEqual((found.returncode, found.stdout), (2, ""))
            self.assertIn("qi-run: ", found.stderr)

    def test_near_names(self):
        found = self.qi_run("docter")
        self.assertEqual(found.returncode, 2)
        self.assertIn("did you mean `qi-run doctor`?", found.stderr)

    def test_a_script_of_that_name(self):
        self.write("doctor", "print('a script', __name__)\n")
        found = self.qi_run("--loop=none", "./doctor")
        self.assertEqual(found.stdout, "a script __main__\n", found.stderr)


class InPython(DoctorCase):
    def test_examine(self):
        folder = self.plugin()
        os.chmod(folder, 0o777)
        found = self.qi_run("--loop=none", "-c", f"""
import qi
report = qi.doctor.examine({folder!r})
assert isinstance(report, qi.doctor.Report)
assert all(isinstance(check, qi.doctor.Check) for check in report.checks)
print(report.ok, *(check.subject for check in report.problems))
print(report)
print(repr(report))
""")
        self.assertEqual(found.stderr, "")
        self.assertEqual(found.stdout.splitlines()[0], f"False {folder}")
        self.assertIn(f"to fix it: chmod go-w {folder}", found.stdout)
        self.assertIn("runs in this process", found.stdout)
        self.assertIn("1 problem>", found.stdout)

    def test_what_is_no_folder(self):
        found = self.qi_run("--loop=none", "-c", "import qi; qi.doctor.examine(5)")
        self.assertIn("TypeError", found.stderr)


if __name__ == "__main__":
    runs.main()
