internal import WorkerCore

/// The end of requests; on the HTTP thread.
extension Server {
    /// A request is over, whatever came of it.
    ///
    /// - Returns: what it is to be counted as.
    func requestEnded(_ client: ClientConnection?, inOrder: Bool) -> RequestOutcome {
        guard let client else { return .disconnected }
        defer { client.answer = Answer() }
        // Only a page of libmicrohttpd's own, which refuses a request, is sent without an answer of ours.
        if client.answer.status == 0, inOrder { return .rejected }
        let outcome = client.answer.outcome(inOrder: inOrder)
        if let access = client.access {
            service.requestEnded(access.end(client.answer, outcome, in: endpoints, at: loop.now))
        }
        return outcome
    }

    /// A request is refused by libmicrohttpd, and there is no telling whose.
    func strangerRefused(_ status: UInt32) {
        guard options.logsAccess else { return }
        var access = AccessRecord()
        access.status = status
        service.requestEnded(access)
    }

    /// A connection is about to be closed, perhaps behind an answer to what never became a request.
    func connectionEnds(_ client: ClientConnection) {
        guard client.answer.status != 0 else { return }
        counters.count(requestEnded(client, inOrder: false), row: nil)
    }
}
