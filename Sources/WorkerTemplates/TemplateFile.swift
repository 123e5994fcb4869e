private import CTemplates
internal import WorkerCore

/// A file of a template, as the binary has it.
struct TemplateFile {
    /// Where it lies in the folder that is made.
    let path: String
    let text: String

    /// The files of a language's template.
    static func all(of language: NewPlugin.Language) -> [TemplateFile] {
        var files: [TemplateFile] = []
        var index = 0
        while let file = unsafe ctemplates_file_at(index)?.pointee {
            index += 1
            guard unsafe String(cString: file.language) == language.rawValue else { continue }
            unsafe files.append(
                TemplateFile(path: String(cString: file.path), text: String(cString: file.text)))
        }
        return files
    }
}
