import asyncio

import qi


async def nap():
    await asyncio.sleep(0.1)
    print("good morning")


print("good night")
qi.run_task(nap())
