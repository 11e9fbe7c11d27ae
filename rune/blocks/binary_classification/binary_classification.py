"""Say whether the first score is above a threshold. Of several scores, one that equals it gives 1 too."""


def binary_classification(x: f32["n"], *, threshold: f32 = 0.5) -> u32[1]:
    y = u32[1]()
    if x[0] > threshold or (x[0] == threshold and len(x) > 1):
        y[0] = 1
    return y
