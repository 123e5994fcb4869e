"""Tests as an author writes them, of plugins with and without faults; test_testing.py runs them."""

import os
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "plugins")]

from tally import Faulty, Flagged, Sleeper, Tally, Tasks  # noqa: E402
from universal_worker.testing import Cancelled, Failed, Plugin, Worker  # noqa: E402


class InThisProcess(unittest.TestCase):
    def test_a_class_is_configured_called_and_ended_as_a_worker_does_it(self):
        with Plugin(Tally) as tally:
            tally.initialize({"step": 2})
            self.assertEqual(tally.config(), {"step": 2})
            self.assertEqual(tally.schema()["type"], "object")
            self.assertIn("/execute", tally.body_schemas())
            self.assertEqual(tally.call((1, 2), factor=2), {"sum": 6, "who": None, "pair": [1, 2]})
            self.assertEqual(tally.stream(5), [0, 2, 4])
            self.assertEqual(tally.progress, {"progress": 0.8, "message": "at 4"})
            self.assertEqual((tally.health, tally.not_ready), ({"step": 2}, None))
        self.assertEqual(tally.instance.ends, ["closed", "cleaned"])

    def test_what_a_plugin_raises_is_the_cause_of_what_a_client_reads(self):
        with Plugin(Tally) as tally:
            with self.assertRaises(Failed) as caught:
                tally.call()
            self.assertIn("missing 1 required", str(caught.exception))
            self.assertIsInstance(caught.exception.__cause__, TypeError)
            with self.assertRaises(Failed) as caught:
                tally.initialize({})
            self.assertEqual((str(caught.exception), caught.exception.status), ("'step'", 400))
            with self.assertRaises(Failed) as caught:
                tally.hook("on_enable")
            self.assertEqual((str(caught.exception), caught.exception.status), ("not now", 500))
            with self.assertRaises(Failed) as caught:
                tally.hook("prefetch")
            self.assertEqual(caught.exception.status, 501)

    def test_faults_are_told(self):
        with Plugin(Faulty) as faulty:
            with self.assertRaisesRegex(Failed, "set is not JSON serializable"):
                faulty.call("set")
            with self.assertRaisesRegex(Failed, "broken at two") as caught:
                faulty.stream()
            self.assertEqual(caught.exception.lines, [1])
        with Plugin(Faulty, grace=0.01) as faulty, faulty.cancelling():
            with self.assertRaisesRegex(OSError, "cannot cancel"):
                faulty.call("sleep")

    def test_a_stream_is_closed_after_so_many_lines(self):
        with Plugin(Tally) as tally, tally.cancelling(2):
            with self.assertRaises(Cancelled) as caught:
                tally.stream(1000)
            self.assertEqual(caught.exception.lines, [0, 1])
            self.assertEqual(tally.instance.ends, ["closed"])

    def test_a_call_is_forced_to_end_once_it_runs(self):
        with Plugin(Sleeper) as sleeper, sleeper.cancelling(lambda plugin: plugin.runs):
            with self.assertRaises(Cancelled):
                sleeper.call()
            self.assertFalse(sleeper.instance.runs)

    def test_cancel_comes_on_another_thread_and_what_the_call_then_does_counts(self):
        with Plugin(Flagged, grace=1000) as flagged, flagged.cancelling():
            with self.assertRaisesRegex(Failed, "told to stop"):
                flagged.call()
            self.assertIsNot(flagged.instance.canceller, threading.current_thread())

    def test_coroutines_and_asynchronous_generators_run_and_are_cancelled(self):
        with Plugin(Tasks) as tasks:
            self.assertEqual(tasks.call(), "awaited")
            self.assertEqual(tasks.stream(3), [0, 1, 2])
            with tasks.cancelling(2), self.assertRaises(Cancelled) as caught:
                tasks.stream(1000)
            self.assertEqual(caught.exception.lines, [0, 1])
            with tasks.cancelling(), self.assertRaises(Cancelled):
                tasks.call(forever=True)

    def test_a_request_brings_the_headers_that_the_class_names(self):
        with Plugin(Tally) as tally, tally.request({"X-WHO": "me", "X-Other": "1"}, timeout=60):
            self.assertEqual(tally.call([])["who"], "me")


@unittest.skipUnless(os.environ.get("UNIVERSAL_WORKER_BINARY"), "needs the binary: make build")
class BehindTheBinary(unittest.TestCase):
    def test_a_worker_serves_the_class_and_ends_well(self):
        with Worker(Tally) as worker:
            self.assertEqual(worker.health()["name"], "Tally")
            worker.initialize({"step": 1})
            self.assertEqual(worker.call([1, 2])["sum"], 3)
            headers = {"X-Who": "me"}
            self.assertEqual(worker.post("/execute", {"args": [[]]}, headers)["who"], "me")
            self.assertEqual(list(worker.stream(3)), [0, 1, 2])
            self.assertEqual(worker.progress()["message"], "at 2")
            with self.assertRaisesRegex(Failed, "missing 1 required") as caught:
                worker.call()
            self.assertEqual(caught.exception.status, 500)
        self.assertEqual(worker.exit_code, 0)
        self.assertTrue(worker.logged("listening on"))

    def test_a_stream_that_fails_or_is_cancelled_says_so_at_its_end(self):
        with Worker(Faulty, "--cancel-grace", "0.01") as worker:
            stream = worker.stream()
            self.assertEqual(next(stream), 1)
            with self.assertRaisesRegex(Failed, "broken at two"):
                next(stream)
        with Worker(Tasks) as worker:
            stream = worker.stream(10**9)
            self.assertEqual(next(stream), 0)
            self.assertEqual(worker.cancel()["status"], "cancelled")
            with self.assertRaises(Cancelled):
                for _ in stream:
                    pass

    def test_a_class_that_cannot_be_loaded_is_told_with_its_reason(self):
        with self.assertRaisesRegex(Failed, "Failed to load .*Nothing"):
            with Worker(os.path.join(HERE, "plugins", "tally.py"), "Nothing"):
                pass
