"""Turn the whole numbers of a quantised model into the numbers that they stand for."""


def dequantize(x: i8["n"], *, scale: f32, zero_point: int = 0) -> f32["n"]:
    y = f32["n"]()
    for i in range(len(x)):
        y[i] = f32(x[i] - zero_point) * scale
    return y
