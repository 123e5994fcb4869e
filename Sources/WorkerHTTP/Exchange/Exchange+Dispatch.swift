internal import CMicroHTTPD
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// From the end of the request to its reply; on the HTTP thread, but where it says otherwise.
extension Exchange {
    /// Answers the request, whose body is complete, or has it wait for the plugin.
    func dispatch() -> MHD_Result {
        client?.deadline = .never
        if server.loop.putsOff(self) { return .YES }
        stage = .dispatched
        server.answerIsDue()
        if body.problem == .tooLargeAndTold { return .NO }
        if var refusal = request.plan.refusal {
            if body.problem != nil { refusal.closesConnection = true }
            return answer(told(refusal))
        }
        if let problem = body.problem {
            guard let reply = reply(to: problem) else { return .NO }
            return answer(told(reply))
        }
        switch request.plan {
        case .refuse, .challenge: preconditionFailure("what is refused has been answered")
        case .preflight(let methods):
            return answer(.preflight(methods))
        case .answer(let row, let id):
            switch server.endpoints[row].answer {
            case .call(let kind): return call(kind)
            case .snapshot(let render): return answer(render(server))
            case .kept(let response): return answer(Reply(shared: response(server).text))
            case .exchange(let reply):
                guard let reply = reply(self, id ?? "") else { return park() }
                return answer(reply)
            }
        }
    }

    /// Has the plugin asked.
    private func call(_ kind: CallKind) -> MHD_Result {
        // What runs alone goes on without its client.
        if let client, kind.place ?? .shared == .shared {
            if client.isGone { return .NO }
            client.exchange = self
        }
        if body.bytes.count > server.options.largeBody
            || !server.loop.validation.admit(body.bytes.count)
        {
            // Validation takes milliseconds a megabyte: not on the thread of /health.
            server.validate(self)
            return park()
        }
        guard let step = validateAndSubmit() else { return park() }
        return go(step)
    }

    /// Validates the body and hands the call over; also on the validator's thread.
    ///
    /// - Returns: what to do at once; nil if the plugin's answer is to be waited for.
    func validateAndSubmit() -> NextStep? {
        guard let kind = request.kind else {
            preconditionFailure("only a call has its body validated")
        }
        do throws(CallBodyError) {
            switch request.bodyUse {
            case .call:
                let call = try JSON.parseCallBody(body.bytes)
                return submit(kind, args: call.args, kwargs: call.kwargs)
            case .value: return submit(kind, args: try configuration(), kwargs: nil)
            case .ignored, .reconfiguration, .raw:
                return submit(kind, args: nil, kwargs: nil)
            }
        } catch {
            return .reply(told(Reply(400, detail: error.description)))
        }
    }

    private func configuration() throws(CallBodyError) -> Range<Int> {
        do throws(JSONError) {
            return try JSON.validate(body.bytes).range
        } catch {
            throw .invalid(error)
        }
    }

    private func submit(_ kind: CallKind, args: Range<Int>?, kwargs: Range<Int>?) -> NextStep? {
        // What the body takes of the budget is the call's from now on.
        let taken = Holding(of: server.budget)
        taken.takeOver(held)
        let call = Call(
            kind, body: body.take(), args: args, kwargs: kwargs, headers: request.headers,
            requestID: request.id, trace: request.trace, arrival: request.arrival,
            deadline: request.deadline(within: server.options.callTimeout), client: self,
            held: taken)
        let refusal = server.service.submit(call)
        // Where the body was validated on another thread, the client may have gone meanwhile.
        if isAbandoned.load(ordering: .sequentiallyConsistent) { cancelCall() }
        guard let refusal else { return kind == .stream ? .stream : nil }
        return .reply(told(.refused(refusal)))
    }

    /// Does what the plugin's side has left, or suspends the connection until it leaves something.
    func park() -> MHD_Result {
        // A server that is being stopped drops what is queued, and asks again.
        if stage == .answered { return .NO }
        guard let step = pending.withLock({ $0.take() }) else {
            server.loop.suspend(self)
            return .YES
        }
        return go(step)
    }

    private func go(_ step: consuming NextStep) -> MHD_Result {
        switch consume step {
        case .reply(let reply): answer(reply)
        case .stream: startStream()
        case .drop: .NO
        }
    }

    /// Sends a reply, which carries the request's id.
    private func answer(_ reply: consuming Reply) -> MHD_Result {
        var reply = reply
        reply.requestID = request.id
        if hasTrailers { reply.closesConnection = true }
        stage = .answered
        if reply.headersLength > server.options.connectionMemory / 2, let client {
            return sendPast(reply, to: client)
        }
        return server.send(reply, of: request.row, on: connection)
    }

    /// Sends a reply past libmicrohttpd, and ends the connection with it.
    ///
    /// What the socket does not take at once is sent as it has room; meanwhile the connection is out of
    /// libmicrohttpd's turns.
    private func sendPast(
        _ reply: consuming Reply, to client: ClientConnection
    ) -> MHD_Result {
        var reply = reply
        reply.closesConnection = true
        server.begin(&reply, to: client)
        let message = reply.message(
            of: request.row, on: connection, by: server, isToHead: request.isHead)
        client.answer.isPast = true
        guard let message, !client.deliver(message, for: self) else { return .NO }
        server.loop.suspend(self)
        server.loop.clients.awaitRoom(client)
        return .YES
    }

    private func reply(to problem: IncomingBody.Problem) -> Reply? {
        switch problem {
        case .tooLarge:
            var reply = server.tooLarge()
            reply.closesConnection = true
            return reply
        case .tooLargeAndTold: return nil
        case .noBudget: return server.noBudget()
        case .noMemory: return Reply(503, detail: "There is no memory for the request's body")
        }
    }
}
