internal import WorkerJSON

extension ByteBuffer {
    /// Validates and appends JSON text that a plugin left; see `appendJSON` of raw bytes.
    mutating func appendJSON(_ text: [UInt8], as style: JSONStyle) throws(JSONAppendError)
        -> JSONRoot
    {
        var result: Result<JSONRoot, JSONAppendError> = .failure(.outOfMemory)
        unsafe text.withUnsafeBytes { bytes in
            do throws(JSONAppendError) {
                result = .success(try unsafe appendJSON(bytes, as: style))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }
}
