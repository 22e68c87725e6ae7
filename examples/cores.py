#!/usr/bin/env python3
"""A day in the lab through Cores' API: find a free host, book it, put a card into it, look back, give it back.

Usage: QUARTERMASTER_URL=http://127.0.0.1:8000 QUARTERMASTER_USERNAME=ada QUARTERMASTER_PASSWORD=... python3 cores.py
Takes python3-requests and nothing else.
"""

import os
import sys
from datetime import datetime, timedelta, timezone

import requests

api = os.environ.get("QUARTERMASTER_URL", "http://127.0.0.1:8000") + "/api"
lab = requests.Session()


def call(method, path, **more):
    """Sends a request; what the server refuses ends the script with its reason."""
    answer = lab.request(method, f"{api}/{path}", timeout=30, **more)
    if not answer.ok:
        sys.exit(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json() if answer.content else None


# Log in: a name and a password, sent along with every call.
lab.auth = (os.environ["QUARTERMASTER_USERNAME"], os.environ["QUARTERMASTER_PASSWORD"])
print(call("GET", "auth-test"))

# Find a free host: active, not booked and not reserved at this moment.
free = call("GET", "booking/bookable/", params={"active": 1, "free": 1, "nores": 1, "limit": 5})["results"]
if not free:
    sys.exit("No host is free right now.")

# Book it for two hours. Somebody else may have been quicker: then the next one will do.
now = datetime.now(timezone.utc)
booking = None
for bookable in free:
    wish = {
        "bookable": bookable["id"],
        "start": now.isoformat(),
        "end": (now + timedelta(hours=2)).isoformat(),
        "comment": "Regression run",
    }
    answer = lab.post(f"{api}/booking/booking/", json=wish, timeout=30)
    if answer.status_code == 201:
        booking = answer.json()
        break
    print(f"Bookable {bookable['id']} is not to be had: {answer.text}")
if booking is None:
    sys.exit("Every free host was taken meanwhile.")
host = call("GET", f"inventory/hostbyid/{bookable['host']}/")
print(f"Booked {host['hostname']} until {booking['end']}")

# Move stock: a card that lies about goes into the host.
spare = call("GET", "inventory/cardbyid/", params={"spare": True, "limit": 1})["results"]
if spare:
    card = call("PATCH", f"inventory/cardbyid/{spare[0]['id']}/", json={"host": host["id"]})
    print(f"Card {card['id']} is in {host['hostname']} now")

# Look back: what was booked on this host.
for one in call("GET", "booking/booking/", params={"host": host["id"], "ordering": "-start", "limit": 5})["results"]:
    print(f"{one['start']} to {one['end']}: {one['comment']}")

# Give the host back, and log out: nothing of the login is kept beyond this session.
call("POST", f"booking/booking/{booking['id']}/end/", json={})
lab.close()
print("Done")
