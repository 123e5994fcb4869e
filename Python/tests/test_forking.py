from case import Case


class Forking(Case):
    def test_a_copy_that_returns_answers_nothing(self):
        runner = self.start()
        for then in ("return", "exit", "raise"):
            self.assertFrame(runner.lane.call(then, do="fork"), "R", '"the original\'s"')
            for number in range(10):  # no copy steals a request
                self.assertEqual(runner.lane.call(number).json["args"], [number])
        runner.logged("ValueError: in the copy")

    def test_a_copy_hides_no_death(self):
        runner = self.start()
        self.assertFrame(runner.lane.call("live", do="fork"), "R")
        runner.lane.begin("X", None, 9, do="exit")
        self.assertIsNone(runner.lane.end()[0])  # the end of the socket, though the copy lives
        self.assertIsNone(runner.control.frame())
        self.assertEqual(runner.wait(), 9)

    def test_a_copy_made_in_a_stream_adds_no_lines(self):
        runner = self.start()
        frame, lines = runner.lane.stream(do="fork")
        self.assertFrame(frame, "R")
        self.assertEqual(lines, ['"before"', '"after"'])
        self.assertAnswers(runner)

    def test_a_copy_made_in_the_constructor_serves_nothing(self):
        runner = self.start("forks", "Early")
        for _ in range(5):
            self.assertEqual(runner.lane.call().text, "true")

    def test_multiprocessing_works_in_all_its_ways(self):
        runner = self.start("forks", "Pools")
        for how in ("fork", "spawn", "forkserver"):
            with self.subTest(how):
                self.assertFrame(runner.lane.call(how), "R", "[1,4,9]")

    def test_a_process_that_is_terminated_ends(self):
        runner = self.start("forks", "Terminated")
        self.assertEqual(runner.lane.call().text, "-15")

    def test_descriptors_are_ours_alone(self):
        runner = self.start()
        own = runner.lane.call("self", do="descriptors").json
        self.assertNotIn(3, own[:3])
        for how in ("system", "subprocess"):
            seen = runner.lane.call(how, do="descriptors").json
            # 0, 1, 2, and the directory that ls reads (or the pipe that popen has)
            self.assertLessEqual(len(seen), 4, seen)
            self.assertFalse({4, 5} & set(seen[4:]))
