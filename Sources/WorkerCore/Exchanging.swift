/// Replaces a value and hands out the former one, so that it can be freed outside of a lock.
package func exchange<Value>(_ value: inout Value, _ replacement: Value) -> Value {
    defer { value = replacement }
    return value
}
