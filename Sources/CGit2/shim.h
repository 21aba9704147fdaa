#include <git2.h>
#include <zlib.h>

/// Makes libgit2 write through to the disk: objects, packs, references and the folders that hold them.
///
/// `git_libgit2_opts` takes a variable list of arguments, which Swift cannot pass. The setting `core.fsyncObjectFiles` would do the
/// same, but makes every command of git 2.36 and later print a warning.
static inline int cgit2_enable_fsync(void) { return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1); }

/// `inflateInit` is a macro.
static inline int cgit2_begin_inflating(z_stream *stream) { return inflateInit(stream); }

/// Makes libgit2 hold every object that it reads against its name.
static inline int cgit2_verify_objects(void) { return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1); }
