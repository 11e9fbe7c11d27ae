/* Characters as tokenizers tell them apart and make them plain. The tables are those of blocks/characters.py. */
#ifndef RUNE_CHARACTERS_H
#define RUNE_CHARACTERS_H

#include "rune.h"

#define RUNE_KIND_SPACE 1
#define RUNE_KIND_PUNCTUATION 2
#define RUNE_KIND_CONTROL 3
#define RUNE_KIND_MARK 4
#define RUNE_KIND_LETTER 5
#define RUNE_KIND_NUMBER 6

/* The last of `count` sorted words whose lower 24 bits are not above `code`; there must be one. */
RUNE_FUNCTION uint32_t rune_characters_find(const uint32_t *words, uint32_t count, uint32_t code) {
    uint32_t low = 0, high = count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if ((words[middle] & 0xffffffu) <= code)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The kind of a character in Unicode: one of RUNE_KIND_, or 0. */
RUNE_FUNCTION uint32_t rune_character_kind(const uint32_t *kinds, uint32_t code) {
    return kinds[1 + rune_characters_find(kinds + 1, kinds[0], code)] >> 24;
}

/* The character in lower case, decomposed, without accents. Returns the number of characters, at most 3. */
RUNE_FUNCTION uint32_t rune_character_fold(const uint32_t *kinds, const uint32_t *folds, uint32_t code, uint32_t *out) {
    uint32_t count = folds[0];
    if (rune_character_kind(kinds, code) == RUNE_KIND_MARK) return 0;
    if (code >= 0xac00u && code < 0xd7a4u) { /* Hangul syllables: a rule, and no table. */
        uint32_t place = code - 0xac00u;
        out[0] = 0x1100u + place / 588u;
        out[1] = 0x1161u + place % 588u / 28u;
        out[2] = 0x11a7u + place % 28u;
        return place % 28u ? 3 : 2;
    }
    uint32_t at = rune_characters_find(folds + 1, count, code);
    out[0] = code;
    if (folds[1 + at] != code) return 1;
    uint32_t value = folds[1 + count + at], size = value >> 24;
    out[0] = value & 0xffffffu;
    if (size == 1) return 1;
    for (uint32_t i = 0; i < size; ++i) out[i] = folds[1 + 2 * count + (value & 0xffffffu) + i];
    return size;
}

/* The characters that Chinese, Japanese and Korean share, each a word of its own for BERT. */
RUNE_FUNCTION int rune_character_is_ideograph(uint32_t code) {
    return (code >= 0x4e00u && code <= 0x9fffu) || (code >= 0x3400u && code <= 0x4dbfu) ||
           (code >= 0x20000u && code <= 0x2a6dfu) || (code >= 0x2a700u && code <= 0x2b73fu) ||
           (code >= 0x2b740u && code <= 0x2b81fu) || (code >= 0x2b820u && code <= 0x2ceafu) ||
           (code >= 0xf900u && code <= 0xfaffu) || (code >= 0x2f800u && code <= 0x2fa1fu);
}

/* BERT's white space: spaces, tabs and line ends. */
RUNE_FUNCTION int rune_character_is_blank(const uint32_t *kinds, uint32_t code) {
    return code == 9 || code == 10 || code == 13 || rune_character_kind(kinds, code) == RUNE_KIND_SPACE;
}

/* BERT's punctuation: Unicode's, and all of ASCII that is no letter, digit or space. */
RUNE_FUNCTION int rune_character_is_punctuation(const uint32_t *kinds, uint32_t code) {
    return (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) ||
           (code >= 123 && code <= 126) || rune_character_kind(kinds, code) == RUNE_KIND_PUNCTUATION;
}

/* Whether BERT's tokenizer removes the character: NUL, U+FFFD, and control characters. */
RUNE_FUNCTION int rune_character_is_dropped(const uint32_t *kinds, uint32_t code) {
    return code == 0xfffdu || rune_character_kind(kinds, code) == RUNE_KIND_CONTROL;
}

/* The character in UTF-8: 1 to 4 bytes. */
RUNE_FUNCTION uint32_t rune_character_write(uint32_t code, uint8_t *out) {
    uint32_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000u ? 3 : 4;
    static const uint8_t heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (uint32_t i = size; --i > 0;) {
        out[i] = (uint8_t)(0x80u | (code & 0x3fu));
        code >>= 6;
    }
    out[0] = (uint8_t)(heads[size] | code);
    return size;
}

#endif
