"""Leave out what Dash sends to every page and no page here uses."""

from __future__ import annotations

from dash import dash_table


def leave_out_tables() -> None:
    """Keep Dash's own tables, of which nothing here is made, from being loaded.

    Their script would be sent only to a page that asks for it: each first visit takes
    10 kB less. Dash has no setting for it but the list of what it sends.
    """
    for script in vars(dash_table).get("_js_dist", []):
        if not script.get("async"):
            script["dynamic"] = True
