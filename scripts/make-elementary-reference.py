"""Writes test/reference/elementary.json: 50-digit values that the elementary functions are tested against.

    python3 scripts/make-elementary-reference.py > test/reference/elementary.json
    python3 scripts/make-elementary-reference.py --points 20000 > dense.json   (for measuring errors)
    python3 scripts/make-elementary-reference.py --fit                         (polynomial coefficients)

Needs mpmath 1.3. Each row is [x, high, low]: x is an exact double, and high + low is the function's value to about
32 digits, so that errors below one unit in the last place can be measured. Values that are not normal doubles are
left out: the functions flush them to zero, which the tests state one by one.
"""

import argparse
import json
import random

import mpmath as mp

mp.mp.dps = 50
HALF = mp.mpf(1) / 2


def normal_cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def normal_quantile(p):
    """Secant method on the logarithm of the distribution."""
    if p > HALF:
        return -normal_quantile(1 - p)
    start = -mp.sqrt(-2 * mp.log(p)) * mp.mpf("0.95")
    return mp.findroot(lambda x: mp.log(normal_cdf(x)) - mp.log(p), start)


def rows(function, points):
    out = []
    for x in sorted(set(points)):
        value = function(mp.mpf(x))
        if value != 0 and abs(value) < mp.mpf(2) ** -1021:
            continue
        high = float(value)
        out.append([x, high, float(value - mp.mpf(high))])
    return out


def tables(n, rng):
    u = rng.uniform
    return {
        "exp": rows(mp.exp, [u(-708, 709.7) for _ in range(n)] + [u(-1, 1) for _ in range(n)]
                    + [s * 10 ** u(-18, 0) for _ in range(n // 4) for s in (-1, 1)] + [-708.39, 709.78, 0.0]),
        "log": rows(mp.log, [2 ** u(-1074, 1023.9) for _ in range(n)] + [u(0.4, 2.1) for _ in range(n)]
                    + [1 + s * 2 ** u(-52, -1) for _ in range(n // 4) for s in (-1, 1)]
                    + [5e-324, 2.0 ** -1022, 1.7976931348623157e308, 1.0]),
        "normalCdf": rows(normal_cdf, [u(-37.4, 0) for _ in range(n // 2)] + [u(-8, 8) for _ in range(n)] + [0.0]),
        "normalQuantile": rows(normal_quantile, [10 ** u(-300, -0.31) for _ in range(n // 4)]
                               + [u(0.0001, 0.9999) for _ in range(n // 4)] + [0.075, 0.925, 1e-20, 0.001, 0.25]),
        "sinPi": rows(lambda b: mp.sin(mp.pi * b), [u(-0.5, 0.5) for _ in range(n)] + [0.5 - 2.0 ** -33, 2.0 ** -33]),
        "cosPi": rows(lambda b: mp.cos(mp.pi * b), [u(-0.5, 0.5) for _ in range(n)] + [0.5 - 2.0 ** -33, 2.0 ** -33]),
    }


def fit():
    def show(name, function, interval, degree, scale):
        coefficients, error = mp.chebyfit(function, interval, degree + 1, error=True)
        print(name, "error", mp.nstr(error * scale, 3), [repr(float(c)) for c in coefficients])

    def exp_rest(r):
        if abs(r) < mp.mpf("1e-6"):
            return mp.fsum(r ** k / mp.factorial(k + 3) for k in range(8))
        return (mp.exp(r) - 1 - r - r * r / 2) / r ** 3

    def sine(v):
        b = mp.sqrt(v)
        return mp.sin(mp.pi * b) / b if v > mp.mpf("1e-30") else mp.pi

    def log_rest(z):
        if z < mp.mpf("1e-12"):
            return -4 * mp.fsum(z ** k / (2 * k + 3) for k in range(4))
        s = mp.sqrt(z)
        return (-2 * mp.log((1 + s) / (1 - s)) / s + 4) / z

    # The high word of the kernel's sqrt(1/2) is rounded down, which moves the ends of the interval a little.
    end = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.00001")
    limit = mp.log(2) / 2 * mp.mpf("1.0001")
    show("(exp(r) - 1 - r - r^2/2) / r^3", exp_rest, [-limit, limit], 8, limit ** 3)
    show("sin(pi b) / b in b^2", sine, [0, mp.mpf(1) / 4], 7, HALF)
    show("(-2 ln((1 + s)/(1 - s)) / s + 4) / s^2 in s^2", log_rest, [0, end], 5, end * mp.sqrt(end))
    show("cos(pi b) in b^2", lambda v: mp.cos(mp.pi * mp.sqrt(v)), [0, mp.mpf(1) / 4], 8, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    if arguments.fit:
        fit()
        return
    table = tables(arguments.points, random.Random(90))
    lines = []
    for name, values in table.items():
        # The formatter of the repository writes 1e-8 and 1e20 where Python writes 1e-08 and 1e+20.
        rows_of_name = ",\n".join("    " + json.dumps(row).replace("e-0", "e-").replace("e+", "e") for row in values)
        lines.append('  "%s": [\n%s\n  ]' % (name, rows_of_name))
    print('{\n  "source": "scripts/make-elementary-reference.py, mpmath %s",\n%s\n}' % (mp.__version__, ",\n".join(lines)))


if __name__ == "__main__":
    main()
