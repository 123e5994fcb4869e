from case import Case

INTEGER, TEXT, NULL = {"type": "integer"}, {"type": "string"}, {"type": "null"}


class Schemas(Case):
    def bodies(self, module, name, runner=None):
        runner = runner or self.start(module, name)
        self.assertIs(runner.hello["schemas"], True)
        runner.lane.begin("J", b"")
        frame, _ = runner.lane.end()
        self.assertFrame(frame, "R")
        return frame.json

    def members(self, module, name):
        """Those of kwargs of execute."""
        return self.bodies(module, name)["/execute"]["properties"]["kwargs"]["properties"]

    def test_a_signature_its_types_and_its_docstring_make_a_schema(self):
        bodies = self.bodies("signatures", "Whole")
        text = dict(TEXT, description="What is said.")
        count = dict(INTEGER, default=3, description="How often: at least once.")
        colour = {"enum": ["red", 2]}
        node = {
            "type": "object",
            "properties": {
                "name": TEXT,
                "children": {"type": "array", "items": {"type": "object"}},
                "colour": dict(colour, default="red"),
            },
            "required": ["name"],
        }
        body = {
            "type": "object",
            "description": "Does what it is told to.",
            "properties": {
                "args": {
                    "type": "array",
                    "prefixItems": [text, count],
                    "items": {"type": "number"},
                },
                "kwargs": {
                    "type": "object",
                    "properties": {
                        "text": text,
                        "count": count,
                        "node": node,
                        "flag": {"type": "boolean", "default": False},
                    },
                    "additionalProperties": colour,
                    "required": ["node"],
                },
            },
            "required": ["kwargs"],
            "anyOf": [
                {
                    "properties": {"args": {"maxItems": 0}, "kwargs": {"required": ["text"]}},
                    "required": ["kwargs"],
                },
                {
                    "properties": {
                        "args": {"minItems": 1, "maxItems": 1},
                        "kwargs": {"properties": {"text": False}},
                    },
                    "required": ["args"],
                },
                {
                    "properties": {
                        "args": {"minItems": 2},
                        "kwargs": {"properties": {"text": False, "count": False}},
                    },
                    "required": ["args"],
                },
            ],
        }
        anything = {
            "type": "object",
            "properties": {"args": {"type": "array"}, "kwargs": {"type": "object"}},
        }
        self.assertEqual(bodies, {"/execute": body, "/execute_stream": anything})

    def test_what_json_has_not_is_left_open(self):
        expected = {
            "none": NULL,
            "maybe": {"type": ["integer", "null"]},
            "union": {
                "anyOf": [{"type": "array", "items": TEXT}, {"type": ["string", "integer"]}]
            },
            "table": {"type": "object", "additionalProperties": INTEGER},
            "any_table": {"type": "object"},
            "pair": {
                "type": "array",
                "prefixItems": [INTEGER, TEXT],
                "minItems": 2,
                "maxItems": 2,
            },
            "row": {"type": "array", "items": INTEGER},
            "set": {"type": "array", "items": {"type": "boolean"}},
        }
        members = self.members("signatures", "Types")
        self.assertEqual({name: one for name, one in members.items() if one}, expected)
        self.assertEqual(len(members), 14)

    def test_docstrings_of_other_styles_tell_of_parameters_too(self):
        members = self.members("signatures", "Styles")
        self.assertEqual(members["a"], {"description": "The first."})
        self.assertEqual(members["b"], {"description": "The second."})
        self.assertEqual(members["c"], {})

    def test_defaults_are_those_that_json_has(self):
        members = self.members("signatures", "Defaults")
        self.assertEqual(
            members,
            {
                "a": {"default": 2},
                "b": {"type": ["integer", "null"], "default": None},
                "c": {},
                "d": {},
                "e": {"default": [1, [2]]},
                "f": {},
            },
        )

    def test_positional_only_parameters_have_no_names(self):
        body = self.bodies("positional", "Positional")["/execute"]
        number = dict(INTEGER, default=1)
        self.assertEqual(
            body["properties"]["args"],
            {
                "type": "array",
                "prefixItems": [INTEGER, dict(TEXT, default=""), number],
                "maxItems": 3,
            },
        )
        self.assertEqual(body["properties"]["kwargs"]["properties"], {"c": number})
        counts = [way["properties"]["args"]["minItems"] for way in body["anyOf"]]
        self.assertEqual(counts, [1, 2, 3])

    def test_what_stands_behind_a_decorator_is_told(self):
        bodies = self.bodies("signatures", "Wrapped")
        self.assertEqual(bodies["/execute"]["properties"]["args"]["prefixItems"], [INTEGER])
        self.assertEqual(list(bodies["/execute_stream"]["properties"]["kwargs"]["properties"]), ["b"])

    def test_a_plugin_that_tells_nothing_has_no_schema(self):
        self.assertEqual(self.bodies("signatures", "Open"), {})
        self.assertEqual(self.bodies("plug", "Odd"), {})

    def test_a_stream_that_takes_anything_says_so(self):
        bodies = self.bodies("signatures", "OpenStream")
        kwargs = bodies["/execute_stream"]["properties"]["kwargs"]
        self.assertEqual(kwargs, {"type": "object"})

    def test_a_method_that_is_no_function_says_nothing_of_itself_alone(self):
        self.assertEqual(list(self.bodies("signatures", "NoFunction")), ["/execute_stream"])

    def test_a_property_that_raises_takes_anything(self):
        bodies = self.bodies("signatures", "Raising")
        self.assertEqual(bodies["/execute_stream"]["properties"]["kwargs"], {"type": "object"})

    def test_deep_and_wide_types_are_cut(self):
        bodies = self.bodies("signatures", "Deep")
        deepest = bodies["/execute"]["properties"]["kwargs"]["properties"]
        self.assertEqual(deepest["b"], INTEGER)
        levels, one = 0, deepest["a"]
        while one.get("items"):
            levels, one = levels + 1, one["items"]
        self.assertEqual(levels, 8)
        wide = bodies["/execute_stream"]["properties"]["kwargs"]["properties"]["b"]
        self.assertEqual(len([one for one in wide["prefixItems"] if one]), 499)

    def test_annotations_that_are_texts_are_evaluated_and_nothing_is_imported(self):
        runner = self.start("later_annotations", "Later")
        before, ran = runner.lane.call(1, 2, 3, 4).json
        self.assertEqual(ran, [])
        kwargs = self.bodies("", "", runner)["/execute"]["properties"]["kwargs"]
        has_bars = tuple(map(int, runner.hello["python"].split(".")[:2])) >= (3, 10)
        expected = {"a": INTEGER, "b": {"type": ["string", "null"]} if has_bars else {}}
        expected.update(c={}, d={"type": "null"}, e={"type": "object", "default": {}})
        self.assertEqual(kwargs["properties"], expected)
        after, ran = runner.lane.call(1, 2, 3, 4).json
        self.assertEqual(ran, [1])
        package = "universal_worker_runner."
        self.assertEqual(
            [name for name in after if name not in before],
            [package + name for name in ("docstrings", "hints", "schemas")],
        )
