"""An httpx transport in place of the network: tests answer requests as objects, and break connections by raising."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from vodplan.vod.failures import AnswerLate, AnswerLost, NotSent, Reply

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class OverHttpx:
    """Implements `vodplan.vod.caller.HttpConnections`: httpx's errors become what they mean for the request."""

    def __init__(self, endpoint: str, transport: httpx.AsyncBaseTransport) -> None:
        self._endpoint = httpx.URL(endpoint)
        self._transport = transport

    async def post(self, query: str, headers: Mapping[str, str]) -> Reply:
        """See `HttpClient.post`."""
        url = self._endpoint.copy_with(path="/", query=query.encode("ascii"))
        request = httpx.Request("POST", url, headers={"content-length": "0", **headers})
        try:
            response = await self._transport.handle_async_request(request)
            body = await response.aread()
        except _UNSENT as error:
            raise NotSent(str(error)) from error
        except httpx.TimeoutException as error:
            raise AnswerLate("it took too long") from error
        except httpx.TransportError as error:
            raise AnswerLost(str(error)) from error
        return Reply(status=response.status_code, headers=response.headers, body=body)

    async def close(self) -> None:
        """See `HttpClient.close`."""
        await self._transport.aclose()
