import os
import signal
import subprocess
import types
import unittest

from case import PYPY, Case
from driver import FORCE, HEADER
from universal_worker_runner import control, states


class Progress(Case):
    def test_it_comes_before_the_result_of_its_call(self):
        runner = self.start()
        runner.lane.states.clear()
        self.assertFrame(runner.lane.call(0.5, "half", do="progress"), "R")
        self.assertEqual(
            runner.lane.states[-1].json, {"progress": {"progress": 0.5, "message": "half"}}
        )

    def test_only_what_changed_is_sent(self):
        runner = self.start()
        runner.lane.states.clear()
        for _ in range(5):
            self.assertAnswers(runner)
        self.assertEqual(runner.lane.states, [])

    def test_it_comes_while_the_call_runs_and_after_it(self):
        runner = self.start()
        id_ = runner.lane.begin("X", None, do="report")
        self.assertEqual(self.until(runner, 0.25)["message"], "quarter")
        runner.stop(id_, FORCE)
        self.assertFrame(runner.lane.end()[0], "N")
        runner.lane.call(do="later")
        self.until(runner, 0.75)

    def test_what_control_told_in_a_call_comes_again_before_its_end(self):
        """Otherwise the end may overtake it, and it would count as the next call's."""
        runner = self.start()
        id_ = runner.lane.begin("X", None, do="report")
        told = self.frame_of(runner, 0.25)
        runner.lane.states.clear()
        runner.stop(id_, FORCE)
        self.assertFrame(runner.lane.end()[0], "N")
        last = runner.lane.states[-1]
        self.assertEqual(last.json, told.json)
        self.assertGreater(last.id, told.id)
        runner.lane.states.clear()
        self.assertAnswers(runner)
        self.assertEqual(runner.lane.states, [])

    def until(self, runner, fraction):
        return self.frame_of(runner, fraction).json["progress"]

    def frame_of(self, runner, fraction):
        while True:
            frame = runner.control.frame()
            if frame.kind == "P" and frame.json["progress"]["progress"] == fraction:
                return frame

    def test_its_frames_are_numbered(self):
        runner = self.start()
        for n in range(1, 20):
            runner.lane.call(n / 20, "", do="progress")
        numbers = [frame.id for frame in runner.lane.states]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_any_value_is_shown(self):
        runner = self.start()
        for value in ("x", None, [1], -1.0, {"a": 1}):
            runner.lane.call(value, "m", do="progress")
            shown = runner.lane.states[-1].json["progress"]
            self.assertEqual(shown, {"progress": value, "message": "m"})
        runner.lane.ask("X", b'[[1e400,""],{"do":"progress"}]')
        self.assertIn('"progress":null', runner.lane.states[-1].text)

    def test_an_idle_runner_sleeps(self):
        """It ticks for a second after a call; then its control thread waits without limit."""
        runner = self.start()
        self.assertAnswers(runner)
        path = "/proc/%d/task" % runner.pid
        control = max(map(int, os.listdir(path)))

        def switches():
            with open("%s/%d/status" % (path, control)) as file:
                return [int(x.split()[1]) for x in file if x.startswith("voluntary")][0]

        while True:  # until 300 ms pass without a switch, six ticks
            before = switches()
            if not runner.control.ready(0.3) and switches() == before:
                break
        self.assertFrame(runner.lane.call(0.5, "half", do="progress"), "R")
        id_ = runner.lane.begin("X", None, do="report")  # and it is woken by a call
        self.until(runner, 0.25)
        runner.stop(id_, FORCE)


class Overtaking(unittest.TestCase):
    def test_the_end_of_a_call_never_finds_what_control_is_about_to_tell_told(self):
        """It would leave before the frame, which has its number before what it tells counts as known."""
        seen = []

        class Watched(states.States):
            def __setattr__(self, name, value):
                super().__setattr__(name, value)
                if name == "known" and hasattr(self, "texts"):
                    seen.append(self.number == self.answered and not self._differs())

        plugin = types.SimpleNamespace(_progress=0.0)
        dialect = types.SimpleNamespace(attributes=[("progress", "progress", "_progress", None)])
        watched = Watched(dialect, plugin)
        for plugin._progress in (0.25, 0.5):
            self.assertTrue(watched.look(True))
        self.assertEqual(seen, [False, False])


class QuickCalls(unittest.TestCase):
    def test_one_that_was_never_seen_to_run_keeps_the_thread_awake_as_well(self):
        """It has the interpreter's lock only while no call runs, and each call would have to wake it."""
        lane = types.SimpleNamespace(call=None)
        dialect = types.SimpleNamespace(threads=0)
        runner = types.SimpleNamespace(lanes=[lane], dialect=dialect, loop=None)
        thread = control.Control(runner, types.SimpleNamespace(fd=-1))
        self.addCleanup(os.close, thread.woken)
        self.addCleanup(os.close, thread.waker)
        self.assertIsNone(thread.timeout())
        thread.look_alive()
        self.assertEqual(os.read(thread.woken, 2), b"\0")
        self.assertEqual(thread.timeout(), control.TICK)
        thread.busy -= control.LINGER
        self.assertIsNone(thread.timeout())


class Ends(Case):
    def test_the_end_of_lane_0_runs_atexit_and_waits_for_no_thread(self):
        runner = self.start("plug", "AtExit")
        runner.lane.socket.shutdown(1)
        self.assertEqual(runner.wait(), 0)
        self.assertIn("atexit ran", runner.log())

    def test_quit_ends_it_in_the_middle_of_a_call(self):
        runner = self.start("plug", "AtExit")
        runner.lane.begin("X", None, do="spin")
        runner.logged("spinning")
        runner.control.send("q")
        self.assertEqual(runner.wait(), 0)

    def test_it_dies_with_the_daemon_and_so_does_its_group(self):
        runner = self.start()
        child = runner.lane.call(do="child").json
        runner.lane.begin("X", None, do="spin")
        runner.control.socket.close()
        self.assertEqual(runner.wait(), -signal.SIGKILL)
        self.gone(child)

    def gone(self, pid):
        import select

        try:
            fd = os.pidfd_open(pid)
        except (ProcessLookupError, AttributeError):
            return
        self.assertTrue(select.select([fd], [], [], 30)[0])
        os.close(fd)

    def test_it_dies_with_the_daemon_while_it_imports(self):
        runner = self.run_child("slow", "P")
        runner.logged("importing")
        runner.control.socket.close()
        self.assertEqual(runner.wait(), -signal.SIGKILL)

    def test_it_can_be_told_to_end_while_it_imports(self):
        runner = self.run_child("slow", "P")
        runner.logged("importing")
        runner.control.send("q")
        self.assertEqual(runner.wait(), 0)

    def test_a_lane_that_breaks_ends_it(self):
        runner = self.start()
        runner.lane.begin("X", None, "x" * 10_000_000)
        runner.lane.socket.close()
        self.assertIn(runner.wait(), (0, -signal.SIGKILL))

    def test_a_length_that_is_announced_takes_no_memory_before_its_bytes_come(self):
        for end in ("lane", "control"):
            runner = self.start()
            subprocess.check_call(["prlimit", "--pid", str(runner.pid), "--as=%d" % (2 << 30)])
            socket = getattr(runner, end).socket
            socket.sendall(HEADER.pack(2**32 - 1, ord("X"), 0, 0, 1) + bytes(40 << 20))
            socket.close()
            self.assertIn(runner.wait(), (0, -signal.SIGKILL), runner.log())

    def test_the_plugins_exit_code_is_its_own(self):
        runner = self.start()
        runner.lane.begin("X", None, 7, do="exit")
        self.assertIsNone(runner.lane.end()[0])
        self.assertEqual(runner.wait(), 7)

    @unittest.skipIf(PYPY, "PyPy's lock goes with the thread, and control waits for it for ever")
    def test_a_call_whose_thread_has_ended_itself_ends_it(self):
        for number in (0, 1):
            runner = self.start(concurrency=2)
            runner.lanes[number].begin("X", None, do="end_thread")
            self.assertIsNone(runner.lanes[number].end()[0])
            self.assertEqual(runner.wait(), 70)
            self.assertIn("the plugin has ended the thread of a call", runner.log())

    def test_a_plugin_that_closes_what_its_control_thread_needs_ends_it_with_one_traceback(self):
        control, pipe = 4, self.pipe()
        for closed in ([control], pipe, pipe[:1], pipe[1:]):
            runner = self.start()
            runner.lane.begin("X", None, *closed, do="close")
            self.assertEqual(runner.wait(), 70)
            self.assertEqual(runner.log().count("Traceback"), 1, runner.log())

    def pipe(self):
        """The two descriptors of the pipe that wakes the control thread."""
        path = "/proc/%d/fd/" % self.start().pid
        links = {int(name): os.readlink(path + name) for name in os.listdir(path)}
        first, second = sorted(fd for fd, to in links.items() if fd > 2 and to.startswith("pipe:"))
        return [first, second]

    def test_a_daemon_that_speaks_another_protocol_is_told(self):
        runner = self.run_child(greeting="X")
        self.assertEqual(runner.wait(), 70)
        self.assertIn("expected a frame B", runner.log())
