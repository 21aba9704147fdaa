import DurableFiles
import Foundation
import HTTP

/// Brings one file among the blobs of the cache: whole and with the right digest, or not at all.
///
/// What an attempt received stays, and the next, of this process or another, asks for the rest.
struct FileDownload {
    let file: HubFile
    let reference: HubReference
    let service: HubService
    let cache: HubCache
    /// Bytes of the file that are there.
    let progress: (Int) throws -> Void

    /// How long another process is waited for.
    private static let patience = 3_000
    private static let pause: Duration = .milliseconds(200)

    func run() throws {
        let blob = cache.blob(of: file, in: reference.repository)
        let lock = try takeLock()
        try withExtendedLifetime(lock) {
            // another process may have brought it meanwhile
            guard !cache.holds(file, of: reference.repository) else { return try progress(file.size) }
            let part = try PartialFile(blob.appendingPathExtension("lora.incomplete"), of: file)
            try progress(part.size)
            let wasBegun = part.size > 0
            try fetch(part)
            if !part.isRight, wasBegun {
                // what an earlier attempt left may have been anything
                try part.startAnew()
                try fetch(part)
            }
            guard part.isRight else {
                try part.startAnew()
                throw HubError.wrongBytes(file.path, reference.repository, what: "its digest is another")
            }
            try part.publish(as: blob)
        }
    }

    private func takeLock() throws -> FileLock {
        let place = cache.lock(of: file, in: reference.repository)
        let http = service.client.settings
        for _ in 0..<Self.patience {
            if let lock = try FileLock.take(place, permissions: 0o644) { return lock }
            guard !http.isStopped() else { throw HTTPError.stopped }
            http.pause(Self.pause)
        }
        throw HubError.busy(file.path, lock: place.path)
    }

    /// Until all bytes are there.
    private func fetch(_ part: PartialFile) throws {
        var before = part.size
        while !part.isWhole {
            try service.translating(reference, file: file.path) {
                try service.client.settings.retrying {
                    defer { before = part.size }
                    return part.size > before
                } _: {
                    try attempt(part)
                }
            }
        }
    }

    /// Asks for what is missing.
    private func attempt(_ part: PartialFile) throws {
        guard !part.isWhole else { return }
        var request = try service.request(reference, path: file.path)
        let start = part.size
        if start > 0 {
            request.headers.append(HTTPHeader("Range", "bytes=\(start)-"))
            if let validator = part.validator { request.headers.append(HTTPHeader("If-Range", validator)) }
        }
        do {
            try service.client.stream(request, follow: check) { head in
                try begin(part, at: start, head)
                // a weak one says nothing about bytes
                part.validator = head["etag"].flatMap { $0.hasPrefix("W/") ? nil : $0 }
            } body: { bytes in
                try part.append(bytes)
                try progress(part.size)
            }
        } catch let error as HTTPError where error.refusal?.status == 416 {
            // what is there reaches beyond the file that the server has
            guard start > 0 else { throw error }
            return try part.startAnew()
        } catch is PartialFile.TooLong {
            try part.startAnew()
            throw HubError.wrongBytes(file.path, reference.repository, what: "it is longer than \(file.size) bytes")
        }
        guard part.isWhole else {
            throw HTTPError.cut(server: request.url.server, reason: "\(part.size) of \(file.size) bytes of \(file.path) came")
        }
    }

    /// What the hub says of the file where it leads to its store.
    private func check(_ head: HTTPHead) throws {
        guard let size = head["x-linked-size"].flatMap({ Int($0) }), size != file.size else { return }
        throw HubError.wrongBytes(file.path, reference.repository, what: "the hub now says \(size) bytes, not \(file.size)")
    }

    /// A server may answer with the rest, or with the whole.
    private func begin(_ part: PartialFile, at start: Int, _ head: HTTPHead) throws {
        if head.status == 206 {
            guard let range = head["content-range"], range.hasPrefix("bytes \(start)-") else {
                throw HubError.badReply(url: "\(head.url)", what: "it is another part than the one asked for")
            }
        } else if part.size > 0 {
            try part.startAnew()
        }
    }
}
