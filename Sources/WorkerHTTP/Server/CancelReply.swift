/// What POST /cancel answers.
package enum CancelReply: Equatable, Sendable {
    case cancelled
    case notSupported
    case failed(String)
}
