/* The block byte_pair: a text as the numbers that GPT-2 and its kin read. */
#ifndef RUNE_BLOCK_BYTE_PAIR_H
#define RUNE_BLOCK_BYTE_PAIR_H

#include "characters.h"
#include "rune.h"
#include "text.h"

#define RUNE_BYTE_PAIR_NONE (-1)
#define RUNE_BYTE_PAIR_UNKNOWN (-2)

RUNE_FUNCTION RUNE_NORETURN void rune_byte_pair_bytes(uint32_t byte) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "byte_pair: the text is no UTF-8 from byte ");
    rune_message_number(&message, byte);
    rune_message_text(&message, " on");
    rune_fail(&message);
}

/* The number of each byte, and the merges in the order of the two numbers that they join. */
struct rune_byte_pairs {
    const uint32_t *bytes, *lefts, *rights, *ranks, *joined;
    uint32_t count;
};

RUNE_FUNCTION struct rune_byte_pairs rune_byte_pairs_of(const void *constant) {
    const uint32_t *words = (const uint32_t *)constant, *lefts = words + 257;
    uint32_t count = words[0];
    return (struct rune_byte_pairs){words + 1, lefts, lefts + count, lefts + 2 * count, lefts + 3 * count, count};
}

/* The place of the merge that joins the two; RUNE_BYTE_PAIR_NONE where none does. */
RUNE_FUNCTION int32_t rune_byte_pairs_find(const struct rune_byte_pairs *pairs, uint32_t left, uint32_t right) {
    uint32_t low = 0, high = pairs->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, l = pairs->lefts[middle], r = pairs->rights[middle];
        if (l == left && r == right) return (int32_t)middle;
        if (l < left || (l == left && r < right))
            low = middle + 1;
        else
            high = middle;
    }
    return RUNE_BYTE_PAIR_NONE;
}

/* Applies the merges: each step joins the pair with the lowest rank, at any position. `merges` has a place for each
   number: the merge of it and the next. Returns how many numbers are left. */
RUNE_FUNCTION int32_t rune_byte_pairs_join(const struct rune_byte_pairs *pairs, int32_t *ids, int32_t *merges,
                                           int32_t count) {
    for (int32_t i = 0; i < count; ++i) merges[i] = RUNE_BYTE_PAIR_UNKNOWN;
    for (;;) {
        int32_t best = RUNE_BYTE_PAIR_NONE, kept = 0;
        for (int32_t i = 0; i + 1 < count; ++i) {
            if (merges[i] == RUNE_BYTE_PAIR_UNKNOWN)
                merges[i] = rune_byte_pairs_find(pairs, (uint32_t)ids[i], (uint32_t)ids[i + 1]);
            if (merges[i] >= 0 && (best < 0 || pairs->ranks[merges[i]] < pairs->ranks[best])) best = merges[i];
        }
        if (best < 0) return count;
        for (int32_t i = 0; i < count; ++kept) {
            if (i + 1 < count && merges[i] == best) {
                ids[kept] = (int32_t)pairs->joined[best];
                merges[kept] = RUNE_BYTE_PAIR_UNKNOWN;
                if (kept > 0) merges[kept - 1] = RUNE_BYTE_PAIR_UNKNOWN;
                i += 2;
            } else {
                ids[kept] = ids[i];
                merges[kept] = merges[i];
                i += 1;
            }
        }
        count = kept;
    }
}

/* Of a character: a letter, a number, white space (RUNE_KIND_SPACE), or 0 for all others; 8 at the end of the text. */
RUNE_FUNCTION uint32_t rune_byte_pair_kind(const uint32_t *kinds, const uint8_t *text, uint32_t left, uint32_t *step) {
    uint32_t code = 0, kind;
    *step = rune_text_character(text, left, &code);
    if (*step == 0) return 8;
    if (rune_text_is_space(code)) return RUNE_KIND_SPACE;
    kind = rune_character_kind(kinds, code);
    return kind == RUNE_KIND_LETTER || kind == RUNE_KIND_NUMBER ? kind : 0;
}

/* The length in bytes of a contraction such as 's or 'll at this position; 0 where there is none. */
RUNE_FUNCTION uint32_t rune_byte_pair_short(const uint8_t *text, uint32_t left) {
    uint8_t first = left > 1 ? text[1] : 0, second = left > 2 ? text[2] : 0;
    if (left < 2 || text[0] != '\'') return 0;
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
    return (second == 'e' && (first == 'r' || first == 'v')) || (first == 'l' && second == 'l') ? 3 : 0;
}

/* The bytes of the word at the start of a text: a shortened one; letters, numbers or other signs, with a space before
   them; or white space, of which the last goes to the word behind it. */
RUNE_FUNCTION uint32_t rune_byte_pair_word(const uint32_t *kinds, const uint8_t *text, uint32_t left) {
    uint32_t at = rune_byte_pair_short(text, left), step, last = 0, next;
    if (at) return at;
    uint32_t kind = rune_byte_pair_kind(kinds, text, left, &step);
    if (text[0] == ' ') {
        uint32_t behind = rune_byte_pair_kind(kinds, text + 1, left - 1, &next);
        if (behind != RUNE_KIND_SPACE && behind != 8) {
            at = 1;
            kind = behind;
        }
    }
    while (rune_byte_pair_kind(kinds, text + at, left - at, &step) == kind) {
        at += step;
        last = step;
    }
    return kind == RUNE_KIND_SPACE && at < left && at > last ? at - last : at;
}

/* Returns how many numbers come out, without those that fill up. */
RUNE_FUNCTION int32_t rune_byte_pair_text(const uint8_t *text, int32_t *ids, int32_t *scratch, const void *merges,
                                          const uint32_t *kinds, int32_t count, int32_t length, int32_t start,
                                          int32_t end) {
    struct rune_byte_pairs pairs = rune_byte_pairs_of(merges);
    int32_t made = 0, room = length - (end >= 0), *places = scratch + count;
    while (count > 0 && text[count - 1] == 0) --count;
    uint32_t size = (uint32_t)count, valid = rune_text_valid(text, size);
    if (valid < size) {
        rune_byte_pair_bytes(valid);
        return 0;
    }
    if (start >= 0) ids[made++] = start;
    for (uint32_t at = 0; at < size && made < room;) {
        uint32_t word = rune_byte_pair_word(kinds, text + at, size - at);
        for (uint32_t i = 0; i < word; ++i) scratch[i] = (int32_t)pairs.bytes[text[at + i]];
        int32_t joined = rune_byte_pairs_join(&pairs, scratch, places, (int32_t)word);
        for (int32_t i = 0; i < joined && made < room; ++i) ids[made++] = scratch[i];
        at += word;
    }
    if (end >= 0) ids[made++] = end;
    return made;
}

/* scratch: two numbers for each byte of the text. */
RUNE_FUNCTION void rune_byte_pair(const uint8_t *text, int32_t *ids, int32_t *mask, void *scratch, const void *merges,
                                  const void *kinds, int32_t count, int32_t length, int32_t start, int32_t end,
                                  int32_t pad) {
    int32_t made = rune_byte_pair_text(text, ids, (int32_t *)scratch, merges, (const uint32_t *)kinds, count, length,
                                       start, end);
    for (int32_t i = 0; i < length; ++i) {
        mask[i] = i < made;
        if (i >= made) ids[i] = pad;
    }
}

/* The one of which each run decides how many numbers there are. */
RUNE_FUNCTION void rune_byte_pair_sized(const uint8_t *text, int32_t *ids, int32_t *ids_size, int32_t *mask,
                                        int32_t *mask_size, void *scratch, const void *merges, const void *kinds,
                                        int32_t count, int32_t length, int32_t start, int32_t end) {
    ids_size[0] = mask_size[0] = rune_byte_pair_text(text, ids, (int32_t *)scratch, merges, (const uint32_t *)kinds,
                                                     count, length, start, end);
    for (int32_t i = 0; i < ids_size[0]; ++i) mask[i] = 1;
}

#endif
