internal import Synchronization
internal import WorkerCore

/// The metrics of a plugin's own: series that threads update without locks, by their numbers.
///
/// Any thread. The lock is for what there is, never for its values.
@safe final class PluginMetrics: @unchecked Sendable {
    /// How a series is changed.
    enum Update {
        case add
        case set
        case observe
    }

    /// Why it is not.
    enum UpdateRefusal {
        case unknown
        case otherKind
        case invalid
    }

    /// The numbers of one series, as the bits of doubles.
    @safe private final class Cells: @unchecked Sendable {
        let kind: MetricKind
        let bounds: [Double]
        private let values: UnsafeMutablePointer<Atomic<UInt64>>
        let count: Int

        init(_ series: Series) {
            kind = series.kind
            bounds = series.bounds
            count = series.cellCount
            unsafe values = .allocate(capacity: count)
            for index in 0..<count { unsafe (values + index).initialize(to: Atomic(0)) }
        }

        deinit {
            unsafe values.deinitialize(count: count)
            unsafe values.deallocate()
        }

        subscript(_ index: Int) -> Double {
            get { Double(bitPattern: unsafe values[index].load(ordering: .relaxed)) }
            set { unsafe values[index].store(newValue.bitPattern, ordering: .relaxed) }
        }

        func add(_ amount: Double, to index: Int) {
            var bits = unsafe values[index].load(ordering: .relaxed)
            while true {
                let sum = (Double(bitPattern: bits) + amount).bitPattern
                let (isDone, found) = unsafe values[index].weakCompareExchange(
                    expected: bits, desired: sum, ordering: .relaxed)
                if isDone { return }
                bits = found
            }
        }
    }

    private let registry = Mutex(SeriesRegistry())
    /// The series by their numbers; those below `count` never change.
    private let series: UnsafeMutablePointer<Cells?>
    private let count = Atomic<Int>(0)

    init() {
        unsafe series = .allocate(capacity: SeriesRegistry.limit)
        unsafe series.initialize(repeating: nil, count: SeriesRegistry.limit)
    }

    deinit {
        unsafe series.deinitialize(count: SeriesRegistry.limit)
        unsafe series.deallocate()
    }

    /// Finds a series, or takes it in; returns its number, or nil if it is one too many.
    func find(_ wish: Series) throws(SeriesRefusal) -> Int? {
        try registry.withLock { registry throws(SeriesRefusal) -> Int? in
            switch try registry.find(wish) {
            case .known(let number): return number
            case .dropped: return nil
            case .new(let number):
                unsafe series[number] = Cells(wish)
                count.store(number + 1, ordering: .releasing)
                return number
            }
        }
    }

    private func cells(_ number: Int) -> Cells? {
        guard number >= 0, number < count.load(ordering: .acquiring) else { return nil }
        return unsafe series[number]
    }

    /// Changes a series; returns why not.
    func update(_ number: Int, _ update: Update, _ value: Double) -> UpdateRefusal? {
        guard let cells = cells(number) else { return .unknown }
        switch (update, cells.kind) {
        case (.add, .counter):
            guard value >= 0 else { return .invalid }  // NaN is not, either
            cells.add(value, to: 0)
        case (.add, .gauge): cells.add(value, to: 0)
        case (.set, .gauge): cells[0] = value
        case (.observe, .histogram):
            guard !value.isNaN else { return .invalid }
            let bucket = cells.bounds.firstIndex { value <= $0 } ?? cells.bounds.count
            cells.add(1, to: bucket)
            cells.add(value, to: cells.bounds.count + 1)
        default: return .otherKind
        }
        return nil
    }

    /// Puts the numbers of a series in the place of those that it has; false where it has another count.
    func replace(_ number: Int, _ values: [Double]) -> Bool {
        guard let cells = cells(number), cells.count == values.count else { return false }
        for (index, value) in values.enumerated() { cells[index] = value }
        return true
    }

    /// So many series were dropped before they came here.
    func noteDropped(_ total: UInt64) { registry.withLock { $0.noteDropped(total) } }

    /// Writes all of them.
    func write(to facts: inout Scrape.Plugin) {
        let registry = registry.withLock { $0 }
        (facts.series, facts.droppedSeries) = (registry.lines, registry.dropped)
        for family in registry.families {
            facts.own.append(family) { number in
                guard let cells = cells(number) else { return [] }
                return (0..<cells.count).map { cells[$0] }
            }
        }
    }
}
