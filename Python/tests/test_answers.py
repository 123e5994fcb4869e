import json

from test_dialect import Later


class Unspeakable(Later):
    """Plugins that answer with what JSON lacks, in places where only the dialect looks at it."""

    def assertAlive(self, runner):
        self.assertEqual(self.call(runner, 1).json, {"args": [1], "kwargs": {}})

    def test_a_detail_of_an_error_that_is_no_json_keeps_the_rest_of_it(self):
        runner = self.start()
        error = self.assertAnswer(self.call(runner, "detail", do="raise"), 500)["_job_error"]
        self.assertEqual((error["category"], error["message"]), ("user_input", "wrong"))
        self.assertEqual(error["fields_invalid"], ["a", "Wordless"])
        frame, lines = self.stream(runner, "detail", do="raise")
        self.assertEqual(lines, ['"first"'])
        self.assertEqual(self.assertAnswer(frame, 500)["_job_error"]["category"], "user_input")
        self.assertAlive(runner)

    def test_a_cancelled_call_without_words_is_a_409_all_the_same(self):
        runner = self.start()
        detail = self.assertAnswer(self.call(runner, "wordless", do="raise"), 409)
        self.assertEqual(detail, {"detail": "Quiet"})
        frame, _ = self.stream(runner, "wordless", do="raise")
        self.assertEqual(self.assertAnswer(frame, 409)["_job_error"]["message"], "Quiet")
        self.assertAlive(runner)

    def test_accounts_that_cannot_be_written_are_an_error_of_the_call(self):
        runner = self.start()
        error = self.assertAnswer(self.call(runner, "x", do="account", key=[1]), 500)["_job_error"]
        self.assertIn("keys must be str", error["message"])
        error = self.assertAnswer(self.call(runner, "x", do="account", key=[1], fail=True), 500)
        self.assertEqual(error["_job_error"]["message"], "after accounts")
        self.assertAlive(runner)

    def test_accounts_of_a_task_that_cannot_be_written_are_an_error_of_the_task(self):
        runner = self.start(adapters="probe:Account")
        body = {"task": "account", "method": "unwritable"}
        frame = self.ask(runner.lane, "/task", body)
        error = self.assertAnswer(frame, 500, ["X-CJM-Accounts"])["_job_error"]
        self.assertIn("keys must be str", error["message"])
        (account,) = json.loads(self.headers["X-CJM-Accounts"])
        self.assertEqual((account["event_type"], account["payload"]["ok"]), ("task_account", False))
        self.assertAlive(runner)

    def test_nan_as_a_key_is_a_text(self):
        runner = self.start()
        self.assertEqual(self.call(runner, "nan key", do="value").json, {"NaN": 1})

    def test_a_plugin_that_has_every_attribute_is_loaded_and_called(self):
        runner = self.start("Willing")
        self.assertEqual(self.call(runner).json, {"asked": "execute"})
        self.assertEqual(self.ask(runner.lane, "config_options").json, {"asked": "get_config_options"})

    def test_a_task_is_found_by_any_name_that_its_adapter_has(self):
        runner = self.start(adapters="probe:Numbered,probe:Bound")
        body = {"task": 5, "method": "double", "kwargs": {"value": 4}}
        frame = self.ask(runner.lane, "/task", body)
        self.assertEqual(self.assertAnswer(frame, 200, ["X-CJM-Accounts"]), 8)
        detail = self.assertAnswer(self.ask(runner.lane, "/task", {"task": [5]}), 404)["detail"]
        self.assertEqual(detail, "No adapter bound for task [5] (bound: [5, 'bound'])")
