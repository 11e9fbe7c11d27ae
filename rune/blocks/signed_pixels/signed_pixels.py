"""Move bytes from 0 to 255 to -128 to 127, as int8 models read them."""


def signed_pixels(x: u8["n"]) -> i8["n"]:
    y = i8["n"]()
    for i in range(len(x)):
        y[i] = x[i] - 128
    return y
