# SPDX-License-Identifier: BSD-3-Clause
import asyncio

from qi import host


async def plan(room, degrees_an_hour):
    thermostat = host.thermostat
    thermostat.target = 21.0
    await asyncio.sleep(0)  # whatever takes time: a database, a service, another process
    hours = (thermostat.target - thermostat.measured()) / degrees_an_hour
    print(f"{room}: {hours} hours to {thermostat.target} degrees")
    return hours
