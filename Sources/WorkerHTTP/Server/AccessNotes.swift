internal import WorkerCore

/// What the access log is to say of the request that is under way on a connection, one after the other.
///
/// One for each connection, if there is an access log. On the HTTP thread only.
final class AccessNotes {
    private let peer: String
    private var method = Method.other
    private var arrival: Moment?
    private var trace: TraceParent?
    /// The id that its client gave it, or the worker.
    var id: String?
    /// The number of the table's row that was asked.
    var row: Int?

    /// Makes the notes of a connection, whose other end stays the same.
    init(peer: String) { self.peer = peer.isEmpty ? AccessRecord.unknownPeer : peer }

    /// A header block is complete.
    func begin(_ method: Method, id: String?, _ trace: TraceParent?, at moment: Moment) {
        (self.method, self.id, self.trace, arrival) = (method, id, trace, moment)
    }

    /// Ends the request: what is to be said of it, for nothing is left of it then.
    func end(
        _ answer: Answer, _ outcome: RequestOutcome, in table: EndpointTable, at moment: Moment
    ) -> AccessRecord {
        var record = AccessRecord()
        record.method = method
        if let row { record.endpoint = table[row].path }
        (record.status, record.outcome) = (answer.status, outcome)
        record.bytes = answer.bytesSent(of: method, isWhole: outcome != .disconnected)
        record.duration = arrival.map { moment - $0 }
        (record.id, record.peer, record.trace) = (id, peer, trace)
        (method, arrival, trace, id, row) = (.other, nil, nil, nil, nil)
        return record
    }
}
