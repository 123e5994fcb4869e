/// The head of a frame between worker and runner: 16 bytes, little endian; docs/process-plugins.md.
struct FrameHead: Equatable, Sendable {
    /// How many bytes it takes on the wire.
    static let size = 16
    /// The longest payload, in bytes: what a body or a result may be, and room for what surrounds it.
    static let longestPayload = 1 << 31

    /// How many bytes follow.
    var length: UInt32
    var kind: UInt8
    var flags: UInt8
    /// The lane of the call that it is about; on control only.
    var lane: UInt16
    /// The number of that call on its lane; 0 for none.
    var call: UInt64

    /// Makes the head of a frame.
    init(
        _ kind: FrameKind, flags: UInt8 = 0, lane: UInt16 = 0, call: UInt64 = 0, length: Int
    ) {
        self.length = UInt32(length)
        self.kind = kind.rawValue
        self.flags = flags
        self.lane = lane
        self.call = call
    }

    /// Reads a head from its bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        length = unsafe UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        kind = unsafe bytes[4]
        flags = unsafe bytes[5]
        lane = unsafe UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
        call = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Writes the head as the wire has it.
    func write(to bytes: UnsafeMutableRawBufferPointer) {
        unsafe bytes.storeBytes(of: length.littleEndian, toByteOffset: 0, as: UInt32.self)
        unsafe bytes.storeBytes(of: kind, toByteOffset: 4, as: UInt8.self)
        unsafe bytes.storeBytes(of: flags, toByteOffset: 5, as: UInt8.self)
        unsafe bytes.storeBytes(of: lane.littleEndian, toByteOffset: 6, as: UInt16.self)
        unsafe bytes.storeBytes(of: call.littleEndian, toByteOffset: 8, as: UInt64.self)
    }
}

/// What a frame means; the letters are those of docs/process-plugins.md.
enum FrameKind: UInt8, Sendable {
    // On a lane, to the runner.
    case execute = 0x58  // X
    case stream = 0x53  // S
    case initialize = 0x49  // I
    case configSchema = 0x44  // D
    case currentConfig = 0x47  // G
    case bodySchemas = 0x4A  // J
    case cleanup = 0x4B  // K
    case endpoint = 0x55  // U

    // On a lane, from the runner.
    case lines = 0x4C  // L
    case result = 0x52  // R
    case error = 0x45  // E
    case cancelled = 0x4E  // N
    case state = 0x50  // P, also on control
    case answer = 0x41  // A

    // On control.
    case boot = 0x42  // B
    case stop = 0x63  // c
    case flush = 0x66  // f
    case quit = 0x71  // q

    // On control, from the runner.
    case hello = 0x48  // H
    case opened = 0x4F  // O
    case failed = 0x46  // F
    case stopped = 0x43  // C
    case metrics = 0x4D  // M
}

/// The bits of `FrameHead.flags`, by the kind of the frame.
enum FrameFlag {
    /// An execute or a stream: the payload is the whole body of the request.
    static let whole: UInt8 = 1
    /// The same, and requests for endpoints: a line about the request comes first.
    static let context: UInt8 = 2
    /// Lines: more may be held back.
    static let fast: UInt8 = 1
    /// An error: the arguments are to blame.
    static let invalid: UInt8 = 1
    /// An error: the plugin does not do this.
    static let unsupported: UInt8 = 2
    /// An error: what it takes cannot be had now.
    static let unavailable: UInt8 = 4
    /// A stop: by force.
    static let force: UInt8 = 1
    /// A stop was seen to: the plugin's cancel failed.
    static let cancelFailed: UInt8 = 1
    /// A stop was seen to: the plugin cannot do this.
    static let cannotStop: UInt8 = 2
}
