import Testing
import WorkerCore

@Suite struct SchedulerTests {
    private typealias Jobs = Scheduler<String>

    private func drain(_ scheduler: inout Jobs) -> [String] {
        var order: [String] = []
        while let job = scheduler.next()?.job {
            order.append(job)
            scheduler.finished()
        }
        return order
    }

    @Test func `An idle scheduler has nothing to start`() {
        var scheduler = Jobs(capacity: 1, concurrency: 1)
        #expect(!scheduler.canStart)
        let next = scheduler.next()?.job
        #expect(next == nil)
        #expect(scheduler.running == 0 && scheduler.queued == 0)
    }

    @Test func `Calls start in the order of their arrival, one at a time`() {
        var scheduler = Jobs(capacity: 9, concurrency: 1)
        for job in ["a", "b", "c"] {
            let refusal = scheduler.submit(job, place: .shared)
            #expect(refusal == nil)
        }
        let first = scheduler.next()?.job
        #expect(first == "a")
        #expect(scheduler.running == 1 && scheduler.queued == 2)
        #expect(!scheduler.canStart)
        let beside = scheduler.next()?.job
        #expect(beside == nil)
        scheduler.finished()
        #expect(scheduler.canStart)
        #expect(drain(&scheduler) == ["b", "c"])
        #expect(scheduler.running == 0 && scheduler.queued == 0)
    }

    @Test(arguments: [1, 2, 4, 64])
    func `As many shared calls run at once as may, and no more`(concurrency: Int) {
        var scheduler = Scheduler<Int>(capacity: 1000, concurrency: concurrency)
        for job in 0..<200 { _ = scheduler.submit(job, place: .shared) }
        for job in 0..<concurrency {
            let next = scheduler.next()?.job
            #expect(next == job)
        }
        let more = scheduler.next()?.job
        #expect(more == nil)
        #expect(scheduler.running == concurrency)
        for job in concurrency..<200 {
            scheduler.finished()
            let next = scheduler.next()?.job
            #expect(next == job)
            #expect(!scheduler.canStart)
        }
    }

    @Test func `An exclusive call waits for what runs, and holds up what comes behind it`() {
        var scheduler = Jobs(capacity: 9, concurrency: 4)
        _ = scheduler.submit("a", place: .shared)
        _ = scheduler.submit("b", place: .shared)
        _ = scheduler.submit("X", place: .exclusive)
        _ = scheduler.submit("c", place: .shared)
        let started = [scheduler.next()?.job, scheduler.next()?.job, scheduler.next()?.job]
        #expect(started == ["a", "b", nil])
        scheduler.finished()
        #expect(!scheduler.canStart)
        scheduler.finished()
        let alone = [scheduler.next()?.job, scheduler.next()?.job]
        #expect(alone == ["X", nil])
        scheduler.finished()
        let after = scheduler.next()?.job
        #expect(after == "c")
    }

    @Test func `What is exclusive and next goes before all that waits, the latest first`() {
        var scheduler = Jobs(capacity: 9, concurrency: 2)
        _ = scheduler.submit("a", place: .shared)
        let running = scheduler.next()?.job
        #expect(running == "a")
        _ = scheduler.submit("b", place: .shared)
        _ = scheduler.submit("X", place: .exclusive)
        _ = scheduler.submit("N", place: .exclusiveNext)
        #expect(!scheduler.canStart)
        _ = scheduler.submit("M", place: .exclusiveNext)
        scheduler.finished()
        #expect(drain(&scheduler) == ["M", "N", "b", "X"])
    }

    @Test func `A full queue refuses, and takes again when a call has started`() {
        var scheduler = Jobs(capacity: 2, concurrency: 1)
        _ = scheduler.submit("a", place: .shared)
        _ = scheduler.next()?.job
        let taken = [
            scheduler.submit("b", place: .shared), scheduler.submit("c", place: .exclusive),
        ]
        #expect(taken == [nil, nil])
        for place in [CallPlace.shared, .exclusive] {
            let refusal = scheduler.submit("d", place: place)
            #expect(refusal == .full)
        }
        #expect(scheduler.queued == 2)
        scheduler.finished()
        _ = scheduler.next()?.job
        let again = scheduler.submit("d", place: .shared)
        #expect(again == nil)
        scheduler.finished()
        #expect(drain(&scheduler) == ["c", "d"])
    }

    @Test func `A cleanup is taken also when the queue is full`() {
        var scheduler = Jobs(capacity: 0, concurrency: 1)
        _ = scheduler.submit("a", place: .shared)
        _ = scheduler.next()?.job
        let refusal = scheduler.submit("cleanup", place: .exclusiveNext)
        #expect(refusal == nil)
    }

    @Test(arguments: [CallPlace.shared, .exclusive])
    func `Without a queue a call is taken only where it can start at once`(place: CallPlace) {
        var scheduler = Jobs(capacity: 0, concurrency: 1)
        let first = scheduler.submit("a", place: place)
        #expect(first == nil)
        _ = scheduler.next()?.job
        let beside = scheduler.submit("b", place: place)
        #expect(beside == .full)
        scheduler.finished()
        let after = scheduler.submit("c", place: place)
        #expect(after == nil)
    }

    @Test func `Calls that could start at once do not count as waiting`() {
        var scheduler = Scheduler<Int>(capacity: 0, concurrency: 4)
        let refusals = (0..<5).map { scheduler.submit($0, place: .shared) }
        #expect(refusals == [nil, nil, nil, nil, .full])
    }

    @Test(arguments: [1, 4])
    func `A place whose job is ending counts as free, so the queue stays bounded`(places: Int) {
        var scheduler = Scheduler<Int>(capacity: 2, concurrency: places)
        for job in 0..<places {
            _ = scheduler.submit(job, place: .shared)
            _ = scheduler.next()?.job
        }
        for ending in 0...places {
            let waiting = 2 + ending
            while scheduler.queued < waiting {
                let refusal = scheduler.submit(0, place: .shared, ending: ending)
                #expect(refusal == nil)
            }
            let refusal = scheduler.submit(0, place: .shared, ending: ending)
            #expect(refusal == .full)
        }
        #expect(scheduler.queued == 2 + places)
        #expect(!scheduler.canStart, "what is ending still runs")
    }

    @Test(arguments: [CallPlace.shared, .exclusive])
    func `Without a queue a call is taken behind one that is ending`(place: CallPlace) {
        for former in [CallPlace.shared, .exclusive, .exclusiveNext] {
            var scheduler = Jobs(capacity: 0, concurrency: 1)
            _ = scheduler.submit("former", place: former)
            _ = scheduler.next()?.job
            let early = scheduler.submit("early", place: place)
            let inTime = scheduler.submit("in time", place: place, ending: 1)
            let further = scheduler.submit("further", place: place, ending: 1)
            #expect([early, inTime, further] == [.full, nil, .full])
            scheduler.finished()
            #expect(drain(&scheduler) == ["in time"])
        }
    }

    @Test(arguments: [CallPlace.shared, .exclusive])
    func `What goes before all others takes no room from them`(place: CallPlace) {
        var scheduler = Jobs(capacity: 1, concurrency: 1)
        for job in ["taken back", "N", "M"] { _ = scheduler.submit(job, place: .exclusiveNext) }
        _ = scheduler.withdraw { $0 == "taken back" }
        var alone = Jobs(capacity: 1, concurrency: 1)
        for _ in 0..<2 {
            let refusals = ["a", "b", "c"].map { scheduler.submit($0, place: place) }
            let due = ["a", "b", "c"].map { alone.submit($0, place: place) }
            #expect(refusals == due && due.first == .some(nil) && due.last == .full)
            #expect(drain(&scheduler).filter { !["N", "M"].contains($0) } == drain(&alone))
        }
    }

    @Test func `The worker's own jobs are taken also when the queue is full or closed`() {
        var scheduler = Jobs(capacity: 0, concurrency: 1)
        _ = scheduler.submit("a", place: .shared)
        _ = scheduler.next()?.job
        let full = scheduler.submit("own", place: .exclusiveNext, isOwn: true)
        #expect(full == nil)
        scheduler.close()
        let closed = scheduler.submit("end", place: .exclusiveNext, isOwn: true)
        #expect(closed == nil)
        scheduler.finished()
        #expect(drain(&scheduler) == ["end", "own"])
    }

    @Test func `A closed scheduler refuses calls, and still runs what it has`() {
        var scheduler = Jobs(capacity: 9, concurrency: 1)
        _ = scheduler.submit("a", place: .shared)
        scheduler.close()
        for place in [CallPlace.shared, .exclusive, .exclusiveNext] {
            let refusal = scheduler.submit("b", place: place)
            #expect(refusal == .closed)
        }
        #expect(drain(&scheduler) == ["a"])
    }

    @Test func `Waiting calls are taken back by a condition, running ones are not`() {
        var scheduler = Jobs(capacity: 9, concurrency: 1)
        for job in ["run", "a1", "b1", "a2", "b2"] { _ = scheduler.submit(job, place: .shared) }
        _ = scheduler.next()?.job
        let withdrawn = scheduler.withdraw { $0.hasPrefix("a") || $0 == "run" }
        #expect(withdrawn == ["a1", "a2"])
        #expect(scheduler.running == 1 && scheduler.queued == 2)
        scheduler.finished()
        #expect(drain(&scheduler) == ["b1", "b2"])
    }
}
