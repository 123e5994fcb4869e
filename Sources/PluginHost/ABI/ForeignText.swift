internal import CWorkerPlugin
private import Glibc
internal import WorkerJSON

/// The bytes that a plugin hands over as a pointer and a length, UW_NTS meaning "up to the NUL".
///
/// They are the plugin's, and valid until the function that got them returns.
///
/// - Returns: nil where the pointer is NULL although a length is given; empty for NULL without one.
func foreignText(_ data: UnsafePointer<CChar>?, _ length: Int) -> UnsafeRawBufferPointer? {
    guard let data = unsafe data else {
        return length == 0 ? unsafe UnsafeRawBufferPointer(start: nil, count: 0) : nil
    }
    // UW_NTS is SIZE_MAX, which Swift reads as -1; other lengths past the address space are lies.
    if length == -1 { return unsafe UnsafeRawBufferPointer(start: data, count: strlen(data)) }
    return length < 0 ? nil : unsafe UnsafeRawBufferPointer(start: data, count: length)
}

/// A copy of foreign bytes as text; what is not UTF-8 in them becomes U+FFFD.
func repairedString(_ bytes: UnsafeRawBufferPointer) -> String {
    unsafe String(decoding: bytes, as: UTF8.self)
}
