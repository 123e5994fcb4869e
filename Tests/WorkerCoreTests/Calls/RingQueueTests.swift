import TestSupport
import Testing
import WorkerCore

@Suite struct RingQueueTests {
    @Test func `An empty queue has nothing to give`() {
        var queue = RingQueue<Int>()
        #expect(queue.isEmpty)
        #expect(queue.first == nil)
        let (popped, removed) = (queue.popFirst(), queue.removeAll { _ in true })
        #expect(popped == nil)
        #expect(removed.isEmpty)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `A queue behaves like an array`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var (queue, model) = (RingQueue<Int>(), [Int]())
        let bias = Int.random(in: 2...8, using: &generator)
        for step in 0..<1500 {
            switch Int.random(in: 0..<(bias + 6), using: &generator) {
            case 0..<bias:
                queue.append(step)
                model.append(step)
            case bias:
                queue.prepend(step)
                model.insert(step, at: 0)
            case bias + 5 where step % 7 == 0:
                let divisor = Int.random(in: 1...4, using: &generator)
                let removed = queue.removeAll { $0 % divisor == 0 }
                #expect(removed == model.filter { $0 % divisor == 0 })
                model.removeAll { $0 % divisor == 0 }
            default:
                let popped = queue.popFirst()
                #expect(popped == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(queue.count == model.count)
            #expect(queue.isEmpty == model.isEmpty)
            #expect(queue.first == model.first)
        }
        while let element = queue.popFirst() { #expect(element == model.removeFirst()) }
        #expect(model.isEmpty)
    }

    @Test func `The queue keeps its order across growth, wherever it begins`() {
        for offset in 0..<40 {
            var queue = RingQueue<Int>()
            for _ in 0..<offset { queue.append(-1) }
            for _ in 0..<offset { _ = queue.popFirst() }
            for number in 0..<200 { queue.append(number) }
            queue.prepend(-1)
            for number in -1..<200 {
                let popped = queue.popFirst()
                #expect(popped == number)
            }
        }
    }

    @Test func `What has been taken is let go of`() {
        final class Thing {}
        weak var gone: Thing?
        var queue = RingQueue<Thing>()
        do {
            let thing = Thing()
            gone = thing
            queue.append(thing)
        }
        #expect(gone != nil)
        _ = queue.popFirst()
        #expect(gone == nil)
        #expect(queue.isEmpty)
    }
}
