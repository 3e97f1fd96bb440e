"""What a client is told, on its input, and what it tells, on its output: one row for each request."""

import json
import signal
import sys

# A request fails rather than waits for ever.
signal.alarm(40)

world = json.load(sys.stdin)
rows = []
secrets = []


def keep(secret):
    secrets.append(secret)
    return secret


def note(what, response):
    """Writes down an answer of the gate."""
    try:
        code = response.json().get("code", "")
    except ValueError:
        code = ""
    rows.append({"what": what, "status": response.status_code, "code": code})
    return response


def say(what, code):
    """Writes down something else."""
    rows.append({"what": what, "status": 0, "code": code})


def tell():
    json.dump({"rows": rows, "secrets": secrets}, sys.stdout)
