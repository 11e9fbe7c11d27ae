"""The optimizer of a network: Muon for kernels that mix channels, AdamW for all else. It has few operators of
TensorFlow, because compiling the step of a small network takes longer than an epoch. Plain Keras: exported scripts
contain this file as it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

KERNEL_RATE = 10.0
"""The rate of Muon as a multiple of the learning rate, which is that of AdamW."""
_MOMENTUM = 0.95
"""The share of the gradients before in Muon's momentum."""
_FEWEST_CHANNELS = 8
"""A kernel with fewer inputs or outputs has too few directions for Muon to tell apart."""
_ITERATIONS = 5
"""The iterations of Newton and Schulz."""
_COEFFICIENTS = 3.4445, -4.7750, 2.0315
"""The coefficients of x, x^3 and x^5 in an iteration. They bring singular values near 1 in few iterations: after 5
those from 0.01 on lie between 0.7 and 1.2, which is near enough (Jordan et al. 2024)."""


class Optimizer(keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW, but Muon for the kernels of convolutions that mix channels.

    Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) moves such a kernel by its momentum with all singular
    values near 1: what few examples tell is learned as fast as what most of them tell. It suits kernels with a
    normalisation behind them, which takes out how large they become. `muon_kernels` are the ids of their variables.
    """

    def __init__(self, learning_rate: float, *, weight_decay: float, muon_kernels: frozenset[int]) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay)
        self._muon_kernels = muon_kernels

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Updates the variables. The optimizer is built for them."""
        pairs = list(zip(grads, trainable_variables or self._trainable_variables, strict=True))
        self._apply_adam(pair for pair in pairs if id(pair[1]) not in self._muon_kernels)
        self._apply_muon(pair for pair in pairs if id(pair[1]) in self._muon_kernels)
        self.iterations.assign_add(1)

    def _apply_adam(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """One operator for the moments and the step of a variable. What all variables share is computed once."""
        step = tf.cast(self.iterations + 1, tf.float32)
        rate = tf.cast(self.learning_rate, tf.float32)
        remaining = 1.0 - self.weight_decay * rate
        beta_1, beta_2, epsilon = (tf.constant(each) for each in (self.beta_1, self.beta_2, self.epsilon))
        powers = tf.pow(beta_1, step), tf.pow(beta_2, step)
        for gradient, variable in pairs:
            place = self._get_variable_index(variable)
            if self._use_weight_decay(variable):
                variable.value.assign(tf.raw_ops.Mul(x=variable.value, y=remaining), read_value=False)
            tf.raw_ops.ResourceApplyAdam(
                var=variable.value.handle,
                m=self._momentums[place].value.handle,
                v=self._velocities[place].value.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=rate,
                beta1=beta_1,
                beta2=beta_2,
                epsilon=epsilon,
                grad=tf.convert_to_tensor(gradient),
            )

    def _apply_muon(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Kernels of one shape go through the iterations together."""
        groups: dict[tuple[int, ...], list[tuple[Any, Any]]] = {}
        for gradient, variable in pairs:
            groups.setdefault(tuple(variable.shape), []).append((gradient, variable))
        rate = tf.cast(self.learning_rate, tf.float32) * KERNEL_RATE
        for shape, group in groups.items():
            inputs, outputs = math.prod(shape[:-1]), shape[-1]
            aims = [tf.reshape(self._aim(*pair), (inputs, outputs)) for pair in group]
            steps = _orthogonal(tf.stack(aims)) * (rate * math.sqrt(max(1.0, inputs / outputs)))
            for (_, variable), step in zip(group, tf.unstack(steps), strict=True):
                variable.value.assign_sub(tf.reshape(step, shape), read_value=False)

    def _aim(self, gradient: Any, variable: Any) -> Any:
        """Updates the momentum of a kernel. Returns where it points with that gradient once more (Nesterov)."""
        momentum = self._momentums[self._get_variable_index(variable)].value
        after = momentum + (gradient - momentum) * (1.0 - _MOMENTUM)
        momentum.assign(after, read_value=False)
        return after * _MOMENTUM + gradient * (1.0 - _MOMENTUM)


def new_optimizer(model: Any, learning_rate: float) -> Optimizer:
    """The optimizer of a model, which has not learned yet."""
    kernels = frozenset(id(each.kernel) for each in model.layers if _mixes_channels(each))
    return Optimizer(learning_rate, weight_decay=1e-3, muon_kernels=kernels)


def _mixes_channels(layer: Any) -> bool:
    """Returns whether it is a convolution without a bias, as one is where a normalisation follows, and has channels
    enough."""
    if type(layer) is not keras.layers.Conv2D or layer.use_bias:
        return False
    return bool(min(math.prod(layer.kernel.shape[:-1]), layer.filters) >= _FEWEST_CHANNELS)


def _orthogonal(matrices: Any) -> Any:
    """The matrices, f32 [n, rows, columns], with singular values near 1 in place of theirs, and the same directions."""
    rows, columns = matrices.shape[1:]
    is_wide = rows < columns
    x = matrices / (tf.sqrt(tf.reduce_sum(tf.square(matrices), (1, 2), keepdims=True)) + 1e-7)
    a, b, c = _COEFFICIENTS
    for _ in range(_ITERATIONS):
        # The smaller of the two products with its own transpose.
        square = tf.matmul(x, x, transpose_a=not is_wide, transpose_b=is_wide)
        factor = b * square + c * tf.matmul(square, square)
        x = a * x + (tf.matmul(factor, x) if is_wide else tf.matmul(x, factor))
    return x
