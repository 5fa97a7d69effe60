# SPDX-License-Identifier: BSD-3-Clause
def in_unit(kelvin, unit):
    return f"{kelvin:.0f} K" if unit == "kelvin" else f"{kelvin - 273.15:.0f} °C"
