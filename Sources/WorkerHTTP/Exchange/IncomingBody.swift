internal import WorkerJSON
internal import WorkerThreads

/// The body of a request while it comes in, bounded by its own limit and the budget of all.
///
/// A value: what the client or the connection is to hear of it is returned, for its owner to do.
struct IncomingBody: ~Copyable {
    /// Why a body is not taken.
    enum Problem {
        /// It is larger than a body may be.
        case tooLarge
        /// The same, and the client has been told already, past libmicrohttpd.
        case tooLargeAndTold
        /// All bodies together are larger than they may be.
        case noBudget
        /// Memory could not be had.
        case noMemory
    }

    /// What follows from a part of it, or from its length.
    enum Action: Equatable {
        case goOn
        /// The client is told now that the body is too large; more of it is read.
        case tell
        /// The connection is closed.
        case close
        case tellAndClose
    }

    /// What has come, unless there is a problem.
    var bytes = ByteBuffer()
    /// How many bytes have come.
    private(set) var received = 0
    private(set) var problem: Problem?
    /// How long it is to be, if the client said so.
    private var declared: Int?
    /// The size of the largest part that has been left where it was.
    private var largestLeft = 0
    private let limit: Int
    private let isWanted: Bool

    /// For how many bytes room is made before any has come.
    private static let firstReserve = 256 << 10
    /// What is read beyond the limit, so that it can be answered properly.
    private static let smallOverrun = 256 << 10

    /// From which length on larger parts save more turns than it takes to have them.
    private static let longBody = 1 << 20

    /// Makes a body of which nothing has come; one that is not wanted is counted and dropped.
    init(limit: Int, isWanted: Bool) {
        self.limit = limit
        self.isWanted = isWanted
    }

    /// The client says how long it will be.
    mutating func declare(_ length: Int, in budget: Budget) -> Action {
        guard length <= limit else { return refuse(length - limit) }
        guard isWanted, length > 0 else { return .goOn }
        declared = length
        if !budget.hasRoom(for: length) {
            problem = .noBudget
        } else if !bytes.reserve(min(length, Self.firstReserve)) {
            problem = .noMemory
        }
        return .goOn
    }

    /// Whether a part of so many bytes stays in libmicrohttpd's memory, to come again with more behind it.
    ///
    /// libmicrohttpd reads into half of a connection's memory, and into the rest only as what is there is
    /// left. So a long body's first part is left until it does not grow any more: those behind it are as large then.
    mutating func leaves(_ count: Int) -> Bool {
        guard let declared, declared >= Self.longBody, problem == nil,
            count > largestLeft, received + count < declared
        else { return false }
        largestLeft = count
        return true
    }

    /// A part has come, which is counted in what its owner holds of the budget.
    mutating func receive(
        _ part: UnsafeRawBufferPointer, held: borrowing Holding
    ) -> Action {
        received += part.count
        if received > limit { return overrun(by: received - limit, held: held) }
        guard isWanted, problem == nil else { return .goOn }
        let length = bytes.count + part.count
        guard held.take(part.count, isSmall: (declared ?? length) <= Budget.smallBody) else {
            drop(.noBudget, held: held)
            return .goOn
        }
        // Doubled, but not beyond what will come.
        if let declared, length > bytes.capacity {
            _ = bytes.reserve(min(declared, max(length, 2 * bytes.capacity)))
        }
        if unsafe !bytes.append(part) { drop(.noMemory, held: held) }
        return .goOn
    }

    /// Gives the body away, as it becomes the call's.
    mutating func take() -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &bytes)
        return taken
    }

    /// Deals with a body that has become larger than it may.
    ///
    /// A small overrun is read to its end, and answered properly. For a large one libmicrohttpd
    /// can send nothing in the middle of an upload, so the answer is written past it; what the
    /// client still sends is read for a while, as closing on it would reset the connection and
    /// could take the answer with it.
    private mutating func overrun(by count: Int, held: borrowing Holding) -> Action {
        if problem == nil { drop(.tooLarge, held: held) }
        let tells = problem == .tooLarge && refuse(count) == .tell
        if count <= max(limit, Self.smallOverrun) { return tells ? .tell : .goOn }
        return tells ? .tellAndClose : .close
    }

    /// Notes how much too large it is; the client is told of what is far too large at once.
    private mutating func refuse(_ overrun: Int) -> Action {
        let isFar = overrun > Self.smallOverrun
        problem = isFar ? .tooLargeAndTold : .tooLarge
        return isFar ? .tell : .goOn
    }

    private mutating func drop(_ reason: Problem, held: borrowing Holding) {
        problem = reason
        bytes.removeAll(keepingCapacity: false)
        held.giveBack()
    }
}
