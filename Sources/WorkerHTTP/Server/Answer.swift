internal import WorkerCore

/// What a connection has been answered to the request that is under way on it.
struct Answer {
    /// The status; 0 where there is no answer yet.
    private(set) var status: UInt32 = 0
    /// The status that it counts as: that of a stream is known only at its end, as its header block
    /// leaves with 200.
    var countsAs: UInt32 = 0
    /// How long the body is; of a stream, how much of it has been handed over.
    var bodySize = 0
    private var isStream = false
    /// Whether it was written past libmicrohttpd, which takes the request for a broken one.
    var isPast = false

    /// There is none yet.
    init() {}

    /// Makes the answer of a status with so long a body.
    init(_ status: UInt32, bodySize: Int, isPast: Bool = false) {
        (self.status, self.bodySize, self.isPast) = (status, bodySize, isPast)
        countsAs = status
    }

    /// A stream, of which nothing has been handed over.
    static var stream: Answer {
        var answer = Answer(200, bodySize: 0)
        (answer.countsAs, answer.isStream) = (0, true)
        return answer
    }

    /// How much of the body has left; nil where that is not known.
    func bytesSent(of method: Method, isWhole: Bool) -> Int? {
        // No body belongs to these (RFC 9110, 6.4.1).
        if status == 0 || method == .head || status == 204 || status == 304 { return 0 }
        return isWhole || isStream ? bodySize : nil
    }

    /// What became of the request, which libmicrohttpd has ended in order or not.
    ///
    /// A client may go away right behind its answer: what counts is that this has been sent.
    func outcome(inOrder: Bool) -> RequestOutcome {
        countsAs != 0 && (inOrder || isPast) ? RequestOutcome(status: countsAs) : .disconnected
    }
}
