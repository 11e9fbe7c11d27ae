/*
 * The block label: the word that belongs to each index. The words are constants: where each starts, and their bytes; or
 * the host gave them.
 */
#ifndef RUNE_BLOCK_LABEL_H
#define RUNE_BLOCK_LABEL_H

#include "rune.h"
#include "rune_math.h"
#include "text.h"

RUNE_FUNCTION RUNE_NORETURN void rune_label_out_of_bounds(int64_t index, int32_t labels) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "Index out of bounds: there are ");
    rune_message_number(&message, labels);
    rune_message_text(&message, " labels but label ");
    rune_message_number(&message, index);
    rune_message_text(&message, " was requested");
    rune_fail(&message);
}

RUNE_FUNCTION RUNE_NORETURN void rune_label_no_index(int32_t element) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "label: element ");
    rune_message_number(&message, element);
    rune_message_text(&message, " is not an index: it must be a whole number from 0 to 16777216");
    rune_fail(&message);
}

/* The host's list of labels: its end, the number of words, and the offset of every 16th word. */
struct rune_label_list {
    uint32_t end;
    int32_t labels;
    uint32_t starts[];
};

RUNE_FUNCTION RUNE_NORETURN void rune_label_bad_list(const char *why) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "label: the wordlist of the host ");
    rune_message_text(&message, why);
    rune_fail(&message);
}

/* Returns the list in `state`, and reads it from the host's text on the first call; zero labels mean that it was
 * not read yet. */
RUNE_FUNCTION const struct rune_label_list *rune_label_list(void *state, const struct rune_text *words) {
    struct rune_label_list *list = (struct rune_label_list *)state;
    if (list->labels) return list;
    const unsigned char *text = (const unsigned char *)words->bytes;
    uint32_t at = 0, first = 0, end = 0, code = 0;
    if (words->size >= 3 && text[0] == 0xef && text[1] == 0xbb && text[2] == 0xbf) at = first = end = 3;
    for (int started = 0; at < words->size;) {
        uint32_t size = rune_text_character(text + at, words->size - at, &code);
        if (size == 0) {
            rune_label_bad_list("is not UTF-8 text");
            break;
        }
        if (!rune_text_is_space(code)) {
            if (!started) first = at;
            started = 1;
            end = at + size;
        }
        at += size;
    }
    if (end <= first) rune_label_bad_list("is empty");
    int32_t labels = 1;
    list->starts[0] = first;
    for (at = first; at < end; ++at) {
        if (text[at] != '\n') continue;
        if (labels % 16 == 0) list->starts[labels / 16] = at + 1;
        ++labels;
    }
    list->end = end;
    list->labels = labels;
    return list;
}

RUNE_FUNCTION struct rune_text rune_label_host_word(int64_t index, const struct rune_label_list *list,
                                                    const char *bytes, int32_t longest) {
    if (index < 0 || index >= list->labels) {
        rune_label_out_of_bounds(index, list->labels);
        return (struct rune_text){bytes, 0};
    }
    uint32_t start = list->starts[index / 16];
    for (int64_t left = index % 16; left; --left) {
        while (bytes[start] != '\n') ++start;
        ++start;
    }
    uint32_t end = start;
    while (end < list->end && bytes[end] != '\n') ++end;
    if (end > start && bytes[end - 1] == '\r') --end;
    if (end - start > (uint32_t)longest) rune_label_bad_list("has a word that is too long");
    return (struct rune_text){bytes + start, end - start};
}

RUNE_FUNCTION struct rune_text rune_label_word(int64_t index, const uint32_t *starts, const char *bytes,
                                               int32_t labels) {
    if (index < 0 || index >= labels) {
        rune_label_out_of_bounds(index, labels);
        return (struct rune_text){bytes, 0};
    }
    struct rune_text word = {bytes + starts[index], starts[index + 1] - starts[index]};
    return word;
}

/* Beyond 2^63 - 1 no list reaches. */
RUNE_FUNCTION int64_t rune_label_of_u64(uint64_t value, int32_t element) {
    (void)element;
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Beyond 2^24 an f32 no longer holds every whole number. */
RUNE_FUNCTION int64_t rune_label_of_f32(float value, int32_t element) {
    if (!(value >= 0.0f && value <= 16777216.0f) || rune_truncf(value) != value) {
        rune_label_no_index(element);
        return 0;
    }
    return (int64_t)value;
}

RUNE_FUNCTION int64_t rune_label_of_integer(int64_t value, int32_t element) {
    (void)element;
    return value;
}

#define RUNE_LABEL(NAME, TYPE, INDEX)                                                                                 \
    RUNE_FUNCTION void rune_label_##NAME(const TYPE *in, struct rune_text *out, const void *starts,                   \
                                         const void *bytes, int32_t count, int32_t labels) {                          \
        for (int32_t i = 0; i < count; ++i)                                                                           \
            out[i] = rune_label_word(INDEX(in[i], i), (const uint32_t *)starts, (const char *)bytes, labels);         \
    }                                                                                                                 \
    RUNE_FUNCTION void rune_label_host_##NAME(const TYPE *in, struct rune_text *out, void *state,                     \
                                              const struct rune_text *words, int32_t count, int32_t longest) {        \
        const struct rune_label_list *list = rune_label_list(state, words);                                           \
        for (int32_t i = 0; i < count; ++i)                                                                           \
            out[i] = rune_label_host_word(INDEX(in[i], i), list, words->bytes, longest);                              \
    }

RUNE_LABEL(u8, uint8_t, rune_label_of_integer)
RUNE_LABEL(i8, int8_t, rune_label_of_integer)
RUNE_LABEL(u16, uint16_t, rune_label_of_integer)
RUNE_LABEL(i16, int16_t, rune_label_of_integer)
RUNE_LABEL(u32, uint32_t, rune_label_of_integer)
RUNE_LABEL(i32, int32_t, rune_label_of_integer)
RUNE_LABEL(i64, int64_t, rune_label_of_integer)
RUNE_LABEL(u64, uint64_t, rune_label_of_u64)
RUNE_LABEL(f32, float, rune_label_of_f32)

#endif
