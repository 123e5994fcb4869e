"""What the plugin shows beside its calls, as the original's FastAPI encodes it."""

import json

from case import Case
from driver import NOT_CANCELLED


class Shown(Case):
    def test_names_and_progress_may_be_any_value(self):
        runner = self.start("shown", "Numbers")
        self.assertEqual(runner.about, {"name": 5, "version": None, "can": ["execute"]})
        self.assertFrame(runner.lane.call(), "R")
        shown = {"progress": 1, "message": [None, [1]]}
        self.assertIn(json.dumps(shown, separators=(",", ":")), runner.lane.states[-1].text)

    def test_a_value_that_nothing_can_encode_takes_nothing_else_along(self):
        runner = self.start("shown", "Hostile")
        expected = {"name": "a?b", "version": "{(1, 2): 3}", "can": ["execute", "cancel"]}
        self.assertEqual(runner.about, expected)
        runner = self.start("shown", "Words")
        self.assertEqual(runner.about["name"], "Name")
        self.assertEqual(runner.about["version"], "PT1M30.0005S")

    def test_what_is_too_long_for_control_is_told_in_short(self):
        runner = self.start("shown", "Endless")
        self.assertFrame(runner.lane.call(), "R")
        self.assertIn("too long to be shown: 1048578 characters", runner.lane.states[-1].text)
        answer = runner.stop(0)
        self.assertEqual((answer.flags, len(answer.payload)), (NOT_CANCELLED, 1 << 20))

    def test_a_cancel_that_cannot_be_looked_up_has_failed(self):
        runner = self.start("shown", "Hostile")
        answer = runner.stop(0)
        self.assertFrame(answer, "C", "no cancel today", NOT_CANCELLED)


class Schema(Case):
    def setUp(self):
        self.runner = self.start("shown", "Schema")

    def schema(self, name):
        self.assertFrame(self.runner.lane.call(name), "R")
        return self.runner.lane.ask("D")

    def test_values_are_what_pydantic_makes_of_them(self):
        expected = {
            "bytes": "x",
            "complex": "1-2j",
            "date": "2020-01-02",
            "deque": [1],
            "enum": "red",
            "fraction": "1/2",
            "generator": ["a", "b"],
            "nan": None,
            "path": "/a",
            "pattern": "a.*",
            "set": [1],
            "utc": "2020-01-02T00:00:00Z",
        }
        self.assertEqual(self.schema("kinds").json, expected)
        durations = ["PT0S", "-PT23H59M55S", "P1Y55D"]
        self.assertEqual(self.schema("durations").json, {"all": durations})

    def test_keys_are_strings(self):
        inner = {"None": 1, "2": 2, "true": 3, "4,b": 4, "red": 5}
        self.assertEqual(self.schema("keys").json, {"inner": inner, "own": 6})
        self.assertFrame(self.schema("own keys"), "E", "get_config_schema: keys must be str, not int")

    def test_what_has_no_form_is_an_error(self):
        self.assertFrame(
            self.schema("unknown"), "E", "Object of type object is not JSON serializable"
        )
