# SPDX-License-Identifier: BSD-3-Clause
"""qi.conf, by which a folder that is shipped says where its Python is: who is believed, and who is not."""

import json
import os
import shutil
import sysconfig
import unittest

import runs

VERSION = sysconfig.get_python_version()
CODE = "import json, sys; print(json.dumps([sys.prefix, sys.executable]))"


class Conf(runs.RunCase):
    """A folder with libqi and Python's library, as a bundle has them. qi-run stands outside."""

    def setUp(self):
        super().setUp()
        for name in ("place/lib", "place/bin", "elsewhere"):
            os.makedirs(self.path(name))
        shutil.copyfile(os.environ["QI_LIBRARY"], self.path("place/lib/libqi.so.0"))
        os.symlink(sysconfig.get_path("stdlib"), self.path(f"place/lib/python{VERSION}"))
        self.write(f"place/bin/python{VERSION}", "#!/bin/sh\n")
        os.chmod(self.path(f"place/bin/python{VERSION}"), 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *options, library=None, **environment):
        return self.qi_run(*options, "-c", CODE, LD_LIBRARY_PATH=library or self.path("place/lib"), **environment)

    def prefix(self, *options, **others):
        found = self.start(*options, **others)
        self.assertEqual(found.returncode, 0, found.stderr)
        return json.loads(found.stdout)

    def refused(self, *texts):
        found = self.start()
        self.assertEqual(found.returncode, 1, found.stdout)
        for text in (self.path("place/lib/qi.conf"), *texts):
            self.assertIn(text, found.stderr)

    def test_without_one_it_is_what_libqi_was_built_with(self):
        self.assertEqual(self.prefix()[0], sysconfig.get_config_var("prefix"))

    def test_it_says_the_home_from_where_it_lies(self):
        self.write("place/lib/qi.conf", "# ours\n\n  home =  ..  \n")
        expected = [self.path("place"), self.path(f"place/bin/python{VERSION}")]
        self.assertEqual(self.prefix(), expected)
        os.rename(self.path("place"), self.path("moved"))
        self.assertEqual(self.prefix(library=self.path("moved/lib"))[0], self.path("moved"))

    def test_it_may_say_a_whole_path(self):
        self.write("place/lib/qi.conf", f"home = {self.path('place')}\n")
        os.makedirs(self.path("far/lib"))
        for name in ("libqi.so.0", "qi.conf"):
            os.rename(self.path(f"place/lib/{name}"), self.path(f"far/lib/{name}"))
        self.assertEqual(self.prefix(library=self.path("far/lib"))[0], self.path("place"))

    def test_the_host_and_its_environment_come_before_and_after(self):
        self.write("place/lib/qi.conf", "home = ..\n")
        system = sysconfig.get_config_var("prefix")
        self.assertEqual(self.prefix(f"--home={system}")[0], system)
        self.assertEqual(self.prefix(PYTHONHOME=system)[0], self.path("place"))

    def test_neither_the_current_folder_nor_a_link_changes_what_is_beside(self):
        self.write("qi.conf", "home = nowhere\n")  # the current folder
        self.write("elsewhere/qi.conf", "home = nowhere\n")
        os.symlink(self.path("place/lib/libqi.so.0"), self.path("elsewhere/libqi.so.0"))
        system = sysconfig.get_config_var("prefix")
        self.assertEqual(self.prefix()[0], system)
        self.assertEqual(self.prefix(library=self.path("elsewhere"))[0], system)
        self.assertEqual(self.prefix(library="place/lib")[0], system)
        self.write("place/lib/qi.conf", "home = ..\n")
        self.assertEqual(self.prefix(library="place/lib")[0], self.path("place"))

    def test_a_home_without_python(self):
        self.write("place/lib/qi.conf", "home = ../elsewhere\n")
        self.refused("elsewhere", f"python{VERSION}/encodings")
        checks = json.loads(self.qi_run("doctor", "--json", LD_LIBRARY_PATH=self.path("place/lib")).stdout)["checks"]
        place, = [check for check in checks if check["subject"] == "place"]
        self.assertEqual(place["state"], "problem")
        self.assertIn(self.path("place/lib/qi.conf"), place["fix"])

    def test_the_doctor_tells_of_it(self):
        self.write("place/lib/qi.conf", "home = ..\n")
        told = self.qi_run("doctor", LD_LIBRARY_PATH=self.path("place/lib")).stdout
        self.assertIn(f"(as {self.path('place/lib/qi.conf')} says)", told)

    def test_what_it_does_not_know_is_no_home(self):
        for text, line in (("hom = ..\n", "line 1"), ("\nhome\n", "line 2"), ("home =\n", "line 1"), ("", "no line")):
            self.write("place/lib/qi.conf", text)
            self.refused(line, "home = FOLDER")

    def test_what_is_no_file(self):
        os.mkfifo(self.path("place/lib/qi.conf"))
        self.refused("is no file")
        os.remove(self.path("place/lib/qi.conf"))
        os.symlink(self.path("nowhere"), self.path("place/lib/qi.conf"))
        self.assertEqual(self.prefix()[0], sysconfig.get_config_var("prefix"))

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to somebody else")
    def test_strangers_are_not_believed(self):
        self.write("place/lib/qi.conf", "home = ..\n")
        os.chown(self.path("place/lib/qi.conf"), 65534, 65534)
        self.refused("is not believed", "65534")
        os.chown(self.path("place/lib"), 65534, 65534)
        self.assertEqual(self.prefix()[0], self.path("place"))


if __name__ == "__main__":
    runs.main()
