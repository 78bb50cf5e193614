/* A file system for SQLite that writes down what is asked of it, so that a loss of power can be played at every moment. */
#ifndef RECORDING_DISK_H
#define RECORDING_DISK_H

#include <stdint.h>

enum recorded_kind {
  RECORDED_WRITE = 0,
  RECORDED_TRUNCATE = 1,
  RECORDED_SYNC = 2,
  RECORDED_DELETE = 3,
  /* What the test says has happened by now. */
  RECORDED_MARK = 4,
};

struct recorded {
  int32_t kind;
  /* 0 the database, 1 its journal, 2 its log. */
  int32_t file;
  /* Where it was written, how long the file became, or what was marked. */
  int64_t place;
  int64_t length;
  const uint8_t *bytes;
};

/* Makes it the default of this process. From then on files whose path begins so are recorded. */
int recording_begin(const char *path);
void recording_mark(int64_t number);
int64_t recording_count(void);
struct recorded recording_at(int64_t index);

#endif
