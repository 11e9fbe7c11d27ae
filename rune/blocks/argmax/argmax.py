"""Give the index of the greatest score above 0: of equal ones the first, and 0 where none is above 0."""


def argmax(x: f32["n"]) -> u32[1]:
    best = u32[1]()
    greatest = 0.0
    for i in range(len(x)):
        if x[i] > greatest:
            greatest = x[i]
            best[0] = i
    return best
