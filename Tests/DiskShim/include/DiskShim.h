/* A disk and a wall clock that misbehave, for a program that is started with LD_PRELOAD=libDiskShim.so. */
#ifndef DISK_SHIM_H
#define DISK_SHIM_H

#include <stdint.h>

/* What the file that DISK_SHIM names holds. It may be changed while the program runs. */
struct disk_shim {
  /* How long each fsync and fdatasync takes, in microseconds. */
  int64_t sync_delay;
  /* What fsync and fdatasync fail with; 0: they do not. */
  int64_t sync_error;
  /* What writing to the database's own file fails with, by its errno, and to the log's. */
  int64_t database_error;
  int64_t log_error;
  /* Not 0: each fsync and fdatasync waits until it is 0 again. */
  int64_t holds_syncs;
  /* How often a sync was asked for. */
  int64_t syncs_begun;
  /* How far the wall clock is ahead of the real one, in milliseconds. */
  int64_t wall_offset;
};

#endif
