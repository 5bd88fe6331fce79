"""A real browser for tests: Chromium without a window, driven over its own pipe by its DevTools protocol."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-sandbox",  # containers run tests as root, where Chromium's own sandbox refuses to start
    "--remote-debugging-pipe",
    "--window-size=1280,900",
)


class Browser:
    """One open page. Clicks are the mouse's, at the middle of the element, after it is scrolled into view."""

    def __init__(self, out: int, into: int) -> None:
        self._out, self._into = out, into
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)

    def ask(self, method: str, **given: Any) -> Any:
        """What the browser answers to one command; raises RuntimeError with what it complains of."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": given}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._out, json.dumps(command).encode() + b"\0")
        while True:
            said = self._next()
            if said.get("id") == self._number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return said["result"]
            self.events.append(said)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            read = os.read(self._into, 1 << 20)
            if not read:
                raise RuntimeError("the browser has ended")
            self._rest += read
        message, self._rest = self._rest.split(b"\0", 1)
        said: dict[str, Any] = json.loads(message)
        return said

    def wait_for(self, method: str, **given: Any) -> dict[str, Any]:
        """The first event of this name, with these parameters, that has not been waited for yet."""
        while True:
            for at, said in enumerate(self.events):
                params: dict[str, Any] = said.get("params", {})
                if said.get("method") == method and given.items() <= params.items():
                    del self.events[at]
                    return params
            self.events.append(self._next())

    def open(self, page: Path) -> None:
        """Load a file and wait until all of it is there; one asked for before may be loaded first."""
        loader = self.ask("Page.navigate", url=page.resolve().as_uri())["loaderId"]
        self.wait_for("Page.lifecycleEvent", name="load", loaderId=loader)

    def js(self, expression: str) -> Any:
        """The value of an expression on the page, promises kept."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def click(self, selector: str) -> None:
        """Click the first element that fits; raises RuntimeError where another one lies over it."""
        place = self.js(
            f"""(() => {{
              const node = document.querySelector({json.dumps(selector)});
              if (!node) return null;
              node.scrollIntoView({{block: "center", behavior: "instant"}});
              const box = node.getClientRects()[0];
              const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
              return node.contains(document.elementFromPoint(x, y)) ? [x, y] : "covered";
            }})()"""
        )
        if not isinstance(place, list):
            raise RuntimeError(f"{selector}: {place or 'not on the page'}")
        for kind in ("mousePressed", "mouseReleased"):
            self.ask(
                "Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1
            )

    def seen(self, selector: str) -> bool:
        """Whether the middle of the element is within the window and nothing lies over it."""
        return bool(
            self.js(
                f"""(() => {{
                  const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();
                  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                  return !!top && (top.closest({json.dumps(selector)}) !== null);
                }})()"""
            )
        )


def _high(descriptor: int) -> int:
    """The same under a number far from 3 and 4, which would be overwritten while they are handed over."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 100)
    os.close(descriptor)
    return moved


@contextmanager
def browser(home: Path) -> Iterator[Browser]:
    """A browser with an empty profile under `home`; it is ended with the block."""
    assert CHROMIUM is not None
    to_read, out = map(_high, os.pipe())
    into, to_write = map(_high, os.pipe())
    # Chromium reads commands from descriptor 3 and answers on 4. It reserves more addresses than the memory
    # a worker of ours is left: tests that were one before it in this process have lowered the limit.
    script = 'ulimit -S -v "$(ulimit -H -v)"; exec 3<&"$0" 4>&"$1"; shift; exec "$@"'
    command = ["bash", "-c", script, str(to_read), str(to_write), CHROMIUM]
    process = subprocess.Popen(
        [*command, *_FLAGS, f"--user-data-dir={home / 'profile'}"],
        pass_fds=(to_read, to_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        yield Browser(out, into)
    finally:
        os.close(out)
        os.close(into)
        process.terminate()
        process.wait(20)
