internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// The plugin's side of an exchange. Any thread; none of it waits but `waitForRoom`.
extension Exchange: CallClient {
    func callStarts(at moment: Moment) { start.store(moment.nanoseconds, ordering: .relaxed) }

    func callDidFinish(_ outcome: consuming CallOutcome) {
        switch consume outcome {
        case .value(let value): complete(holding: Reply(200, value))
        case .done: complete(.reply(Reply(statusText: request.kind == .cleanup ? "cleaned" : "ok")))
        case .answer(let own, let body): finish(own.status, own.headers, body, as: own.contentType)
        case .streamEnd(let lines, let failure): finishStream(lines, failure)
        case .streamAnswer(let lines, let failure): finishStream(lines, failure, isTold: true)
        case .failure(let failure):
            let status = failure.status(for: request.kind ?? .execute)
            complete(holding: told(Reply(status, detail: failure.detail)))
        }
    }

    /// Leaves an answer that the plugin has worded itself.
    ///
    /// Headers that are too long for clients are left out; see `HeaderField.longestOwn`.
    private func finish(
        _ status: UInt32, _ headers: [HeaderField], _ value: consuming ByteBuffer,
        as contentType: String?
    ) {
        var reply = Reply(status, value)
        reply.contentType = contentType
        reply.headers = headers
        if reply.headersLength > HeaderField.longestOwn {
            server.service.report(
                "Headers of \(reply.headersLength) bytes that the plugin has added to the answer of "
                    + "\(request.id) are left out: they are more than \(HeaderField.longestOwn)")
            reply.headers = []
        }
        if status >= 400 { tell(status, "the plugin has answered \(status)") }
        complete(holding: reply)
    }

    /// Leaves a reply that is as long as the plugin wants; it counts until it has been sent.
    private func complete(holding reply: consuming Reply) {
        var reply = reply
        reply.held = Holding(of: server.budget, reply.body.count)
        complete(.reply(reply))
    }

    /// Has the log tell of the error reply to a call, which is then sent.
    func told(_ reply: consuming Reply) -> Reply {
        tell(reply.status, reply.detail ?? "")
        return reply
    }

    private func tell(_ status: UInt32, _ detail: String) {
        guard let row = request.row, request.kind != nil else { return }
        server.service.callFailed(
            FailedCall(
                id: request.id, endpoint: server.endpoints[row].path, status: status,
                duration: server.options.clock() - request.arrival, trace: request.trace,
                detail: detail))
    }

    /// The stream has ended behind some last lines, which tell of its failure or do not.
    private func finishStream(
        _ lines: consuming ByteBuffer, _ failure: CallFailure?, isTold: Bool = false
    ) {
        var lines = lines
        if let failure {
            streamStatus.store(failure.status(for: .stream), ordering: .relaxed)
            tell(failure.status(for: .stream), failure.detail)
        }
        if let failure, !isTold {
            lines.append("{\"error\":")
            lines.appendJSONString(failure.detail)
            lines.append("}\n")
        }
        let end: StreamEnd =
            switch failure?.reason {
            case nil: .complete
            case .cancelled: .cancelled
            default: .error
            }
        held.add(lines.count)
        if pipe?.finish(lines, end) ?? false { wake() }
    }

    /// Takes lines of a stream; never waits.
    func offer(_ lines: inout ByteBuffer) -> StreamOffer {
        let count = lines.count
        let answer = pipe?.offer(&lines) ?? .closed
        if lines.count == 0, count > 0 { held.add(count) }
        return answer
    }

    /// Has the HTTP thread send what `offer` answered `.takenAndWaking` for.
    func wake() { server.loop.wake(self) }

    /// Waits until there is room for lines, or they are not wanted.
    func waitForRoom() { pipe?.waitForRoom() }

    /// No more lines are wanted.
    func close() { pipe?.close() }

    /// The client has gone away: what runs for it alone is cancelled, and the connection let go.
    ///
    /// On the HTTP thread.
    func clientIsGone() {
        isAbandoned.store(true, ordering: .sequentiallyConsistent)
        cancelCall()
        if pipe?.drop() ?? false { wake() }
        complete(.drop)
    }

    func cancelCall() {
        server.service.cancel(self, CallFailure(.cancelled, "The client has disconnected"))
    }

    /// The request is over, answered or not: what the plugin still sends is not read.
    ///
    /// On the HTTP thread.
    func completed(_ outcome: RequestOutcome) {
        count(outcome)
        // libmicrohttpd may fail to send to a client that has gone before its socket tells of that.
        if outcome == .disconnected, client?.exchange === self { cancelCall() }
        client?.exchange = nil
        pipe?.close()
        // Not later: a client that has read this answer may count on the room that its body took.
        server.loop.didFree(body.received)
        held.giveBack()
        if stage != .receiving { server.answerIsSent() }
    }

    private func count(_ outcome: RequestOutcome) {
        let start = start.load(ordering: .relaxed)
        server.counters.count(
            outcome, row: request.row, arrival: request.arrival,
            start: start == 0 ? nil : Moment(nanoseconds: start), isCall: request.kind != nil,
            at: server.loop.now)
    }
}
