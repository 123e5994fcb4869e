import CWorkerJSON

/// Which of the two validating readers looks at a text; both accept the same texts.
package enum JSONReader: Sendable {
    /// The quickest for the text's length, and the byte-wise one to name an error.
    case automatic
    /// The one that reads blocks of 64 bytes; it refuses without saying why or where.
    case blockwise
    /// The one that reads byte by byte and names the first error.
    case bytewise

    var underlying: worker_json_reader {
        switch self {
        case .automatic: .WORKER_JSON_AUTOMATIC
        case .blockwise: .WORKER_JSON_BLOCKWISE
        case .bytewise: .WORKER_JSON_BYTEWISE
        }
    }
}
