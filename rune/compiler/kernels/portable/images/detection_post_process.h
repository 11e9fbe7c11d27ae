/* TFLite_Detection_PostProcess, float32 and bytes: the boxes that do not overlap, and their classes. */
#ifndef RUNE_DETECTION_POST_PROCESS_H
#define RUNE_DETECTION_POST_PROCESS_H

#include "rune.h"
#include "rune_math.h"

/* Boxes of so many coordinates, scores of so many columns, of which the last ones are the classes; what is asked for; and
 * what bytes stand for: (byte - zero point) * scale. */
struct rune_detection {
    int32_t boxes, coordinates, columns, classes, is_regular, most_boxes, most_classes, most_of_class;
    double y_scale, x_scale, h_scale, w_scale, score_threshold, overlap_threshold;
    double encoded_scale, scores_scale, anchors_scale, scores_move;
    int32_t encoded_zero_point, scores_zero_point, anchors_zero_point;
};

/* Memory of the call: numbers of each box, of a row of scores, and of candidates for a detection. */
struct rune_detection_memory {
    float *corners, *scores, *row, *candidate_scores;
    uint8_t *waiting;
    int32_t *chosen, *heap, *candidates;
};

/* Floats, or bytes and what they stand for. The first `grouped` are (byte + 128) * scale + move, the others (byte - zero
 * point) * scale: the same but for roundings. */
struct rune_detection_numbers {
    const float *floats;
    const int8_t *bytes;
    float scale, move;
    int32_t zero_point, grouped;
};

RUNE_FUNCTION float rune_detection_number(struct rune_detection_numbers numbers, int32_t place)
{
    if (numbers.floats)
        return numbers.floats[place];
    if (place < numbers.grouped)
        return RUNE_PRODUCT_F32((float)(numbers.bytes[place] + 128), numbers.scale) + numbers.move;
    return (float)(numbers.bytes[place] - numbers.zero_point) * numbers.scale;
}

struct rune_detection_outputs {
    float *boxes, *classes, *scores;
};

/* y min, x min, y max and x max of a box. Whether it does not end before it begins. */
RUNE_FUNCTION int rune_detection_corners(const struct rune_detection *how, const float *encoded, const float *anchor,
                                         float *corners)
{
    const double y = (double)encoded[0] / how->y_scale, x = (double)encoded[1] / how->x_scale;
    const double height = rune_exp((double)encoded[2] / how->h_scale), width = rune_exp((double)encoded[3] / how->w_scale);
    const float y_centre = (float)(RUNE_PRODUCT(y, (double)anchor[2]) + (double)anchor[0]);
    const float x_centre = (float)(RUNE_PRODUCT(x, (double)anchor[3]) + (double)anchor[1]);
    const float y_half = (float)(0.5 * height * (double)anchor[2]), x_half = (float)(0.5 * width * (double)anchor[3]);
    corners[0] = y_centre - y_half;
    corners[1] = x_centre - x_half;
    corners[2] = y_centre + y_half;
    corners[3] = x_centre + x_half;
    return !(corners[0] > corners[2] || corners[1] > corners[3]);
}

RUNE_FUNCTION float rune_detection_least(float left, float right) { return right < left ? right : left; }

RUNE_FUNCTION float rune_detection_most(float left, float right) { return left < right ? right : left; }

/* Intersection over union of two boxes; 0 where one has no area. */
RUNE_FUNCTION float rune_detection_overlap(const float *one, const float *other)
{
    const float area = RUNE_PRODUCT_F32(one[2] - one[0], one[3] - one[1]);
    const float other_area = RUNE_PRODUCT_F32(other[2] - other[0], other[3] - other[1]);
    const float height = rune_detection_least(one[2], other[2]) - rune_detection_most(one[0], other[0]);
    const float width = rune_detection_least(one[3], other[3]) - rune_detection_most(one[1], other[1]);
    const float shared = RUNE_PRODUCT_F32(rune_detection_most(height, 0.0f), rune_detection_most(width, 0.0f));
    return area <= 0.0f || other_area <= 0.0f ? 0.0f : shared / (area + other_area - shared);
}

/* Suppresses boxes that overlap a better one: `chosen` gets the rest of those that reach the threshold, best first.
 * Returns their number. */
RUNE_FUNCTION int32_t rune_detection_suppress(const struct rune_detection *how, const struct rune_detection_memory *memory,
                                              int32_t most)
{
    const float *const scores = memory->scores;
    int32_t count = 0;
    for (int32_t i = 0; i < how->boxes; i++)
        memory->waiting[i] = scores[i] >= (float)how->score_threshold;
    for (; count < most; count++) {
        int32_t best = -1;
        for (int32_t i = 0; i < how->boxes; i++)
            if (memory->waiting[i] && (best < 0 || scores[i] > scores[best]))
                best = i;
        if (best < 0)
            break;
        memory->chosen[count] = best;
        memory->waiting[best] = 0;
        for (int32_t i = 0; i < how->boxes; i++)
            if (memory->waiting[i] && rune_detection_overlap(memory->corners + 4 * best, memory->corners + 4 * i) >
                                          (float)how->overlap_threshold)
                memory->waiting[i] = 0;
    }
    return count;
}

/* Puts an item into the hole of a heap: the hole goes down to a leaf, then the item up from there. The least is on top. */
RUNE_FUNCTION void rune_detection_sift(const float *values, int32_t *heap, int32_t hole, int32_t count, int32_t item)
{
    const int32_t start = hole;
    while (2 * hole + 1 < count) {
        int32_t child = 2 * hole + 2;
        if (child == count || values[heap[child]] > values[heap[child - 1]])
            child--;
        heap[hole] = heap[child];
        hole = child;
    }
    for (; hole > start && values[heap[(hole - 1) / 2]] > values[item]; hole = (hole - 1) / 2)
        heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = item;
}

/* The places of the greatest values, greatest first; equal ones in the order in which GNU's partial_sort leaves
 * them, but one alone is the first. */
RUNE_FUNCTION int32_t rune_detection_best(const float *values, int32_t length, int32_t most, int32_t *heap)
{
    const int32_t count = most < length ? most : length;
    if (count == 1) {
        heap[0] = 0;
        for (int32_t i = 1; i < length; i++)
            if (values[i] > values[heap[0]])
                heap[0] = i;
        return count;
    }
    for (int32_t i = 0; i < count; i++)
        heap[i] = i;
    for (int32_t i = count / 2 - 1; i >= 0; i--)
        rune_detection_sift(values, heap, i, count, heap[i]);
    for (int32_t i = count; i < length; i++)
        if (values[i] > values[heap[0]])
            rune_detection_sift(values, heap, 0, count, i);
    for (int32_t i = count - 1; i > 0; i--) {
        const int32_t last = heap[i];
        heap[i] = heap[0];
        rune_detection_sift(values, heap, 0, i, last);
    }
    return count;
}

RUNE_FUNCTION void rune_detection_write(const struct rune_detection_outputs *to, int32_t place, const float *corners,
                                        int32_t kind, float score)
{
    for (int32_t i = 0; i < 4; i++)
        to->boxes[4 * place + i] = corners[i];
    to->classes[place] = (float)kind;
    to->scores[place] = score;
}

/* The scores of a box's classes into the row, and the best of them onto the heap: how many these are. */
RUNE_FUNCTION int32_t rune_detection_row(const struct rune_detection *how, struct rune_detection_numbers scores,
                                         const struct rune_detection_memory *memory, int32_t box)
{
    const int32_t start = box * how->columns + (how->columns - how->classes);
    for (int32_t i = 0; i < how->classes; i++)
        memory->row[i] = rune_detection_number(scores, start + i);
    return rune_detection_best(memory->row, how->classes, how->most_classes, memory->heap);
}

/* The best score of each box decides; each that is left has `most_classes` places. How many are left. */
RUNE_FUNCTION int32_t rune_detection_fast(const struct rune_detection *how, struct rune_detection_numbers scores,
                                          const struct rune_detection_memory *memory,
                                          const struct rune_detection_outputs *to)
{
    int32_t count;
    for (int32_t box = 0; box < how->boxes; box++) {
        rune_detection_row(how, scores, memory, box);
        memory->scores[box] = memory->row[memory->heap[0]];
    }
    count = rune_detection_suppress(how, memory, how->most_boxes);
    for (int32_t i = 0; i < count; i++) {
        const int32_t box = memory->chosen[i], kinds = rune_detection_row(how, scores, memory, box);
        for (int32_t k = 0; k < kinds; k++)
            rune_detection_write(to, i * how->most_classes + k, memory->corners + 4 * box, memory->heap[k],
                                 memory->row[memory->heap[k]]);
    }
    return count;
}

/* Each class by itself; the best of all are kept, of equal ones the first. Returns the number of boxes that remain.
 * A candidate is a box times the classes plus its class. */
RUNE_FUNCTION int32_t rune_detection_regular(const struct rune_detection *how, struct rune_detection_numbers scores,
                                             const struct rune_detection_memory *memory,
                                             const struct rune_detection_outputs *to)
{
    int32_t *const candidates = memory->candidates;
    float *const values = memory->candidate_scores;
    int32_t count = 0;
    for (int32_t kind = 0; kind < how->classes; kind++) {
        const int32_t start = how->columns - how->classes + kind;
        int32_t found;
        for (int32_t box = 0; box < how->boxes; box++)
            memory->scores[box] = rune_detection_number(scores, box * how->columns + start);
        found = rune_detection_suppress(how, memory, how->most_of_class);
        for (int32_t i = 0; i < found; i++) {
            const float value = memory->scores[memory->chosen[i]];
            int32_t place = count;
            if (count < how->most_boxes)
                count++;
            else if (value > values[count - 1])
                place--;
            else
                break;
            for (; place > 0 && values[place - 1] < value; place--) {
                candidates[place] = candidates[place - 1];
                values[place] = values[place - 1];
            }
            candidates[place] = memory->chosen[i] * how->classes + kind;
            values[place] = value;
        }
    }
    for (int32_t i = 0; i < count; i++)
        rune_detection_write(to, i, memory->corners + 4 * (candidates[i] / how->classes), candidates[i] % how->classes,
                             values[i]);
    return count;
}

/* Whether all boxes could be decoded. */
RUNE_FUNCTION int rune_detection_decode(const struct rune_detection *how, struct rune_detection_numbers encoded,
                                        struct rune_detection_numbers anchors, float *corners)
{
    for (int32_t box = 0; box < how->boxes; box++) {
        float code[4], anchor[4];
        for (int32_t i = 0; i < 4; i++) {
            code[i] = rune_detection_number(encoded, box * how->coordinates + i);
            anchor[i] = rune_detection_number(anchors, 4 * box + i);
        }
        if (!rune_detection_corners(how, code, anchor, corners + 4 * box))
            return 0;
    }
    return 1;
}

/* All of it. Beyond the last detection there are zeros. */
RUNE_FUNCTION void rune_detection_run(const struct rune_detection *how, struct rune_detection_numbers encoded,
                                      struct rune_detection_numbers scores, struct rune_detection_numbers anchors,
                                      const struct rune_detection_memory *memory,
                                      const struct rune_detection_outputs *to, float *count)
{
    static const float nothing[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int32_t i = 0; i < how->most_boxes * how->most_classes; i++)
        rune_detection_write(to, i, nothing, 0, 0.0f);
    *count = 0.0f;
    if (!rune_detection_decode(how, encoded, anchors, memory->corners)) {
        struct rune_message message = {.size = 0};
        rune_message_text(&message, "TFLite_Detection_PostProcess: a box ends before it begins");
        rune_fail(&message);
        return;
    }
    *count = (float)(how->is_regular ? rune_detection_regular(how, scores, memory, to)
                                     : rune_detection_fast(how, scores, memory, to));
}

#define RUNE_DETECTION_MEMORY                                                                             \
    float *corners, float *box_scores, float *row, float *candidate_scores, uint8_t *waiting,             \
        int32_t *chosen, int32_t *heap, int32_t *candidates, const struct rune_detection *how

#define RUNE_DETECTION_RUN(encoded_numbers, scores_numbers, anchors_numbers)                              \
    const struct rune_detection_memory memory = {corners, box_scores, row, candidate_scores, waiting,     \
                                                 chosen, heap, candidates};                               \
    const struct rune_detection_outputs to = {boxes, classes, found_scores};                              \
    const struct rune_detection_numbers given[3] = {encoded_numbers, scores_numbers, anchors_numbers};    \
    rune_detection_run(how, given[0], given[1], given[2], &memory, &to, count);

#define RUNE_FLOATS(name) {name, 0, 0.0f, 0.0f, 0, 0}
#define RUNE_BYTES(name, move, grouped) {0, name, (float)how->name##_scale, move, how->name##_zero_point, grouped}

RUNE_KERNEL void rune_detection_float32(const float *encoded, const float *scores, const float *anchors, float *boxes,
                                        float *classes, float *found_scores, float *count, RUNE_DETECTION_MEMORY)
{
    RUNE_DETECTION_RUN(RUNE_FLOATS(encoded), RUNE_FLOATS(scores), RUNE_FLOATS(anchors))
}

RUNE_KERNEL void rune_detection_int8(const int8_t *encoded, const int8_t *scores, const int8_t *anchors, float *boxes,
                                     float *classes, float *found_scores, float *count, RUNE_DETECTION_MEMORY)
{
    const int32_t grouped = how->boxes * how->columns / 8 * 8;
    RUNE_DETECTION_RUN(RUNE_BYTES(encoded, 0.0f, 0), RUNE_BYTES(scores, (float)how->scores_move, grouped),
                       RUNE_BYTES(anchors, 0.0f, 0))
}

#endif
