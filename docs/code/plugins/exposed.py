# SPDX-License-Identifier: BSD-3-Clause
# What docs/guide/exposing.md shows of Python.
import qi
from qi import host


def invert():
    # [image]
    import numpy

    pixels = numpy.asarray(host.screen())  # height × width × 3, the memory of the QImage
    host.show(255 - pixels)  # a new array, whose memory the QImage shares
    # [/image]


async def work():
    # [call]
    paid = host.desk.order("ACME", count=3)  # '59.97'
    try:
        host.desk.rate("EUR", "EUR")
    except ValueError as error:
        assert str(error) == "that is the same currency"
    total = await host.math.total([1, 2.5])  # on the pool
    # [/call]
    # [progress]
    for step, country in enumerate(["France", "Peru", "France"]):
        qi.progress(step, 3, f"looking for the capital of {country}")
        capital = host.atlas.capital(country)
    qi.progress(3, 3, "done")
    # [/progress]
    try:
        invert()
    except ImportError:  # without numpy, the protocol itself
        image = host.screen()
        inverted = bytes(255 - byte for byte in bytes(image))
        host.show(memoryview(inverted).cast("B", image.shape))
    return f"{paid} {total} {capital}"
