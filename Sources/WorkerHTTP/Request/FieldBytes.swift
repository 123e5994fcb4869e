/// Text of libmicrohttpd's as bytes; valid as long as the request is.
func fieldBytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
        .assumingMemoryBound(to: UInt8.self)
}
