private import CLinux
private import Glibc
package import WorkerCore

extension PythonSearch.Files {
    /// The file system of this machine.
    package static var system: Self {
        let own = Self.identity(of: "/proc/self/exe")
        return Self(
            exists: { unsafe access($0, F_OK) == 0 },
            isRunnable: { path in
                guard unsafe access(path, X_OK) == 0, let file = Self.identity(of: path) else {
                    return false
                }
                return file.isRegular && !(file.device == own?.device && file.inode == own?.inode)
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

    private static func identity(
        of path: String
    ) -> (device: UInt, inode: UInt, isRegular: Bool)? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return (status.st_dev, status.st_ino, status.st_mode & S_IFMT == S_IFREG)
    }
}
