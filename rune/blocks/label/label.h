/* The block label: the word that belongs to each index. The words are constants: where each starts, and their bytes. */
#ifndef RUNE_BLOCK_LABEL_H
#define RUNE_BLOCK_LABEL_H

#include "rune.h"
#include "rune_math.h"

static inline _Noreturn void rune_label_out_of_bounds(int64_t index, int32_t labels) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "Index out of bounds: there are ");
    rune_message_number(&message, labels);
    rune_message_text(&message, " labels but label ");
    rune_message_number(&message, index);
    rune_message_text(&message, " was requested");
    rune_fail(&message);
}

static inline _Noreturn void rune_label_no_index(int32_t element) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "label: element ");
    rune_message_number(&message, element);
    rune_message_text(&message, " is not an index: it must be a whole number from 0 to 16777216");
    rune_fail(&message);
}

static inline struct rune_text rune_label_word(int64_t index, const uint32_t *starts, const char *bytes,
                                               int32_t labels) {
    if (index < 0 || index >= labels) rune_label_out_of_bounds(index, labels);
    struct rune_text word = {bytes + starts[index], starts[index + 1] - starts[index]};
    return word;
}

#define RUNE_LABEL(NAME, TYPE)                                                                                        \
    static inline void rune_label_##NAME(const TYPE *in, struct rune_text *out, const void *starts,                   \
                                         const void *bytes, int32_t count, int32_t labels) {                          \
        for (int32_t i = 0; i < count; ++i)                                                                           \
            out[i] = rune_label_word((int64_t)in[i], (const uint32_t *)starts, (const char *)bytes, labels);          \
    }

RUNE_LABEL(u8, uint8_t)
RUNE_LABEL(i8, int8_t)
RUNE_LABEL(u16, uint16_t)
RUNE_LABEL(i16, int16_t)
RUNE_LABEL(u32, uint32_t)
RUNE_LABEL(i32, int32_t)
RUNE_LABEL(i64, int64_t)

static inline void rune_label_u64(const uint64_t *in, struct rune_text *out, const void *starts, const void *bytes,
                                  int32_t count, int32_t labels) {
    for (int32_t i = 0; i < count; ++i) {
        int64_t index = in[i] > INT64_MAX ? INT64_MAX : (int64_t)in[i];
        out[i] = rune_label_word(index, (const uint32_t *)starts, (const char *)bytes, labels);
    }
}

/* Beyond 2^24 an f32 no longer holds every whole number. */
static inline void rune_label_f32(const float *in, struct rune_text *out, const void *starts, const void *bytes,
                                  int32_t count, int32_t labels) {
    for (int32_t i = 0; i < count; ++i) {
        if (!(in[i] >= 0.0f && in[i] <= 16777216.0f) || rune_truncf(in[i]) != in[i]) rune_label_no_index(i);
        out[i] = rune_label_word((int64_t)in[i], (const uint32_t *)starts, (const char *)bytes, labels);
    }
}

#endif
