"""Opens an address in the user's browser."""

from __future__ import annotations

import webbrowser

# They would take the terminal from the server.
IN_THE_TERMINAL = {"elinks", "links", "lynx", "w3m", "www-browser"}


def open_address(url: str) -> None:
    """Opens it in a browser with windows; does nothing on a machine without one.

    The variable BROWSER names another browser.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if getattr(browser, "name", "") not in IN_THE_TERMINAL:
        browser.open(url)
