/* Available to all C code in a rune: the host's functions, texts, and failing with a message. */
#ifndef RUNE_H
#define RUNE_H

#include <stddef.h>
#include <stdint.h>

#include "language.h"

/* One element of a utf8 tensor. The bytes live in constants or in the arena and are not terminated. */
struct rune_text {
    const char *bytes;
    uint32_t size;
};

/* A message under construction; what does not fit is cut off. */
struct rune_message {
    char bytes[240];
    uint32_t size;
};

/* In a build of a single file, the definitions follow here. */
#ifndef RUNE_ONE_FILE

/* Appends a terminated text; it must not contain characters that JSON escapes. */
void rune_message_text(struct rune_message *message, const char *text);

/* Appends a number in decimal. */
void rune_message_number(struct rune_message *message, int64_t number);

/*
 * Ends the run with the message. Where the target has a host, the message is logged, the host sees a trap and discards the
 * instance. Elsewhere it returns: what follows must be harmless and come to an end, and the run ends behind the block.
 */
RUNE_NORETURN void rune_fail(const struct rune_message *message);

#endif

#endif
