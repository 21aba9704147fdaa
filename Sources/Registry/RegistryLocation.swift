import Foundation

/// Which registry a command means, and why that one.
public struct RegistryLocation: Sendable, Hashable {
    public enum Origin: String, Sendable, Hashable {
        /// `--registry DIR`.
        case option
        /// `LORA_REGISTRY`.
        case environment
        /// The nearest `registry/` from the working folder upward.
        case nearest
        /// The data folder of the user, by the XDG rules.
        case user
    }

    public let layout: RegistryLayout
    public let origin: Origin

    public init(layout: RegistryLayout, origin: Origin) {
        self.layout = layout
        self.origin = origin
    }

    /// The option, else the variable, else the nearest registry upward, else the user's own, whether it exists or not.
    ///
    /// Depends on the arguments and on which marker files exist, on nothing else.
    public static func find(
        option: String?, environment: [String: String], workingFolder: URL
    ) -> RegistryLocation {
        func named(_ path: String, _ origin: Origin) -> RegistryLocation {
            let folder = URL(filePath: path, relativeTo: workingFolder.appending(path: "/")).absoluteURL
            return RegistryLocation(layout: itselfOrWithin(folder), origin: origin)
        }
        if let option, !option.isEmpty { return named(option, .option) }
        if let path = environment["LORA_REGISTRY"], !path.isEmpty { return named(path, .environment) }
        if let layout = nearest(to: workingFolder) { return RegistryLocation(layout: layout, origin: .nearest) }
        return RegistryLocation(layout: RegistryLayout(root: userFolder(environment)), origin: .user)
    }

    /// A folder that is a registry, or the `registry/` within it that is one; itself when neither is.
    private static func itselfOrWithin(_ folder: URL) -> RegistryLayout {
        let candidates = [folder, folder.appending(path: "registry")].map(RegistryLayout.init(root:))
        return candidates.first(where: \.isMarked) ?? candidates[0]
    }

    private static func nearest(to folder: URL) -> RegistryLayout? {
        var level = folder.standardizedFileURL
        while true {
            let layout = RegistryLayout(root: level.appending(path: "registry"))
            if layout.isMarked { return layout }
            let own = RegistryLayout(root: level)
            if level.lastPathComponent == "registry", own.isMarked { return own }
            guard level.pathComponents.count > 1 else { return nil }
            level.deleteLastPathComponent()
        }
    }

    /// `$XDG_DATA_HOME/lora/registry`; the variable counts only when absolute, as the XDG rules say.
    private static func userFolder(_ environment: [String: String]) -> URL {
        let stated = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let data = stated ?? "\(environment["HOME"] ?? "/root")/.local/share"
        return URL(filePath: data).appending(path: "lora/registry")
    }
}
