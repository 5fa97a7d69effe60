import asyncio

import qi.plugin


async def install(path):
    installer = qi.plugin.Installer("more-plugins")  # or application="Example/Notes"
    try:
        installed = await installer.install(path)
    except qi.plugin.InstallError as refused:
        return print(refused)
    print(installed.id, installed.version, "is installed", *installed.notes)


asyncio.run(install("my-orders-0.2.0.zip"))
