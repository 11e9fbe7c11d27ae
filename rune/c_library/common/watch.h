/*
 * Counts the answers of a rune in bins. What a compiler may do in another order is in integers; sums of floats are in the
 * order of the elements, and each product is rounded, so that every target gives the same bits.
 */
#ifndef RUNE_WATCH_H
#define RUNE_WATCH_H

#include <stdint.h>

#include "language.h"

/* Elements whose sum fits 32 bits, for types of up to 16 bits, and for squares of 8 bits. */
#define RUNE_WATCH_BLOCK 4096

/* The bin of a number: how many edges are not above it. None is below a NaN. */
#define RUNE_WATCH_BIN(result, number, edges, edge_count)                                                                  \
    do {                                                                                                                   \
        (result) = 0;                                                                                                      \
        for (int32_t edge = 0; edge < (edge_count); edge++)                                                                \
            (result) += (number) >= (edges)[edge];                                                                         \
    } while (0)

#define RUNE_WATCH_SUM(name, element, part_type, block, term)                                                              \
    RUNE_FUNCTION void rune_watch_##name(const element *values, uint8_t *bin, const int64_t *edges, int32_t count,         \
                                         int32_t edge_count)                                                               \
    {                                                                                                                      \
        int64_t sum = 0;                                                                                                   \
        int32_t number;                                                                                                    \
        for (int32_t start = 0; start < count; start += (block)) {                                                         \
            int32_t end = count - start < (block) ? count : start + (block);                                               \
            part_type part = 0;                                                                                            \
            for (int32_t i = start; i < end; i++) {                                                                        \
                int32_t value = values[i];                                                                                 \
                part += (term);                                                                                            \
            }                                                                                                              \
            sum += part;                                                                                                   \
        }                                                                                                                  \
        RUNE_WATCH_BIN(number, sum, edges, edge_count);                                                                    \
        *bin = (uint8_t)number;                                                                                            \
    }

RUNE_WATCH_SUM(mean_u8, uint8_t, int32_t, RUNE_WATCH_BLOCK, value)
RUNE_WATCH_SUM(mean_i8, int8_t, int32_t, RUNE_WATCH_BLOCK, value)
RUNE_WATCH_SUM(mean_i16, int16_t, int32_t, RUNE_WATCH_BLOCK, value)
RUNE_WATCH_SUM(mean_i32, int32_t, int64_t, 1 << 30, value)
RUNE_WATCH_SUM(level_u8, uint8_t, int32_t, RUNE_WATCH_BLOCK, value * value)
RUNE_WATCH_SUM(level_i8, int8_t, int32_t, RUNE_WATCH_BLOCK, value * value)
RUNE_WATCH_SUM(level_i16, int16_t, int64_t, 1 << 30, value * value)

/* A sum of squares of 32 bits has up to 90 bits. Each edge is two numbers: its high bits, and the low 32. */
RUNE_FUNCTION void rune_watch_level_i32(const int32_t *values, uint8_t *bin, const int64_t *edges, int32_t count,
                                        int32_t edge_count)
{
    int64_t high = 0, low = 0;
    int32_t number = 0;
    for (int32_t i = 0; i < count; i++) {
        int64_t square = (int64_t)values[i] * values[i];
        high += square >> 32;
        low += square & INT64_C(0xFFFFFFFF);
    }
    high += low >> 32;
    low &= INT64_C(0xFFFFFFFF);
    for (int32_t edge = 0; edge < edge_count; edge++)
        number += high > edges[2 * edge] || (high == edges[2 * edge] && low >= edges[2 * edge + 1]);
    *bin = (uint8_t)number;
}

RUNE_FUNCTION void rune_watch_mean_f32(const float *values, uint8_t *bin, const float *edges, int32_t count,
                                       int32_t edge_count)
{
    float sum = 0.0f;
    int32_t number;
    for (int32_t i = 0; i < count; i++)
        sum += values[i];
    RUNE_WATCH_BIN(number, sum, edges, edge_count);
    *bin = (uint8_t)number;
}

RUNE_FUNCTION void rune_watch_level_f32(const float *values, uint8_t *bin, const float *edges, int32_t count,
                                        int32_t edge_count)
{
    float sum = 0.0f;
    int32_t number;
    for (int32_t i = 0; i < count; i++)
        sum += RUNE_PRODUCT_F32(values[i], values[i]);
    RUNE_WATCH_BIN(number, sum, edges, edge_count);
    *bin = (uint8_t)number;
}

/* A count that has reached the largest number stays. */
RUNE_FUNCTION void rune_watch_add(uint32_t *counter)
{
    *counter += *counter != UINT32_MAX;
}

/*
 * Counts an answer: its label, which is the first of the highest scores, its score, and the bins of the features. The
 * counters of labels, confidence and each feature are one after the other. A score that is not a number is below all
 * others; where all are such there is no answer.
 */
#define RUNE_WATCH_COUNT(suffix, element, feature_parameters, size_parameters, count_features)                             \
    RUNE_FUNCTION void rune_watch_count_##suffix(const element *scores feature_parameters, uint32_t *counters,             \
                                                 const uint8_t *bins, const element *edges, int32_t count,                 \
                                                 int32_t label_count, int32_t edge_count size_parameters)                  \
    {                                                                                                                      \
        int32_t best = 0, number;                                                                                          \
        for (int32_t i = 1; i < count; i++)                                                                                \
            if (scores[i] > scores[best] || RUNE_WATCH_IS_NAN(scores[best]))                                               \
                best = i;                                                                                                  \
        if (RUNE_WATCH_IS_NAN(scores[best]))                                                                               \
            return;                                                                                                        \
        rune_watch_add(counters + bins[best]);                                                                             \
        counters += label_count;                                                                                           \
        RUNE_WATCH_BIN(number, scores[best], edges, edge_count);                                                           \
        rune_watch_add(counters + number);                                                                                 \
        counters += edge_count + 1;                                                                                        \
        count_features                                                                                                     \
    }

#define RUNE_WATCH_IS_NAN(value) (!((value) == (value)))
#define RUNE_WATCH_NOTHING
#define RUNE_WATCH_FIRST , const uint8_t *first
#define RUNE_WATCH_BOTH , const uint8_t *first, const uint8_t *second
#define RUNE_WATCH_SIZE , int32_t first_size
#define RUNE_WATCH_COUNT_NOTHING (void)counters;
#define RUNE_WATCH_COUNT_FIRST                                                                                             \
    rune_watch_add(counters + *first);                                                                                     \
    (void)first_size;
#define RUNE_WATCH_COUNT_BOTH                                                                                              \
    rune_watch_add(counters + *first);                                                                                     \
    rune_watch_add(counters + first_size + *second);

#define RUNE_WATCH_COUNTS(name, element)                                                                                   \
    RUNE_WATCH_COUNT(name, element, RUNE_WATCH_NOTHING, RUNE_WATCH_NOTHING, RUNE_WATCH_COUNT_NOTHING)                      \
    RUNE_WATCH_COUNT(name##_1, element, RUNE_WATCH_FIRST, RUNE_WATCH_SIZE, RUNE_WATCH_COUNT_FIRST)                         \
    RUNE_WATCH_COUNT(name##_2, element, RUNE_WATCH_BOTH, RUNE_WATCH_SIZE, RUNE_WATCH_COUNT_BOTH)

RUNE_WATCH_COUNTS(i8, int8_t)
RUNE_WATCH_COUNTS(u8, uint8_t)
RUNE_WATCH_COUNTS(i16, int16_t)
RUNE_WATCH_COUNTS(f32, float)

/* The same without a classifier. */
RUNE_FUNCTION void rune_watch_count_1(const uint8_t *first, uint32_t *counters, int32_t first_size)
{
    RUNE_WATCH_COUNT_FIRST
}

RUNE_FUNCTION void rune_watch_count_2(const uint8_t *first, const uint8_t *second, uint32_t *counters, int32_t first_size)
{
    RUNE_WATCH_COUNT_BOTH
}

#endif
