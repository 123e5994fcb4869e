"""Tests of the plugin without a worker: `python3 -m unittest`, or pytest."""

import unittest

from greeter_plugin import Greeter


class GreeterTests(unittest.TestCase):
    def setUp(self):
        self.plugin = Greeter()
        self.plugin.initialize({"greeting": "Good day", "pause": 0})

    def test_a_greeting_is_what_the_configuration_says(self):
        self.assertEqual(self.plugin.execute("you"), {"greeting": "Good day, you!"})

    def test_a_wrong_configuration_is_refused_by_name(self):
        with self.assertRaisesRegex(ValueError, "^pause: "):
            self.plugin.initialize({"pause": -1})
        self.assertEqual(self.plugin.get_current_config(), {"greeting": "Good day", "pause": 0})

    def test_a_stream_greets_as_often_as_it_is_asked_to(self):
        lines = list(self.plugin.execute_stream("you", times=2))
        self.assertEqual(lines, [{"greeting": "Good day, you!"}] * 2)


if __name__ == "__main__":
    unittest.main()
