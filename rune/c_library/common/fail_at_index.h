/* The end of a run for an index that is beyond a tensor. */
#ifndef RUNE_FAIL_AT_INDEX_H
#define RUNE_FAIL_AT_INDEX_H

#include "rune.h"

RUNE_FUNCTION void rune_fail_at_index(const char *op, int64_t index, int32_t length)
{
    struct rune_message message = {.size = 0};
    rune_message_text(&message, op);
    rune_message_text(&message, ": there is no index ");
    rune_message_number(&message, index);
    rune_message_text(&message, " in a dimension of ");
    rune_message_number(&message, length);
    rune_fail(&message);
}

#endif
