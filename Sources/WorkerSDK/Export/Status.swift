internal import CWorkerPlugin

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
