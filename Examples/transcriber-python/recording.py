"""Recordings of 16-bit samples, one channel, read block by block."""

import os
import wave


class Recording:
    """A .wav file, or a .raw one, which holds little-endian samples and nothing else."""

    def __init__(self, path, sample_rate):
        if not os.path.isfile(path):
            raise ValueError(f"{path}: expected a file")
        self.path = path
        self.sample_rate = sample_rate
        self.heard = 0  # samples that have been read
        self.file = open(path, "rb")
        try:
            self.wave = self._header()
            self.samples = self.wave.getnframes() if self.wave else os.path.getsize(path) // 2
            if self.samples == 0:
                raise ValueError(f"{path}: expected audio, found none")
        except BaseException:
            self.file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def _header(self):
        """The reader of a .wav file whose format fits; None for .raw."""
        kind = os.path.splitext(self.path)[1].lower()
        if kind == ".raw":
            return None
        if kind != ".wav":
            raise ValueError(f"{self.path}: expected a name that ends in .wav or .raw")
        try:
            reader = wave.open(self.file)
        except (wave.Error, EOFError) as error:
            raise ValueError(f"{self.path}: expected a RIFF/WAVE file: {error}") from None
        found = reader.getnchannels(), 8 * reader.getsampwidth(), reader.getframerate()
        expected = 1, 16, self.sample_rate
        for what, one, other in zip(("channel(s)", "bits", "samples a second"), expected, found):
            if one != other:
                raise ValueError(f"{self.path}: expected {one} {what}, found {other}")
        return reader

    @property
    def duration(self):
        """Its length in seconds."""
        return self.samples / self.sample_rate

    @property
    def seconds(self):
        """How much of it has been read."""
        return self.heard / self.sample_rate

    def opening(self, seconds):
        """The bytes of the first seconds, which will be read again."""
        start = self.file.tell()
        data = self._read(int(seconds * self.sample_rate))
        self.file.seek(start)
        if self.wave:
            self.wave.rewind()
        return data

    def blocks(self, byte_count):
        """Blocks of so many bytes, of which the last may be shorter."""
        while data := self._read(byte_count // 2):
            self.heard += len(data) // 2
            yield data

    def _read(self, count):
        return self.wave.readframes(count) if self.wave else self.file.read(2 * count)
