/// Where the socket that the worker serves comes from.
package enum SocketSource: Sendable, Equatable {
    /// The worker binds this address and port itself; port 0 is any free one.
    case bind(IPAddress, UInt16)
    /// The socket was inherited under this descriptor and listens already.
    case inherited(Int32)

    /// The first descriptor that systemd hands over, by the LISTEN_FDS protocol.
    package static let firstActivated: Int32 = 3
}
