internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerJSON

/// What a plugin gets for `args` and `kwargs` that the client left out; never freed.
enum EmptyText {
    nonisolated(unsafe) static let array = unsafe make("[]")
    nonisolated(unsafe) static let object = unsafe make("{}")

    private static func make(_ text: String) -> uw_text {
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count)
        for (index, byte) in text.utf8.enumerated() { unsafe copy[index] = CChar(bitPattern: byte) }
        return unsafe uw_text(data: copy.baseAddress, length: copy.count)
    }
}

extension Call {
    /// The whole body as the plugin sees it, likewise; NULL if there is none.
    var wholeText: uw_text {
        body.count == 0
            ? unsafe uw_text(data: nil, length: 0)
            : unsafe text(0..<body.count, orElse: EmptyText.object)
    }

    /// A part of the body as the plugin sees it; valid as long as the call is alive.
    func text(_ range: Range<Int>?, orElse empty: uw_text) -> uw_text {
        guard let range else { return unsafe empty }
        return unsafe body.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.advanced(by: range.lowerBound)
            return unsafe uw_text(
                data: start?.assumingMemoryBound(to: CChar.self), length: range.count)
        }
    }
}
