import Foundation

/// Text files that are read without trust.
public enum YAMLText {
    /// The UTF-8 text of a regular file of at most `YAMLLimits.size` bytes; every error names the file.
    public static func contents(of file: URL) throws(YAMLError) -> String {
        let top = YAMLPlace(file: file.relativePath, line: 1, key: "")
        let data: Data
        do {
            data = try boundedData(of: file)
        } catch {
            throw YAMLError(.unreadable(words(for: error)), at: top)
        }
        guard data.count <= YAMLLimits.size else { throw YAMLError(.tooLarge(limit: YAMLLimits.size), at: top) }
        guard let text = String(validating: data, as: UTF8.self) else { throw YAMLError(.notUTF8, at: top) }
        return text
    }

    private static func words(for error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "it does not exist"
        case .fileReadNoPermission?: "permission is denied"
        case .fileReadInvalidFileName?: "it is no regular file"
        default: error.localizedDescription
        }
    }

    /// At most one byte more than `YAMLLimits.size`, so that neither a huge file nor a pipe can hold us up.
    private static func boundedData(of file: URL) throws -> Data {
        let target = file.resolvingSymlinksInPath().path
        let kind = try FileManager.default.attributesOfItem(atPath: target)[.type] as? FileAttributeType
        guard kind == .typeRegular else { throw CocoaError(.fileReadInvalidFileName) }
        let handle = try FileHandle(forReadingFrom: file)
        let data = try handle.read(upToCount: YAMLLimits.size + 1) ?? Data()
        try handle.close()
        return data
    }
}
