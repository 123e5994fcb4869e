internal import Synchronization
package import WorkerCore

/// The tokens that requests have to show, which may change while requests come; any thread.
package final class TokenCheck: Sendable {
    private let tokens: Mutex<BearerTokens>

    /// Begins with tokens.
    package init(_ tokens: BearerTokens) { self.tokens = Mutex(tokens) }

    /// Other tokens count from now on; requests that have been admitted go on.
    package func replace(_ tokens: BearerTokens) { self.tokens.withLock { $0 = tokens } }

    /// Why a request is refused that has such headers, if it is.
    func refusal(_ head: RequestHead) -> BearerTokens.Refusal? {
        let tokens = tokens.withLock(\.self)
        return unsafe tokens.refusal(
            head.authorization?.span, isOnly: !head.hasSeveralAuthorizations)
    }
}
