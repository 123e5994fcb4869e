import TestSupport
import Testing
import WorkerCore

@Suite struct TimerHeapTests {
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `Over a random history the earliest comes first, and what was removed never`(seed: UInt64)
    {
        var generator = SeededGenerator(seed: seed)
        var heap = TimerHeap<Int>()
        var awaited: [Int: (id: TimerID, moment: Moment)] = [:]
        var gone: [TimerID] = []
        for number in 0..<500 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                let moment = Moment(nanoseconds: .random(in: 0..<100, using: &generator))
                awaited[number] = (heap.insert(number, at: moment), moment)
            case 2:
                guard let (key, value) = awaited.randomElement(using: &generator) else { break }
                let removed = heap.remove(value.id)
                #expect(removed == key)
                gone.append(value.id)
                awaited[key] = nil
            case 3:
                guard let id = gone.randomElement(using: &generator) else { break }
                let removed = heap.remove(id)
                #expect(removed == nil)
            default:
                let now = Moment(nanoseconds: .random(in: 0..<100, using: &generator))
                let earliest = awaited.values.map(\.moment).min()
                guard let popped = heap.popFirst(notAfter: now) else {
                    #expect(earliest.map { $0 > now } ?? true)
                    break
                }
                let value = awaited.removeValue(forKey: popped)
                #expect(value?.moment == earliest && value.map { $0.moment <= now } == true)
                if let value { gone.append(value.id) }
            }
            #expect(heap.count == awaited.count)
            #expect(heap.first == awaited.values.map(\.moment).min())
        }
    }

    @Test func `An id is never zero, and stands for one moment only`() {
        var heap = TimerHeap<Int>()
        var ids: Set<UInt64> = []
        for number in 0..<1000 {
            let id = heap.insert(number, at: 1)
            ids.insert(id.rawValue)
            #expect(TimerID(rawValue: id.rawValue) == id)
            let removed = heap.remove(id)
            #expect(removed == number)
        }
        #expect(ids.count == 1000 && !ids.contains(0))
    }
}
