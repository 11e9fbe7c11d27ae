/* The block word_piece: one text or two as the numbers that BERT reads. */
#ifndef RUNE_BLOCK_WORD_PIECE_H
#define RUNE_BLOCK_WORD_PIECE_H

#include "rune.h"
#include "text.h"
#include "word_pieces.h"

RUNE_FUNCTION RUNE_NORETURN void rune_word_piece_bytes(int32_t text, uint32_t byte) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "word_piece: text ");
    rune_message_number(&message, text);
    rune_message_text(&message, " is no UTF-8 from byte ");
    rune_message_number(&message, byte);
    rune_message_text(&message, " on");
    rune_fail(&message);
}

/* Normalizes the characters, then splits at punctuation. Returns 0 after a failure. */
RUNE_FUNCTION int rune_word_piece_text(struct rune_pieces *made, const uint8_t *text, int32_t count, int32_t number) {
    uint32_t size = rune_pieces_trimmed(text, count), valid = rune_text_valid(text, size), code = 0;
    if (valid < size) {
        rune_word_piece_bytes(number, valid);
        return 0;
    }
    for (uint32_t at = 0; at < size;) {
        at += rune_text_character(text + at, size - at, &code);
        /* Words end at a line or paragraph separator too, as where BERT's own splits what is left. */
        int is_blank = rune_character_is_blank(made->kinds, code) || code == 0x2028 || code == 0x2029;
        int is_word = rune_character_is_ideograph(code);
        if (is_blank || is_word) rune_pieces_end_word(made);
        if (is_blank || rune_character_is_dropped(made->kinds, code)) continue;
        uint32_t plain[3] = {code, 0, 0}, characters = 1;
        if (made->folds) characters = rune_character_fold(made->kinds, made->folds, code, plain);
        for (uint32_t i = 0; i < characters; ++i) {
            int is_mark = rune_character_is_punctuation(made->kinds, plain[i]);
            if (is_mark) rune_pieces_end_word(made);
            rune_pieces_add(made, plain[i]);
            if (is_mark) rune_pieces_end_word(made);
        }
        if (is_word) rune_pieces_end_word(made);
    }
    rune_pieces_end_word(made);
    return 1;
}

/* scratch: `length` numbers for each text. Returns how many numbers are not [PAD]; 0 where it gave up. */
RUNE_FUNCTION int32_t rune_word_piece_join(const uint8_t *first, const uint8_t *second, int32_t *ids, int32_t *mask,
                                           int32_t *segments, void *scratch, const void *vocabulary, const void *kinds,
                                           const void *folds, int32_t first_count, int32_t second_count,
                                           int32_t length, int32_t is_plain, int32_t is_padded) {
    struct rune_pieces a = {.words = rune_vocabulary_of(vocabulary),
                            .kinds = (const uint32_t *)kinds,
                            .folds = is_plain ? (const uint32_t *)folds : 0,
                            .ids = (int32_t *)scratch,
                            .capacity = length};
    struct rune_pieces b = a;
    b.ids += length;
    if (!rune_word_piece_text(&a, first, first_count, 1)) return 0;
    if (second && !rune_word_piece_text(&b, second, second_count, 2)) return 0;
    rune_pieces_shorten(&a.count, &b.count, length - (second ? 3 : 2), 1);
    return rune_pieces_join(&a, second ? &b : 0, ids, mask, segments, length, is_padded);
}

RUNE_FUNCTION void rune_word_piece_1(const uint8_t *text, int32_t *ids, int32_t *mask, int32_t *segments,
                                     void *scratch, const void *vocabulary, const void *kinds, const void *folds,
                                     int32_t count, int32_t length, int32_t is_plain) {
    rune_word_piece_join(text, 0, ids, mask, segments, scratch, vocabulary, kinds, folds, count, 0, length, is_plain,
                         1);
}

RUNE_FUNCTION void rune_word_piece_2(const uint8_t *first, const uint8_t *second, int32_t *ids, int32_t *mask,
                                     int32_t *segments, void *scratch, const void *vocabulary, const void *kinds,
                                     const void *folds, int32_t first_count, int32_t second_count, int32_t length,
                                     int32_t is_plain) {
    rune_word_piece_join(first, second, ids, mask, segments, scratch, vocabulary, kinds, folds, first_count,
                         second_count, length, is_plain, 1);
}

/* Those of which each run decides how many numbers there are. */
RUNE_FUNCTION void rune_word_piece_1_sized(const uint8_t *text, int32_t *ids, int32_t *ids_size, int32_t *mask,
                                           int32_t *mask_size, int32_t *segments, int32_t *segments_size,
                                           void *scratch, const void *vocabulary, const void *kinds,
                                           const void *folds, int32_t count, int32_t length, int32_t is_plain) {
    ids_size[0] = mask_size[0] = segments_size[0] =
        rune_word_piece_join(text, 0, ids, mask, segments, scratch, vocabulary, kinds, folds, count, 0, length,
                             is_plain, 0);
}

RUNE_FUNCTION void rune_word_piece_2_sized(const uint8_t *first, const uint8_t *second, int32_t *ids,
                                           int32_t *ids_size, int32_t *mask, int32_t *mask_size, int32_t *segments,
                                           int32_t *segments_size, void *scratch, const void *vocabulary,
                                           const void *kinds, const void *folds, int32_t first_count,
                                           int32_t second_count, int32_t length, int32_t is_plain) {
    ids_size[0] = mask_size[0] = segments_size[0] =
        rune_word_piece_join(first, second, ids, mask, segments, scratch, vocabulary, kinds, folds, first_count,
                             second_count, length, is_plain, 0);
}

#endif
