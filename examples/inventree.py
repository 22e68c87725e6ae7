#!/usr/bin/env python3
"""A day in the stores through InvenTree's API: find a host, book it, move stock, attach a file, read the history.

Usage: QUARTERMASTER_URL=http://127.0.0.1:8000 QUARTERMASTER_USERNAME=ada QUARTERMASTER_PASSWORD=... python3 inventree.py
Takes python3-requests and nothing else.
"""

import os
import sys
from datetime import datetime, timedelta, timezone

import requests

api = os.environ.get("QUARTERMASTER_URL", "http://127.0.0.1:8000") + "/api"
stores = requests.Session()


def call(method, path, **more):
    """Sends a request; what the server refuses ends the script with its reason."""
    answer = stores.request(method, f"{api}/{path}", timeout=30, **more)
    if not answer.ok:
        sys.exit(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json() if answer.content else None


# Log in: name and password get a token, and from then on the token does.
login = (os.environ["QUARTERMASTER_USERNAME"], os.environ["QUARTERMASTER_PASSWORD"])
token = call("GET", "user/token/", params={"name": "examples/inventree.py"}, auth=login)["token"]
stores.headers["Authorization"] = f"Token {token}"
me = call("GET", "user/me/")
print(f"Signed in as {me['username']}")

# Find a free host and book it for two hours: the same token is good for the labs.
now = datetime.now(timezone.utc)
end = now + timedelta(hours=2)
span = f"{now.isoformat()}/{end.isoformat()}"
free = call("GET", "booking/bookable/", params={"active": True, "free_during": span, "limit": 1})["results"]
if not free:
    sys.exit("No host is free for the next two hours.")
wish = {"bookable": free[0]["id"], "start": now.isoformat(), "end": end.isoformat(), "comment": "Burn-in"}
booking = call("POST", "booking/booking/", json=wish)
print(f"Booked bookable {booking['bookable']} until {booking['end']}")

# Find stock of which there is enough, and a place where it does not lie yet.
items = call("GET", "stock/", params={"in_stock": True, "serialized": False, "ordering": "-quantity", "limit": 1})["results"]
if not items:
    sys.exit("There is nothing in stock.")
item = items[0]
places = call("GET", "stock/location/", params={"structural": False, "limit": 10})["results"]
place = next((one for one in places if one["pk"] != item["location"]), None)
if place is None:
    sys.exit("There is no other place to move stock to.")

# Move it, take one off, and count what is left.
call("POST", "stock/transfer/", json={
    "items": [{"pk": item["pk"], "quantity": item["quantity"]}],
    "location": place["pk"],
    "notes": "To where it is used",
})
call("POST", "stock/remove/", json={"items": [{"pk": item["pk"], "quantity": 1}], "notes": "Built in"})
left = call("GET", f"stock/{item['pk']}/")["quantity"]
call("POST", "stock/count/", json={"items": [{"pk": item["pk"], "quantity": left}], "notes": "Evening count"})
print(f"{left} left at {place['pathstring']}")

# Attach a file to it: the sheet that was counted on.
attachment = call(
    "POST",
    "attachment/",
    data={"model_type": "stockitem", "model_id": item["pk"], "comment": "Count sheet"},
    files={"attachment": ("count.txt", f"{left} counted\n", "text/plain")},
)
print(f"Attached {attachment['filename']}")

# Read the log: every change left an entry.
for entry in call("GET", "stock/track/", params={"item": item["pk"], "limit": 5})["results"]:
    print(f"{entry['date']} {entry['label']}: {entry['notes']}")

# Log out: the token ends here and now.
mine = call("GET", "user/tokens/")
ours = next(one for one in mine if one["in_use"])
call("DELETE", f"user/tokens/{ours['id']}/")
print("Done")
