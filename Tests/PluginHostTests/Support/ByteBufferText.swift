import PluginHost
import WorkerCore
import WorkerJSON

/// A buffer that has something in it already.
struct ByteBufferText: ~Copyable {
    private var buffer = ByteBuffer()

    init() { buffer.append("before:") }

    var text: String { string(buffer) }

    mutating func copy(_ snapshot: Snapshot) -> CallFailure? { snapshot.copy(into: &buffer) }
}
