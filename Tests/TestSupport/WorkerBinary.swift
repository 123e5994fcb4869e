import Glibc

/// Where the daemon is that the tests run.
public enum WorkerBinary {
    /// UNIVERSAL_WORKER_BINARY, or the product beside the test bundle, or that of a debug build.
    public static func path() throws -> String {
        if let given = unsafe getenv("UNIVERSAL_WORKER_BINARY") {
            return unsafe String(cString: given)
        }
        let candidates = [beside, Repository.root + "/.build/debug/universal-worker"]
        guard let path = candidates.first(where: { unsafe access($0, X_OK) == 0 }) else {
            throw TestFailure("no binary at \(candidates): run `swift build`")
        }
        return path
    }

    private static var beside: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return 0 }
                return unsafe readlink("/proc/self/exe", start, characters.count)
            }
        }
        let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return folder.joined(separator: "/") + "/universal-worker"
    }
}
