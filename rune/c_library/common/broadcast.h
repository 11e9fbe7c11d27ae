/* Dimensions of one are repeated by a step of zero. */
#ifndef RUNE_BROADCAST_H
#define RUNE_BROADCAST_H

#include <stdint.h>

/* Five dimensions, the last one densest; steps in elements of each input (0: repeated). The output is dense. */
struct rune_broadcast {
    int32_t sizes[5], left_steps[5], right_steps[5];
};

/* Calls `line(left, right, output, count, left step, right step)` for each run of the last dimension. */
#define RUNE_BROADCAST(shape, left, right, output, line)                                                        \
    for (int32_t i0 = 0; i0 < (shape)->sizes[0]; i0++)                                                          \
        for (int32_t i1 = 0; i1 < (shape)->sizes[1]; i1++)                                                      \
            for (int32_t i2 = 0; i2 < (shape)->sizes[2]; i2++)                                                  \
                for (int32_t i3 = 0; i3 < (shape)->sizes[3]; i3++, (output) += (shape)->sizes[4])               \
                    line((left) + i0 * (shape)->left_steps[0] + i1 * (shape)->left_steps[1] +                   \
                             i2 * (shape)->left_steps[2] + i3 * (shape)->left_steps[3],                         \
                         (right) + i0 * (shape)->right_steps[0] + i1 * (shape)->right_steps[1] +                \
                             i2 * (shape)->right_steps[2] + i3 * (shape)->right_steps[3],                       \
                         (output), (shape)->sizes[4], (shape)->left_steps[4], (shape)->right_steps[4])

#endif
