# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the event source as ansible-rulebook does, without its rules: `python queue_only.py TASKS.PY`

The first line of the input is the arguments, as JSON. Each further line lets one event through, or all of them if it
is `all`. Each event is a line of the output.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import threading
import typing as t


async def consume(queue: asyncio.Queue[t.Any], gate: asyncio.Queue[str]) -> None:
    while True:
        allowed = await gate.get()
        while True:
            sys.stdout.write(f"{json.dumps(await queue.get())}\n")
            sys.stdout.flush()
            if allowed != "all":
                break


async def run(plugin: str) -> None:
    args = json.loads(sys.stdin.readline())
    queue: asyncio.Queue[t.Any] = asyncio.Queue(1)
    gate: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(gate.put_nowait, line.strip())

    threading.Thread(target=listen, daemon=True).start()
    # ansible-rulebook does the same.
    main = runpy.run_path(plugin)["main"]
    consumer = asyncio.create_task(consume(queue, gate))
    try:
        await main(queue, args)
    finally:
        consumer.cancel()


if __name__ == "__main__":
    try:
        asyncio.run(run(sys.argv[1]))
    except Exception as error:  # noqa: BLE001 (ansible-rulebook reports all of them)
        sys.exit(f"{type(error).__name__}: {error}")
