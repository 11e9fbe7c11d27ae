/* Shared by the two kernels of an LSTM of int8. Gates in this order: input, forget, candidate, output. */
#ifndef RUNE_LSTM_INT8_H
#define RUNE_LSTM_INT8_H

#include "dot.h"
#include "rescale.h"

/*
 * `input_sums` and `hidden_sums` hold bias and zero points, for each unit of each gate. A cell counts 2^-cell_bits, within
 * its bounds.
 */
struct rune_lstm_int8 {
    int32_t steps, batches, inputs, units, step_rows, batch_rows;
    const int32_t *input_sums, *hidden_sums;
    int32_t input_mantissas[4], input_exponents[4], hidden_mantissas[4], hidden_exponents[4];
    int32_t output_mantissa, output_exponent, output_zero_point, cell_bits, cell_minimum, cell_maximum;
};

/* The contribution of the input to one unit's gate, in units of 2^-12. */
RUNE_FUNCTION int32_t rune_lstm_input_int8(const int8_t *input, const int8_t *weights,
                                           const struct rune_lstm_int8 *lstm, int32_t gate, int32_t unit)
{
    const int32_t row = gate * lstm->units + unit;
    const uint32_t sum =
        (uint32_t)lstm->input_sums[row] + rune_dot_int8(input, weights + row * lstm->inputs, lstm->inputs);
    return rune_rescale_twice_one((int32_t)sum, lstm->input_mantissas[gate], lstm->input_exponents[gate]);
}

/* The contribution of the previous step's output to the gate. */
RUNE_FUNCTION int32_t rune_lstm_hidden_int8(const int8_t *hidden, const int8_t *recurrent,
                                            const struct rune_lstm_int8 *lstm, int32_t gate, int32_t unit)
{
    const int32_t row = gate * lstm->units + unit;
    const uint32_t sum =
        (uint32_t)lstm->hidden_sums[row] + rune_dot_int8(hidden, recurrent + row * lstm->units, lstm->units);
    return rune_rescale_twice_one((int32_t)sum, lstm->hidden_mantissas[gate], lstm->hidden_exponents[gate]);
}

#endif
