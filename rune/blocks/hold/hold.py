"""Keep a value for some runs after it is gone."""


def hold(x: u8["n"], *, runs: int = 4, rest: int = 0, values: State[u8["n"]], left: State[i32["n"]]) -> u8["n"]:
    for i in range(len(x)):
        if x[i] != rest:
            left[i] = runs
            values[i] = x[i]
        elif left[i] > 0:
            left[i] = max(left[i] - 1, 0)
        else:
            values[i] = x[i]
    return values
