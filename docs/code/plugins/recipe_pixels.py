# SPDX-License-Identifier: BSD-3-Clause
# numpy and QImage: docs/guide/recipes.md
import numpy

import qi
from qi import host


def brighten():
    pixels = numpy.asarray(host.canvas.image)  # the memory of the QImage: height × width × 4, read-only
    brighter = numpy.minimum(pixels.astype(numpy.uint16) + 50, 255).astype(numpy.uint8)
    host.canvas.image = qi.Buffer(brighter, format="RGBX8888")  # shared again, and not copied
