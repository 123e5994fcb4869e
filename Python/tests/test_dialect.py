import json
import os
import queue
import tempfile
import threading
import time
import unittest

from case import Case
from driver import HERE, INVALID, NOT_SUPPORTED, PATIENCE, UNSUPPORTED
from universal_worker_runner.calls import Call
from universal_worker_runner.gate import Gate
from universal_worker_runner.stopping import Stopped
from universal_worker_runner.width import FEW, JAM, PERIOD, SETTLE, Width

WHOLE = 1
LIBRARY = os.path.join(HERE, "library")


class Later(Case):
    """Plugins of cjm-substrate, by a library that has just what the dialect calls."""

    def start(self, class_name="Probe", **options):
        options.setdefault("dialect", "cjm_substrate.core.worker")
        options.setdefault("concurrency", 0)
        options.setdefault("offer", 12)
        options.setdefault("environment", {"PYTHONPATH": LIBRARY})
        return super().start("probe", class_name, **options)

    def execute(self, lane, *args, **kwargs):
        """Sends a call as the daemon does for this dialect; returns its id."""
        envelope = kwargs.pop("envelope", None)
        body = {"args": args, "kwargs": kwargs, "unknown": 1}
        if envelope is not None:
            body["envelope"] = envelope
        return lane.begin(kwargs.pop("kind", "X"), json.dumps(body).encode(), flags=WHOLE)

    def call(self, runner, *args, **kwargs):
        self.execute(runner.lane, *args, **kwargs)
        return runner.lane.end()[0]

    def stream(self, runner, *args, **kwargs):
        body = {"args": args, "kwargs": kwargs}
        runner.lane.begin("S", json.dumps(body).encode(), flags=WHOLE)
        return runner.lane.end()

    def ask(self, lane, path_or_hook, body=b"", **head):
        """A request for an endpoint, by its path, or for a hook."""
        if path_or_hook.startswith("/"):
            paths = [row[1] for row in lane.runner.about["endpoints"]]
            head["endpoint"] = paths.index(path_or_hook)
        else:
            head["hook"] = path_or_hook
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        lane.begin("U", json.dumps(head).encode() + b"\n" + body)
        return lane.end()[0]

    def assertAnswer(self, frame, status, headers=()):
        """An answer of the plugin's own; returns its body as a value."""
        self.assertEqual(frame.kind, "A", frame)
        head, _, body = frame.payload.partition(b"\n")
        head = json.loads(head)
        self.assertEqual(head["status"], status, frame)
        self.assertEqual(list(head["headers"]), list(headers))
        self.headers = head["headers"]
        return json.loads(body)


class Loading(Later):
    def test_the_word_chooses_the_dialect_and_hello_says_what_it_wants(self):
        runner = self.start(offer=60)
        executes = min(32, (os.cpu_count() or 1) + 4)
        self.assertEqual(runner.hello["dialect"], "cjm_substrate")
        self.assertEqual(runner.hello["calls"], min(executes + 40, 60))
        self.assertEqual(runner.hello["beside"], 4)
        self.assertIs(runner.hello["whole"], True)
        health = {"substrate_version": "9.9", "python_executable": runner.hello["executable"]}
        self.assertEqual(runner.hello["health"], health)
        self.assertEqual((runner.hello["hooks"], runner.hello["stats"]), (True, {"usage": None}))
        self.assertEqual(len(runner.about["hooks"]), 5)
        self.assertIn(["POST", "/task", "call"], runner.about["endpoints"])

    def test_the_environment_chooses_where_the_word_does_not(self):
        self.assertEqual(self.start(dialect="").hello["dialect"], "cjm_substrate")
        self.assertEqual(self.start(dialect="another.worker").hello["dialect"], "cjm_substrate")

    def test_a_word_for_another_package_is_not_this_dialect(self):
        runner = self.start(dialect="cjm_plugin_system.core.worker")
        self.assertEqual(runner.hello["dialect"], "")
        self.assertEqual((runner.hello["calls"], runner.hello["beside"]), (1, 4))
        self.assertIs(runner.hello["whole"], False)
        self.assertNotIn("endpoints", runner.about)

    def test_a_daemon_that_offers_no_lanes_knows_no_dialects(self):
        runner = self.start(concurrency=2, offer=None)
        self.assertEqual(runner.hello["dialect"], "")
        self.assertEqual((runner.hello["calls"], runner.hello["beside"]), (2, 0))
        self.assertEqual(runner.lane.call(1).json, {"args": [1], "kwargs": {}})

    def test_the_command_line_bounds_what_runs_at_once(self):
        runner = self.start(concurrency=3, offer=7)
        self.assertEqual((runner.hello["calls"], runner.hello["beside"]), (3, 4))
        runner = self.start(offer=2)
        self.assertEqual((runner.hello["calls"], runner.hello["beside"]), (2, 0))

    def test_what_bodies_there_are_is_told_of_the_methods_that_are_called(self):
        runner = self.start("Signed")
        runner.lane.begin("J", b"")
        frame, _ = runner.lane.end()
        self.assertFrame(frame, "R")
        execute = frame.json["/execute"]["properties"]
        self.assertEqual(execute["args"]["prefixItems"], [{"type": "integer"}])
        self.assertEqual(self.call(runner, 3).json, 3)

    def test_a_library_that_cannot_be_imported_is_a_load_failure(self):
        runner = self.run_child(
            "probe",
            "Few",
            dialect="cjm_substrate.core.worker",
            environment={"PYTHONPATH": os.path.join(HERE, "library_broken")},
        )
        self.assertEqual(runner.failed(), "this library is broken")
        self.assertEqual(runner.wait(), 1)

    def test_a_library_of_the_first_hosts_costs_no_dialect(self):
        with tempfile.TemporaryDirectory() as folder:
            core = os.path.join(folder, "cjm_substrate", "core")
            os.makedirs(core)
            for path in (os.path.dirname(core), core):
                open(os.path.join(path, "__init__.py"), "w").close()
            runner = Case.start(
                self,
                "names",
                "Plugin",
                concurrency=0,
                offer=12,
                environment={"PYTHONPATH": folder},
            )
            self.assertEqual(runner.hello["dialect"], "")
            loaded = runner.lane.call().json
        self.assertIn("universal_worker_runner.dialect", loaded)
        self.assertNotIn("universal_worker_runner.cjm", loaded)

    def test_fastapi_stays_out(self):
        self.assertEqual(self.call(self.start(), do="modules").text, "[]")


class Calls(Later):
    def test_results_are_wrapped_by_the_library(self):
        runner = self.start()
        values = {
            "wire": {"__wire__": "probe.result", "data": {"text": "héllo", "count": 1}},
            "list": [{"text": "inside", "count": 1}],
            "bare": {"when": "2020-01-02T03:04:05", "inner": {"text": "x", "count": 1}},
            "tuple": [1, [2, 3]],
            # asdict looks at fields, and the encoder at what else an object is.
            "outer": {
                "plain": {"a": [1, [2, None]]},
                "inner": [{"text": "m"}, {"text": "r", "count": 1}, {"k": {"text": "n"}}, "t"],
            },
            "plain": [{"plain": {"a": [1, [2, None]], "1": True}, "inner": ["x", {}]}],
        }
        for name, value in values.items():
            self.assertEqual(self.call(runner, name, do="value").json, value)
            frame, lines = self.stream(runner, name, do="value")
            self.assertFrame(frame, "R", "")
            self.assertEqual(list(map(json.loads, lines)), [value])

    def test_results_that_are_no_json_are_errors_of_the_call(self):
        runner = self.start()
        for name in ("nan", "infinity", "surrogate"):
            error = self.assertAnswer(self.call(runner, name, do="value"), 500)["_job_error"]
            self.assertEqual(error["category"], "user_input", error)
        error = self.assertAnswer(self.call(runner, "set", do="value"), 500)["_job_error"]
        self.assertEqual(error["message"], "Object of type set is not JSON serializable")
        self.assertEqual(self.stream(runner, "nan", do="value")[1], ["[NaN]"])

    def test_an_error_is_described_by_the_library_from_the_plugin_on(self):
        runner = self.start()
        error = self.assertAnswer(self.call(runner, "ValueError", "no", do="raise"), 500)[
            "_job_error"
        ]
        self.assertEqual((error["message"], error["capability_name"]), ("no", "probe"))
        self.assertEqual(error["original_exc_repr"], "ValueError('no')")
        self.assertNotIn("attempt", error["traceback"])
        self.assertIn("do_raise", error["traceback"])
        runner.logged("ValueError: no")
        frame, lines = self.stream(runner, "ValueError", "no", do="raise")
        self.assertEqual(lines, ['"first"'])
        self.assertEqual(self.assertAnswer(frame, 500)["_job_error"]["message"], "no")

    def test_what_says_that_it_was_cancelled_is_a_409(self):
        runner = self.start()
        detail = self.assertAnswer(self.call(runner, "cancelled", do="raise"), 409)
        self.assertEqual(detail, {"detail": "Capability 'probe' cancelled by operator"})
        frame, _ = self.stream(runner, "cancelled", do="raise")
        self.assertIn("_job_error", self.assertAnswer(frame, 409))

    def test_an_error_with_a_lone_surrogate_or_without_words_is_told_all_the_same(self):
        runner = self.start()
        error = self.assertAnswer(self.call(runner, "ValueError", "\ud800", do="raise"), 500)
        self.assertEqual(error["_job_error"]["message"], "?")
        frame, lines = self.stream(runner, "ValueError", "\ud800", do="raise")
        self.assertEqual(self.assertAnswer(frame, 500)["_job_error"]["message"], "\ud800")
        self.assertAnswer(self.call(runner, "SystemExit", 3, do="raise"), 500)
        self.assertEqual(self.call(runner, 1).json, {"args": [1], "kwargs": {}})

    def test_what_json_lacks_is_in_the_last_line_of_a_stream_as_python_spells_it(self):
        runner = self.start()
        error = self.assertAnswer(self.call(runner, "odd", do="raise"), 500)["_job_error"]
        self.assertEqual((error["message"], error["fields_invalid"]), ("wrong ?", [None, None]))
        frame, _ = self.stream(runner, "odd", do="raise")
        self.assertIn(b'"fields_invalid":[NaN,Infinity]', frame.payload)
        self.assertIn(b'"message":"wrong \\ud800"', frame.payload)

    def test_each_call_has_its_own_identity_and_accounts(self):
        runner = self.start()
        frame = self.call(runner, do="identity", envelope={"job_id": "one", "else": 1})
        self.assertEqual(frame.text, '"one"')
        self.assertEqual(self.call(runner, do="identity").text, "null")
        frame = self.call(runner, "saved", "hit", do="account")
        self.assertEqual(self.assertAnswer(frame, 200, ["X-CJM-Accounts"]), 2)
        accounts = json.loads(self.headers["X-CJM-Accounts"])
        self.assertEqual([each["event_type"] for each in accounts], ["saved", "hit"])
        self.assertEqual(accounts[0]["payload"], {"n": 5, "when": "2020-01-02"})
        frame = self.call(runner, "saved", do="account", fail=True)
        self.assertAnswer(frame, 500, ["X-CJM-Accounts"])
        self.assertEqual(self.call(runner, do="echo").kind, "R")

    def test_an_envelope_of_the_wrong_kind_is_the_clients_fault(self):
        runner = self.start()
        self.assertFrame(self.call(runner, envelope=[1]), "E", flags=INVALID)

    def test_usage_is_told_before_the_end_of_its_call_and_forgotten_by_the_next(self):
        runner = self.start()
        self.call(runner, do="usage", tokens=3)
        self.assertEqual(runner.lane.states[-1].json["stats"], {"usage": {"tokens": 3}})
        self.call(runner, do="echo")
        self.assertEqual(runner.lane.states[-1].json["stats"], {"usage": None})

    def test_a_plugin_without_anything_of_the_library_works(self):
        runner = self.start("Few")
        self.assertEqual(self.call(runner, 1, 2).text, "[1,2]")
        self.assertEqual(runner.about["hooks"], [])
        self.assertFrame(self.ask(runner.lane, "prefetch"), "E", flags=UNSUPPORTED)

    def test_no_more_executes_run_at_once_than_in_the_original(self):
        runner = self.start(offer=60)
        limit = min(32, (os.cpu_count() or 1) + 4)
        calls = [(lane, self.execute(lane, "gate", do="wait")) for lane in runner.lanes[: limit + 1]]
        runner.logged_times("waiting gate", limit)
        self.assertFalse(any(lane.ready(0) for lane in runner.lanes[:limit]))
        stream = runner.lanes[limit + 1]
        stream.begin("S", b'{"args":[1]}', flags=WHOLE)
        self.assertEqual(stream.end()[1], ["1"])
        # One that waits can be stopped; which one it is is a matter of chance.
        lane = runner.lanes[limit + 1]
        waiting = self.execute(lane, "gate", do="wait")
        self.assertFrame(runner.stop(waiting, 0, lane.number), "C")
        self.assertFrame(lane.end()[0], "N")
        # By their numbers: a stop of all does not reach one that has yet to be read.
        for lane, call in calls:
            self.assertFrame(runner.stop(call, 0, lane.number), "C")
        for lane, _ in calls:
            self.assertIn(lane.end()[0].kind, "AN")

    def test_what_is_logged_is_in_the_store_before_the_answer(self):
        runner = self.start()
        self.call(runner, "told", do="log")
        self.assertIn("STORED INFO told", runner.log())

    def test_what_is_logged_gets_into_the_store_while_the_call_runs(self):
        runner = self.start()
        self.execute(runner.lane, "early", do="log_and_wait")
        runner.logged("STORED INFO early")
        self.assertFrame(runner.stop(0), "C")
        self.assertAnswer(runner.lane.end()[0], 409)


class Gates(unittest.TestCase):
    """The gate alone; each call a thread that waits in it."""

    def setUp(self):
        self.gate = Gate(1)
        self.ends = queue.Queue()
        self.gate.enter(self.call())

    def call(self):
        return Call(1, 0)

    def begin(self, name):
        """A call that enters, and says how that went, once it waits."""
        call = self.call()
        waiting = len(self.gate.waiting)

        def enter():
            try:
                self.gate.enter(call)
                self.ends.put(name)
            except Stopped:
                self.ends.put("no " + name)

        threading.Thread(target=enter, daemon=True).start()
        deadline = time.monotonic() + PATIENCE
        while len(self.gate.waiting) == waiting and time.monotonic() < deadline:
            time.sleep(0.001)
        return call

    def ended(self):
        return self.ends.get(timeout=PATIENCE)

    def test_calls_enter_in_their_order_and_one_at_a_time(self):
        for name in "abc":
            self.begin(name)
        for name in "abc":
            self.assertTrue(self.ends.empty())
            self.gate.leave()
            self.assertEqual(self.ended(), name)
        self.gate.leave()
        self.assertEqual(self.gate.running, 0)

    def test_one_that_is_stopped_leaves_its_turn_to_the_next(self):
        stopped = self.begin("a")
        self.begin("b")
        stopped.asked = True
        self.gate.look()
        self.assertEqual(self.ended(), "no a")
        self.gate.leave()
        self.assertEqual(self.ended(), "b")

    def test_one_that_is_stopped_as_its_turn_comes_gives_it_back(self):
        stopped = self.begin("a")
        stopped.asked = True
        self.gate.leave()
        self.assertEqual(self.ended(), "no a")
        self.gate.enter(self.call())
        stopped = self.call()
        stopped.asked = True
        with self.assertRaises(Stopped):
            self.gate.enter(stopped)


    def test_calls_that_hold_up_a_narrow_gate_open_it(self):
        self.gate = Gate(3)
        self.gate.width.change()
        for _ in range(2):
            self.gate.enter(self.call())
        self.begin("a")
        self.assertEqual(self.ended(), "a")
        self.begin("b")
        self.gate.leave()
        self.assertEqual(self.ended(), "b")


class Widths(unittest.TestCase):
    """How many a gate lets in: no thread, no clock."""

    def setUp(self):
        self.width = Width(6)
        self.time = 0.0

    def end(self, few, most, calls, wanted=7):
        """Ends calls: from one to the next it takes so long with a few, and with the most. How many ended in each."""
        ends = {FEW: 0, 6: 0}
        for _ in range(calls):
            ends[self.width.now] += 1
            self.time += few if self.width.now == FEW else most
            self.width.end(self.time, wanted)
        return ends

    def test_short_calls_that_get_into_one_another_s_way_go_in_by_few(self):
        self.end(0.001, 0.002, 1000)
        self.assertEqual(self.width.now, FEW)
        self.end(0.002, 0.001, 1000)
        self.assertEqual(self.width.now, 6, "another kind of calls")

    def test_short_calls_that_are_quicker_side_by_side_stay_so_and_are_tried_ever_more_seldom(self):
        self.assertLess(self.end(0.003, 0.001, 1000)[FEW], 300)
        self.assertLess(self.end(0.003, 0.001, 100000)[FEW], 1000)

    def test_calls_that_are_no_quicker_either_way_stay_side_by_side(self):
        self.end(0.00095, 0.001, 100000)
        self.assertEqual(self.width.now, 6)

    def test_long_calls_are_never_held_up_for_a_try(self):
        self.assertEqual(self.end(0.011, 0.011, 100000)[FEW], 0)

    def test_where_hardly_any_wait_nothing_is_tried(self):
        self.assertEqual(self.end(0.001, 0.002, 100000, wanted=1)[FEW], 0)

    def test_a_try_in_which_hardly_any_waited_tells_nothing(self):
        while self.width.now == 6:
            self.end(0.001, 0.002, 1)
        self.end(0.0001, 0.002, SETTLE + PERIOD, wanted=1)
        self.assertEqual(self.width.now, 6)

    def test_a_few_that_do_not_end_let_the_others_in(self):
        self.end(0.001, 0.002, 1000)
        self.assertFalse(self.width.is_jammed(self.time + JAM / 2))
        self.assertTrue(self.width.is_jammed(self.time + JAM))
        self.assertEqual(self.width.now, 6)
        self.assertFalse(self.width.is_jammed(self.time + 2 * JAM))

    def test_a_gate_of_two_places_stays_as_it_is(self):
        self.width = Width(2)
        self.end(0.001, 0.002, 1000)
        self.assertEqual(self.width.now, 2)


class Stops(Later):
    def two(self, class_name="Probe", do="wait"):
        """A plugin in which two calls wait for a stop."""
        runner = self.start(class_name)
        ids = [self.execute(lane, str(lane.number), do=do) for lane in runner.lanes[:2]]
        runner.logged("waiting 0")
        runner.logged("waiting 1")
        return runner, ids

    def test_a_stop_reaches_its_own_call_only(self):
        runner, ids = self.two()
        self.assertFrame(runner.stop(ids[1], 0, 1), "C")
        self.assertAnswer(runner.lanes[1].end()[0], 409)
        self.assertEqual(self.call_on(runner.lanes[2], do="cancelled").text, "false")
        self.call_on(runner.lanes[2], "0", do="open")
        self.assertFrame(runner.lanes[0].end()[0], "R", '"opened"')

    def call_on(self, lane, *args, **kwargs):
        self.execute(lane, *args, **kwargs)
        return lane.end()[0]

    def test_post_cancel_stops_all(self):
        runner, _ = self.two()
        self.assertFrame(runner.stop(0), "C")
        for lane in runner.lanes[:2]:
            self.assertAnswer(lane.end()[0], 409)
        self.assertEqual(self.call_on(runner.lanes[0], do="cancelled").text, "false")

    def test_a_call_that_starts_neither_undoes_nor_inherits_a_cancel(self):
        runner = self.start()
        self.assertFrame(runner.stop(0), "C")
        self.assertEqual(self.call(runner, do="cancelled").text, "false")
        id_ = self.execute(runner.lane, "a", do="callback")
        runner.logged("waiting a")
        self.assertFrame(runner.stop(id_), "C")
        self.assertEqual(self.call_on(runner.lanes[1], do="cancelled").text, "false")
        self.assertFrame(runner.lane.end()[0], "R", '"a was called"')

    def test_callbacks_are_the_calls_own(self):
        runner, ids = self.two(do="callback")
        self.assertFrame(runner.stop(ids[0], 0, 0), "C")
        self.assertFrame(runner.lanes[0].end()[0], "R", '"0 was called"')
        self.assertFalse(runner.lanes[1].ready(0))
        self.assertFrame(runner.stop(0), "C")
        self.assertFrame(runner.lanes[1].end()[0], "R", '"1 was called"')

    def test_a_cancel_of_the_plugins_own_is_not_for_one_of_several(self):
        runner, ids = self.two("Own")
        self.assertFrame(runner.stop(ids[0], 0, 0), "C")
        self.assertAnswer(runner.lanes[0].end()[0], 409)
        self.assertNotIn("cancelled all", runner.log())
        self.assertFrame(runner.stop(ids[1], 0, 1), "C")
        self.assertAnswer(runner.lanes[1].end()[0], 409)
        runner.logged("cancelled all")

    def test_a_thread_of_the_plugin_sees_the_flag_of_the_call_that_runs(self):
        runner = self.start()
        self.assertEqual(self.call(runner, do="helper").text, "false")

    def test_initialize_can_be_cancelled(self):
        runner = self.start()
        runner.lane.begin("I", b'{"do":"wait"}')
        runner.logged("waiting")
        self.assertFrame(runner.stop(0), "C")
        self.assertFrame(runner.lane.end()[0], "E", "Capability 'probe' cancelled by operator")

    def test_a_stream_that_is_stopped_ends_in_a_line_that_hosts_understand(self):
        runner = self.start()
        runner.lane.begin("S", b'{"args":[100000],"kwargs":{"do":"many"}}', flags=WHOLE)
        runner.lane.first_line()
        self.assertFrame(runner.stop(0), "C")
        error = self.assertAnswer(runner.lane.end()[0], 409)["_job_error"]
        self.assertTrue(error["original_exc_repr"].startswith("CapabilityCancelledError("), error)

    def test_a_plugin_without_a_flag_has_no_stop_for_one_of_several(self):
        runner = self.start("Few")
        self.assertFrame(runner.stop(0), "C", flags=NOT_SUPPORTED)


class Endpoints(Later):
    def test_hooks_answer_beside_calls(self):
        runner = self.start()
        self.execute(runner.lane, do="wait")
        runner.logged("waiting")
        beside = runner.lanes[-1]
        self.assertFrame(self.ask(beside, "on_enable"), "R", "")
        self.assertFrame(self.ask(beside, "on_disable"), "R", "")
        options = self.ask(beside, "config_options").json
        self.assertEqual(options["model"]["options"], [{"text": "a", "count": 1}])
        self.assertIn("execute", self.ask(beside, "/structural_surface").json["methods"])
        self.assertFrame(runner.stop(0), "C")
        self.assertAnswer(runner.lane.end()[0], 409)

    def test_reconfigure_gets_both_configurations(self):
        runner = self.start()
        self.assertFrame(self.ask(runner.lane, "reconfigure", [{"a": 1}, {"b": 2}]), "R", "")
        self.assertEqual(runner.lane.ask("G").json, {"old": {"a": 1}, "new": {"b": 2}})
        refused = self.ask(runner.lane, "reconfigure", [None, {"refuse": True}])
        self.assertFrame(refused, "E", "cannot change")
        wrong = self.ask(runner.lane, "reconfigure", problem="no object")
        self.assertFrame(wrong, "E", "no object")
        lane = self.start("Few").lane
        self.assertFrame(self.ask(lane, "reconfigure", problem="no object"), "E", flags=UNSUPPORTED)

    def test_prefetch_reports_its_progress_and_can_be_cancelled(self):
        runner = self.start()
        self.assertFrame(runner.lane.ask("I", b'{"prefetch":"wait"}'), "R", "")
        runner.lane.begin("U", b'{"hook":"prefetch"}\n')
        runner.logged("waiting prefetch")
        while runner.control_frame("P").json.get("progress", {}).get("progress") != 0.5:
            pass
        self.assertFrame(runner.stop(0), "C")
        self.assertEqual(runner.lane.end()[0].text, "Capability 'probe' cancelled by operator")

    def test_monitors(self):
        runner = self.start()
        lane = runner.lanes[-1]
        status = self.ask(lane, "/get_system_status").json
        self.assertEqual(status, {"cpu": 1.5, "when": "2020-01-02T00:00:00"})
        detail = self.assertAnswer(self.ask(lane, "/list_processes"), 501)
        self.assertEqual(detail, {"detail": "list_processes not implemented"})
        lane = self.start("Broken").lanes[-1]
        self.assertFrame(self.ask(lane, "/get_system_status"), "E", "no status")
        self.assertEqual(
            self.assertAnswer(self.ask(lane, "/list_processes"), 501), {"detail": "not here"}
        )
        lane = self.start("Few").lanes[-1]
        expected = "Capability 'Few' is not a monitor capability (no list_processes method)."
        self.assertEqual(
            self.assertAnswer(self.ask(lane, "/list_processes"), 404), {"detail": expected}
        )
        lane = self.start("Lists").lanes[-1]
        self.assertFrame(
            self.ask(lane, "/get_system_status"), "E", "get_system_status returned list, not dict"
        )
        self.assertFrame(
            self.ask(lane, "config_options"), "E", "get_config_options returned list, not dict"
        )
        lane = self.start("Numbers").lanes[-1]
        told = self.ask(lane, "/get_system_status")
        self.assertFrame(told, "E", "get_system_status: keys must be str, not int")
        lane = self.start("Monitor").lanes[-1]
        self.assertEqual(self.ask(lane, "/get_system_status").json, {"gpu": [1, 2]})
        self.assertEqual(
            self.ask(lane, "/list_processes").json, [{"text": "p1", "count": 1}, {"pid": 2}]
        )


class Tasks(Later):
    ADAPTERS = "probe:Bound, probe:Nameless,probe:Second,probe:Unbound,"
    ADAPTERS += "probe:Absent,nowhere:X,word,probe:Other"

    def start(self, **options):
        return super().start(adapters=self.ADAPTERS, **options)

    def task(self, runner, task, method, **kwargs):
        return self.ask(runner.lane, "/task", {"task": task, "method": method, "kwargs": kwargs})

    def test_adapters_that_cannot_be_had_are_told_of_and_left_out(self):
        runner = self.start()
        log = runner.logged("STORED INFO Bound adapter Other for task 'other'")
        self.assertIn("Adapter 'probe:Nameless' has no task_name; skipping", log)
        self.assertIn("Task 'bound' already bound to Bound; skipping 'probe:Second'", log)
        self.assertIn("Failed to load adapter 'probe:Unbound': cannot be bound", log)
        self.assertIn("Failed to load adapter 'word'", log)
        detail = self.assertAnswer(self.task(runner, "absent", "double"), 404)["detail"]
        self.assertEqual(detail, "No adapter bound for task 'absent' (bound: ['bound', 'other'])")

    def test_a_task_is_done_and_accounted_for(self):
        runner = self.start()
        frame = self.task(runner, "bound", "double", value=21)
        self.assertEqual(self.assertAnswer(frame, 200, ["X-CJM-Accounts"]), 42)
        account = json.loads(self.headers["X-CJM-Accounts"])[0]
        self.assertEqual(account["event_type"], "task_account")
        payload = account["payload"]
        self.assertEqual(payload["io"].keys() & {"rchar", "wchar"}, {"rchar", "wchar"})
        self.assertEqual(
            (payload["task"], payload["method"], payload["ok"]), ("bound", "double", True)
        )
        frame = self.task(runner, "bound", "read", count=99999)
        self.assertEqual(self.assertAnswer(frame, 200, ["X-CJM-Accounts"]), 99999)
        read = json.loads(self.headers["X-CJM-Accounts"])[0]["payload"]["io"]["rchar"]
        self.assertTrue(99999 <= read < 2 * 99999, read)
        frame = self.task(runner, "bound", "result", text="x")
        self.assertEqual(
            self.assertAnswer(frame, 200, ["X-CJM-Accounts"])["__wire__"], "probe.result"
        )

    def test_an_account_has_its_counters_again_once_the_plugin_has_put_another_file_in_their_place(self):
        runner = self.start()
        for path in ("/dev/null", "/etc/hostname", "/proc/self/status", "/proc/self/stat"):
            self.assertAnswer(self.task(runner, "bound", "replace_counters", path=path), 200, ["X-CJM-Accounts"])
            self.task(runner, "bound", "double", value=1)
            self.task(runner, "bound", "double", value=1)
            self.assertAnswer(self.task(runner, "bound", "double", value=1), 200, ["X-CJM-Accounts"])
            payload = json.loads(self.headers["X-CJM-Accounts"])[0]["payload"]
            self.assertIn("rchar", payload.get("io", ()), path)

    def test_a_task_that_fails_says_so_in_both(self):
        runner = self.start()
        frame = self.task(runner, "bound", "call", do="account", name="x")
        error = self.assertAnswer(frame, 500, ["X-CJM-Accounts"])["_job_error"]
        self.assertIn("unexpected keyword argument", error["message"])
        payload = json.loads(self.headers["X-CJM-Accounts"])[0]["payload"]
        self.assertEqual((payload["ok"], payload["error_category"]), (False, "fatal"))
        runner.logged("TypeError")

    def test_names_that_are_no_methods(self):
        runner = self.start()
        for name in ("_hidden", "", None):
            detail = self.assertAnswer(self.task(runner, "bound", name), 404)["detail"]
            self.assertEqual(detail, "Invalid task method %r" % (name or "",))
        for name in ("absent", "attribute"):
            detail = self.assertAnswer(self.task(runner, "bound", name), 404)["detail"]
            self.assertEqual(detail, "Task 'bound' adapter has no method %r" % name)
        for body in (b"", b"[]", b"{", b"\xff"):
            self.assertFrame(self.ask(runner.lane, "/task", body), "E", flags=INVALID)
        self.assertAnswer(self.ask(runner.lane, "/task", {"task": ["bound"]}), 404)

    def test_a_task_can_be_stopped(self):
        runner = self.start()
        body = {"task": "bound", "method": "call", "kwargs": {"do": "wait"}}
        paths = [row[1] for row in runner.about["endpoints"]]
        head = json.dumps({"endpoint": paths.index("/task")}).encode()
        id_ = runner.lane.begin("U", head + b"\n" + json.dumps(body).encode())
        runner.logged("waiting")
        self.assertFrame(runner.stop(id_), "C")
        self.assertAnswer(runner.lane.end()[0], 409)


class Plain(Case):
    """Hooks of a class under hosts that know of none."""

    def test_a_class_without_hooks_says_nothing_of_them(self):
        self.assertNotIn("hooks", self.start().about)

    def test_a_class_with_one_has_it(self):
        runner = self.start("hooks", "Hooks", concurrency=1, offer=3)
        self.assertEqual(runner.about["hooks"], ["prefetch", "on_enable"])
        self.assertFrame(runner.lane.ask("U", b'{"hook":"prefetch"}\n'), "R", "")
        runner.logged("prefetched")
        runner.lane.begin("X", None)
        runner.logged("executing")
        beside = runner.lanes[-1]
        self.assertFrame(beside.ask("U", b'{"hook":"on_enable"}\n'), "R", "")
        self.assertFrame(runner.lane.end()[0], "R", '"enabled"')
