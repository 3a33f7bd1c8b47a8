// Stands between Node (libuv, SQLite) and libc, for the calls that change files below FAULT_ROOT.
//
// FAULT_LOG: a file to record each successful call in, in the order in which they took effect (read by recording.ts).
// FAULT_CONTROL: a file that says what to do, looked at on each call; none, nothing. One line: MODE N ERRNO CALLS
//   x: end the process at the N-th call, before it is made      e: fail the N-th call
//   E: fail every call from the N-th on                         CALLS: letters of the calls meant, * for all
// The count begins anew whenever the file is replaced. The file's own folder gets "reached" when the N-th call came.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FD 65536
#define MAX_PATH 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *control;
static size_t root_length;
static int log_fd = -1;
static ino_t ours[MAX_FD];  // inodes of open files and folders below the root, 0 for other descriptors
static ino_t control_inode;
static struct timespec control_time;
static long count;

__attribute__((constructor)) static void begin(void) {
  root = getenv("FAULT_ROOT");
  root_length = root ? strlen(root) : 0;
  control = getenv("FAULT_CONTROL");
  const char *log = getenv("FAULT_LOG");
  if (log) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int below(const char *path) {
  return root && path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]) &&
         !strstr(path, "lock.db") && !strstr(path, "-shm");
}
static ino_t inode_of(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) ? st.st_ino : 0;
}
// libuv closes by a system call of its own, unseen here: the number may be another file's, or a socket's, by now.
static int is_ours(int fd) { return fd >= 0 && fd < MAX_FD && ours[fd] && ours[fd] == inode_of(fd); }

static void reached(void) {
  char path[MAX_PATH];
  snprintf(path, sizeof path, "%s.reached", control);
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT, 0644);
  if (fd >= 0) syscall(SYS_close, fd);
}

// 0: make the call. Otherwise the errno to fail with. Called with the lock held.
static int verdict(char call) {
  if (!control) return 0;
  int fd = syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  struct stat st;
  char text[128] = {0};
  int ok = fstat(fd, &st) == 0 && syscall(SYS_read, fd, text, sizeof text - 1) > 0;
  syscall(SYS_close, fd);
  char mode = 0, calls[64] = {0};
  long at = 0;
  int error = 0;
  if (!ok || sscanf(text, "%c %ld %d %63s", &mode, &at, &error, calls) != 4) return 0;
  if (st.st_ino != control_inode || st.st_mtim.tv_sec != control_time.tv_sec || st.st_mtim.tv_nsec != control_time.tv_nsec) {
    control_inode = st.st_ino;
    control_time = st.st_mtim;
    count = 0;
  }
  if (calls[0] != '*' && !strchr(calls, call)) return 0;
  count += 1;
  if (count < at) return 0;
  if (count == at) reached();
  if (mode == 'x') syscall(SYS_exit_group, 137);
  return mode == 'E' || count == at ? error : 0;
}

// A record: letter, two lengths of paths, descriptor, offset, length of data; then paths and data.
struct __attribute__((packed)) head { char call; uint16_t path, path2; int32_t fd; int64_t offset; uint32_t length; };

static void record(char call, int fd, int64_t offset, const char *path, const char *path2, const struct iovec *data, int pieces, size_t length) {
  if (log_fd < 0) return;
  struct head head = {call, path ? strlen(path) : 0, path2 ? strlen(path2) : 0, fd, offset, length};
  syscall(SYS_write, log_fd, &head, sizeof head);
  if (path) syscall(SYS_write, log_fd, path, head.path);
  if (path2) syscall(SYS_write, log_fd, path2, head.path2);
  for (int i = 0; i < pieces && length > 0; i++) {
    size_t part = data[i].iov_len < length ? data[i].iov_len : length;
    syscall(SYS_write, log_fd, data[i].iov_base, part);
    length -= part;
  }
}

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define ENTER(call) \
  pthread_mutex_lock(&lock); \
  int refused = verdict(call); \
  if (refused) { pthread_mutex_unlock(&lock); errno = refused; return -1; }
#define LEAVE(result) { int kept = errno; pthread_mutex_unlock(&lock); errno = kept; return result; }

#define COMMA ,
static struct iovec *one(struct iovec *iov, const void *bytes, size_t n) { iov->iov_base = (void *)bytes; iov->iov_len = n; return iov; }

ssize_t write(int fd, const void *bytes, size_t n) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (!is_ours(fd)) return real(fd, bytes, n);
  ENTER('w')
  int64_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = real(fd, bytes, n);
  struct iovec iov;
  if (done >= 0) record('w', fd, offset, 0, 0, one(&iov, bytes, n), 1, done);
  LEAVE(done)
}
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  if (!is_ours(fd)) return real(fd, bytes, n, offset);
  ENTER('w')
  ssize_t done = real(fd, bytes, n, offset);
  struct iovec iov;
  if (done >= 0) record('w', fd, offset, 0, 0, one(&iov, bytes, n), 1, done);
  LEAVE(done)
}
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset) { return pwrite64(fd, bytes, n, offset); }
ssize_t writev(int fd, const struct iovec *iov, int n) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  if (!is_ours(fd)) return real(fd, iov, n);
  ENTER('w')
  int64_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = real(fd, iov, n);
  if (done >= 0) record('w', fd, offset, 0, 0, iov, n, done);
  LEAVE(done)
}
ssize_t pwritev(int fd, const struct iovec *iov, int n, off_t offset) {
  REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
  if (!is_ours(fd)) return real(fd, iov, n, offset);
  ENTER('w')
  ssize_t done = real(fd, iov, n, offset);
  if (done >= 0) record('w', fd, offset, 0, 0, iov, n, done);
  LEAVE(done)
}
ssize_t pwritev64(int fd, const struct iovec *iov, int n, off64_t offset) { return pwritev(fd, iov, n, offset); }

#define SYNC(name) \
  int name(int fd) { \
    REAL(int, #name, int); \
    if (!is_ours(fd)) return real(fd); \
    ENTER('s') \
    int done = real(fd); \
    if (done == 0) record('s', fd, 0, 0, 0, 0, 0, 0); \
    LEAVE(done) \
  }
SYNC(fsync)
SYNC(fdatasync)

int ftruncate64(int fd, off64_t length) {
  REAL(int, "ftruncate64", int, off64_t);
  if (!is_ours(fd)) return real(fd, length);
  ENTER('t')
  int done = real(fd, length);
  if (done == 0) record('t', fd, length, 0, 0, 0, 0, 0);
  LEAVE(done)
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

#define ON_PATH(name, call, params, args, types, path, path2) \
  int name params { \
    REAL(int, #name, types); \
    if (!below(path)) return real args; \
    ENTER(call) \
    int done = real args; \
    if (done == 0) record(call, -1, 0, path, path2, 0, 0, 0); \
    LEAVE(done) \
  }
ON_PATH(rename, 'r', (const char *from, const char *to), (from, to), const char * COMMA const char *, from, to)
ON_PATH(mkdir, 'm', (const char *path, mode_t mode), (path, mode), const char * COMMA mode_t, path, 0)
ON_PATH(unlink, 'u', (const char *path), (path), const char *, path, 0)
ON_PATH(rmdir, 'd', (const char *path), (path), const char *, path, 0)

static int opened(int fd, const char *path, int flags) {
  if (fd >= 0 && fd < MAX_FD) {
    ours[fd] = inode_of(fd);
    record('o', fd, flags & (O_CREAT | O_TRUNC), path, 0, 0, 0, 0);
  }
  return fd;
}
#define OPENER(name, params, real_args, types, path) \
  int name params { \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); } \
    REAL(int, #name, types, ...); \
    if (!below(path)) { int fd = real real_args; if (fd >= 0 && fd < MAX_FD) ours[fd] = 0; return fd; } \
    ENTER(flags & O_CREAT ? 'c' : 'o') \
    int fd = opened(real real_args, path, flags); \
    LEAVE(fd) \
  }
OPENER(open, (const char *path, int flags, ...), (path, flags, mode), const char * COMMA int, path)
OPENER(open64, (const char *path, int flags, ...), (path, flags, mode), const char * COMMA int, path)
OPENER(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode), int COMMA const char * COMMA int, path)
OPENER(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode), int COMMA const char * COMMA int, path)

int close(int fd) {
  REAL(int, "close", int);
  if (!is_ours(fd)) return real(fd);
  pthread_mutex_lock(&lock);
  ours[fd] = 0;
  int done = real(fd);
  record('z', fd, 0, 0, 0, 0, 0, 0);
  LEAVE(done)
}

#define READER(name, params, args, types) \
  ssize_t name params { \
    REAL(ssize_t, #name, types); \
    if (!is_ours(fd)) return real args; \
    ENTER('g') \
    pthread_mutex_unlock(&lock); \
    return real args; \
  }
READER(pread64, (int fd, void *bytes, size_t n, off64_t at), (fd, bytes, n, at), int COMMA void * COMMA size_t COMMA off64_t)
READER(preadv, (int fd, const struct iovec *iov, int n, off_t at), (fd, iov, n, at), int COMMA const struct iovec * COMMA int COMMA off_t)
READER(read, (int fd, void *bytes, size_t n), (fd, bytes, n), int COMMA void * COMMA size_t)
