import Adapters
import CGit2
import Foundation

/// What trees say of Git LFS, whoever wrote them.
extension GitRepository {
    /// The pointers in a tree, at any depth; nothing about its names is taken on trust, and nothing is refused.
    func pointers(in tree: git_oid) throws(GitFailure) -> [LargeFilePointer] {
        var id = tree
        try requireSound(id)
        let tree = try GitHandle("read a tree", free: git_tree_free) { git_tree_lookup($0, handle.pointer, &id) }
        var pointers: [LargeFilePointer] = []
        for index in 0..<git_tree_entrycount(tree.pointer) {
            guard let entry = git_tree_entry_byindex(tree.pointer, index) else { continue }
            let id = git_tree_entry_id(entry).pointee
            switch git_tree_entry_type(entry) {
            case GIT_OBJECT_TREE: pointers += try self.pointers(in: id)
            case GIT_OBJECT_BLOB:
                if try size(of: id) <= LargeFilePointer.sizeLimit, let pointer = LargeFilePointer(try readBlob(id)) {
                    pointers.append(pointer)
                }
            default: continue
            }
        }
        return pointers
    }

    /// Of an object, without a look at its content.
    private func size(of id: git_oid) throws(GitFailure) -> Int {
        var (id, length, kind) = (id, 0, GIT_OBJECT_ANY)
        let objects = try GitHandle("open the objects", free: git_odb_free) { git_repository_odb($0, handle.pointer) }
        try GitLibrary.check("read an object", git_odb_read_header(&length, &kind, objects.pointer, &id))
        return length
    }
}
