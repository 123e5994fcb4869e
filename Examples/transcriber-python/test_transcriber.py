#!/usr/bin/env python3
"""Tests of the plugin alone, without a worker, in the environment of requirements.txt.

Needs the recordings of Debian's pocketsphinx-testdata; `make demo` runs it.
"""

import os
import tempfile
import unittest
import wave

from hearing import LONGEST_UTTERANCE
from transcriber import Cancelled, Transcriber

DATA = "/usr/share/pocketsphinx/test/data"
FORWARD = f"{DATA}/goforward.raw"
SENTENCE = f"{DATA}/librivox/sense_and_sensibility_01_austen_64kb-0930.wav"
NUMBERS = f"{DATA}/numbers.raw"


class TranscriberTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plugin = Transcriber()
        cls.plugin.initialize({"sample_rate": 16000})

    def test_words_times_and_duration(self):
        found = self.plugin.execute(FORWARD)
        self.assertEqual(found.text, "go forward ten meters")
        self.assertEqual(found.text, " ".join(word.word for word in found.segments))
        self.assertAlmostEqual(found.duration, 2.786, places=3)
        times = [time for word in found.segments for time in (word.start, word.end)]
        self.assertEqual(times, sorted(times))
        self.assertTrue(all(0 <= word.probability <= 1 for word in found.segments))

    def test_no_recording_has_an_effect_on_the_next(self):
        first = Transcriber().execute(SENTENCE)
        self.plugin.execute(FORWARD)
        self.assertEqual(self.plugin.execute(SENTENCE), first)

    def test_a_stream_shows_what_it_understands_and_ends_in_the_whole(self):
        *partial, last = self.plugin.execute_stream(SENTENCE)
        self.assertGreaterEqual(len(partial), 3)
        self.assertFalse(any(update.final for update in partial))
        self.assertTrue(last.final)
        self.assertEqual(last.text, "he might even have been made amiable himself")
        self.assertEqual(last.transcript.text, last.text)
        self.assertEqual(self.plugin._progress, 1.0)

    def test_a_cancelled_call_ends_and_the_next_one_is_whole(self):
        stream = self.plugin.execute_stream(NUMBERS)
        next(stream)
        self.plugin.cancel()
        with self.assertRaises(Cancelled):
            list(stream)
        self.assertEqual(self.plugin.execute(FORWARD).text, "go forward ten meters")

    def test_a_stream_that_is_given_up_leaves_the_next_call_whole(self):
        stream = self.plugin.execute_stream(SENTENCE)
        next(stream)
        stream.close()
        self.assertEqual(self.plugin.execute(FORWARD).text, "go forward ten meters")

    def test_cleanup_frees_the_model_and_a_call_loads_it_again(self):
        plugin = Transcriber()
        plugin.cleanup()
        self.assertEqual(plugin.execute(FORWARD).text, "go forward ten meters")

    def test_refused_configurations_leave_the_former_one(self):
        former = self.plugin.get_current_config()
        for config in ({"sample_rate": 100}, {"model_folder": "/nowhere/en-us"}):
            with self.assertRaises(ValueError):
                self.plugin.initialize(config)
        self.assertEqual(self.plugin.get_current_config(), former)

    def test_the_schema_has_defaults_and_limits(self):
        rate = self.plugin.get_config_schema()["properties"]["sample_rate"]
        self.assertEqual((rate["default"], rate["minimum"]), (16000, 16000))

    def test_speech_up_to_the_very_end_is_heard(self):
        with open(FORWARD, "rb") as file, tempfile.TemporaryDirectory() as folder:
            speech = file.read()[: int(2.1 * 16000) * 2]
            for length in (len(speech), len(speech) // 960 * 960):
                path = os.path.join(folder, "cut.raw")
                with open(path, "wb") as cut:
                    cut.write(speech[:length])
                self.assertEqual(self.plugin.execute(path).text, "go forward ten meters")

    def test_a_long_utterance_is_cut_and_its_times_go_on(self):
        with open(SENTENCE, "rb") as file, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "long.raw")
            with open(path, "wb") as long:
                long.write(file.read()[44:][6000:96000] * 8)
            found = self.plugin.execute(path)
        ends = [word.end for word in found.segments]
        self.assertEqual(ends, sorted(ends))
        self.assertGreater(ends[-1], LONGEST_UTTERANCE)
        self.assertLessEqual(ends[-1], found.duration + 0.02)

    def test_unfit_recordings_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, channels, frames, text in (
                ("two.wav", 2, 100, "expected 1 channel(s), found 2"),
                ("empty.wav", 1, 0, "expected audio, found none"),
            ):
                path = os.path.join(folder, name)
                with wave.open(path, "wb") as file:
                    file.setnchannels(channels)
                    file.setsampwidth(2)
                    file.setframerate(16000)
                    file.writeframes(bytes(2 * channels * frames))
                with self.assertRaises(ValueError) as raised:
                    self.plugin.execute(path)
                self.assertEqual(str(raised.exception), f"{path}: {text}")
        for path, text in (
            ("/nowhere.wav", "expected a file"),
            (__file__, "expected a name that ends in .wav or .raw"),
        ):
            with self.assertRaisesRegex(ValueError, text):
                self.plugin.execute(path)


if __name__ == "__main__":
    unittest.main()
