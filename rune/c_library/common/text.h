/* Text in UTF-8: its characters, white space, and telling texts from other bytes. */
#ifndef RUNE_TEXT_H
#define RUNE_TEXT_H

#include "rune.h"

/* The code point that begins `text`, and the bytes that it has; 0 bytes where the text is not UTF-8. */
RUNE_FUNCTION uint32_t rune_text_character(const unsigned char *text, uint32_t left, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t head = left ? text[0] : 0xffu;
    uint32_t size = head < 0x80 ? 1 : head >> 5 == 6 ? 2 : head >> 4 == 14 ? 3 : head >> 3 == 30 ? 4 : 0;
    if (size == 0 || size > left) return 0;
    uint32_t value = size == 1 ? head : head & (0x7fu >> size);
    for (uint32_t i = 1; i < size; ++i) {
        if (text[i] >> 6 != 2) return 0;
        value = value << 6 | (text[i] & 0x3fu);
    }
    *code = value;
    return value < least[size] || value > 0x10ffff || value >> 11 == 27 ? 0 : size;
}

/* Whether Unicode defines the character as white space. */
RUNE_FUNCTION int rune_text_is_space(uint32_t code) {
    return (code >= 9 && code <= 13) || code == 0x20 || code == 0x85 || code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f ||
           code == 0x205f || code == 0x3000;
}

/* The number of bytes of valid UTF-8 at the beginning. */
RUNE_FUNCTION uint32_t rune_text_valid(const unsigned char *text, uint32_t size) {
    uint32_t at = 0, code = 0;
    while (at < size) {
        uint32_t step = rune_text_character(text + at, size - at, &code);
        if (step == 0) break;
        at += step;
    }
    return at;
}

#endif
