/* The learner of the page Teach: the block logistic_regression, which also gives the weights that it found.
 *
 * The penalty is 1 in all, and not for each row: few examples can always be told apart, and without it the answer to
 * the next one would be all too sure. */
#define RUNE_LOGISTIC_PENALTY (1.0 / (double)of->rows)
#include "logistic_regression.h"

#define EXPORTED(name) __attribute__((export_name(name)))

extern unsigned char __heap_base;

static struct rune_message failure;

void rune_message_text(struct rune_message *message, const char *text) {
    while (*text && message->size < sizeof message->bytes) message->bytes[message->size++] = *text++;
}

void rune_message_number(struct rune_message *message, int64_t number) {
    char digits[20];
    int32_t count = 0;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (number < 0) rune_message_text(message, "-");
    do digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    while (count > 0 && message->size < sizeof message->bytes) message->bytes[message->size++] = digits[--count];
}

_Noreturn void rune_fail(const struct rune_message *message) {
    failure = *message;
    __builtin_trap();
}

/* Where the caller may write: behind all that the module has, aligned for f64. */
EXPORTED("heap") uint32_t heap(void) { return ((uint32_t)(uintptr_t)&__heap_base + 15u) & ~15u; }

EXPORTED("failure_bytes") const char *failure_bytes(void) { return failure.bytes; }
EXPORTED("failure_size") uint32_t failure_size(void) { return failure.size; }

/* Bytes that `learn` needs behind its results, as the block's signature counts them. */
EXPORTED("scratch_size") uint32_t scratch_size(int32_t rows, int32_t columns, int32_t classes) {
    return 8u * (uint32_t)(7 * classes * (columns + 1) + 3 * classes + 2 * columns + rows * columns);
}

/* Learns the labels 0 to `classes - 1`, of each of which there is a row. `weights` gets, for each class, a weight for
 * each feature as it is, and the bias behind. */
EXPORTED("learn") void learn(const double *rows, const double *labels, double *weights, void *scratch, int32_t count,
                             int32_t columns, int32_t classes) {
    struct rune_logistic of = {.targets = labels, .rows = count, .features = columns};
    int32_t row = 0;
    if (!rune_learning_takes("learner", rows, labels, rows, count, columns, 0)) return;
    rune_logistic_place(&of, scratch, classes);
    of.classes = rune_learning_labels(labels, of.labels, count, classes, &row);
    of.first = of.classes == 2;
    of.unknowns = (of.classes - of.first) * (columns + 1);
    if (!rune_logistic_scale(&of, rows) || !rune_logistic_solve(&of)) return;
    for (int32_t m = 0; m < of.classes; ++m, weights += columns + 1) {
        const double *learned = of.weights + (int64_t)(m - of.first) * (columns + 1);
        double bias = m < of.first ? 0.0 : learned[columns];
        for (int32_t j = 0; j < columns; ++j) {
            const int32_t is_used = m >= of.first && of.spreads[j] > 0.0;
            weights[j] = is_used ? learned[j] / of.spreads[j] : 0.0;
            bias -= weights[j] * of.means[j];
        }
        weights[columns] = bias;
    }
}
