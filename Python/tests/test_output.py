from case import Case


class Output(Case):
    def test_a_partial_line_is_not_lost_at_a_crash(self):
        runner = self.start()
        runner.lane.begin("X", None, "no newline", do="crash")
        self.assertEqual(runner.wait(), -11)
        log = runner.log()
        self.assertIn("no newline", log)
        self.assertIn("in do_crash", log)  # faulthandler's stack

    def test_every_byte_leaves_at_once(self):
        runner = self.start()
        for err in (False, True):
            self.assertFrame(runner.lane.call("\r50% ä", do="write", err=err), "R")
            self.assertTrue(runner.log().endswith("\r50% ä"))

    def test_what_cannot_be_encoded_is_escaped(self):
        runner = self.start(environment={"PYTHONIOENCODING": "ascii"})
        self.assertFrame(runner.lane.ask("X", b'[["\\u00e4\\ud800"],{"do":"write"}]'), "R")
        self.assertIn("\\xe4\\ud800", runner.log())

    def test_closed_output_does_not_hinder_calls(self):
        import os

        runner = self.start()
        os.close(runner.output)
        runner.output = os.open(os.devnull, os.O_RDONLY)
        self.assertFrame(runner.lane.call(do="fail", text="x"), "E", "x")
        self.assertAnswers(runner)

    def test_stdin_is_empty(self):
        runner = self.start()
        self.assertAnswers(runner)

    def test_logging_is_configured_before_its_first_use(self):
        runner = self.start("logs")
        self.assertEqual(runner.lane.call().json, [1, 20])
        log = runner.logged("[INFO] in a call")
        self.assertRegex(log, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[INFO\] at import\n")
        self.assertNotIn("not seen", log)
