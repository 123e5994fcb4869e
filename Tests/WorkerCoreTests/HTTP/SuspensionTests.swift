import Testing
import WorkerCore

@Suite struct SuspensionTests {
    private func state(_ phase: Suspension.Phase) -> Suspension {
        var suspension = Suspension()
        switch phase {
        case .running: break
        case .suspending: suspension.willSuspend()
        case .suspendingButWanted:
            suspension.willSuspend()
            _ = suspension.wake()
        case .suspended:
            suspension.willSuspend()
            _ = suspension.didSuspend()
        }
        return suspension
    }

    @Test(
        arguments: [
            (.running, .running, false), (.suspending, .suspendingButWanted, false),
            (.suspendingButWanted, .suspendingButWanted, false), (.suspended, .running, true),
        ] as [(Suspension.Phase, Suspension.Phase, Bool)])
    func `A wake resumes what is suspended, and is remembered by what is about to be`(
        before: Suspension.Phase, after: Suspension.Phase, resumes: Bool
    ) {
        var suspension = state(before)
        #expect(suspension.phase == before)
        let mustResume = suspension.wake()
        #expect(suspension.phase == after)
        #expect(mustResume == resumes)
    }

    @Test(
        arguments: [
            (.suspending, .suspended, false), (.suspendingButWanted, .running, true),
        ] as [(Suspension.Phase, Suspension.Phase, Bool)])
    func `What was wanted while it was being suspended is resumed by the one that suspended it`(
        before: Suspension.Phase, after: Suspension.Phase, resumes: Bool
    ) {
        var suspension = state(before)
        let mustResume = suspension.didSuspend()
        #expect(suspension.phase == after)
        #expect(mustResume == resumes)
    }

    /// The two sides and libmicrohttpd between them, stepped in every order.
    private struct World {
        var suspension = Suspension()
        var somethingIsThere = 0
        /// The HTTP thread's next step: 0 look, 1 suspend, 2 say so, 3 resume, 4 wait to be resumed.
        var step = 0
        var isSuspended = false
        var suspends = 0
        var resumes = 0
        var taken = 0

        mutating func resume() {
            #expect(isSuspended, "a connection is resumed only after it was suspended")
            isSuspended = false
            resumes += 1
        }
    }

    /// Explores all orders in which `wakes` wakers and the HTTP thread take their steps.
    ///
    /// A waker has two steps, as its resume happens outside of the lock.
    private func explore(_ world: World, wakers: [Int], ends: inout Int) {
        var isStuck = true
        for index in wakers.indices where wakers[index] < 2 {
            isStuck = false
            var (next, wakers) = (world, wakers)
            if wakers[index] == 0 {
                next.somethingIsThere += 1
                wakers[index] = next.suspension.wake() ? 1 : 2
            } else {
                next.resume()
                wakers[index] = 2
            }
            explore(next, wakers: wakers, ends: &ends)
        }
        var next = world
        switch world.step {
        case 0:
            if next.somethingIsThere > next.taken {
                next.taken = next.somethingIsThere
            } else if next.taken < wakers.count {
                next.suspension.willSuspend()
                next.step = 1
            } else {
                break
            }
            isStuck = false
            explore(next, wakers: wakers, ends: &ends)
        case 1:
            isStuck = false
            next.isSuspended = true
            next.suspends += 1
            next.step = 2
            explore(next, wakers: wakers, ends: &ends)
        case 2:
            isStuck = false
            next.step = next.suspension.didSuspend() ? 3 : 4
            explore(next, wakers: wakers, ends: &ends)
        case 3:
            isStuck = false
            next.resume()
            next.step = 0
            explore(next, wakers: wakers, ends: &ends)
        default:
            guard !next.isSuspended else { break }
            isStuck = false
            next.step = 0
            explore(next, wakers: wakers, ends: &ends)
        }
        guard isStuck else { return }
        ends += 1
        #expect(world.taken == wakers.count, "nothing is left behind")
        #expect(world.suspends == world.resumes, "each suspend has its one resume")
        #expect(!world.isSuspended)
        #expect(world.suspension.phase == .running)
    }

    @Test(arguments: [(1, 4), (2, 50), (3, 1000)])
    func `In every order of steps each suspend gets exactly one resume, and nothing is missed`(
        wakers: Int, atLeast: Int
    ) {
        var ends = 0
        explore(World(), wakers: [Int](repeating: 0, count: wakers), ends: &ends)
        #expect(ends >= atLeast)
    }
}
