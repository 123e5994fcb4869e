from case import Case
from driver import FAST, FORCE


class Streams(Case):
    def test_lines_come_in_order_and_the_end_is_empty(self):
        runner = self.start()
        frame, lines = runner.lane.stream(1, {"a": "b"}, [None])
        self.assertFrame(frame, "R", "")
        self.assertEqual(lines, ["1", '{"a":"b"}', "[null]"])
        frame, lines = runner.lane.stream(10000, do="count")
        self.assertFrame(frame, "R", "")
        self.assertEqual(lines, [str(n) for n in range(10000)])
        self.assertAnswers(runner)

    def test_progress_is_seen_before_the_line_that_came_after_it(self):
        runner = self.start()
        runner.lane.begin("S", None, 8, do="progress")
        shown, lines = 0.0, 0
        while lines < 8:
            frame = runner.lane.frame()
            if frame.kind == "P":
                shown = frame.json["progress"]["progress"]
            else:
                self.assertEqual(frame.kind, "L")
                lines += len(frame.text.split("\n"))
                self.assertGreaterEqual(shown, lines / 8)
        self.assertFrame(runner.lane.end()[0], "R", "")

    def test_an_empty_stream_and_a_list(self):
        runner = self.start()
        self.assertEqual(runner.lane.stream()[1], [])
        self.assertEqual(runner.lane.stream(do="list")[1], ["1", "2", "3"])

    def test_without_a_stream_method_the_result_is_the_line(self):
        runner = self.start("logs", "Plugin")
        frame, lines = runner.lane.stream()
        self.assertFrame(frame, "R", "")
        self.assertEqual(lines, ["[1,20]"])

    def test_an_error_comes_after_the_lines_before_it(self):
        runner = self.start()
        frame, lines = runner.lane.stream(30, fail=20, do="count")
        self.assertFrame(frame, "E", "failed at 20")
        self.assertEqual(lines, [str(n) for n in range(20)])
        self.assertAnswers(runner)

    def test_rare_lines_leave_alone_at_once(self):
        runner = self.start()
        runner.lane.begin("S", None, 5, pause=0.02, do="count")
        for number in range(5):
            frame = runner.lane.first_line()
            self.assertFrame(frame, "L", str(number))  # no FAST: nothing is held
        self.assertFrame(runner.lane.end()[0], "R")

    def test_dense_lines_leave_together(self):
        runner = self.start()
        runner.lane.begin("S", None, 50000, do="count")
        frames = []
        while True:
            frame = runner.lane.frame()
            if frame.kind == "R":
                break
            if frame.kind == "L":
                frames.append(frame)
        texts = "\n".join(frame.text for frame in frames).split("\n")
        self.assertEqual(texts, [str(n) for n in range(50000)])
        self.assertLess(len(frames), 25000)
        self.assertTrue(any(frame.flags & FAST for frame in frames))
        self.assertTrue(all(len(frame.payload) <= 16384 + len("50000") for frame in frames))

    def test_what_is_held_when_lines_stop_comes_by_a_flush(self):
        runner = self.start()
        for count in (9, 10, 100, 1000):
            id_ = runner.lane.begin("S", None, count, do="burst")
            lines, frame = [], None
            while len(lines) < count:
                # As the daemon does: after FAST, if nothing comes within a millisecond, a flush.
                if frame is not None and frame.flags & FAST and not runner.lane.ready(0.001):
                    runner.control.send("f", id_=id_)
                frame = runner.lane.frame()
                if frame.kind == "L":
                    lines += frame.text.split("\n")
            self.assertEqual(lines, [str(n) for n in range(count)])
            runner.stop(id_, FORCE)
            self.assertFrame(runner.lane.end()[0], "N")
        self.assertAnswers(runner)

    def test_the_last_frame_before_held_lines_says_fast(self):
        """Otherwise they would not be asked for."""
        runner = self.start()
        held = 0
        for count in range(1, 40):
            id_ = runner.lane.begin("S", None, count, do="burst")
            runner.logged("burst over")
            runner.log_before = b""
            lines, last = [], None
            while runner.lane.ready(0):
                frame = runner.lane.frame()
                if frame.kind == "L":
                    lines += frame.text.split("\n")
                    last = frame
            if len(lines) < count:
                held += 1
                self.assertTrue(last.flags & FAST)
            runner.stop(id_, FORCE)
            frame, rest = runner.lane.end()
            self.assertFrame(frame, "N")
            self.assertEqual(lines + rest, [str(n) for n in range(count)])
        self.assertGreater(held, 0)
        self.assertAnswers(runner)

    def test_a_flush_of_another_call_or_with_nothing_held_does_nothing(self):
        runner = self.start()
        runner.control.send("f", id_=99)
        runner.control.send("f", id_=0)
        self.assertAnswers(runner)
        runner.control.send("f", id_=1)
        self.assertEqual(len(runner.lane.stream(1000, do="count")[1]), 1000)

    def test_a_line_longer_than_a_batch_goes_alone(self):
        runner = self.start()
        big = "y" * 300_000
        items = ["a"] * 20 + [big] + ["b"] * 20
        frame, lines = runner.lane.stream(*items)
        self.assertFrame(frame, "R")
        self.assertEqual(lines, ['"%s"' % item for item in items])

    def test_a_reader_that_is_slow_holds_up_its_own_stream_only(self):
        runner = self.start()
        id_ = runner.lane.begin("S", None, 100_000, do="wide")
        runner.lane.first_line()
        runner.control.send("f", id_=id_)  # must not wait for the lane
        frame = runner.stop(id_, FORCE)
        self.assertFrame(frame, "C")
        self.assertFrame(runner.lane.end()[0], "N")
        self.assertAnswers(runner)
