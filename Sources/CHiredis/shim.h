// What Swift cannot see of hiredis by itself. Debian 12 ships hiredis 0.14.
#ifndef PUHUI_CHIREDIS_SHIM_H
#define PUHUI_CHIREDIS_SHIM_H
#include <errno.h>
#include <hiredis/hiredis.h>

// An array of 128 characters is a tuple of 128 in Swift.
static inline const char *puhui_redis_error_text(const redisContext *context) { return context->errstr; }

// Reads one reply and keeps errno before anything else can overwrite it: a timeout is told apart by EAGAIN alone.
static inline int puhui_redis_get_reply(redisContext *context, redisReply **reply, int *reason) {
  void *raw = NULL;
  errno = 0;
  int status = redisGetReply(context, &raw);
  *reason = errno;
  *reply = (redisReply *)raw;
  return status;
}
#endif
