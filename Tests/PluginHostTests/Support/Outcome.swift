import WorkerCore

/// A call's outcome as a value that can be compared.
enum Outcome: Equatable, Sendable {
    case value(String)
    case done
    case answer(UInt32, String)
    case streamEnd(String, CallFailure?)
    case failure(CallFailure)

    /// The failure, of whatever kind of call.
    var failureIfAny: CallFailure? {
        switch self {
        case .value, .done, .answer: nil
        case .streamEnd(_, let failure): failure
        case .failure(let failure): failure
        }
    }

    /// A failure with a reason and a detail.
    static func failed(_ reason: CallFailure.Reason, _ detail: String) -> Self {
        .failure(CallFailure(reason, detail))
    }
}
