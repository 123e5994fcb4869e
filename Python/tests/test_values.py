import json

from case import Case


class Values(Case):
    def setUp(self):
        self.runner = self.start("values", "Values")

    def value(self, name):
        frame = self.runner.lane.call(name)
        self.assertFrame(frame, "R")
        return frame.text

    def error(self, name):
        frame = self.runner.lane.call(name)
        self.assertFrame(frame, "E")
        return frame.text

    def line(self, name):
        frame, lines = self.runner.lane.stream(name)
        self.assertFrame(frame, "R", "")
        return lines

    def test_what_is_not_finite_is_null_in_a_result_and_said_once(self):
        self.assertEqual(self.value("nan"), '{"a":null,"b":[null,null],"c":"NaN"}')
        self.assertEqual(self.value("nan_key"), '{"NaN":1}')
        self.assertEqual(self.value("nan"), '{"a":null,"b":[null,null],"c":"NaN"}')
        self.assertEqual(self.runner.logged("get null").count("get null"), 1)

    def test_what_is_not_finite_is_raw_in_a_line(self):
        self.assertEqual(self.line("nan"), ['{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN"}'])

    def test_dataclasses_and_tuples_are_objects_and_arrays(self):
        self.assertEqual(self.value("dataclass"), '{"inner":{"a":2},"items":[1,2]}')
        self.assertEqual(self.value("tuple"), "[1,[2,3]]")
        self.assertEqual(self.line("dataclass"), ['{"inner":{"a":2},"items":[1,2]}'])

    def test_keys_become_strings_and_the_last_of_equals_counts(self):
        self.assertEqual(json.loads(self.value("keys")), {"1": "b", "null": "c", "1.5": "d"})
        self.assertEqual(json.loads(self.value("same")), {"1": "b"})

    def test_text_is_ascii_with_escapes(self):
        self.assertEqual(self.value("unicode"), '"\\u00e4\\u2028\\ud83d\\udc19"')
        self.assertEqual(self.value("surrogate"), '"\\ud800"')  # the daemon refuses it
        self.assertEqual(self.value("intenum"), "1")
        self.assertEqual(self.value("big"), str(10**400))
        self.assertEqual(self.value("none"), "null")

    def test_what_json_lacks_is_the_encoders_error(self):
        for name, kind in [
            ("bytes", "bytes"),
            ("set", "set"),
            ("decimal", "Decimal"),
            ("datetime", "datetime"),
            ("enum", "Colour"),
            ("class", "type"),
            ("class_of_data", "type"),
            ("generator", "generator"),
        ]:
            self.assertEqual(self.error(name), "Object of type %s is not JSON serializable" % kind)
        self.assertIn("keys must be str, int, float, bool or None", self.error("tuple_key"))
        self.assertEqual(self.error("circle"), "Circular reference detected")
        self.assertEqual(self.value("none"), "null")

    def test_a_thousand_levels_go_in_and_out(self):
        nested = "[" * 997 + "]" * 997
        text = '["echo",%s]' % nested
        frame = self.runner.lane.ask("X", ("[%s,{}]" % text).encode())
        if frame.kind == "E":
            self.assertIn("recursion", frame.text)  # PyPy
        else:
            self.assertFrame(frame, "R", nested)

    def test_what_is_too_deep_or_too_long_is_an_error(self):
        self.assertFrame(self.runner.lane.call("deep"), "E")
        self.assertIn(self.runner.lane.call("digits").kind, "ER")  # PyPy and old 3.8 write it
        self.assertEqual(self.value("none"), "null")

    def test_errors_whose_text_cannot_be_had_or_encoded(self):
        self.assertEqual(self.error("raise_words"), "Words")
        self.assertEqual(self.error("raise_surrogate"), "a\\ud800b")
        self.assertEqual(self.value("none"), "null")

    def test_a_line_that_cannot_be_encoded_ends_the_stream(self):
        frame, lines = self.runner.lane.stream("set")
        self.assertFrame(frame, "E", "Object of type set is not JSON serializable")
        self.assertEqual(lines, [])

    def test_what_a_call_returned_is_freed_before_the_next_one_begins(self):
        for size in (10, 100_000):
            frame = self.runner.lane.call("large", size)
            self.assertEqual(frame.json, ["x" * size])
        self.assertEqual(self.value("still_there"), "[false,false]")
