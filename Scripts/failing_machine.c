/* A disk that fails on demand, between one process and the system: loaded before libc (LD_PRELOAD), it counts the calls that change
   what lies below a folder, and at one of them stops the process or lets the call fail.

     FAULT_FOLDER   only what lies below it counts
     FAULT_LOG      each counted call is a line of this file: number, name, path
     FAULT_AT       the call that fails, from 1; 0 lets all pass
     FAULT_KIND     before | after: SIGKILL before or after the call
                    torn: half of what is to be written, then SIGKILL
                    once | on: the call fails with FAULT_ERRNO, and with `on` every later one that this error could meet
     FAULT_ERRNO    number */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What a call does: a full disk still takes removals, and writes to where a file has its blocks; a file-size limit meets nothing but
   growth of a file. */
enum effect { CREATES = 1, GROWS = 2, REMOVES = 4, RENAMES = 8, SYNCS = 16, MARKS = 32, WRITES = 64 };

static struct {
    int ready, at, error, log;
    char folder[PATH_MAX], kind[8];
} plan;
static int calls;

static void prepare(void) {
    if (__atomic_load_n(&plan.ready, __ATOMIC_ACQUIRE)) return;
    const char *folder = getenv("FAULT_FOLDER"), *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    const char *error = getenv("FAULT_ERRNO"), *log = getenv("FAULT_LOG");
    snprintf(plan.folder, sizeof plan.folder, "%s", folder ? folder : "");
    snprintf(plan.kind, sizeof plan.kind, "%s", kind ? kind : "");
    plan.at = at ? atoi(at) : 0;
    plan.error = error ? atoi(error) : ENOSPC;
    plan.log = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    __atomic_store_n(&plan.ready, 1, __ATOMIC_RELEASE);
}

static int is_below(const char *path) {
    size_t length = strlen(plan.folder);
    return length > 0 && strncmp(path, plan.folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The path of a name as it was given to a call, from the root. */
static int absolute(int folder, const char *name, char *path) {
    if (name[0] == '/') return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
    char start[PATH_MAX], link[64];
    if (folder == AT_FDCWD) {
        if (!getcwd(start, sizeof start)) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t count = readlink(link, start, sizeof start - 1);
        if (count < 0) return 0;
        start[count] = '\0';
    }
    return snprintf(path, PATH_MAX, "%s/%s", start, name) < PATH_MAX;
}

static int is_met(int effect) {
    switch (plan.error) {
    case ENOSPC:
    case EDQUOT: return effect & (CREATES | GROWS);
    case EFBIG: return effect & (GROWS | WRITES);
    case EROFS: return effect & ~SYNCS;
    default: return 1;
    }
}

enum order { PASS, FAIL, TEAR, STOP_AFTER };

/* Counts a call below the folder and says what is to become of it. */
static enum order count(const char *name, const char *path, int effect) {
    prepare();
    if (!is_below(path)) return PASS;
    int number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (plan.log >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%d %s %d %s\n", number, name, effect, path + strlen(plan.folder));
        syscall(SYS_write, plan.log, line, length);
    }
    if (plan.at == 0 || number < plan.at) return PASS;
    if (!strcmp(plan.kind, "on")) return is_met(effect) ? FAIL : PASS;
    if (number != plan.at) return PASS;
    if (!strcmp(plan.kind, "before")) kill(getpid(), SIGKILL);
    if (!strcmp(plan.kind, "after")) return STOP_AFTER;
    if (!strcmp(plan.kind, "torn")) return effect & (GROWS | WRITES) ? TEAR : STOP_AFTER;
    if (!strcmp(plan.kind, "once")) return is_met(effect) ? FAIL : PASS;
    return PASS;
}

static enum order count_at(const char *name, int folder, const char *path, int effect) {
    char whole[PATH_MAX];
    prepare();
    return path && absolute(folder, path, whole) ? count(name, whole, effect) : PASS;
}

static enum order count_open(const char *name, int descriptor, int effect) {
    char link[64], path[PATH_MAX];
    prepare();
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return PASS;
    path[length] = '\0';
    return path[0] == '/' ? count(name, path, effect) : PASS;
}

static long done(enum order order, long outcome) {
    if (order == STOP_AFTER) kill(getpid(), SIGKILL);
    return outcome;
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))
#define REFUSE(order) \
    if ((order) == FAIL) { errno = plan.error; return -1; }

/* Only an opening that makes or empties a file changes something. */
static int opens(const char *symbol, int folder, const char *path, int flags, mode_t mode) {
    enum order order = PASS;
    struct stat status;
    if ((flags & O_CREAT && fstatat(folder, path, &status, 0) != 0) || (flags & O_TRUNC && flags & (O_WRONLY | O_RDWR)))
        order = count_at(symbol, folder, path, CREATES);
    REFUSE(order)
    return (int)done(order, syscall(SYS_openat, folder, path, flags, mode));
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags) return opens("open", AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opens("open", AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opens("open", folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opens("open", folder, path, flags, mode); }
int __open_2(const char *path, int flags) { return opens("open", AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opens("open", AT_FDCWD, path, flags, 0); }
int creat(const char *path, mode_t mode) { return opens("open", AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

ssize_t write(int descriptor, const void *bytes, size_t size) {
    enum order order = count_open("write", descriptor, GROWS);
    REFUSE(order)
    if (order == TEAR) { syscall(SYS_write, descriptor, bytes, size / 2); kill(getpid(), SIGKILL); }
    return done(order, syscall(SYS_write, descriptor, bytes, size));
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t place) {
    struct stat status;
    int lies_within = fstat(descriptor, &status) == 0 && place + (off64_t)size <= status.st_size;
    enum order order = count_open("pwrite", descriptor, lies_within ? WRITES : GROWS);
    REFUSE(order)
    if (order == TEAR) { syscall(SYS_pwrite64, descriptor, bytes, size / 2, place); kill(getpid(), SIGKILL); }
    return done(order, syscall(SYS_pwrite64, descriptor, bytes, size, place));
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t place) { return pwrite64(descriptor, bytes, size, place); }

ssize_t writev(int descriptor, const struct iovec *pieces, int number) {
    enum order order = count_open("writev", descriptor, GROWS);
    REFUSE(order)
    if (order == TEAR) { syscall(SYS_writev, descriptor, pieces, 1); kill(getpid(), SIGKILL); }
    return done(order, syscall(SYS_writev, descriptor, pieces, number));
}

#define ON_OPEN(symbol, effect, parameters, arguments) \
    int symbol parameters { \
        enum order order = count_open(#symbol, descriptor, effect); \
        REFUSE(order) \
        return (int)done(order, NEXT(int(*) parameters, #symbol) arguments); \
    }
ON_OPEN(fsync, SYNCS, (int descriptor), (descriptor))
ON_OPEN(fdatasync, SYNCS, (int descriptor), (descriptor))
int ftruncate64(int descriptor, off64_t size) {
    struct stat status;
    int shrinks = fstat(descriptor, &status) == 0 && size <= status.st_size;
    enum order order = count_open("ftruncate", descriptor, shrinks ? MARKS : GROWS);
    REFUSE(order)
    return (int)done(order, syscall(SYS_ftruncate, descriptor, size));
}
int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }
ON_OPEN(fchmod, MARKS, (int descriptor, mode_t mode), (descriptor, mode))
ON_OPEN(fallocate, GROWS, (int descriptor, int mode, off_t start, off_t size), (descriptor, mode, start, size))
ON_OPEN(fallocate64, GROWS, (int descriptor, int mode, off64_t start, off64_t size), (descriptor, mode, start, size))

/* These two return the error itself. */
int posix_fallocate64(int descriptor, off64_t start, off64_t size) {
    enum order order = count_open("posix_fallocate", descriptor, GROWS);
    if (order == FAIL) return plan.error;
    return (int)done(order, NEXT(int (*)(int, off64_t, off64_t), "posix_fallocate64")(descriptor, start, size));
}
int posix_fallocate(int descriptor, off_t start, off_t size) { return posix_fallocate64(descriptor, start, size); }

ssize_t copy_file_range(int from, off64_t *start, int descriptor, off64_t *place, size_t size, unsigned flags) {
    enum order order = count_open("copy_file_range", descriptor, GROWS);
    REFUSE(order)
    return done(order, syscall(SYS_copy_file_range, from, start, descriptor, place, size, flags));
}
ssize_t sendfile64(int descriptor, int from, off64_t *start, size_t size) {
    enum order order = count_open("sendfile", descriptor, GROWS);
    REFUSE(order)
    return done(order, syscall(SYS_sendfile, descriptor, from, start, size));
}
ssize_t sendfile(int descriptor, int from, off_t *start, size_t size) { return sendfile64(descriptor, from, start, size); }

#define ON_PATH(symbol, effect, folder, path, parameters, arguments) \
    int symbol parameters { \
        enum order order = count_at(#symbol, folder, path, effect); \
        REFUSE(order) \
        return (int)done(order, NEXT(int(*) parameters, #symbol) arguments); \
    }
ON_PATH(mkdir, CREATES, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(mkdirat, CREATES, folder, path, (int folder, const char *path, mode_t mode), (folder, path, mode))
ON_PATH(unlink, REMOVES, AT_FDCWD, path, (const char *path), (path))
ON_PATH(unlinkat, REMOVES, folder, path, (int folder, const char *path, int flags), (folder, path, flags))
ON_PATH(rmdir, REMOVES, AT_FDCWD, path, (const char *path), (path))
ON_PATH(remove, REMOVES, AT_FDCWD, path, (const char *path), (path))
ON_PATH(rename, RENAMES, AT_FDCWD, new, (const char *old, const char *new), (old, new))
ON_PATH(renameat, RENAMES, to, new, (int from, const char *old, int to, const char *new), (from, old, to, new))
ON_PATH(renameat2, RENAMES, to, new, (int from, const char *old, int to, const char *new, unsigned flags), (from, old, to, new, flags))
ON_PATH(link, CREATES, AT_FDCWD, new, (const char *old, const char *new), (old, new))
ON_PATH(linkat, CREATES, to, new, (int from, const char *old, int to, const char *new, int flags), (from, old, to, new, flags))
ON_PATH(symlink, CREATES, AT_FDCWD, new, (const char *old, const char *new), (old, new))
ON_PATH(chmod, MARKS, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(fchmodat, MARKS, folder, path, (int folder, const char *path, mode_t mode, int flags), (folder, path, mode, flags))
ON_PATH(truncate, GROWS, AT_FDCWD, path, (const char *path, off_t size), (path, size))
ON_PATH(utimensat, MARKS, folder, path, (int folder, const char *path, const struct timespec times[2], int flags), (folder, path, times, flags))
