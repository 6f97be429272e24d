"""Who follows a brand's changes by their cursor, whatever happens meanwhile."""

import asyncio
import json

import asyncpg
from builders.acknowledged import NO_ANSWER
from builders.lines import Answer, Lines
from builders.served import BRAND, Served

PAGE = 1000
READ_EACH_S = 0.25


class Follower:
    """Reads on where it stopped, and begins nowhere anew."""

    def __init__(self, registry: Served) -> None:
        self.registry = registry
        self.seen: list[str] = []
        """Receipts, as they came."""

        self.statuses: set[int] = set()
        self._over = asyncio.Event()
        self._lines = Lines(registry.port, 1)
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def end(self) -> None:
        """Read what there is up to now."""
        assert self._task is not None, "it has begun"
        self._over.set()
        await self._task
        await self._lines.__aexit__()

    async def saw_all_in_order(self, owner: asyncpg.Connection) -> None:
        """Each movement of the brand once, in the order of their numbers, and nothing else."""
        numbered = await owner.fetch(
            "select commitment from entry join consent_event using (event_id)"
            " where entry.brand_ref = (select brand_ref from entry where idx = 1) order by idx"
        )
        assert self.seen == [row["commitment"].hex() for row in numbered]

    async def _follow(self) -> None:
        after, is_last = "", False
        while True:
            path = f"{BRAND}/consents/changes?source=HS&limit={PAGE}{after}"
            answer = await self._ask(self.registry.get(path))
            page = json.loads(answer.body) if answer.body else {"list": []}
            if page["list"]:
                after = f"&after={page['after']}"
                self.seen += [each["transactionId"] for each in page["list"]]
            elif is_last:
                return
            else:
                is_last = self._over.is_set()
                await asyncio.sleep(READ_EACH_S)

    async def _ask(self, one: bytes) -> Answer:
        while True:
            answer = await self._lines.ask(one)
            self.statuses.add(answer.status)
            if answer.status not in NO_ANSWER:
                assert answer.status in (200, 204), answer
                return answer
            await asyncio.sleep(READ_EACH_S)
