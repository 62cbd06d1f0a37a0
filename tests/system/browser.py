"""A browser without a screen that looks at the page."""

import os
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import (ElementClickInterceptedException,
                                        ElementNotInteractableException,
                                        StaleElementReferenceException)
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 30
PHONE = (390, 844)
DESK = (1300, 900)

_SWITCHES = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-proxy-server")


def axe_script():
    """The text of axe-core, which finds what people with disabilities cannot use; None if it is not
    there: `tools/test` fetches it."""
    path = os.environ.get("ARPAD_AXE")
    if not path or not Path(path).exists():
        return None
    return Path(path).read_text(encoding="utf-8")


class Browser:
    """Chromium, without a sandbox of its own, as root could not use it otherwise."""

    def __init__(self, screenshots=None, has_script=True):
        options = Options()
        for switch in _SWITCHES:
            options.add_argument(switch)
        options.add_argument(f"--window-size={DESK[0]},{DESK[1]}")
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        if not has_script:
            options.add_experimental_option(
                "prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.screenshots = screenshots
        if screenshots:
            screenshots.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, url):
        """Goes to a page."""
        self.driver.get(url)

    def find(self, selector):
        """The element of a CSS selector, once it is there."""
        return self.wait(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector))[0]

    def find_all(self, selector):
        """All elements that are there."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, condition, what=""):
        """Waits until `condition()` is true, and returns what it is."""
        return WebDriverWait(self.driver, PATIENCE_SECONDS, poll_frequency=0.02).until(
            lambda _: condition(), what)

    def click(self, selector):
        """Clicks on an element, once it can be."""
        def try_to():
            try:
                self.find(selector).click()
            except (ElementClickInterceptedException, ElementNotInteractableException,
                    StaleElementReferenceException):
                return False
            return True

        self.wait(try_to, f"{selector} can be clicked on")

    def type(self, selector, text):
        """Replaces what stands in a field."""
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def text(self, selector="body"):
        """What is shown in an element; nothing while that is being exchanged."""
        try:
            return self.find(selector).text
        except StaleElementReferenceException:
            return ""

    def resize(self, size):
        """Has the window so wide and high, as a device of that size has it."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})

    def prefer(self, scheme):
        """Prefers a light or a dark page."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def shoot(self, name):
        """Keeps a picture of what is shown."""
        if self.screenshots:
            self.driver.save_screenshot(str(self.screenshots / f"{name}.png"))

    def complaints(self):
        """What the browser has logged as an error."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE"]

    def barriers(self, script):
        """The serious findings of axe-core on what is shown."""
        # The policy of the page lets nothing else run; the debugger is not bound by it.
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": script})
        found = self.driver.execute_async_script(
            "axe.run().then(arguments[arguments.length - 1])")
        return [(violation["id"], [node["html"] for node in violation["nodes"]])
                for violation in found["violations"]
                if violation["impact"] in ("serious", "critical")]
