/// Why a thread was not started.
package enum ThreadError: Error, Equatable, CustomStringConvertible {
    case cannotStart(name: String, SystemError)

    package var description: String {
        switch self {
        case .cannotStart(let name, let error): "thread '\(name)' cannot be started: \(error)"
        }
    }
}
