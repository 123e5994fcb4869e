"""The page of a real worker in a real Chromium, with plugins of both kinds; pictures go to .build/page."""

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Operations"))

from browser import DESKTOP, PHONE, Browser
from processes import Failure, Process, Worker, expect, free_port

BINARY = ROOT / ".build/release/universal-worker"
PYTHON = ROOT / "Tests/Page/painter.py"
WAITING = ROOT / "Tests/Operations/waiting.py"
NATIVE = ROOT / "Examples/Echo/echo.so"
TOKEN = "the-token-of-the-page-check"
# Without a window no tab is ever covered; so this says what a browser says then.
TURN_AWAY = """Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});
document.dispatchEvent(new Event('visibilitychange'));"""
TURN_BACK = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));"


class PageWorker(Worker):
    """A worker of one class, which the page is asked of."""

    def __init__(self, module: Path, name: str, folder: Path, token: str) -> None:
        super().__init__(name, folder)
        self.module = module
        self.options: list[str] = []
        if token:
            path = folder / "tokens"
            path.touch(0o600)
            path.write_text(f"{token}\n")
            self.options = ["--token-file", str(path)]

    def start(self) -> None:
        command = [str(BINARY), "--module", str(self.module), "--class", self.name, "--port", str(self.place)]
        self.process = Process(command + self.options, self.log)
        self.process.wait_for(lambda: self.ask("GET", "/health/ready")[0] == 200, f"{self.name} is ready")

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.place}{path}"


@contextlib.contextmanager
def working(module: Path, name: str, token: str = "") -> Iterator[PageWorker]:
    with tempfile.TemporaryDirectory(prefix="uw-page-") as folder:
        worker = PageWorker(module, name, Path(folder), token)
        worker.start()
        try:
            yield worker
        finally:
            worker.close()


def opened(browser: Browser, worker: PageWorker) -> None:
    """The page with all that it asks for at the start; what a former page says of a worker that has ended is dropped."""
    browser.driver.get("about:blank")
    browser.console()
    browser.driver.get(worker.url("/"))
    browser.until_text("#state", "Ready")
    browser.until(lambda: browser.driver.find_elements("css selector", "#configuration-fields *"), "the configuration")
    browser.until(lambda: browser.driver.find_elements("css selector", "#trial-fields *"), "the fields to try")


def check_form(browser: Browser, worker: PageWorker) -> None:
    browser.find("#configuration select").send_keys("oil")
    browser.fill("Width", "many")
    browser.find("#configuration-apply").click()
    browser.until_text("#configuration-message", "Width: Expected a whole number.")
    expect(browser.labelled("Width").get_attribute("aria-invalid") == "true", "the wrong field is not marked")
    expect(browser.driver.switch_to.active_element == browser.labelled("Width"), "the wrong field has no focus")
    browser.fill("Width", "1024")
    browser.fill("Strength", "0.50")
    browser.fill("Material", "brass")
    browser.find("#configuration input[type=checkbox]").click()
    browser.find("#configuration-apply").click()
    browser.until_text("#configuration-message", "in force")
    config = json.loads(worker.ask("GET", "/config")[1])
    wanted = {"style": "oil", "width": 1024, "title": "untitled", "strength": 0.5, "varnish": False,
              "frame": {"material": "brass"}, "palette": ["blue"]}
    expect(config == wanted, f"the form has made {config}")
    expect(browser.labelled("Width").get_attribute("value") == "1024", "the form does not show what is in force")


def try_it(browser: Browser, kind: str, kwargs: object) -> None:
    browser.find(f"input[value='{kind}']").click()
    browser.fill("Keyword arguments", json.dumps(kwargs))
    browser.find("#trial-run").click()


def check_calls(browser: Browser, worker: PageWorker) -> None:
    try_it(browser, "/execute", {"subject": "a lighthouse", "count": 2})
    browser.until_text("#trial-message", "Done in")
    browser.until_text("#trial-output", '"subject": "a lighthouse"')
    try_it(browser, "/execute_stream", {"subject": "a bridge", "count": 700, "pause": 0})
    browser.until_text("#trial-message", "Done: 700 lines")
    browser.until_text("#trial-output .line:last-child", '"stroke":699')
    lines = len(browser.driver.find_elements("css selector", "#trial-output .line"))
    expect(lines == 500, f"the page holds {lines} lines of a stream")
    browser.expect_silence("after what went well")


def check_cancel(browser: Browser, worker: PageWorker) -> None:
    try_it(browser, "/execute_stream", {"subject": "a storm", "count": 400, "pause": 0.02})
    browser.until_text("#calls", "stroke")
    browser.until(lambda: len(browser.driver.find_elements("css selector", "#trial-output .line")) > 40, "the lines")
    browser.shoot("stream")
    # Where the list moves below the pointer, a person tries again too; so does this.
    browser.driver.execute_script("document.querySelector('#calls button').click()")
    browser.until_text("#trial-message", "Ended after")
    browser.until(lambda: browser.find("#no-calls").is_displayed(), "the list is empty")
    browser.expect_silence("after a cancelled stream")


def check_looks(browser: Browser, worker: PageWorker, name: str, path: str) -> None:
    """Pictures, the width, and what axe finds, in both schemes and on a phone."""
    for scheme in ("light", "dark"):
        for size, device in ((DESKTOP, "desktop"), (PHONE, "phone")):
            browser.look_like(size, scheme)
            browser.expect_no_sideways_scroll(f"{path} on a {device}")
            browser.shoot(f"{name}-{device}-{scheme}")
            browser.expect_accessible(f"{path} on a {device}, {scheme}")
    browser.look_like(DESKTOP, "light")


def check_refusals(browser: Browser, worker: PageWorker) -> None:
    """What goes wrong is said; the browser itself notes statuses of failure in its console, and no more."""
    browser.fill("Title", "forbidden")
    browser.find("#configuration-apply").click()
    browser.until_text("#configuration-message", "may not be 'forbidden'")
    expect(browser.labelled("Title").get_attribute("value") == "forbidden", "what was typed is lost")
    messages = [one for one in browser.console() if "the server responded with a status of 400" not in one]
    expect(not messages, f"the page says more than the status: {messages}")


def check_hidden(browser: Browser, worker: PageWorker) -> None:
    """A page in the background asks nothing; how many questions have ended tells."""
    count = "return performance.getEntriesByType('resource').length"
    browser.driver.execute_script(TURN_AWAY)
    browser.driver.execute_async_script("setTimeout(arguments[0], 1500)")
    before = browser.driver.execute_script(count)
    browser.driver.execute_async_script("setTimeout(arguments[0], 3000)")
    expect(browser.driver.execute_script(count) == before, "a page that cannot be seen goes on asking")
    browser.driver.execute_script(TURN_BACK)
    browser.until(lambda: browser.driver.execute_script(count) > before, "the page asks again")


def check_token(browser: Browser, worker: PageWorker) -> None:
    """A worker that asks for a token: the page asks the user, again after a wrong one, and keeps it for the tab."""
    browser.driver.get(worker.url("/"))
    for token, answer in (("wrong", "did not accept"), (TOKEN, "")):
        browser.until(lambda: browser.find("#token").is_displayed(), "the question for the token")
        browser.find("#token").send_keys(token + "\n")
        if answer:
            browser.until_text("#token-message", answer)
    browser.until_text("#state", "Ready")
    browser.driver.refresh()
    browser.until_text("#state", "Ready")
    browser.until(lambda: browser.driver.find_elements("css selector", "#trial-fields *"), "the fields to try")
    try_it(browser, "/execute", {"three": 3})
    browser.until_text("#trial-output", '"three": 3')
    browser.find("#to-docs").click()
    browser.until(lambda: browser.driver.find_elements("css selector", ".operation"), "the operations")
    expect(not browser.find("#token-dialog").is_displayed(), "the token is asked for twice")
    messages = [one for one in browser.console() if "the server responded with a status of 401" not in one]
    expect(not messages, f"the page says more than the status: {messages}")


def check_docs(browser: Browser, worker: PageWorker) -> None:
    browser.find("#to-docs").click()
    browser.until(lambda: browser.driver.find_elements("css selector", ".operation"), "the operations")
    texts = browser.driver.execute_script("return [...document.querySelectorAll('.path')].map((one) => one.textContent)")
    for path in ("/execute", "/health", "/cancel/{id}"):
        expect(path in texts, f"{path} is not in the API document: {texts}")
    browser.driver.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    browser.until(lambda: browser.driver.find_elements("css selector", ".operation-body .badge"), "what is answered")
    browser.until(lambda: 'default "a harbour"' in browser.text("#docs"), "what execute takes")
    browser.expect_silence("in the API document")
    check_looks(browser, worker, "docs", "/docs")


def check_hostile(browser: Browser, worker: PageWorker) -> None:
    opened(browser, worker)
    markup = "<img src=x"
    expect(markup in browser.text("#name"), "the name is not shown as it is")
    browser.until_text("#configuration-fields", markup)
    for kind, kwargs, place in (
        ("/execute", {}, "#trial-output"),
        ("/execute_stream", {}, "#trial-output"),
        ("/execute", {"fail": True}, "#trial-message"),
        ("/execute", {"wait": True}, "#calls"),
    ):
        try_it(browser, kind, kwargs)
        browser.until_text(place, markup)
        if "wait" in kwargs:
            browser.driver.execute_script("document.querySelector('#calls button').click()")
        browser.until(lambda: browser.find("#trial-run").is_enabled(), "the end of the call")
    browser.find("#configuration-apply").click()
    browser.until_text("#configuration-message", markup)
    made = browser.driver.execute_script(
        "return [document.querySelectorAll('img').length, document.scripts.length, window.attacked ?? null]")
    expect(made == [0, 1, None], f"markup of the plugin's has become elements: {made}")
    messages = [one for one in browser.console() if "the server responded with a status of" not in one]
    expect(not messages, f"the page was attacked: {messages}")
    browser.look_like(PHONE, "light")
    browser.expect_no_sideways_scroll("a hostile plugin's page on a phone")
    browser.look_like(DESKTOP, "light")
    browser.driver.get(worker.url("/docs"))
    browser.until_text("#docs", markup)
    expect(browser.driver.execute_script("return document.querySelectorAll('img').length") == 0, "an image in /docs")


def check_loading(browser: Browser, worker: PageWorker) -> None:
    """While the plugin is initialized, the page says so, and offers no cancel for what cannot be cancelled."""
    opened(browser, worker)
    gate = worker.folder / "gate"
    browser.fill("Configuration, as JSON", json.dumps({"until": str(gate)}))
    browser.find("#configuration-apply").click()
    browser.until_text("#state", "Loading")
    expect(browser.text("#reason") == "the plugin is being initialised", browser.text("#reason"))
    browser.until_text("#calls", "/initialize")
    expect(not browser.find("#calls button").is_displayed(), "an initialize can be cancelled")
    browser.shoot("loading")
    gate.touch()
    browser.until_text("#configuration-message", "in force")
    browser.until_text("#state", "Ready")
    browser.expect_silence("while a plugin was initialized")


def check_native(browser: Browser, worker: PageWorker) -> None:
    opened(browser, worker)
    expect(browser.find("#no-calls").is_displayed(), "the list of no calls says nothing")
    try_it(browser, "/execute", {"three": 3})
    browser.until_text("#trial-output", '"three": 3')
    browser.expect_silence("with a native plugin")


def check(browser: Browser) -> None:
    browser.look_like(DESKTOP, "light")
    with working(PYTHON, "Painter") as worker:
        opened(browser, worker)
        browser.expect_silence("at the start")
        for step in (check_form, check_calls, check_cancel):
            step(browser, worker)
        try_it(browser, "/execute", {"subject": "the sea", "count": 100000, "pause": 0.05})
        browser.until_text("#calls", "stroke")
        check_looks(browser, worker, "page", "/")
        browser.find("#trial-stop").click()
        browser.until(lambda: browser.find("#trial-run").is_enabled(), "the end of the call")
        browser.console()  # the 409 of the cancelled call
        check_refusals(browser, worker)
        check_hidden(browser, worker)
        check_docs(browser, worker)
    with working(PYTHON, "Hostile") as worker:
        check_hostile(browser, worker)
    with working(WAITING, "Waiting") as worker:
        check_loading(browser, worker)
    with working(NATIVE, "Echo") as worker:
        check_native(browser, worker)
    with working(NATIVE, "Echo", TOKEN) as worker:
        check_token(browser, worker)


def main() -> None:
    shots = ROOT / ".build/page"
    shots.mkdir(parents=True, exist_ok=True)
    try:
        with Browser(shots) as browser:
            check(browser)
    except Failure as failure:
        raise SystemExit(f"page-check: {failure}") from None
    print(f"page-check: all well; pictures in {shots.relative_to(ROOT)}")


main()
