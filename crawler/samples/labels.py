"""The label that keeps sample answers from being taken for a registry's own."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Sample-Data"


class SampleLabel:
    """ASGI middleware: every answer of a stand-in carries the X-Sample-Data header with ``text``."""

    def __init__(self, app: ASGIApp, text: str) -> None:
        self.app = app
        self.header = (HEADER.lower().encode(), text.encode("ascii", "replace"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the header to its answer."""

        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], self.header]
            await send(message)

        await self.app(scope, receive, labelled)
