"""A real Chromium, without a window, and what is asked of it again and again."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_selenium_python import Axe
from processes import Failure, expect, until
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

DESKTOP, PHONE = (1120, 900), (360, 780)


class Browser:
    """One tab; ended with its `with`."""

    def __init__(self, shots: Path) -> None:
        self.shots = shots
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        # As root, Chromium has no sandbox; in containers /dev/shm is small.
        for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                     "--disable-background-networking", "--hide-scrollbars"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()

    def look_like(self, size: tuple[int, int], scheme: str) -> None:
        """Takes the size of a window or phone, and a colour scheme."""
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def shoot(self, name: str) -> None:
        """Leaves a picture of the whole page."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})
        (self.shots / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))

    def find(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        """The text of the first such element, shown or not; empty where there is none."""
        script = "return document.querySelector(arguments[0])?.textContent ?? ''"
        found: str = self.driver.execute_script(script, css)
        return found

    def labelled(self, label: str) -> WebElement:
        """A control by its label, as people find it."""
        script = """return [...document.querySelectorAll('label')].find(
            (one) => one.firstChild.textContent === arguments[0])?.control"""
        found = self.driver.execute_script(script, label)
        expect(isinstance(found, WebElement), f"there is no control labelled '{label}'")
        control: WebElement = found
        return control

    def fill(self, label: str, text: str) -> None:
        control = self.labelled(label)
        control.clear()
        control.send_keys(text)

    def until(self, condition: Callable[[], Any], what: str) -> None:
        """Waits for what the page shows; a picture is left if it does not come."""
        try:
            until(condition, what)
        except Failure:
            self.shoot("failed")
            raise Failure(f"{what}; the console: {self.console()}") from None

    def until_text(self, css: str, part: str) -> None:
        self.until(lambda: part in self.text(css), f"'{part}' in {css}, see failed.png")

    def console(self) -> list[str]:
        """What stands in the console since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def expect_silence(self, when: str) -> None:
        messages = self.console()
        expect(not messages, f"the console is not silent {when}: {messages}")

    def expect_no_sideways_scroll(self, when: str) -> None:
        script = """const width = document.documentElement.clientWidth;
            const wide = [...document.querySelectorAll('body *')].filter(
                (one) => one.getBoundingClientRect().right > width + 0.5 && !one.closest('.skip, .hidden'));
            return [document.documentElement.scrollWidth, width, wide.map((one) => one.tagName + '.' + one.className)]"""
        total, width, wide = self.driver.execute_script(script)
        expect(total <= width and not wide, f"{when}, {total} of {width} pixels are needed: {wide[:5]}")

    def expect_accessible(self, when: str) -> None:
        """What axe-core finds against WCAG 2 AA: contrast, names of controls, structure."""
        Axe(self.driver).inject()
        # Without preload, for which it would read style sheets in a way that the page's policy refuses.
        found = self.driver.execute_async_script(
            """const tags = ['wcag2a', 'wcag2aa', 'best-practice'];
            axe.run(document, {preload: false, runOnly: {type: 'tag', values: tags}}).then(arguments[0])"""
        )
        expect(any(one["id"] == "color-contrast" for one in found["passes"]), "axe has not looked at any contrast")
        problems = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]]
        expect(not problems, f"{when}: {json.dumps(problems, indent=1)}")
