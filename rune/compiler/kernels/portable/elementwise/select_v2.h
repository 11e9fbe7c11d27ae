/* SELECT_V2 and SELECT: elements of one, two or four bytes. The output may be an input that is not repeated. */
#ifndef RUNE_SELECT_V2_H
#define RUNE_SELECT_V2_H

#include <stdint.h>

#include "language.h"

/* Five dimensions, the last one densest; steps in elements of each input (0: repeated). The output is dense. */
struct rune_select {
    int32_t sizes[5], condition_steps[5], first_steps[5], second_steps[5];
};

RUNE_FUNCTION int32_t rune_select_place(const int32_t *steps, const int32_t *index)
{
    return steps[0] * index[0] + steps[1] * index[1] + steps[2] * index[2] + steps[3] * index[3];
}

#define RUNE_SELECT(name, kind)                                                                                \
    RUNE_KERNEL void name(const uint8_t *condition, const kind *first, const kind *second, kind *output,       \
                          const struct rune_select *shape)                                                     \
    {                                                                                                          \
        int32_t at[4];                                                                                         \
        for (at[0] = 0; at[0] < shape->sizes[0]; at[0]++)                                                      \
            for (at[1] = 0; at[1] < shape->sizes[1]; at[1]++)                                                  \
                for (at[2] = 0; at[2] < shape->sizes[2]; at[2]++)                                              \
                    for (at[3] = 0; at[3] < shape->sizes[3]; at[3]++, output += shape->sizes[4]) {             \
                        const uint8_t *truth = condition + rune_select_place(shape->condition_steps, at);      \
                        const kind *one = first + rune_select_place(shape->first_steps, at);                   \
                        const kind *other = second + rune_select_place(shape->second_steps, at);               \
                        for (int32_t i = 0; i < shape->sizes[4]; i++)                                          \
                            output[i] = truth[i * shape->condition_steps[4]] ? one[i * shape->first_steps[4]]  \
                                                                             : other[i * shape->second_steps[4]]; \
                    }                                                                                          \
    }

RUNE_SELECT(rune_select_1, uint8_t)
RUNE_SELECT(rune_select_2, uint16_t)
RUNE_SELECT(rune_select_4, uint32_t)

#endif
