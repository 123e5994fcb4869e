import os
import random
import signal
import time

import driver
from case import Case
from driver import FORCE, GONE, NOT_CANCELLED, NOT_SUPPORTED


class Force(Case):
    def test_every_wait_and_busy_code_end_by_force(self):
        runner = self.start()
        waits = ("lock", "queue", "join", "future", "subprocess", "recv", "asyncio")
        calls = [("waiting", {"do": "wait", "how": how}) for how in waits]
        for printed, arguments in calls + [
            ("sleeping", {"do": "sleep"}),
            ("spinning", {"do": "spin"}),
        ]:
            with self.subTest(arguments):
                id_ = runner.lane.begin("X", None, **arguments)
                runner.logged(printed)
                runner.log_before = b""
                self.assertFrame(runner.stop(id_, FORCE), "C")
                self.assertFrame(runner.lane.end()[0], "N", "")
        self.assertAnswers(runner)

    def test_except_exception_does_not_catch_it(self):
        runner = self.start()
        id_ = runner.lane.begin("X", None, do="exception")
        runner.logged("sleeping")
        runner.stop(id_, FORCE)
        self.assertFrame(runner.lane.end()[0], "N")

    def test_a_stop_that_was_swallowed_can_be_repeated(self):
        runner = self.start()
        id_ = runner.lane.begin("X", None, do="swallow")
        runner.logged("sleeping")
        runner.stop(id_, FORCE)
        runner.logged("swallowed Stopped")
        runner.stop(id_, FORCE)
        self.assertFrame(runner.lane.end()[0], "N")
        self.assertAnswers(runner)

    def test_a_stop_that_the_plugin_translates_is_a_stop(self):
        runner = self.start()
        id_ = runner.lane.begin("X", None, do="translate")
        runner.logged("sleeping")
        runner.stop(id_, FORCE)
        self.assertFrame(runner.lane.end()[0], "N")

    def test_stops_that_race_the_end_reach_their_call_or_none(self):
        runner = self.start()
        chance = random.Random(5)
        ended = {"R": 0, "N": 0}
        for number in range(400):
            # One in four takes a while, so that stops come in time also where this process is slow.
            naps = number % 4 == 0
            if naps:
                id_ = runner.lane.begin("X", None, 0.02 * chance.random() ** 4, do="sleep")
            else:
                id_ = runner.lane.begin("X", None, number)
            for _ in range(chance.randrange(0, 400)):
                pass
            if chance.random() < 0.3:
                runner.lane.ready(0.0002)
            runner.control.send("c", flags=FORCE, id_=id_)
            frame = runner.lane.end()[0]
            self.assertIn(frame.kind, ended, frame)
            ended[frame.kind] += 1
            if frame.kind == "R":
                self.assertEqual(frame.json and frame.json["args"], None if naps else [number])
            self.assertIn(runner.control_frame("C").flags, (0, GONE))
            self.assertAnswers(runner)
        self.assertGreater(ended["N"], 0, ended)

    def test_a_stop_never_tears_a_frame(self):
        runner = self.start()
        chance = random.Random(6)
        for _ in range(60):
            id_ = runner.lane.begin("S", None, chance.randrange(1, 200_000), do="wide")
            runner.lane.ready(chance.random() * 0.005)
            runner.control.send("c", flags=FORCE, id_=id_)
            frame, lines = runner.lane.end()
            self.assertFrame(frame, "N")
            self.assertEqual(len(set(lines)), 1 if lines else 0)
            self.assertEqual(runner.control_frame("C").id, id_)
        self.assertAnswers(runner)

    def test_a_stop_that_comes_before_its_call_ends_it_unrun(self):
        runner = self.start()
        self.assertFrame(runner.stop(1, FORCE), "C")
        runner.lane.begin("X", None, do="sleep")
        self.assertFrame(runner.lane.end()[0], "N")
        self.assertNotIn("sleeping", runner.log())
        self.assertAnswers(runner)

    def test_a_stop_that_comes_after_its_call_is_told_so(self):
        runner = self.start()
        self.assertAnswers(runner)
        self.assertFrame(runner.stop(1, FORCE), "C", flags=GONE)
        self.assertFrame(runner.stop(1), "C", flags=GONE)
        self.assertAnswers(runner)

    def test_signals_without_a_stop_do_nothing(self):
        ours = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as where `&` has started these tests
        try:
            runner = self.start()
        finally:
            signal.signal(signal.SIGINT, ours)
        for _ in range(20):
            os.kill(runner.pid, driver.STOP_SIGNAL)
            os.kill(runner.pid, signal.SIGINT)
            self.assertAnswers(runner)
        id_ = runner.lane.begin("X", None, do="sleep")
        runner.logged("sleeping")
        os.kill(runner.pid, driver.STOP_SIGNAL)
        self.assertFalse(runner.lane.ready(0.05) and runner.lane.frame().kind != "P")
        os.kill(runner.pid, signal.SIGINT)
        self.assertFrame(runner.lane.end()[0], "E", "KeyboardInterrupt")
        self.assertEqual(id_, runner.lane.calls)

    def test_an_interrupt_that_comes_while_a_stop_is_looked_for_is_not_lost(self):
        runner = self.start()
        runner.lane.begin("X", None, do="interrupts", stop_signal=driver.STOP_SIGNAL, times=20)
        self.assertFrame(runner.lane.end()[0], "R", "20")

    def test_code_that_never_looks_is_explained_by_the_stacks(self):
        runner = self.start()
        runner.lane.begin("X", None, do="spin")
        runner.logged("spinning")
        # What PyPy shows is approximate, as it says itself: once it left out the names of functions.
        for attempt in range(3):
            os.kill(runner.pid, driver.STACKS_SIGNAL)
            try:
                return runner.logged("in do_spin")
            except AssertionError:
                if attempt == 2:
                    raise


class Cancel(Case):
    def test_without_a_cancel_a_stop_is_not_supported(self):
        runner = self.start()
        id_ = runner.lane.begin("X", None, do="sleep")
        runner.logged("sleeping")
        self.assertFrame(runner.stop(id_), "C", "", flags=NOT_SUPPORTED)
        runner.stop(id_, FORCE)
        self.assertFrame(runner.lane.end()[0], "N")
        self.assertFrame(runner.stop(0), "C", flags=NOT_SUPPORTED)

    def test_cancel_runs_beside_the_call_and_the_call_ends_by_itself(self):
        runner = self.start("plug", "Cancellable")
        id_ = runner.lane.begin("X", None, do="poll")
        runner.logged("polling")
        self.assertFrame(runner.stop(id_), "C", "")
        self.assertFrame(runner.lane.end()[0], "E", "cancelled")
        self.assertEqual(runner.lane.call(do="cancels").text, "1")

    def test_cancel_runs_also_when_nothing_does(self):
        runner = self.start("plug", "Cancellable")
        self.assertFrame(runner.stop(0), "C", "")
        self.assertEqual(runner.lane.call(do="cancels").text, "1")

    def test_a_cancel_that_raises_is_told(self):
        runner = self.start("plug", "Cancellable")
        runner.lane.call(do="unlucky")
        self.assertFrame(runner.stop(0), "C", "cannot stop", flags=NOT_CANCELLED)
        runner.logged("RuntimeError: cannot stop")
        self.assertAnswers(runner)

    def test_a_cancel_that_blocks_holds_up_neither_force_nor_progress(self):
        runner = self.start("plug", "Blocking")
        id_ = runner.lane.begin("X", None, do="report")
        self.assertEqual(self.progress(runner), [0.25, "quarter"])
        runner.control.send("c", id_=id_)
        runner.logged("cancelling")
        runner.control.send("c", flags=FORCE, id_=id_)
        self.assertFrame(runner.control_frame("C"), "C", flags=0)
        self.assertFrame(runner.lane.end()[0], "N")
        self.assertAnswers(runner)

    def progress(self, runner):
        while True:
            frame = runner.control.frame()
            if frame.kind == "P" and frame.json["progress"]["progress"]:
                return list(frame.json["progress"].values())


class Generators(Case):
    def test_a_generator_is_closed_between_two_values(self):
        runner = self.start()
        for arguments in ({"count": 10**9}, {"count": 10**9, "pause": 0.001}):
            id_ = runner.lane.begin("S", None, do="count", **arguments)
            self.assertTrue(runner.lane.ready(driver.PATIENCE))
            self.assertFrame(runner.stop(id_), "C", flags=NOT_SUPPORTED)  # plain, not forced
            self.assertFrame(runner.lane.end()[0], "N")
            runner.logged("the generator was closed")
            runner.log_before = b""
        self.assertAnswers(runner)

    def test_a_generator_that_waits_is_closed_by_force(self):
        runner = self.start()
        id_ = runner.lane.begin("S", None, 2, pause=60, do="count")
        self.assertFrame(runner.lane.first_line(), "L", "0")
        runner.stop(id_, FORCE)
        self.assertFrame(runner.lane.end()[0], "N")
        runner.logged("the generator was closed")
        self.assertAnswers(runner)

    def test_a_generator_that_will_not_be_closed_is_stopped_all_the_same(self):
        runner = self.start()
        id_ = runner.lane.begin("S", None, do="ignore")
        self.assertTrue(runner.lane.ready(driver.PATIENCE))
        runner.stop(id_)
        self.assertFrame(runner.lane.end()[0], "N")
        self.assertAnswers(runner)


class Hint(Case):
    def test_a_signal_after_a_stop_lets_the_control_thread_run(self):
        """As the worker does it; UW_TEST_TIMES shows how long the end takes."""
        runner = self.start()
        times = []
        for _ in range(20):
            id_ = runner.lane.begin("X", None, do="spin")
            runner.logged("spinning\n")
            runner.log_before = b""
            start = time.monotonic()
            runner.control.send("c", flags=FORCE, id_=id_)
            os.kill(runner.pid, driver.STOP_SIGNAL)
            self.assertFrame(runner.lane.end()[0], "N")
            times.append(time.monotonic() - start)
            runner.control_frame("C")
        if "UW_TEST_TIMES" in os.environ:
            print("stop of a busy loop: median %.1f ms" % (sorted(times)[10] * 1e3))


class Unread(Case):
    def test_answers_that_the_daemon_does_not_read_hold_up_no_call(self):
        """Each takes a whole buffer of the kernel's: a socket holds fewer than 300 of them."""
        runner = self.start()
        self.assertAnswers(runner)  # the call that is stopped, long after its end
        runner.control.socket.setblocking(False)
        sent = 0
        try:
            while sent < 2000:
                runner.control.send("c", id_=1)
                sent += 1
        except BlockingIOError:
            pass
        runner.control.socket.settimeout(driver.PATIENCE)
        self.assertGreater(sent, 100)
        for _ in range(3):
            self.assertAnswers(runner)
        gone = 0
        while gone < sent:
            frame = runner.control.frame()
            if frame.kind == "C":
                self.assertEqual((frame.id, frame.flags), (1, GONE))
                gone += 1
        self.assertAnswers(runner)
