/* Words as the numbers of the longest pieces of a vocabulary: what BERT reads. */
#ifndef RUNE_WORD_PIECES_H
#define RUNE_WORD_PIECES_H

#include "characters.h"
#include "rune.h"
#include "text.h"

#define RUNE_LONGEST_WORD 100
#define RUNE_SPECIAL_WORDS 5

/* The vocabulary is words of 32 bits: how many words it has; the numbers of [UNK], [CLS], [SEP], [PAD] and [MASK], of
   which those that it lacks are the first; where each word starts in the bytes, and where the last ends; the numbers in
   the order of their words' bytes; the bytes. */
struct rune_vocabulary {
    uint32_t count;
    const uint32_t *special, *starts, *order;
    const uint8_t *bytes;
};

RUNE_FUNCTION struct rune_vocabulary rune_vocabulary_of(const void *constant) {
    const uint32_t *words = (const uint32_t *)constant;
    const uint32_t *starts = words + 1 + RUNE_SPECIAL_WORDS, *order = starts + words[0] + 1;
    return (struct rune_vocabulary){words[0], words + 1, starts, order, (const uint8_t *)(order + words[0])};
}

/* The number of a word; `count` where the vocabulary lacks it. */
RUNE_FUNCTION uint32_t rune_vocabulary_find(const struct rune_vocabulary *words, const uint8_t *word, uint32_t size) {
    uint32_t low = 0, high = words->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, id = words->order[middle], at = 0;
        const uint8_t *other = words->bytes + words->starts[id];
        uint32_t other_size = words->starts[id + 1] - words->starts[id];
        while (at < size && at < other_size && word[at] == other[at]) ++at;
        if (at == size && at == other_size) return id;
        if (at < other_size && (at == size || word[at] < other[at]))
            high = middle;
        else
            low = middle + 1;
    }
    return words->count;
}

/* A sentence on its way to numbers. `ids` has the first `capacity` of `count`. The word begins at bytes[2], so that
   there is room for ## before what is left of it. */
struct rune_pieces {
    struct rune_vocabulary words;
    const uint32_t *kinds, *folds;
    int32_t *ids;
    int32_t capacity, count;
    uint32_t characters, size;
    uint8_t bytes[2 + 4 * RUNE_LONGEST_WORD];
};

RUNE_FUNCTION void rune_pieces_put(struct rune_pieces *made, uint32_t id) {
    if (made->count < made->capacity) made->ids[made->count] = (int32_t)id;
    ++made->count;
}

RUNE_FUNCTION void rune_pieces_add(struct rune_pieces *made, uint32_t code) {
    if (made->characters < RUNE_LONGEST_WORD) made->size += rune_character_write(code, made->bytes + 2 + made->size);
    ++made->characters;
}

/* Ends the word. One that is too long, or that pieces do not make, is unknown as a whole. */
RUNE_FUNCTION void rune_pieces_end_word(struct rune_pieces *made) {
    uint32_t start = 0, size = made->size, characters = made->characters;
    int32_t before = made->count;
    made->size = made->characters = 0;
    if (characters == 0) return;
    if (characters > RUNE_LONGEST_WORD) {
        rune_pieces_put(made, made->words.special[0]);
        return;
    }
    while (start < size) {
        uint32_t end = size, id = made->words.count, first = start ? start : 2;
        if (start) made->bytes[start] = made->bytes[start + 1] = '#';
        while (end > start) {
            /* No piece ends within a character. */
            int is_whole = end == size || made->bytes[2 + end] >> 6 != 2;
            if (is_whole) id = rune_vocabulary_find(&made->words, made->bytes + first, 2 + end - first);
            if (id < made->words.count) break;
            --end;
        }
        if (end == start) {
            made->count = before;
            rune_pieces_put(made, made->words.special[0]);
            return;
        }
        rune_pieces_put(made, id);
        start = end;
    }
}

/* Adds a character, plain if there are tables for that. */
RUNE_FUNCTION void rune_pieces_add_plain(struct rune_pieces *made, uint32_t code) {
    uint32_t plain[3] = {code, 0, 0}, count = 1;
    if (made->folds) count = rune_character_fold(made->kinds, made->folds, code, plain);
    for (uint32_t i = 0; i < count; ++i) rune_pieces_add(made, plain[i]);
}

/* The bytes without zeros at their end. */
RUNE_FUNCTION uint32_t rune_pieces_trimmed(const uint8_t *text, int32_t count) {
    while (count > 0 && text[count - 1] == 0) --count;
    return (uint32_t)count;
}

/* Shortens two sentences to `most` numbers, each time the longer by its last; of equal ones the second if `second`. */
RUNE_FUNCTION void rune_pieces_shorten(int32_t *first, int32_t *second, int32_t most, int32_t is_second) {
    while (*first + *second > most) {
        if (*first > *second || (*first == *second && !is_second) || *second == 0)
            --*first;
        else
            --*second;
    }
}

/* [CLS], the first sentence, [SEP] and, if there is one, the second and [SEP]; then [PAD]. Returns how many are not. */
RUNE_FUNCTION int32_t rune_pieces_join(const struct rune_pieces *first, const struct rune_pieces *second, int32_t *ids,
                                       int32_t *mask, int32_t *segments, int32_t length, int32_t is_padded) {
    const uint32_t *special = first->words.special;
    int32_t at = 0, first_end;
    ids[at++] = (int32_t)special[1];
    for (int32_t i = 0; i < first->count; ++i) ids[at++] = first->ids[i];
    ids[at++] = (int32_t)special[2];
    first_end = at;
    if (second) {
        for (int32_t i = 0; i < second->count; ++i) ids[at++] = second->ids[i];
        ids[at++] = (int32_t)special[2];
    }
    for (int32_t i = 0; i < (is_padded ? length : at); ++i) {
        if (i >= at) ids[i] = (int32_t)special[3];
        mask[i] = i < at;
        segments[i] = i >= first_end && i < at;
    }
    return at;
}

#endif
