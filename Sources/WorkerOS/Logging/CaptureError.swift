/// Why standard output cannot be captured.
package enum CaptureError: Error, Equatable, CustomStringConvertible {
    case cannotRedirect(descriptor: Int32, SystemError)
    case noThread(ThreadError)

    package var description: String {
        switch self {
        case .cannotRedirect(let descriptor, let error):
            "descriptor \(descriptor) cannot be captured: \(error)"
        case .noThread(let error): "standard output cannot be captured: \(error)"
        }
    }
}
