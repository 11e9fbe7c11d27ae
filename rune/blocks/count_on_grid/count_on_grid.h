/* The block count_on_grid: cells of one label that touch, also at a corner, are one object. */
#ifndef RUNE_BLOCK_COUNT_ON_GRID_H
#define RUNE_BLOCK_COUNT_ON_GRID_H

#include "rune.h"
#include "rune_math.h"

/* The first of the labels with the greatest score above the threshold, from 1; 0 without one. A NaN is never above. */
RUNE_FUNCTION int32_t rune_count_on_grid_label(const float *scores, int32_t classes, float threshold) {
    int32_t best = 0;
    for (int32_t k = 1; k < classes; ++k)
        if (scores[k] > (best == 0 ? threshold : scores[best])) best = k;
    return best;
}

/* counts: of each label. objects: label, x, y, score. Cells are visited in the order of the rows; a cell loses its
 * label when it enters the list `visited`, so that each enters it once and the list has room for all. */
RUNE_FUNCTION void rune_count_on_grid(const float *in, uint32_t *counts, float *objects, int32_t *objects_size,
                                      void *scratch, int32_t rows, int32_t columns, int32_t classes, int32_t most,
                                      double threshold) {
    int32_t cells = rows * columns, kept = 0;
    int32_t *labels = scratch, *visited = labels + cells;
    for (int32_t k = 1; k < classes; ++k) counts[k - 1] = 0;
    for (int32_t cell = 0; cell < cells; ++cell)
        labels[cell] = rune_count_on_grid_label(in + (int64_t)cell * classes, classes, (float)threshold);
    for (int32_t first = 0; first < cells; ++first) {
        int32_t label = labels[first], count = 1;
        int64_t x = 0, y = 0;
        float score;
        if (label == 0) continue;
        score = in[(int64_t)first * classes + label];
        visited[0] = first;
        labels[first] = 0;
        for (int32_t i = 0; i < count; ++i) {
            int32_t row = visited[i] / columns, column = visited[i] % columns;
            float here = in[(int64_t)visited[i] * classes + label];
            if (here > score) score = here;
            x += 2 * column + 1;
            y += 2 * row + 1;
            for (int32_t near = 0; near < 9; ++near) {
                int32_t to_row = row + near / 3 - 1, to_column = column + near % 3 - 1;
                int32_t to = to_row * columns + to_column;
                if (to_row < 0 || to_row >= rows || to_column < 0 || to_column >= columns) continue;
                if (labels[to] != label) continue;
                labels[to] = 0;
                visited[count++] = to;
            }
        }
        ++counts[label - 1];
        if (kept == most) continue;
        objects[kept * 4] = (float)(label - 1);
        objects[kept * 4 + 1] = (float)((double)x / ((double)count * (2.0 * columns)));
        objects[kept * 4 + 2] = (float)((double)y / ((double)count * (2.0 * rows)));
        objects[kept * 4 + 3] = score;
        ++kept;
    }
    objects_size[0] = kept;
}

#endif
