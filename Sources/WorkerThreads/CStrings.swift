private import Glibc

/// Strings as C wants them: an array of pointers that ends with NULL.
@safe package final class CStrings {
    package let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    package let count: Int

    /// Copies the strings; they live as long as this object.
    package init(_ texts: [String]) {
        count = texts.count
        unsafe pointer = .allocate(capacity: count + 1)
        for (index, text) in texts.enumerated() {
            unsafe (pointer + index).initialize(to: strdup(text))
        }
        unsafe (pointer + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { unsafe free(pointer[index]) }
        unsafe pointer.deallocate()
    }
}
