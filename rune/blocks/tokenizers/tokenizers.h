/* The block tokenizers: two sentences as the numbers that BERT reads, in the order of steps of the published block. */
#ifndef RUNE_BLOCK_TOKENIZERS_H
#define RUNE_BLOCK_TOKENIZERS_H

#include "rune.h"
#include "text.h"
#include "word_pieces.h"

#define RUNE_TOKENIZERS_LENGTH 384

RUNE_FUNCTION RUNE_NORETURN void rune_tokenizers_empty(int32_t sentence) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "tokenizers: sentence ");
    rune_message_number(&message, sentence);
    rune_message_text(&message, " is empty");
    rune_fail(&message);
}

RUNE_FUNCTION RUNE_NORETURN void rune_tokenizers_bytes(int32_t sentence, uint32_t byte) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "tokenizers: sentence ");
    rune_message_number(&message, sentence);
    rune_message_text(&message, " is no UTF-8 from byte ");
    rune_message_number(&message, byte);
    rune_message_text(&message, " on");
    rune_fail(&message);
}

/* Ends the current word and adds the special token at this position, such as [SEP]. Returns the token's bytes, or 0
 * where there is none. */
RUNE_FUNCTION uint32_t rune_tokenizers_special(struct rune_pieces *made, const uint8_t *text, uint32_t left) {
    for (uint32_t i = 0; i < RUNE_SPECIAL_WORDS; ++i) {
        uint32_t id = made->words.special[i], at = 0, size = made->words.starts[id + 1] - made->words.starts[id];
        const uint8_t *word = made->words.bytes + made->words.starts[id];
        while (at < size && at < left && text[at] == word[at]) ++at;
        if (at < size) continue;
        rune_pieces_end_word(made);
        rune_pieces_put(made, id);
        return size;
    }
    return 0;
}

/* Splits the text into words, then normalizes each. Returns 0 after a failure. */
RUNE_FUNCTION int rune_tokenizers_sentence(struct rune_pieces *made, const uint8_t *text, int32_t count,
                                           int32_t sentence) {
    uint32_t size = rune_pieces_trimmed(text, count), valid = rune_text_valid(text, size), code = 0;
    if (size == 0) {
        rune_tokenizers_empty(sentence);
        return 0;
    }
    if (valid < size) {
        rune_tokenizers_bytes(sentence, valid);
        return 0;
    }
    for (uint32_t at = 0; at < size;) {
        uint32_t special = rune_tokenizers_special(made, text + at, size - at);
        at += special;
        if (special) continue;
        at += rune_text_character(text + at, size - at, &code);
        if (rune_character_is_blank(made->kinds, code)) {
            rune_pieces_end_word(made);
            continue;
        }
        int is_word = rune_character_is_punctuation(made->kinds, code) || rune_character_is_ideograph(code);
        if (is_word) rune_pieces_end_word(made);
        if (!rune_character_is_dropped(made->kinds, code)) rune_pieces_add_plain(made, code);
        if (is_word) rune_pieces_end_word(made);
    }
    rune_pieces_end_word(made);
    return 1;
}

/* The word of each number, and a line end behind it. Returns the bytes. */
RUNE_FUNCTION int32_t rune_tokenizers_words(const struct rune_vocabulary *words, const int32_t *ids, uint8_t *out) {
    int32_t size = 0;
    for (int32_t i = 0; i < RUNE_TOKENIZERS_LENGTH; ++i) {
        for (uint32_t at = words->starts[ids[i]]; at < words->starts[ids[i] + 1]; ++at) out[size++] = words->bytes[at];
        out[size++] = '\n';
    }
    return size;
}

/* scratch: the numbers of both sentences. */
RUNE_FUNCTION void rune_tokenizers(const uint8_t *first, const uint8_t *second, int32_t *ids, int32_t *mask,
                                   int32_t *segments, uint8_t *words, int32_t *words_size, void *scratch,
                                   const void *vocabulary, const void *kinds, const void *folds, int32_t first_count,
                                   int32_t second_count) {
    struct rune_pieces a = {rune_vocabulary_of(vocabulary), (const uint32_t *)kinds, (const uint32_t *)folds,
                            (int32_t *)scratch,             RUNE_TOKENIZERS_LENGTH,  0, 0, 0, {0}};
    struct rune_pieces b = a;
    b.ids += RUNE_TOKENIZERS_LENGTH;
    words_size[0] = 0;
    if (!rune_tokenizers_sentence(&a, first, first_count, 1)) return;
    if (!rune_tokenizers_sentence(&b, second, second_count, 2)) return;
    rune_pieces_shorten(&a.count, &b.count, RUNE_TOKENIZERS_LENGTH - 3, 0);
    rune_pieces_join(&a, &b, ids, mask, segments, RUNE_TOKENIZERS_LENGTH, 1);
    words_size[0] = rune_tokenizers_words(&a.words, ids, words);
}

#endif
