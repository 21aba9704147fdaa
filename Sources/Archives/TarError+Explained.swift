import Faults

extension TarError: Explained {
    public var explanation: Explanation {
        switch self {
        case .notATar(let offset):
            damaged("It is no tar archive, or was changed: byte \(offset) begins neither an entry nor the end.")
        case .truncated(let offset): damaged("It was cut short: it ends at byte \(offset), within an entry or before the end.")
        case .badHeader(let path): damaged("The header of \(path.debugDescription) is not one of a tar archive.")
        case .unsupported(let path, let type):
            damaged("\(path.debugDescription) is neither a file nor a folder, but of type \(type).")
        case .unsafePath(let path): damaged("\(path.debugDescription) would lie outside the folder that it is unpacked to.")
        }
    }

    private func damaged(_ what: String) -> Explanation {
        Explanation(what, next: "Take another copy of the archive.", kind: .integrity)
    }
}
