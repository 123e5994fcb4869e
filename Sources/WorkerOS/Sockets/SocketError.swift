/// Why there is no socket to serve.
package enum SocketError: Error, Equatable, CustomStringConvertible {
    case cannotCreate(SystemError)
    /// The address or port cannot be had, found at bind or at listen; a taken port is EADDRINUSE.
    case cannotListen(host: String, port: UInt16, SystemError)
    case cannotListenOnInherited(Int32, SystemError)
    case notOpen(Int32)
    case notSocket(Int32)
    case notStream(Int32)
    case wrongFamily(Int32, family: Int32)
    case notListening(Int32)
    /// It stands in the place of a standard stream, and nothing can be put there instead.
    case cannotMove(Int32, SystemError)

    package var description: String {
        switch self {
        case .cannotCreate(let error): "no socket can be made: \(error)"
        case .cannotListen(let host, let port, let error):
            "cannot listen on host \(host), port \(port): \(error)"
        case .cannotListenOnInherited(let descriptor, let error):
            "cannot listen on inherited descriptor \(descriptor): \(error)"
        case .notOpen(let descriptor): "inherited descriptor \(descriptor) is not open"
        case .notSocket(let descriptor): "inherited descriptor \(descriptor) is not a socket"
        case .notStream(let descriptor):
            "inherited descriptor \(descriptor) is a socket, but not a stream socket"
        case .wrongFamily(let descriptor, let family):
            "inherited descriptor \(descriptor) is a socket of address family \(family), "
                + "neither IPv4, IPv6 nor Unix"
        case .notListening(let descriptor):
            "inherited descriptor \(descriptor) is a socket that does not listen"
        case .cannotMove(let descriptor, let error):
            "inherited descriptor \(descriptor) cannot be replaced by /dev/null: \(error)"
        }
    }
}
