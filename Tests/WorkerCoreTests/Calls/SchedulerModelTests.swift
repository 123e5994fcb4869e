import TestSupport
import Testing
import WorkerCore

/// The scheduler against what is to be true of it, over random histories.
@Suite struct SchedulerModelTests {
    private struct Job: Equatable {
        let number: Int
        let place: CallPlace
    }

    /// A history, and what has come of it.
    private struct World {
        let concurrency: Int
        var scheduler: Scheduler<Job>
        var generator: SeededGenerator
        var running: [Job] = []
        var taken: [Job] = []
        var refused = 0
        var startedOrWithdrawn: [Int: Int] = [:]
        var lastShared = -1
        var isClosed = false

        init(seed: UInt64) {
            generator = SeededGenerator(seed: seed)
            concurrency = Int.random(in: 1...5, using: &generator)
            scheduler = Scheduler(
                capacity: Int.random(in: 0...12, using: &generator), concurrency: concurrency)
        }

        mutating func submit(_ number: Int) {
            let places: [CallPlace] = [.shared, .shared, .shared, .exclusive, .exclusiveNext]
            let place = places.randomElement(using: &generator) ?? .shared
            let isOwn = Int.random(in: 0..<10, using: &generator) == 0
            let job = Job(number: number, place: place)
            let before = scheduler.queued
            switch scheduler.submit(job, place: place, isOwn: isOwn) {
            case nil:
                taken.append(job)
                #expect(scheduler.queued == before + 1)
                #expect(isOwn || !isClosed)
            case .full:
                refused += 1
                #expect(!isOwn && !isClosed && scheduler.queued == before)
            case .closed:
                #expect(!isOwn && isClosed && scheduler.queued == before)
            case .noRoom:
                Issue.record("the scheduler knows nothing of memory")
            }
        }

        mutating func start() {
            let canStart = scheduler.canStart
            let next = scheduler.next()?.job
            #expect((next != nil) == canStart)
            guard let job = next else {
                let isHeldUp =
                    scheduler.queued == 0 || running.count >= concurrency || !running.isEmpty
                #expect(isHeldUp, "something could have started")
                return
            }
            if job.place == .shared {
                #expect(running.allSatisfy { $0.place == .shared })
                #expect(running.count < concurrency)
                #expect(job.number > lastShared, "shared calls keep their order")
                lastShared = job.number
            } else {
                #expect(running.isEmpty, "an exclusive call never runs beside anything")
            }
            running.append(job)
            startedOrWithdrawn[job.number, default: 0] += 1
        }

        mutating func finish() {
            guard !running.isEmpty else { return }
            running.remove(at: Int.random(in: running.indices, using: &generator))
            scheduler.finished()
        }

        mutating func withdraw() {
            let divisor = Int.random(in: 2...5, using: &generator)
            for job in scheduler.withdraw(where: { $0.number % divisor == 0 }) {
                #expect(job.number % divisor == 0)
                startedOrWithdrawn[job.number, default: 0] += 1
            }
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Over a random history every call that was taken runs once, by the rules`(seed: UInt64) {
        var world = World(seed: seed)
        for number in 0..<400 {
            switch Int.random(in: 0..<100, using: &world.generator) {
            case 0..<45: world.submit(number)
            case 45..<75: world.start()
            case 75..<98: world.finish()
            case 98: world.withdraw()
            default:
                if number > 300 {
                    world.scheduler.close()
                    world.isClosed = true
                }
            }
            #expect(world.scheduler.running == world.running.count)
        }
        while world.scheduler.queued > 0 || !world.running.isEmpty {
            world.start()
            world.finish()
        }
        let numbers = world.taken.map(\.number)
        #expect(world.startedOrWithdrawn.keys.sorted() == numbers)
        #expect(world.startedOrWithdrawn.values.allSatisfy { $0 == 1 })
    }
}
