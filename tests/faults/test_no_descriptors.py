"""A web process that may open no more files: who is there is answered, who comes later waits."""

import asyncio

import psutil
from builders.heart import until
from builders.lines import Lines
from builders.served import served

LEFT = 8
TOO_MANY = 3 * LEFT
OUT = "no connection can be taken"


async def test_whoever_finds_no_file_left_waits_until_another_leaves(quick_folder):
    async with served(quick_folder / "var", settings={"IZIN_WEB_PROCESSES": "1"}) as registry:
        (web,) = registry.web()
        usual = web.rlimit(psutil.RLIMIT_NOFILE)
        async with Lines(registry.port, LEFT) as there, Lines(registry.port, TOO_MANY) as late:
            await there.open_all()
            assert (await there.ask(registry.question(1))).status == 200
            web.rlimit(psutil.RLIMIT_NOFILE, (web.num_fds() + LEFT, usual[1]))
            answers = [asyncio.create_task(late.ask(registry.question(1))) for _ in range(TOO_MANY)]

            async def is_out() -> bool:
                return OUT in registry.said()

            await until(is_out)
            assert (await there.ask(registry.question(1))).status == 200
            assert not all(answer.done() for answer in answers)
            web.rlimit(psutil.RLIMIT_NOFILE, usual)
            assert {answer.status for answer in await asyncio.gather(*answers)} == {200}
        assert registry.said().count(OUT) == 1
        assert registry.web() == [web], "it was not started again"
