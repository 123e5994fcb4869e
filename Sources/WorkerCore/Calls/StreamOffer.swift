/// What became of stream lines that were offered to the client's side.
package enum StreamOffer: Sendable {
    /// They will be sent.
    case taken
    /// They will be sent once the connection has been woken, which is up to the caller.
    case takenAndWaking
    /// They were left: the client is slower than the plugin.
    case full
    /// They were left: they are not wanted.
    case closed
}
