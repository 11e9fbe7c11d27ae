/* The block parse: each word of each text as a number. */
#ifndef RUNE_BLOCK_PARSE_H
#define RUNE_BLOCK_PARSE_H

#include "decimal_float.h"
#include "rune.h"
#include "rune_math.h"
#include "text.h"

/* The text that is searched for words; it ends at its first zero. */
struct rune_parse_words {
    const unsigned char *text;
    uint32_t size, at;
    int32_t word;
};

/* The bytes of the next word, which begins at `*start`; 0 behind the last. A byte that is no UTF-8 belongs to a word. */
RUNE_FUNCTION uint32_t rune_parse_next(struct rune_parse_words *words, const unsigned char **start) {
    uint32_t code = 0, size = 0;
    *start = words->text;
    for (int is_inside = 0; words->at < words->size && words->text[words->at] != 0;) {
        uint32_t step = rune_text_character(words->text + words->at, words->size - words->at, &code);
        int is_space = step != 0 && rune_text_is_space(code);
        if (step == 0) step = 1;
        if (is_space && is_inside) break;
        if (!is_space && !is_inside) *start = words->text + words->at;
        if (!is_space) {
            is_inside = 1;
            size += step;
        }
        words->at += step;
    }
    words->word += size > 0;
    return size;
}

RUNE_FUNCTION RUNE_NORETURN void rune_parse_no_number(int32_t text, int32_t word, const char *type) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "parse: word ");
    rune_message_number(&message, word);
    rune_message_text(&message, " of text ");
    rune_message_number(&message, (int64_t)text + 1);
    rune_message_text(&message, " is no ");
    rune_message_text(&message, type);
    rune_fail(&message);
}

RUNE_FUNCTION RUNE_NORETURN void rune_parse_other_count(int32_t wanted) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "parse: there are not just ");
    rune_message_number(&message, wanted);
    rune_message_text(&message, " numbers");
    rune_fail(&message);
}

/* Digits behind a sign: the number without it, and whether it fits 64 bits. */
RUNE_FUNCTION int rune_parse_digits(const unsigned char *word, uint32_t size, uint64_t *number) {
    *number = 0;
    for (uint32_t i = 0; i < size; ++i) {
        uint32_t digit = word[i] - (uint32_t)'0';
        if (digit > 9 || *number > (UINT64_MAX - digit) / 10) return 0;
        *number = *number * 10 + digit;
    }
    return size > 0;
}

#define RUNE_PARSE_WHOLE(NAME, TYPE, LEAST, MOST)                                                                     \
    RUNE_FUNCTION int rune_parse_word_##NAME(const unsigned char *word, uint32_t size, TYPE *value) {                 \
        int is_negative = (LEAST) != 0 && word[0] == '-';                                                             \
        uint32_t sign = is_negative || word[0] == '+';                                                                \
        uint64_t number;                                                                                              \
        if (!rune_parse_digits(word + sign, size - sign, &number)) return 0;                                          \
        if (number > (is_negative ? (uint64_t)(LEAST) : (uint64_t)(MOST))) return 0;                                  \
        *value = (TYPE)(is_negative ? 0 - number : number);                                                           \
        return 1;                                                                                                     \
    }

#define RUNE_PARSE_FLOAT(NAME, TYPE, FORMAT, FROM_BITS, BITS)                                                         \
    RUNE_FUNCTION int rune_parse_word_##NAME(const unsigned char *word, uint32_t size, TYPE *value) {                 \
        uint64_t bits;                                                                                                \
        if (!rune_decimal_float(word, size, FORMAT, &bits)) return 0;                                                 \
        *value = FROM_BITS((BITS)bits);                                                                               \
        return 1;                                                                                                     \
    }

/* `most` is the capacity of the output, which has room for each word that there can be, or the number that must be. */
#define RUNE_PARSE(NAME, TYPE)                                                                                        \
    RUNE_FUNCTION int32_t rune_parse_all_##NAME(const struct rune_text *in, TYPE *out, int32_t texts, int32_t most) { \
        int32_t count = 0;                                                                                            \
        for (int32_t text = 0; text < texts; ++text) {                                                                \
            struct rune_parse_words words = {(const unsigned char *)in[text].bytes, in[text].size, 0, 0};             \
            const unsigned char *word;                                                                                \
            for (uint32_t size; (size = rune_parse_next(&words, &word)) > 0; ++count) {                               \
                TYPE value = 0;                                                                                       \
                if (!rune_parse_word_##NAME(word, size, &value)) {                                                    \
                    rune_parse_no_number(text, words.word, #NAME);                                                    \
                    return most;                                                                                      \
                }                                                                                                     \
                if (count < most) out[count] = value;                                                                 \
            }                                                                                                         \
        }                                                                                                             \
        return count;                                                                                                 \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_parse_##NAME(const struct rune_text *in, TYPE *out, int32_t *size, int32_t texts,         \
                                         int32_t most) {                                                              \
        size[0] = rune_parse_all_##NAME(in, out, texts, most);                                                        \
        if (size[0] > most) {                                                                                         \
            size[0] = most;                                                                                           \
            rune_parse_other_count(most);                                                                             \
        }                                                                                                             \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_parse_##NAME##_exactly(const struct rune_text *in, TYPE *out, int32_t texts,              \
                                                   int32_t count) {                                                   \
        if (rune_parse_all_##NAME(in, out, texts, count) != count) rune_parse_other_count(count);                     \
    }

RUNE_PARSE_WHOLE(u8, uint8_t, 0, UINT8_MAX)
RUNE_PARSE_WHOLE(i8, int8_t, 128, INT8_MAX)
RUNE_PARSE_WHOLE(u16, uint16_t, 0, UINT16_MAX)
RUNE_PARSE_WHOLE(i16, int16_t, 32768, INT16_MAX)
RUNE_PARSE_WHOLE(u32, uint32_t, 0, UINT32_MAX)
RUNE_PARSE_WHOLE(i32, int32_t, 2147483648u, INT32_MAX)
RUNE_PARSE_WHOLE(u64, uint64_t, 0, UINT64_MAX)
RUNE_PARSE_WHOLE(i64, int64_t, UINT64_C(9223372036854775808), INT64_MAX)
RUNE_PARSE_FLOAT(f32, float, &rune_binary32, rune_f32_from_bits, uint32_t)
RUNE_PARSE_FLOAT(f64, double, &rune_binary64, rune_f64_from_bits, uint64_t)

RUNE_PARSE(u8, uint8_t)
RUNE_PARSE(i8, int8_t)
RUNE_PARSE(u16, uint16_t)
RUNE_PARSE(i16, int16_t)
RUNE_PARSE(u32, uint32_t)
RUNE_PARSE(i32, int32_t)
RUNE_PARSE(u64, uint64_t)
RUNE_PARSE(i64, int64_t)
RUNE_PARSE(f32, float)
RUNE_PARSE(f64, double)

#endif
