"""A recording on its way through PocketSphinx: voice, pauses, words."""

import os
from dataclasses import dataclass
from typing import List, Optional

from pocketsphinx import Decoder, Endpointer

OPENING = 10  # seconds that tell what the voice sounds like
LONGEST_UTTERANCE = 20  # seconds, which bound memory and the pass that settles the words
VOICE = "voice"  # the search for a word, which is the cheapest one that there is


@dataclass
class Word:
    """A word; times are in seconds from the start of the recording."""

    word: str
    start: float
    end: float
    probability: float


@dataclass
class Transcript:
    """What was said in a recording, and when."""

    text: str
    segments: List[Word]
    duration: float


@dataclass
class Update:
    """One line of a stream: what has been understood so far."""

    text: str
    heard: float
    final: bool = False
    transcript: Optional[Transcript] = None


def load(folder, sample_rate):
    """A decoder with the model that lies in the folder NAME: NAME/, NAME.lm.bin, cmudict-NAME.dict."""
    name = os.path.basename(os.path.normpath(folder))
    parts = {"hmm": name, "lm": f"{name}.lm.bin", "dict": f"cmudict-{name}.dict"}
    paths = {part: os.path.join(folder, file) for part, file in parts.items()}
    for path in paths.values():
        if not os.access(path, os.R_OK):
            raise ValueError(f"model_folder: cannot read {path}")
    # The fwdflat pass would hold up a cancellation for a second, and changes few words.
    decoder = Decoder(**paths, samprate=sample_rate, fwdflat=False, loglevel="ERROR")
    decoder.add_keyphrase(VOICE, "hello")
    return decoder


class Hearing:
    """Hears one recording; a pause ends an utterance, as does a length of 20 seconds."""

    def __init__(self, decoder, recording):
        self.decoder = decoder
        self.recording = recording
        self.pauses = Endpointer(sample_rate=recording.sample_rate)
        self.words = []  # of the utterances that have ended
        self.begin = None  # of the utterance that has not, in seconds
        self.length = 0.0
        self._adapt()

    def _adapt(self):
        """Has the decoder expect the mean of this recording, and nothing of an earlier one.

        The mean of the features is what room, microphone and voice add to all of them.
        """
        opening = self.recording.opening(OPENING)
        self.decoder.activate_search(VOICE)
        self.decoder.reinit_feat()
        self.decoder.start_utt()
        try:
            self.decoder.process_raw(opening, no_search=True)
            mean = self.decoder.get_cmn(True)
        finally:
            self.decoder.end_utt()
            self.decoder.activate_search()
        self.decoder.set_cmn(mean)

    def updates(self):
        """Hears block after block of 30 ms, and yields what is new after each seventh, else None."""
        former = ""
        for number, block in enumerate(self.recording.blocks(self.pauses.frame_bytes), 1):
            self._hear(self.pauses.process(block) if self._is_whole(block) else self._last(block))
            text = former if number % 7 else self.text
            yield Update(text, self.recording.seconds) if text != former else None
            former = text
        self._hear(self._last(bytes(2)))  # one sample: it refuses none
        self._end()

    def _is_whole(self, block):
        return len(block) == self.pauses.frame_bytes

    def _last(self, block):
        """What is still held back, and a last block; only speech is."""
        return self.pauses.end_stream(block) if self.pauses.in_speech else None

    def _hear(self, speech):
        """Decodes the next speech, if it is any."""
        if speech is not None:
            if self.begin is None:
                self._start(self.pauses.speech_start)
            self.decoder.process_raw(speech)
            self.length += len(speech) / 2 / self.recording.sample_rate
        if not self.pauses.in_speech:
            self._end()
        elif self.length > LONGEST_UTTERANCE:
            end = self.begin + self.length
            self._end()
            self._start(end)

    def _start(self, begin):
        self.decoder.start_utt()
        self.begin, self.length = begin, 0.0

    @property
    def text(self):
        """What has been understood so far; it may still change."""
        current = self.decoder.hyp() if self.begin is not None else None
        words = [word.word for word in self.words]
        return " ".join([*words, *(current.hypstr.split() if current else [])])

    @property
    def transcript(self):
        """All of it, once the last update has been taken."""
        return Transcript(self.text, self.words, self.recording.duration)

    def _end(self):
        """Ends an utterance, if there is one, and settles its words."""
        if self.begin is None:
            return
        begin, self.begin = self.begin, None
        self.decoder.end_utt()
        for segment in self.decoder.seg():
            word = spelling(segment.word)
            if word:
                start, end = (begin + n / 100 for n in (segment.start_frame, segment.end_frame + 1))
                probability = round(min(max(segment.prob, 0), 1), 3)
                self.words.append(Word(word, round(start, 2), round(end, 2), probability))

    def close(self):
        """Leaves the decoder ready for another recording, wherever this one was given up."""
        if self.begin is not None:
            self.begin = None
            self.decoder.end_utt()


def spelling(word):
    """The word without the number of its pronunciation; None for silence and noises."""
    return None if word[0] in "<[+" else word.split("(")[0]
