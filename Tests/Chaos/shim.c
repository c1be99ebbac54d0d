/* Preloaded into servers and workers by Tests/Chaos.
 *
 * CHAOS_SYNC_LOG=FILE    notes inode and size of a file whenever it was synced: what a power cut would leave of it.
 * CHAOS_CLOCK_FILE=FILE  its first 8 bytes are nanoseconds that the wall clock is ahead; they may change at any time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int sync_log = -1;
static const volatile int64_t *ahead;
static int (*real_fsync)(int), (*real_fdatasync)(int);
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void start(void) {
  real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const char *log = getenv("CHAOS_SYNC_LOG"), *clock = getenv("CHAOS_CLOCK_FILE");
  if (log) sync_log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  int file = clock ? open(clock, O_RDONLY | O_CLOEXEC) : -1;
  if (file >= 0) {
    void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) ahead = page;
    close(file);
  }
}

static int note(int fd, int (*sync)(int)) {
  struct stat before;
  /* What is written while the disk is busy may or may not be safe: only what was there before counts. */
  int known = sync_log >= 0 && fstat(fd, &before) == 0;
  int status = sync(fd);
  if (status == 0 && known) {
    char line[64];
    int length = snprintf(line, sizeof line, "%llu %lld\n", (unsigned long long)before.st_ino,
                          (long long)before.st_size);
    if (write(sync_log, line, (size_t)length) < 0) _exit(99);
  }
  return status;
}

int fsync(int fd) { return note(fd, real_fsync ? real_fsync : (start(), real_fsync)); }

int fdatasync(int fd) { return note(fd, real_fdatasync ? real_fdatasync : (start(), real_fdatasync)); }

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (!real_clock_gettime) start();
  int status = real_clock_gettime(clock, time);
  if (status != 0 || !ahead || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return status;
  int64_t sum = time->tv_nsec + *ahead % 1000000000;
  time->tv_sec += *ahead / 1000000000 + (sum >= 1000000000 ? 1 : sum < 0 ? -1 : 0);
  time->tv_nsec = (sum + 1000000000) % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec time;
  (void)zone;
  int status = clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return status;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
