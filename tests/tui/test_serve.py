"""`labjournal serve`: nobody without the token, nothing written unless allowed, and gone with whoever started it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from journal_files import make_run
from labjournal import paths
from labjournal.paths import JournalPaths
from labjournal.tui.app import JournalApp
from labjournal.tui.feed import Feed

pytest.importorskip("textual_serve", reason="textual-serve is not installed: the app was not served to a browser")
TOKEN = "a-token-for-this-test"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE_S = 60.0


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    found = paths.find_or_make(tmp_path)
    make_run(found, "seen-in-a-browser")
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def served(journal: JournalPaths) -> Iterator[str]:
    """The address of a running server, without the token."""
    port = free_port()
    command = [sys.executable, "-m", "labjournal", "serve", "--port", str(port), "--token", TOKEN]
    server = subprocess.Popen(command, cwd=journal.project, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == f"http://127.0.0.1:{port}/?token={TOKEN}"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def test_nobody_comes_in_without_the_token(served: str) -> None:
    for path in ("/", "/ws", "/static/js/textual.js", "/?token=wrong"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(served + path)
        assert refused.value.code == 403
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{served}/?token={TOKEN}")
    assert page.url == f"{served}/"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    (cookie,) = jar
    assert cookie.has_nonstandard_attr("HttpOnly")


def test_it_ends_with_its_parent(journal: JournalPaths) -> None:
    port = free_port()
    script = (
        "import subprocess, sys, time\n"
        f"server = subprocess.Popen([sys.executable, '-m', 'labjournal', 'serve', '--port', '{port}'], "
        "stdout=subprocess.PIPE, text=True)\n"
        "server.stdout.readline()\n"
        "print(server.pid, flush=True)\n"
    )
    parent = subprocess.run(
        [sys.executable, "-c", script], cwd=journal.project, capture_output=True, text=True, check=True
    )
    pid = int(parent.stdout)
    until = time.monotonic() + _PATIENCE_S
    while _lives(pid):
        assert time.monotonic() < until
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_read_only_app_refuses_with_a_word(journal: JournalPaths) -> None:
    from tui_harness import screen_text, wait_for

    app = JournalApp(Feed(journal), journal="jets", readonly=True, verbs={"doctor": "look"})
    before = sorted(journal.human_facts.rglob("*"))
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_for(pilot, lambda: app.settled)
        for key in ("n", "r", "z", "w", "E"):
            app.main.key_line.end_toast()
            await pilot.press(key)
            await wait_for(pilot, lambda: "read-only here" in "\n".join(screen_text(app)))
        app.main.key_line.end_toast()
        app.run_line("doctor")
        await wait_for(pilot, lambda: "read-only here" in "\n".join(screen_text(app)))
    assert sorted(journal.human_facts.rglob("*")) == before


@pytest.mark.slow
@pytest.mark.skipif(
    not any(map(shutil.which, BROWSERS)), reason="no headless browser here: the served app was not opened in one"
)
async def test_a_browser_shows_the_app(served: str, tmp_path: Path) -> None:
    import aiohttp

    profile = tmp_path / "profile"
    binary = next(found for name in BROWSERS if (found := shutil.which(name)))
    command = [binary, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
    environ = {**os.environ, "HOME": str(tmp_path)}
    browser = subprocess.Popen(
        [*command, "--remote-debugging-port=0", f"{served}/?token={TOKEN}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environ,
    )
    try:
        port = await _port_of(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"]) as devtools:
                assert await _first_byte(devtools)
    finally:
        browser.kill()
        browser.wait(30)


async def _port_of(file: Path) -> int:
    until = time.monotonic() + _PATIENCE_S
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < until, "the browser did not start"
        await asyncio.sleep(0.05)
    return int(file.read_text().split()[0])


async def _first_byte(devtools: Any) -> bool:
    """Whether the page has shown what the app drew: it then takes its greeting away."""
    asked = {"expression": "document.body.classList.contains('-first-byte')"}
    until = time.monotonic() + _PATIENCE_S
    number = 0
    while time.monotonic() < until:
        number += 1
        await devtools.send_json({"id": number, "method": "Runtime.evaluate", "params": asked})
        answer = await devtools.receive_json()
        if answer.get("result", {}).get("result", {}).get("value"):
            return True
        await asyncio.sleep(0.1)
    return False
