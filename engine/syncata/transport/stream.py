"""A large answer, taken item by item: the results of a bulk job can be 100 MB."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import httpx

from syncata.errors import Unavailable
from syncata.transport.body import Damaged, Inflater, Unusable, inflater
from syncata.transport.items import ItemReader
from syncata.transport.values import Answer, Site


class Stream:
    """An answer whose JSON array is read by `async for`; `answer` tells how it was ruled.

    It ends only with the array's end: whatever is cut, too large or too slow is Unavailable.
    """

    def __init__(
        self,
        answer: Answer,
        response: httpx.Response | None,
        *,
        site: Site,
        left: Callable[[], float],
        failed: Callable[[str], Unavailable],
    ) -> None:
        """`left`: seconds that the run still has; `failed` words an error."""
        self.answer = answer
        self._response = response
        self._site = site
        self._left = left
        self._failed = failed
        self._patience = site.stream_timeout

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Yield the items of the array."""
        if self._response is None:
            raise self._failed(f"answered {self.answer.status}, there is nothing to read")
        reader = ItemReader(self._site.max_body)
        try:
            async for piece in self._pieces(self._response):
                for item in reader.feed(piece):
                    yield item
            for item in reader.finish():
                yield item
        except (Damaged, Unusable) as error:
            raise self._failed(str(error)) from error
        except TimeoutError as error:
            raise self._failed(f"it stalled after {reader.count} items") from error
        except httpx.TransportError as error:
            problem = f"it broke off after {reader.count} items: {error}"
            raise self._failed(problem) from error

    async def _pieces(self, response: httpx.Response) -> AsyncIterator[bytes]:
        inflate = inflater(self.answer.headers)
        size = 0
        async for chunk in self._chunks(response):
            for piece in _inflated(inflate, chunk):
                size += len(piece)
                if size > self._site.max_stream:
                    raise Unusable(f"its body is larger than {self._site.max_stream} bytes")
                yield piece
        if inflate is not None:
            inflate.finish()

    async def _chunks(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """Yield what arrives; only waiting counts against the patience, not the reader's work."""
        loop = asyncio.get_running_loop()
        arriving = response.aiter_raw().__aiter__()
        while True:
            seconds = min(self._site.timeout, self._patience, self._left())
            started = loop.time()
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    chunk = await anext(arriving)
            except StopAsyncIteration:
                return
            self._patience -= loop.time() - started
            yield chunk


def _inflated(inflate: Inflater | None, chunk: bytes) -> Iterable[bytes]:
    return (chunk,) if inflate is None else inflate.feed(chunk)
