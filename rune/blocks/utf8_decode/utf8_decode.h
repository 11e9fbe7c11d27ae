/* The block utf8_decode: the bytes before the first zero, as a text that is a slice of the input. */
#ifndef RUNE_BLOCK_UTF8_DECODE_H
#define RUNE_BLOCK_UTF8_DECODE_H

#include "rune.h"
#include "text.h"

RUNE_FUNCTION RUNE_NORETURN void rune_utf8_decode_fails(uint32_t byte) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "utf8_decode: the bytes are no UTF-8 from byte ");
    rune_message_number(&message, byte);
    rune_message_text(&message, " on");
    rune_fail(&message);
}

RUNE_FUNCTION void rune_utf8_decode(const uint8_t *in, struct rune_text *out, int32_t count) {
    uint32_t size = 0;
    while (size < (uint32_t)count && in[size] != 0) ++size;
    uint32_t valid = rune_text_valid(in, size);
    out[0] = (struct rune_text){(const char *)in, valid};
    if (valid < size) rune_utf8_decode_fails(valid);
}

#endif
