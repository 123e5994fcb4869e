internal import CMicroHTTPD
internal import WorkerCore

/// Connections that libmicrohttpd neither reads nor closes.
///
/// 0.9.75 has a connection whose buffer is full of the line of a chunk's size in its list of those
/// that are ready, never reads from it, and says for ever that it has work.
extension Clients {
    /// The time between rounds.
    private static let probeInterval = TimeSpan.milliseconds(100)

    /// Gives a turn to connections on which a body is awaited, to find those that do not read.
    ///
    /// - Returns: whether there are any; then `endStuck` is called after the turn.
    func probe(_ now: Moment) -> Bool {
        guard now >= nextProbe else { return false }
        nextProbe = now + Self.probeInterval
        for client in connections.values where client.awaitsBody && client.round != round {
            client.round = round
            client.isAsked = true
            client.giveTurn()
            asked.append(client)
            if asked.count == Self.mostAtOnce { break }
        }
        if asked.isEmpty { round += 1 }
        return !asked.isEmpty
    }

    /// Ends the connections that had a turn and neither had some of their body taken nor wait for
    /// more: libmicrohttpd watches those that do.
    ///
    /// - Parameter events: libmicrohttpd's epoll instance.
    func endStuck(_ events: Int32) {
        for client in asked where client.isAsked && connections[client.number] != nil {
            if client.awaitsBody, uw_is_watched(events, client.socket) == 0 { client.endStuck() }
        }
        asked.removeAll(keepingCapacity: true)
    }
}
