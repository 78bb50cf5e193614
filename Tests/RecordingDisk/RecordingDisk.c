#include "RecordingDisk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static struct recorded *records;
static int64_t count, room;
static char prefix[1024];
static sqlite3_vfs disk, *real_disk;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct file {
  sqlite3_file base;
  int number;
  sqlite3_file *real;
};

static int number_of(const char *path) {
  size_t length = strlen(prefix);
  if (!path || strncmp(path, prefix, length)) return -1;
  if (!path[length]) return 0;
  if (!strcmp(path + length, "-journal")) return 1;
  return strcmp(path + length, "-wal") ? -1 : 2;
}

/* In the order in which the disk is asked: the lock is held over the call itself. */
static void record(int kind, int file, int64_t place, const void *bytes, int64_t length) {
  if (file < 0) return;
  if (count == room) {
    room = room ? room * 2 : 4096;
    records = realloc(records, (size_t)room * sizeof *records);
  }
  uint8_t *copy = NULL;
  if (bytes) memcpy(copy = malloc((size_t)length + 1), bytes, (size_t)length);
  records[count++] = (struct recorded){kind, file, place, length, copy};
}

#define REAL(f) (((struct file *)(f))->real)
#define LOCKED(f, call, kind, place, bytes, length)               \
  pthread_mutex_lock(&lock);                                      \
  int code = (call);                                              \
  if (code == SQLITE_OK)                                          \
    record(kind, ((struct file *)(f))->number, place, bytes, length); \
  pthread_mutex_unlock(&lock);                                    \
  return code

static int x_close(sqlite3_file *f) {
  int code = REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK;
  free(REAL(f));
  return code;
}
static int x_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) {
  return REAL(f)->pMethods->xRead(REAL(f), to, n, at);
}
static int x_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at) {
  LOCKED(f, REAL(f)->pMethods->xWrite(REAL(f), from, n, at), RECORDED_WRITE, at, from, n);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 size) {
  LOCKED(f, REAL(f)->pMethods->xTruncate(REAL(f), size), RECORDED_TRUNCATE, size, NULL, 0);
}
static int x_sync(sqlite3_file *f, int flags) {
  LOCKED(f, REAL(f)->pMethods->xSync(REAL(f), flags), RECORDED_SYNC, 0, NULL, 0);
}
static int x_size(sqlite3_file *f, sqlite3_int64 *s) { return REAL(f)->pMethods->xFileSize(REAL(f), s); }
static int x_lock(sqlite3_file *f, int l) { return REAL(f)->pMethods->xLock(REAL(f), l); }
static int x_unlock(sqlite3_file *f, int l) { return REAL(f)->pMethods->xUnlock(REAL(f), l); }
static int x_reserved(sqlite3_file *f, int *r) {
  return REAL(f)->pMethods->xCheckReservedLock(REAL(f), r);
}
static int x_control(sqlite3_file *f, int o, void *a) {
  return REAL(f)->pMethods->xFileControl(REAL(f), o, a);
}
static int x_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
/* None: a write may be torn anywhere between sectors, and reach the disk in any order. */
static int x_traits(sqlite3_file *f) {
  (void)f;
  return 0;
}
static int x_map(sqlite3_file *f, int p, int s, int e, void volatile **m) {
  return REAL(f)->pMethods->xShmMap(REAL(f), p, s, e, m);
}
static int x_shm_lock(sqlite3_file *f, int o, int n, int l) {
  return REAL(f)->pMethods->xShmLock(REAL(f), o, n, l);
}
static void x_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int x_unmap(sqlite3_file *f, int d) { return REAL(f)->pMethods->xShmUnmap(REAL(f), d); }

static const sqlite3_io_methods methods = {
    2,       x_close, x_read,     x_write,   x_truncate, x_sync,   x_size, x_lock,     x_unlock,
    x_reserved, x_control, x_sector, x_traits, x_map, x_shm_lock, x_barrier, x_unmap, 0, 0};

static int x_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out) {
  (void)v;
  struct file *file = (struct file *)f;
  file->number = number_of(path);
  file->real = calloc(1, (size_t)real_disk->szOsFile);
  int code = real_disk->xOpen(real_disk, path, file->real, flags, out);
  file->base.pMethods = &methods;
  if (code != SQLITE_OK) {
    file->base.pMethods = NULL;
    free(file->real);
  }
  return code;
}

static int x_delete(sqlite3_vfs *v, const char *path, int sync) {
  (void)v;
  pthread_mutex_lock(&lock);
  int code = real_disk->xDelete(real_disk, path, sync);
  if (code == SQLITE_OK) record(RECORDED_DELETE, number_of(path), sync, NULL, 0);
  pthread_mutex_unlock(&lock);
  return code;
}

int recording_begin(const char *path) {
  strncpy(prefix, path, sizeof prefix - 1);
  real_disk = sqlite3_vfs_find(NULL);
  disk = *real_disk;
  disk.zName = "recording";
  disk.szOsFile = sizeof(struct file);
  disk.xOpen = x_open;
  disk.xDelete = x_delete;
  return sqlite3_vfs_register(&disk, 1);
}

void recording_mark(int64_t number) {
  pthread_mutex_lock(&lock);
  record(RECORDED_MARK, 0, number, NULL, 0);
  pthread_mutex_unlock(&lock);
}

int64_t recording_count(void) { return count; }
struct recorded recording_at(int64_t index) { return records[index]; }
