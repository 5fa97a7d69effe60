import asyncio
import unittest


class TestNap(unittest.IsolatedAsyncioTestCase):
    async def test_it_ends(self):
        self.assertIsNone(await asyncio.sleep(0.01))
