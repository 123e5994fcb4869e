/// What the access log says of one request that is over: nothing in it is a client's own text but an id.
package struct AccessRecord: Equatable, Sendable {
    /// The method.
    package var method = Method.other
    /// The matched path of the table of endpoints, never the one that was asked.
    package var endpoint = MetricTable.unmatched
    /// The status of the answer; 0 where none was begun.
    package var status: UInt32 = 0
    /// What became of it, as it is counted.
    package var outcome = RequestOutcome.rejected
    /// The length of the answer's body, and of a stream how much of it has been handed over; nil where
    /// an answer in one piece was cut off, of which libmicrohttpd does not say how far it came.
    package var bytes: Int?
    /// From the end of the header block to the last byte of the answer; nil where that never ended.
    package var duration: TimeSpan?
    /// Its id: visible ASCII, if it has one.
    package var id: String?
    /// The other end of the connection.
    package var peer = AccessRecord.unknownPeer
    /// Where it belongs in a trace.
    package var trace: TraceParent?

    /// What stands for the other end where that cannot be told.
    package static let unknownPeer = "-"

    /// Makes the record of a request of which nothing is known.
    package init() {}

    /// The record for the log.
    package var record: LogRecord {
        LogRecord(
            .info, method.name + " " + endpoint + " " + String(status) + " " + outcome.name,
            .request,
            fields: [
                .init(.method, method.name), .init(.endpoint, endpoint), .init(.status, status),
                .init(.outcome, outcome.name), bytes.map { .init(.bytes, $0) },
                duration.map { .init(.duration, $0.milliseconds) }, id.map { .init(.call, $0) },
                .init(.peer, peer), trace.map { .init(.trace, "\($0)") },
            ])
    }
}
