import threading

from case import Case
from driver import FORCE, NOT_SUPPORTED, UNAVAILABLE


class Concurrency(Case):
    def test_lanes_run_beside_each_other_and_start_when_they_are_used(self):
        runner = self.start("plug", "Cancellable", concurrency=8)
        before = self.threads(runner)
        self.assertEqual(before, 2)
        runner.lanes[0].begin("X", None, do="poll")
        runner.logged("polling")
        for number in (3, 7):
            self.assertEqual(runner.lanes[number].call(do="thread").text, "false")
        self.assertEqual(self.threads(runner), 4)
        self.assertFrame(runner.stop(0), "C", flags=0)
        self.assertFrame(runner.lanes[0].end()[0], "E", "cancelled")

    def threads(self, runner):
        import os

        return len(os.listdir("/proc/%d/task" % runner.pid))

    def test_a_lane_without_a_thread_is_told_of_once_and_waits_for_one(self):
        runner = self.start(concurrency=2)
        self.assertFrame(runner.lanes[0].call(False, do="threads"), "R")
        runner.lanes[1].begin("X", None, do="thread")
        runner.logged_times("no thread", 2)
        self.assertFrame(runner.lanes[0].call(True, do="threads"), "R")
        self.assertFrame(runner.lanes[1].end()[0], "R", "false")
        self.assertEqual(runner.log().count("Traceback"), 1, runner.log())

    def test_a_call_whose_thread_cannot_be_had_is_refused_in_the_end(self):
        runner = self.start(concurrency=2)
        self.assertFrame(runner.lanes[0].call(False, do="threads"), "R")
        for _ in range(2):
            frame = runner.lanes[1].call(do="thread")
            self.assertFrame(frame, "E", "can't start new thread", UNAVAILABLE)
        self.assertFrame(runner.lanes[0].call(True, do="threads"), "R")
        self.assertFrame(runner.lanes[1].call(do="thread"), "R", "false")

    def test_cancel_is_not_for_one_of_several(self):
        runner = self.start("plug", "Cancellable", concurrency=2)
        ids = [lane.begin("X", None, do="poll") for lane in runner.lanes]
        runner.logged_times("polling", 2)
        self.assertFrame(runner.stop(ids[1], 0, 1), "C", flags=NOT_SUPPORTED)
        self.assertFrame(runner.stop(ids[1], FORCE, 1), "C", flags=NOT_SUPPORTED)
        self.assertFrame(runner.stop(ids[0], FORCE, 0), "C", flags=0)  # the main thread has force
        self.assertFrame(runner.lanes[0].end()[0], "N")
        self.assertFrame(runner.stop(ids[1], 0, 1), "C", flags=0)  # alone now
        self.assertFrame(runner.lanes[1].end()[0], "E", "cancelled")

    def test_a_stream_on_another_thread_ends_at_its_next_value(self):
        runner = self.start(concurrency=2)
        id_ = runner.lanes[1].begin("S", None, 10**9, pause=0.001, do="count")
        self.assertTrue(runner.lanes[1].ready(30))
        self.assertFrame(runner.stop(id_, 0, 1), "C", flags=NOT_SUPPORTED)
        self.assertFrame(runner.lanes[1].end()[0], "N")
        runner.logged("the generator was closed")

    def test_many_lanes_answer_their_own_calls(self):
        runner = self.start(concurrency=16)
        wrong = []

        def drive(lane):
            for number in range(50):
                if lane.call(lane.number, number).json["args"] != [lane.number, number]:
                    wrong.append(lane.number)

        threads = [threading.Thread(target=drive, args=(lane,)) for lane in runner.lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_256_lanes_start(self):
        runner = self.start(concurrency=256)
        self.assertEqual(runner.lanes[255].call(1).json["args"], [1])
        self.assertEqual(runner.lanes[0].call(1).json["args"], [1])

    def test_a_thread_sees_what_the_constructor_set_in_its_context(self):
        runner = self.start(concurrency=2)
        self.assertEqual(runner.lanes[0].call(1, do="context").text, "null")
        self.assertEqual(runner.lanes[1].call(2, do="context").text, "null")
