internal import WorkerCore

/// The endpoints that look at calls, or cancel them; on the HTTP thread.
extension Exchange {
    /// GET /progress/ID.
    func progress(id: String) -> Reply {
        server.service.progress(id: id).map { .progress($0) } ?? .noCall(id)
    }

    /// POST /cancel/ID.
    func cancel(id: String) -> Reply? {
        let isFound = server.service.cancel(id: id, .cancelled) {
            self.complete(.reply(.cancel($0)))
        }
        return isFound ? nil : .noCall(id)
    }

    /// POST /cancel.
    func cancelAll() -> Reply? {
        server.service.cancelAll(.cancelled) { self.complete(.reply(.cancel($0))) }
        return nil
    }
}

extension CallFailure {
    /// What the clients of calls are told that another one has cancelled.
    fileprivate static var cancelled: Self {
        Self(.cancelled, "The call was cancelled by POST /cancel")
    }
}
