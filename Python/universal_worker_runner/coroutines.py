"""`async def execute` and asynchronous generators, on one loop for the life of the process.

Serial: the loop is the main thread's. It runs while a coroutine does, and between calls too, so that the
plugin's background tasks go on. Concurrent: it has a thread of its own, which all calls share.
"""

import asyncio
import threading

from .errors import report
from .stopping import Stopped, entry


class Loop:
    def __init__(self, concurrent):
        self.concurrent = concurrent
        self.loop = asyncio.new_event_loop()
        if concurrent:
            threading.Thread(target=self.loop.run_forever, name="uw-loop", daemon=True).start()
        else:
            asyncio.set_event_loop(self.loop)

    def is_closed(self):
        """Whether plugin code has closed it."""
        return self.loop.is_closed()

    def run(self, call, awaitable):
        """Runs one awaitable to its end, as a task that a stop can cancel."""
        task = guarded(call, awaitable)
        try:
            if self.concurrent:
                return asyncio.run_coroutine_threadsafe(task, self.loop).result()
            if threading.current_thread() is not threading.main_thread():  # what runs beside calls
                return run_beside(self, task)
            task = self.loop.create_task(task)
            try:
                return self.loop.run_until_complete(task)
            finally:
                task.cancel()  # where a background task has raised SystemExit out of the loop
        except BaseException as error:
            if call.fired and not isinstance(error, Stopped):
                raise Stopped from error
            raise
        finally:
            call.task = None

    def pump(self, call, iterator, encode):
        """Sends what an asynchronous generator yields: one `async for` in one task is 100 times as fast
        as a run of the loop for each value."""
        self.run(call, lines(call, iterator, encode, self.concurrent))

    def cancel_soon(self, call):
        self.loop.call_soon_threadsafe(cancel, call)

    def wait_readable(self, fd):
        """Runs the loop until there is something to read: background tasks go on between calls."""
        if self.concurrent or self.loop.is_closed():
            return
        readable = self.loop.create_future()
        try:
            self.loop.add_reader(fd, lambda: readable.done() or readable.set_result(None))
            self.loop.run_until_complete(readable)
        except BaseException as error:  # sys.exit in a background task, loop.stop()
            report(error)
        finally:
            if not self.loop.is_closed():
                self.loop.remove_reader(fd)

    def close(self):
        """Ends background tasks and generators as asyncio.run does."""
        if self.concurrent or self.loop.is_closed():
            return
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())


@entry
async def guarded(call, awaitable):
    """The outermost frame of a task: in it and in what it awaits a second force may raise."""
    call.task = asyncio.current_task()
    if call.forced:
        call.take_force()
        if hasattr(awaitable, "close"):
            awaitable.close()
        raise Stopped
    return await awaitable


async def lines(call, iterator, encode, concurrent):
    put = call.lines.put
    loop = asyncio.get_running_loop()
    whole = False
    try:
        async for value in iterator:
            line = encode(value)
            if not concurrent:
                end = put(line)
            else:  # a client that does not read must not hold up the loop of all
                end = await loop.run_in_executor(None, put, line)
            if end:
                call.take_force()  # as in calls.stream
                break
        else:
            whole = True
    finally:
        if not whole and hasattr(iterator, "aclose"):
            await iterator.aclose()


async def ensure(awaitable):
    return await awaitable


def run_beside(loop, awaitable):
    """For a thread that serves no calls: on the loop if it runs, otherwise on one for the purpose."""
    if loop is not None and loop.loop.is_running():
        return asyncio.run_coroutine_threadsafe(ensure(awaitable), loop.loop).result()
    return asyncio.run(ensure(awaitable))


def cancel(call):
    """On the loop's thread: cancels the task of a call once for each force."""
    if call.forced and call.task is not None:
        call.take_force()
        call.task.cancel()
