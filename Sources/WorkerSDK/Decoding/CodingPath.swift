/// Where in a JSON text something stands, spelt for people: `kwargs.options.rates[2]`.
enum CodingPath {
    static func text(_ path: [any CodingKey], root: String = "") -> String {
        var text = root
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return text
    }
}
