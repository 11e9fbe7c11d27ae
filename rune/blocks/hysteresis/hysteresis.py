"""Switch on above one threshold, and off only below a lower one. Each element has a switch of its own."""


def hysteresis(x: f32["n"], *, on: f32 = 0.7, off: f32 = 0.4, switches: State[u8["n"]]) -> u8["n"]:
    for i in range(len(x)):
        if x[i] >= on:
            switches[i] = 1
        elif x[i] < off:
            switches[i] = 0
    return switches
