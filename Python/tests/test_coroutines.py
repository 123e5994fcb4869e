from case import Case
from driver import FORCE, NOT_SUPPORTED


class Coroutines(Case):
    def test_async_methods_are_awaited(self):
        runner = self.start("coro")
        self.assertFrame(runner.lane.ask("I", b"7"), "R", "")
        self.assertEqual(runner.lane.ask("G").text, '{"config":7}')
        self.assertEqual(runner.lane.call(a=1).text, '{"a":1}')
        self.assertFrame(runner.lane.call(do="fail"), "E", "failed")
        self.assertIn("in fail", runner.logged("RuntimeError: failed"))
        self.assertFrame(runner.lane.call(do="cancelled"), "E", "CancelledError")

    def test_async_generators_are_streams(self):
        runner = self.start("coro")
        frame, lines = runner.lane.stream(count=5000)
        self.assertFrame(frame, "R", "")
        self.assertEqual(lines, [str(n) for n in range(5000)])
        frame, lines = runner.lane.stream(count=5, fail=3)
        self.assertFrame(frame, "E", "failed at 3")
        self.assertEqual(lines, ["0", "1", "2"])

    def test_there_is_one_loop_for_life(self):
        runner = self.start("coro")
        self.assertEqual(runner.lane.call(do="same_loop").text, "false")
        self.assertEqual(runner.lane.call(do="same_loop").text, "true")

    def test_background_tasks_go_on_between_calls(self):
        runner = self.start("coro")
        self.assertEqual(runner.lane.call(do="start_beats").text, "null")
        runner.logged("five beats")
        self.assertEqual(runner.lane.call(a=1).text, '{"a":1}')

    def test_exit_in_a_background_task_ends_nothing(self):
        runner = self.start("coro")
        self.assertEqual(runner.lane.call(do="exit_later").text, "null")
        runner.logged("SystemExit: 3")
        self.assertEqual(runner.lane.call(a=1).text, '{"a":1}')

    def test_force_cancels_the_task(self):
        runner = self.start("coro")
        id_ = runner.lane.begin("X", None, do="sleep")
        runner.logged("sleeping")
        self.assertFrame(runner.stop(id_), "C", flags=NOT_SUPPORTED)
        self.assertFrame(runner.stop(id_, FORCE), "C")
        self.assertFrame(runner.lane.end()[0], "N")
        runner.logged("cancelled, await works: yes")
        self.assertEqual(runner.lane.call(a=1).text, '{"a":1}')

    def test_a_coroutine_that_blocks_ends_by_the_second_force(self):
        runner = self.start("coro")
        id_ = runner.lane.begin("X", None, do="block")
        runner.logged("blocking")
        self.assertFrame(runner.stop(id_, FORCE), "C")
        self.assertFrame(runner.stop(id_, FORCE), "C")
        self.assertFrame(runner.lane.end()[0], "N")
        self.assertEqual(runner.lane.call(a=1).text, '{"a":1}')

    def test_a_stop_that_races_the_start_of_a_coroutine_is_not_lost(self):
        runner = self.start("coro")
        for _ in range(60):
            id_ = runner.lane.begin("X", None, do="sleep")
            runner.control.send("c", flags=FORCE, id_=id_)
            self.assertFrame(runner.lane.end()[0], "N")
            runner.control_frame("C")
        self.assertEqual(runner.lane.call(a=1).text, '{"a":1}')

    def test_async_generators_are_closed(self):
        runner = self.start("coro")
        for pause, flags in ((0.001, 0), (60, FORCE)):
            id_ = runner.lane.begin("S", None, count=1000000, pause=pause)
            runner.lane.first_line()
            runner.stop(id_, flags)
            self.assertFrame(runner.lane.end()[0], "N")
            runner.logged("the generator was closed")
            runner.log_before = b""
        self.assertEqual(runner.lane.call(a=1).text, '{"a":1}')

    def test_an_async_cancel_works_beside_a_plain_call(self):
        runner = self.start("coro", "Sync")
        id_ = runner.lane.begin("X")
        runner.logged("polling")
        self.assertFrame(runner.stop(id_), "C", flags=0)
        self.assertFrame(runner.lane.end()[0], "R", '"ended"')

    def test_tasks_end_with_the_process(self):
        runner = self.start("coro")
        runner.lane.call(do="start_beats")
        runner.lane.socket.shutdown(1)
        self.assertEqual(runner.wait(), 0)
        self.assertNotIn("never retrieved", runner.log())


class Concurrent(Case):
    def test_calls_meet_on_the_one_loop(self):
        runner = self.start("coro", concurrency=2)
        runner.lanes[0].begin("X", None, do="meet")
        runner.lanes[1].begin("X", None, do="meet")
        self.assertFrame(runner.lanes[1].end()[0], "R", '"met"')
        self.assertFrame(runner.lanes[0].end()[0], "R", '"met"')

    def test_force_reaches_its_own_call_only(self):
        runner = self.start("coro", concurrency=3)
        ids = [lane.begin("X", None, do="sleep") for lane in runner.lanes]
        runner.logged_times("sleeping", 3)
        self.assertFrame(runner.stop(ids[1], FORCE, 1), "C")
        self.assertFrame(runner.lanes[1].end()[0], "N")
        self.assertEqual(runner.lanes[1].call(a=1).text, '{"a":1}')
        for number in (0, 2):
            self.assertFalse(
                runner.lanes[number].ready(0) and runner.lanes[number].frame().kind != "P"
            )
            runner.stop(ids[number], FORCE, number)
            self.assertFrame(runner.lanes[number].end()[0], "N")

    def test_a_slow_reader_does_not_hold_up_the_loop(self):
        runner = self.start("coro", concurrency=2)
        runner.lanes[0].begin("S", None, count=300000)
        runner.lanes[0].first_line()
        self.assertEqual(runner.lanes[1].call(a=1).text, '{"a":1}')
        frame, lines = runner.lanes[0].end()
        self.assertFrame(frame, "R")
        self.assertEqual(lines[-1], "299999")
