internal import CWorkerPlugin
internal import FoundationEssentials

/// An error in the terms of the plugin ABI: a status and a text for people.
struct Failure {
    let status: uw_status
    let text: String

    init(_ error: any Error) {
        switch error {
        case let error as PluginError:
            status = error.kind.status
            text = error.message
        case is CancellationError:
            status = Status.cancelled
            text = "The call was cancelled"
        default:
            status = Status.failed
            text = Self.text(of: error)
        }
    }

    private static func text(of error: any Error) -> String {
        if let text = (error as? any LocalizedError)?.errorDescription { return text }
        if error is any CustomStringConvertible { return String(describing: error) }
        return String(reflecting: error)
    }
}

extension PluginError.Kind {
    fileprivate var status: uw_status {
        switch self {
        case .failed: Status.failed
        case .invalidArgument: Status.invalidArgument
        case .cancelled: Status.cancelled
        case .unavailable: Status.unavailable
        case .deadline: Status.deadline
        case .unsupported: Status.unsupported
        case .fatal: Status.fatal
        }
    }
}

/// The statuses of the plugin ABI in the type that its functions answer.
enum Status {
    static let ok = uw_status(UW_OK)
    static let pending = uw_status(UW_PENDING)
    static let failed = uw_status(UW_ERROR)
    static let invalidArgument = uw_status(UW_INVALID_ARGUMENT)
    static let cancelled = uw_status(UW_CANCELLED)
    static let unavailable = uw_status(UW_UNAVAILABLE)
    static let deadline = uw_status(UW_DEADLINE)
    static let unsupported = uw_status(UW_UNSUPPORTED)
    static let fatal = uw_status(UW_FATAL)
    static let unknownClass = uw_status(UW_UNKNOWN_CLASS)
    static let wrongABI = uw_status(UW_WRONG_ABI)
    static let stale = uw_status(UW_STALE)
}
