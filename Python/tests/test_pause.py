import gc
import json
import unittest

import driver  # noqa: F401  it puts the runner's directory on sys.path
from universal_worker_runner import encoding

LARGE = json.dumps(["a"] * encoding.LARGE).encode()


class PauseOfGarbageCollection(unittest.TestCase):
    def setUp(self):
        self.addCleanup(gc.enable if gc.isenabled() else gc.disable)

    def test_large_texts_are_decoded_without_a_collection_and_small_ones_with(self):
        seen = []
        decode_now = encoding.decode_now
        self.addCleanup(setattr, encoding, "decode_now", decode_now)
        encoding.decode_now = lambda payload: seen.append(gc.isenabled()) or decode_now(payload)
        gc.enable()
        self.assertEqual(encoding.decode(b"[1]"), [1])
        self.assertEqual(len(encoding.decode(LARGE)), encoding.LARGE)
        self.assertEqual(seen, [True, False])
        self.assertTrue(gc.isenabled())

    def test_what_the_plugin_had_set_stays_also_after_a_failure(self):
        for set_it, expected in [(gc.enable, True), (gc.disable, False)]:
            set_it()
            encoding.decode(LARGE)
            self.assertIs(gc.isenabled(), expected)
            with self.assertRaises(ValueError):
                encoding.decode(b"[" + b" " * encoding.LARGE)
            self.assertIs(gc.isenabled(), expected)

    def test_the_last_thread_out_resumes_it(self):
        gc.enable()
        pause = encoding.Pause()
        with pause:
            with pause:
                self.assertFalse(gc.isenabled())
            self.assertFalse(gc.isenabled())
        self.assertTrue(gc.isenabled())

    def test_a_copy_resumes_it_for_threads_that_it_has_not(self):
        gc.enable()
        pause = encoding.Pause()
        pause.__enter__()
        pause.lock.acquire()
        pause.in_copy()
        self.assertTrue(gc.isenabled())
        with pause:
            self.assertFalse(gc.isenabled())
        self.assertTrue(gc.isenabled())
