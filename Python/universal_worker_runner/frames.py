"""Frames: 16 bytes of header, then the payload. The same on lanes and on control."""

import os
from io import FileIO
from struct import Struct

# length of the payload, kind, flags, lane (on control only), id; little endian
HEADER = Struct("<IBBHQ")
LONGEST = 2**32 - 1
LONGEST_TEXT = 1 << 20  # of a plugin's on control, whose frames have 16 MiB at most
CHUNK = 65536
FIRST = 16 << 20  # bytes of room for a payload, whatever length is announced

# On a lane, from the daemon.
EXECUTE, STREAM, INITIALIZE = b"XSI"
SCHEMA, CONFIG, BODIES, CLEANUP, ENDPOINT = b"DGJKU"
# On a lane, to the daemon.
LINES, RESULT, ERROR, CANCELLED, STATE, ANSWER = b"LRENPA"
# On control, from the daemon: the start, stop, flush, quit.
BOOT, STOP, FLUSH, QUIT = b"Bcfq"
# On control, to the daemon: hello, open for calls, failed to load, a stop has been seen to,
# metrics. And STATE.
HELLO, OPEN, FAILED, STOPPED, METRICS = b"HOFCM"

FAST = 1  # LINES: more may be held back
WHOLE = 1  # EXECUTE, STREAM: the whole body of the request
CONTEXT = 2  # EXECUTE, STREAM, ENDPOINT: a line about the request comes first
# ERROR: the arguments are to blame; there is no such thing; it cannot be had now
INVALID, UNSUPPORTED, UNAVAILABLE = 1, 2, 4
FORCE = 1  # STOP: by force
NOT_CANCELLED, NOT_SUPPORTED, GONE = 1, 2, 4  # STOPPED


class Frame:
    """One frame that has been read."""

    __slots__ = ("kind", "flags", "lane", "id", "payload")

    def __init__(self, kind, flags, lane, id_, payload):
        self.kind = kind
        self.flags = flags
        self.lane = lane
        self.id = id_
        self.payload = payload


class Reader:
    """Reads frames off one descriptor; one thread at a time."""

    def __init__(self, fd):
        self.fd = fd
        self.rest = b""
        self._file = None

    def frame(self):
        """Waits for the next frame; None at the end of the other side, also in the middle of a frame."""
        data = self.rest
        while len(data) < 16:
            more = self._read()
            if not more:
                return None
            data = data + more if data else more
        length, kind, flags, lane, id_ = HEADER.unpack_from(data)
        end = 16 + length
        if len(data) >= end:
            payload = data[16:end]
            self.rest = data[end:]
        else:
            payload = self._long(data, length)
            self.rest = b""
            if payload is None:
                return None
        return Frame(kind, flags, lane, id_, payload)

    def _read(self):
        try:
            return os.read(self.fd, CHUNK)
        except ConnectionResetError:  # the daemon died with something unread
            return b""

    def _long(self, data, length):
        """Reads what `data` lacks into one buffer, which has no more room than FIRST or twice what has come."""
        if self._file is None:
            self._file = FileIO(self.fd, "rb", closefd=False)
        payload = bytearray(min(length, FIRST))
        have = len(data) - 16
        payload[:have] = memoryview(data)[16:]
        while have < length:
            if have == len(payload):
                payload.extend(bytes(min(have, length - have)))
            with memoryview(payload) as view, view[have:] as rest:
                try:
                    count = self._file.readinto(rest)
                except ConnectionResetError:
                    count = 0
            if not count:
                return None
            have += count
        return payload


def pack(kind, payload=b"", flags=0, id_=0, lane=0):
    """A whole frame; for payloads that are not large."""
    return HEADER.pack(len(payload), kind, flags, lane, id_) + payload


def write(fd, data):
    """Writes all of it. A write is cut short only by a signal whose handler does not raise."""
    count = os.write(fd, data)
    if count == len(data):
        return
    with memoryview(data) as view:
        while count < len(data):
            count += os.write(fd, view[count:])


def write_frame(fd, kind, payload, flags, id_, before=b""):
    """Writes frames that are ready (`before`) and one more, by one system call unless it is large."""
    header = before + HEADER.pack(len(payload), kind, flags, 0, id_)
    if len(payload) <= CHUNK:
        write(fd, header + payload)
    else:
        write(fd, header)
        write(fd, payload)
