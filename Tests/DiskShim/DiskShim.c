#define _GNU_SOURCE
#include "DiskShim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct disk_shim *shim(void) {
  static struct disk_shim *shared;
  if (shared) return shared;
  const char *path = getenv("DISK_SHIM");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  void *place = file < 0 ? MAP_FAILED
                         : mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  static struct disk_shim none;
  shared = place == MAP_FAILED ? &none : place;
  return shared;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) {
    int64_t offset = __atomic_load_n(&shim()->wall_offset, __ATOMIC_RELAXED);
    int64_t nanoseconds = time->tv_nsec + offset % 1000 * 1000000;
    int64_t carry = nanoseconds < 0 ? -1 : nanoseconds / 1000000000;
    time->tv_sec += offset / 1000 + carry;
    time->tv_nsec = nanoseconds - carry * 1000000000;
  }
  return result;
}

static int64_t error_of(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (length >= 4 && !strcmp(path + length - 4, "-wal")) return shim()->log_error;
  if (length >= 3 && !strcmp(path + length - 3, ".db")) return shim()->database_error;
  return 0;
}

/* Whoever holds the syncs sees by the count that one has begun. */
static void await_release(void) {
  struct timespec pause = {0, 1000000};
  __atomic_add_fetch(&shim()->syncs_begun, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&shim()->holds_syncs, __ATOMIC_SEQ_CST)) nanosleep(&pause, NULL);
}

static int delayed(const char *name, int file) {
  await_release();
  int64_t delay = shim()->sync_delay;
  struct timespec pause = {delay / 1000000, delay % 1000000 * 1000};
  while (delay && nanosleep(&pause, &pause) < 0 && errno == EINTR) {
  }
  if (shim()->sync_error) {
    errno = (int)shim()->sync_error;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(file);
}

int fsync(int file) { return delayed("fsync", file); }
int fdatasync(int file) { return delayed("fdatasync", file); }

static ssize_t written(const char *name, int file, const void *bytes, size_t count, off64_t place) {
  int64_t error = error_of(file);
  if (error) {
    errno = (int)error;
    return -1;
  }
  ssize_t (*real)(int, const void *, size_t, off64_t) =
      (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, name);
  return real(file, bytes, count, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
  return written("pwrite64", file, bytes, count, place);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
  return written("pwrite", file, bytes, count, place);
}
