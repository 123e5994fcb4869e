private import CLinux
private import Glibc
package import WorkerCore

extension PythonSearch.Files {
    /// The file system of this machine.
    package static var system: Self {
        Self(
            exists: { unsafe access($0, F_OK) == 0 },
            isRunnable: { isProgram($0) && !(unsafe clinux_is_worker_binary($0)) },
            isDropIn: { path in
                unsafe isProgram(path) && clinux_is_worker_binary(path)
                    && clinux_stands_for_python(path)
            },
            names: { folder in
                guard let stream = unsafe opendir(folder) else { return [] }
                defer { unsafe closedir(stream) }
                var names: [String] = []
                while let entry = unsafe readdir(stream) {
                    unsafe names.append(
                        withUnsafePointer(to: &entry.pointee.d_name) {
                            unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                                unsafe String(cString: $0)
                            }
                        })
                }
                return names
            })
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return unsafe access(path, X_OK) == 0 && stat(path, &status) == 0
            && status.st_mode & S_IFMT == S_IFREG
    }
}
