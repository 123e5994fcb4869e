import unittest

from case import PYPY, Case
from driver import INVALID, UNSUPPORTED


class Calls(Case):
    def test_arguments_arrive_and_the_result_returns(self):
        runner = self.start()
        frame = runner.lane.call(1, "zwei", [None, True], a={"b": 1e400}, ключ="é")
        self.assertFrame(frame, "R")
        self.assertEqual(frame.json["args"], [1, "zwei", [None, True]])
        self.assertEqual(frame.json["kwargs"]["ключ"], "é")

    def test_everything_runs_on_the_main_thread(self):
        runner = self.start()
        self.assertEqual(runner.lane.call(do="thread").text, "true")
        # A stream has a thread of a pool under the original; signal.signal works on this one alone.
        self.assertEqual(runner.lane.stream(do="thread")[1], ["true"])

    @unittest.skipIf(PYPY, "PyPy's collector goes by memory")
    def test_what_calls_leave_in_circles_is_collected_although_few_objects_are_made(self):
        runner = self.start()
        left = [runner.lane.call(do="cycle").json for _ in range(100)]
        self.assertLess(left[-1], 100)

    @unittest.skipIf(PYPY, "PyPy's collector goes by memory")
    def test_what_has_grown_old_before_it_was_left_is_collected_too(self):
        runner = self.start()
        runner.lane.call(10_000, do="hold")  # so that no single call makes enough for a whole collection
        left = [runner.lane.call(do="cycle", keep=20).json for _ in range(600)]
        self.assertLess(left[-1], 600)

    def test_the_collector_never_holds_the_objects_of_running_calls(self):
        """gc.get_objects does, and with it a tuple that another thread fills: that is a SystemError there."""
        runner = self.start()
        self.assertEqual(runner.lane.call(do="watch_objects").json, 0)
        for _ in range(300):
            runner.lane.call(do="cycle")
        self.assertEqual(runner.lane.call(do="watch_objects").json, 0)

    def test_forty_megabytes_go_in_and_out(self):
        runner = self.start()
        text = "0123456789" * 4_000_000
        self.assertEqual(runner.lane.call(text).json["args"], [text])
        self.assertAnswers(runner)

    def test_errors_have_the_text_of_the_exception_and_a_traceback_in_the_log(self):
        runner = self.start()
        self.assertFrame(runner.lane.call(do="fail", text="brök\n"), "E", "brök\n")
        log = runner.logged("RuntimeError: brök")
        self.assertIn(
            'Traceback (most recent call last):\n  File "<universal-worker>/calls.py"', log
        )
        self.assertIn("result = plugin.execute(*args, **kwargs)", log)
        self.assertIn("in do_fail", log)
        self.assertNotIn("in perform", log)
        self.assertAnswers(runner)

    def test_an_error_without_a_text_has_the_name_of_its_class(self):
        runner = self.start()
        self.assertFrame(runner.lane.call(do="fail"), "E", "RuntimeError")

    def test_exit_and_interrupt_are_errors_of_the_call(self):
        runner = self.start()
        self.assertFrame(runner.lane.call("exit", 3, do="raise"), "E", "SystemExit: 3")
        self.assertFrame(runner.lane.call("exit", do="raise"), "E", "SystemExit")
        self.assertFrame(runner.lane.call("interrupt", do="raise"), "E", "KeyboardInterrupt")
        self.assertAnswers(runner)

    def test_a_missing_method_and_wrong_arguments_are_the_interpreters_words(self):
        runner = self.start("plug", "Odd")
        self.assertFrame(runner.lane.call(), "E", "'Odd' object has no attribute 'execute'")
        runner = self.start("values", "Values")
        frame = runner.lane.ask("X", b'[["none"],{"self":1}]')
        self.assertFrame(frame, "E")
        self.assertIn("got multiple values for argument 'self'", frame.text)

    def test_an_unknown_kind_of_call_is_unsupported(self):
        runner = self.start()
        self.assertFrame(runner.lane.ask("Z", b"{}"), "E", flags=UNSUPPORTED)
        self.assertAnswers(runner)

    def test_arguments_that_python_cannot_read_are_invalid(self):
        runner = self.start()
        digits = b"[[" + b"1" * 5000 + b"],{}]"
        frame = runner.lane.ask("X", digits)
        if frame.kind == "E":  # 3.8 before its last releases, and PyPy, read it
            self.assertFrame(frame, "E", flags=INVALID)
            self.assertIn("4300", frame.text)
        deep = b"[[" + b"[" * 200_000 + b"]" * 200_000 + b"],{}]"
        frame = runner.lane.ask("X", deep)
        self.assertIn((frame.kind, frame.flags), [("E", INVALID), ("E", 0)], frame)
        self.assertAnswers(runner)

    @unittest.skipIf(PYPY, "PyPy reads no more than a few hundred levels")
    def test_nesting_of_900_goes_through(self):
        runner = self.start()
        deep = b"[[" + b"[" * 900 + b"]" * 900 + b"],{}]"
        self.assertFrame(runner.lane.ask("X", deep), "R")

    def test_each_call_has_a_context_of_its_own(self):
        runner = self.start()
        self.assertEqual(runner.lane.call(1, do="context").text, "null")
        self.assertEqual(runner.lane.call(2, do="context").text, "null")


class Methods(Case):
    def test_initialize_takes_any_value_and_shows_in_the_config(self):
        runner = self.start("plug", "Whole")
        for text in ("{}", "null", "[1,2]", '"x"', "1.5"):
            self.assertFrame(runner.lane.ask("I", text.encode()), "R", "")
            self.assertEqual(runner.lane.ask("G").text, '{"config":%s}' % text)

    def test_a_refused_configuration_is_an_error(self):
        runner = self.start("plug", "Whole")
        self.assertFrame(runner.lane.ask("I", b'"refuse"'), "E", "refused")

    def test_a_schema_may_hold_what_fastapi_encodes(self):
        runner = self.start("plug", "Whole")
        expected = {
            "set": [1],
            "enum": "red",
            "date": "2020-01-02",
            "path": "/x",
            "bytes": "xx",
            "nan": None,
            "tuple": [1, 2],
        }
        self.assertEqual(runner.lane.ask("D").json, expected)

    def test_optional_methods_may_be_missing(self):
        runner = self.start()
        self.assertEqual(runner.lane.ask("D").text, "{}")
        self.assertEqual(runner.lane.ask("G").text, "{}")
        self.assertFrame(runner.lane.ask("K"), "R", "")
        frame = runner.lane.ask("I", b"{}")
        self.assertFrame(frame, "E", "'Plugin' object has no attribute 'initialize'")

    def test_methods_that_raise_are_errors(self):
        runner = self.start("plug", "Stubborn")
        self.assertFrame(runner.lane.ask("I", b"1"), "E", "no initialize")
        self.assertFrame(runner.lane.ask("D"), "E", "no schema")
        self.assertFrame(runner.lane.ask("G"), "E", "no config")
        self.assertFrame(runner.lane.ask("K"), "E", "no cleanup")
        self.assertAnswers(runner)
