"""Take over a value only when it has stayed for some runs."""


def debounce(
    x: u8["n"],
    *,
    runs: int = 3,
    initial: int = 0,
    values: State[u8["n"]],
    last: State[u8["n"]],
    times: State[i32["n"]],
) -> u8["n"]:
    for i in range(len(x)):
        if times[i] == 0:
            values[i] = initial
        if x[i] != last[i]:
            times[i] = 0
        last[i] = x[i]
        times[i] = min(times[i] + 1, runs)
        if times[i] == runs:
            values[i] = x[i]
    return values
