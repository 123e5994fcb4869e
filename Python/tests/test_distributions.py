"""The name of a plugin that looks for its own package among all that are installed."""

import os
import tempfile

from case import Case
from test_dialect import LIBRARY, Later

FILES = 50
METADATA = "Metadata-Version: 2.4\nName: %s\nVersion: 1\n\nName: another\n"


class Distributions(Later):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def package(self, name, record=None, files=(), metadata=METADATA % "a.B-c_d", folder="%s-1.dist-info", **texts):
        """Installs one: its RECORD, which of the files are there, its METADATA, and other texts."""
        texts = {file + ".txt": text for file, text in texts.items()}
        texts.update({"RECORD": record, "METADATA": metadata})
        texts = {os.path.join(folder % name, file): text for file, text in texts.items()}
        texts.update(dict.fromkeys(files, ""))
        for path, text in texts.items():
            path = os.path.join(self.folder, path)
            if text is not None:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)

    def names(self):
        """What its name found and what the standard library finds: packages, for how many files it looked, what
        packages say of themselves, and whether the reader of mail was imported for their names."""
        environment = {"PYTHONPATH": os.pathsep.join([LIBRARY, self.folder])}
        word = "cjm_substrate.core.worker"
        runner = Case.start(self, "packages", dialect=word, concurrency=0, offer=12, environment=environment)
        self.is_quick = tuple(map(int, runner.hello["python"].split(".")[:2])) >= (3, 12)
        frame = self.call(runner)
        # Before 3.10 there is no such function.
        return runner.about["name"], frame.json if frame.kind == "R" else "unknown"

    def test_it_is_what_the_standard_library_says_whatever_packages_say_of_themselves(self):
        here = ["some/%d.py" % number for number in range(3)]
        rows = "gone/0.py,,\n%s,sha256=x,5\nsome/1.py,,\nsome/2.py,,\nsome-1.dist-info/RECORD,,\n"
        self.package("some", rows % here[0], here)
        self.package("late", "late/a.py,,\nlate/b.py,,\nlate/c.py,,\n", ["late/c.py"])
        self.package("single", "single.py,,1\n__pycache__/single.pyc,,\n../../bin/single,,\n", ["single.py"])
        self.package("native", "fast.cpython-313-x86_64-linux-gnu.so,,\nfast.abi3.so,,\n", ["fast.abi3.so"])
        paths = "./dot/a.py,,\n./tod/a.py,,\nslash/,,\nslash/./,,\nslash/a.py,,\n"
        paths += "two//a.py,,\ntwo/../up/a.py,,\n/usr/bin/env,,\n"
        self.package("paths", paths, ["dot/a.py", "tod/a.py", "slash/a.py", "two/a.py", "up/a.py"])
        self.package("onlyfolder", "empty/,,\nempty/b.py,,\n", ["empty/a.py", "empty/b.py"])
        self.package("quoted", 'b/c.py,,\n"q,uote/a.py",,\n"quote/a\nb/c.py",,\nd/a.py,,\n', ["b/c.py", "d/a.py"])
        self.package("data", "data/a.txt,,\ndata/b.txt,,\n", ["data/a.txt", "data/b.txt"])
        self.package("declared", "other/a.py,,\n", ["other/a.py"], top_level="declared\nfurther\n")
        self.package("nothing", "")
        self.package("unlisted")
        self.package("oldish", folder="%s-1.egg-info", SOURCES="old/a.py\nold/b.py\n", files=["old/a.py"])
        for number, text in enumerate(
            (
                "Metadata-Version: 2.1\nName: folded\n once\nVersion: 1\n",
                "Metadata-Version: 2.1\nname: lower\n",
                "Name: first\nMetadata-Version: 2.1\n",
                "Metadata-Version: 2.1\nSummary: Größe\nName: later\n",
                "Metadata-Version: 2.1\nName:  two spaces \nVersion: 1\n",
                "Metadata-Version: 2.1\nName: grün\nVersion: 1\n",
                "Metadata-Version: 2.1\nName: alone",
                "Metadata-Version: 2.1\n\nName: body\n",
                "",
            )
        ):
            self.package("told%d" % number, "told%d/a.py,,\n" % number, ["told%d/a.py" % number], text)
        quick, real = self.names()
        self.assertEqual([quick[0], quick[2]], [real[0], real[2]])

    def test_a_name_is_told_without_a_mail_and_all_else_as_the_standard_library_has_it(self):
        self.package("plain", "plain/a.py,,\nplain/b.py,,\n", ["plain/a.py"], METADATA % "plain")
        quick, real = self.names()
        self.assertEqual(quick[2], real[2])
        if self.is_quick:
            self.assertEqual(quick[2]["plain"][:2], ["plain", "1"])
            self.assertFalse(quick[3])

    def test_what_the_standard_library_cannot_read_has_no_name(self):
        for row in ("broken/b.py,,five", "broken/b.py,,1,2", "broken/b.py,,,", ""):
            with self.subTest(row):
                self.package("broken", "broken/a.py,,\n%s\nbroken/c.py,,\n" % row, ["broken/a.py", "broken/b.py"])
                quick, real = self.names()
                self.assertEqual(quick, real)  # 3.10 reads no RECORD

    def test_of_each_folder_one_file_is_looked_for(self):
        before, _ = self.names()
        files = ["large/%d.py" % number for number in range(FILES)]
        self.package("large", "".join(file + ",sha256=x,5\n" for file in files), files)
        quick, real = self.names()
        if not self.is_quick:
            return self.assertEqual(quick, real)
        self.assertEqual(quick[0]["large"], ["a.B-c_d"])
        self.assertEqual(quick[1], before[1] + 1)
        self.assertGreaterEqual(real[1], FILES)
