"""A plugin's own metrics, over control."""

import driver
from case import Case


class Metrics(Case):
    def setUp(self):
        self.runner = self.start("metered", metrics=1)
        self.rows = {}
        self.dropped = 0

    def start(self, *args, **options):
        runner = self.run_child(*args, **options)
        runner.control_frame("H")
        self.first = runner.control_frame("M").json
        runner.control_frame("O")
        return runner

    def until(self, name, numbers):
        """Waits until the worker knows these numbers of a series."""
        while self.rows.get(name) != numbers:
            self.take(self.runner.control_frame("M").json)

    def take(self, told):
        for row in told["series"]:
            self.rows[(row[1], *row[5:])] = row[4]
        self.dropped = told["dropped"]

    def test_what_is_made_at_the_import_is_told_before_the_first_call(self):
        expected = [["counter", "early_total", "Made before the plugin.", "", "1.0"]]
        self.assertEqual(self.first, {"series": expected, "dropped": 0})

    def test_each_kind_has_its_numbers_and_only_what_changes_is_told(self):
        self.assertFrame(self.runner.lane.call("all"), "R")
        self.until(("seconds",), "1.0 1.0 1.0 101.5")
        self.assertEqual(self.rows[("images_total", "model", "tiny", "size", "3")], "2.5")
        self.assertEqual(self.rows[("warmth",)], "2.5")
        self.assertNotIn(("early_total",), self.rows)
        while ("timed_seconds",) not in self.rows:
            self.take(self.runner.control_frame("M").json)
        self.assertEqual(len(self.rows[("timed_seconds",)].split()), 20)

    def test_a_help_may_have_what_no_text_has(self):
        self.assertFrame(self.runner.lane.call("helped"), "R")
        self.until(("helped_total",), "1.0")

    def test_what_breaks_a_rule_or_clashes_raises(self):
        answer = self.runner.lane.call("bad")
        self.assertEqual(set(answer.json), {"ValueError"})
        self.assertEqual(len(answer.json), 21)

    def test_a_flood_of_series_is_dropped_and_counted(self):
        self.assertFrame(self.runner.lane.call("flood", 20000), "R")
        self.until(("flood_total", "i", "998"), "1.0")
        while self.dropped < 20000 - 999:
            self.take(self.runner.control_frame("M").json)
        self.assertEqual(len(self.rows), 999)

    def test_no_update_of_several_threads_is_lost(self):
        self.assertFrame(self.runner.lane.call("threads"), "R")
        self.until(("threads_total",), "40000.0")

    def test_a_copy_may_update_and_says_nothing(self):
        self.assertFrame(self.runner.lane.call("copy"), "R", "[3]")
        self.assertFrame(self.runner.lane.call("all"), "R")
        self.until(("warmth",), "2.5")
        self.assertEqual(self.rows.get(("copies_total",)), "0.0")


class WithoutMetrics(Case):
    def test_a_worker_that_knows_none_hears_of_none(self):
        runner = self.start("metered", "Quiet")
        self.assertFrame(runner.lane.call(), "R", '"universal_worker"')
        self.assertFalse(runner.control.ready(0.3))

    def test_an_installed_package_of_that_name_comes_first(self):
        runner = self.start("metered_own", directory=driver.PLUGINS + "/own")
        self.assertFrame(runner.lane.call(), "R", '"installed"')
