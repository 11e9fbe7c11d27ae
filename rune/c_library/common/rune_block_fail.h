/* Failure of a block in Python: its file, the line, and the reason. */
#ifndef RUNE_BLOCK_FAIL_H
#define RUNE_BLOCK_FAIL_H

#include <stdint.h>

#include "rune.h"

RUNE_FUNCTION void rune_block_at(struct rune_message *message, const char *file, int32_t line) {
    message->size = 0;
    rune_message_text(message, file);
    rune_message_text(message, ":");
    rune_message_number(message, line);
    rune_message_text(message, ": ");
}

RUNE_UNUSED static RUNE_NORETURN void rune_fail_in_block(const char *file, int32_t line, const char *text) {
    struct rune_message message;
    rune_block_at(&message, file, line);
    rune_message_text(&message, text);
    rune_fail(&message);
}

/* A number, what is said of it, another number, and how it ends. */
RUNE_UNUSED static RUNE_NORETURN void rune_fail_with_numbers(
    const char *file, int32_t line, const char *before, int64_t number, const char *between, int64_t other, const char *after
) {
    struct rune_message message;
    rune_block_at(&message, file, line);
    rune_message_text(&message, before);
    rune_message_number(&message, number);
    rune_message_text(&message, between);
    if (after) {
        rune_message_number(&message, other);
        rune_message_text(&message, after);
    }
    rune_fail(&message);
}

#endif
