"""The app in a browser: the same app, one process a visitor, behind a token, ended with whoever started it."""

from __future__ import annotations

import asyncio
import hmac
import os
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from labjournal.errors import InputError

COOKIE = "labjournal"
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    # The page of textual-serve asks for a font elsewhere: nobody elsewhere need know that a journal is read.
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data: ws: wss:",
}
_LOOK_S = 1.0
_MISSING = "Serving needs textual-serve."


@dataclass(frozen=True, slots=True)
class Serving:
    """How the app is served."""

    host: str
    port: int
    token: str
    writing: bool = False
    """Whether visitors may launch, stop and write. Whoever has the token can then run any command as you."""

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def link(self) -> str:
        """What to open: the token is asked for once, then a cookie holds it."""
        return f"{self.address}/?token={self.token}"


def command(writing: bool) -> str:
    """The command of each visitor's app."""
    words = [sys.executable, "-m", "labjournal", "tui", *([] if writing else ["--read-only"])]
    return shlex.join(words)


def guard(token: str) -> Any:
    """A middleware that lets in who has the token, in the address or in the cookie it then sets."""
    from aiohttp import web

    async def check(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        given = request.query.get("token")
        if given is not None and hmac.compare_digest(given.encode(), token.encode()):
            # Out of the address at once, so that it is in no history and no referrer.
            answer = web.HTTPFound(str(request.path))
            answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
            return answer
        if not hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), token.encode()):
            raise web.HTTPForbidden(text="Open the address that labjournal serve printed: it holds the token.\n")
        answer = await handler(request)
        if not answer.prepared:
            answer.headers.update(_HEADERS)
        return answer

    return web.middleware(check)


async def application(serving: Serving) -> Any:
    """The web application."""
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise InputError(_MISSING, "pip install 'labjournal[serve]'") from error
    server = Server(command(serving.writing), serving.host, serving.port, "labjournal", serving.address)
    app = await server._make_app()
    # Its greeting goes to stdout, which is for data.
    app.on_startup.clear()
    app.middlewares.append(guard(serving.token))
    return app


async def serve(serving: Serving, ready: Callable[[], None]) -> None:
    """Serve until asked to end, or until the process that started this one has ended. Raises InputError."""
    app = await application(serving)
    from aiohttp import web

    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, serving.host, serving.port).start()
    except OSError as error:
        await runner.cleanup()
        raise InputError(
            f"{serving.address} cannot be served: {error.strerror or error}.", "Another --port?"
        ) from error
    ready()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, ended.set)
    parent = os.getppid()
    try:
        while not ended.is_set() and os.getppid() == parent:
            try:
                await asyncio.wait_for(ended.wait(), _LOOK_S)
            except TimeoutError:
                continue
    finally:
        await runner.cleanup()
