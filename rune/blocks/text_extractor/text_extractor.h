/* The block text_extractor: lines from one number to another as a text; pieces that begin with ## go on with a word. */
#ifndef RUNE_BLOCK_TEXT_EXTRACTOR_H
#define RUNE_BLOCK_TEXT_EXTRACTOR_H

#include "rune.h"
#include "text.h"

RUNE_FUNCTION RUNE_NORETURN void rune_text_extractor_range(uint32_t start, uint32_t end) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "text_extractor: the end, ");
    rune_message_number(&message, end);
    rune_message_text(&message, ", must be behind the start, ");
    rune_message_number(&message, start);
    rune_fail(&message);
}

RUNE_FUNCTION RUNE_NORETURN void rune_text_extractor_lines(int64_t lines, uint32_t end) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "text_extractor: there are ");
    rune_message_number(&message, lines);
    rune_message_text(&message, " words, but word ");
    rune_message_number(&message, end);
    rune_message_text(&message, " was requested");
    rune_fail(&message);
}

RUNE_FUNCTION RUNE_NORETURN void rune_text_extractor_bytes(void) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "text_extractor: the words are not UTF-8 text");
    rune_fail(&message);
}

/* A word's line end makes room for the space before the next, so `bytes` needs no more than the words have. */
RUNE_FUNCTION void rune_text_extractor(const uint8_t *words, const uint32_t *start, const uint32_t *end,
                                       struct rune_text *out, char *bytes, int32_t count) {
    uint32_t size = 0, all = (uint32_t)count, at = 0;
    int64_t line = 0;
    out[0] = (struct rune_text){bytes, 0};
    if (end[0] <= start[0]) {
        rune_text_extractor_range(start[0], end[0]);
        return;
    }
    if (rune_text_valid(words, all) < all) {
        rune_text_extractor_bytes();
        return;
    }
    for (; at < all && line <= (int64_t)end[0]; ++line) {
        uint32_t first = at, last;
        while (at < all && words[at] != '\n') ++at;
        last = at > first && at < all && words[at - 1] == '\r' ? at - 1 : at;
        if (at < all) ++at;
        if (line < (int64_t)start[0]) continue;
        if (last - first >= 2 && words[first] == '#' && words[first + 1] == '#')
            first += 2;
        else if (size > 0)
            bytes[size++] = ' ';
        while (first < last) bytes[size++] = (char)words[first++];
    }
    if (line <= (int64_t)end[0]) {
        rune_text_extractor_lines(line, end[0]);
        return;
    }
    out[0].size = size;
}

#endif
