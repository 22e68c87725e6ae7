"""Does what InvenTree's Python client does, request for request: a JSON body with everything, `?format=json` with writes,
the whole header compared. Prints «ok» at the end, or says what went wrong and exits with 1."""

import base64
import io
import sys

import requests

BASE, USERNAME, PASSWORD = sys.argv[1:4]
session_headers = {}


def call(method, path, data=None, expect=None, files=None, auth=None, **params):
    url = f"{BASE}/api/{path}"
    if not url.endswith("/"):
        url += "/"
    arguments = {"params": params or None, "headers": dict(session_headers), "timeout": 10, "auth": auth}
    if files:
        arguments["files"] = files
        arguments["data"] = data or {}
    else:
        arguments["json"] = data or {}
    if method in ("post", "put", "patch"):
        arguments["params"] = {**params, "format": "json"}
    response = requests.request(method, url, **arguments)
    expected = expect or (lambda status: status < 300)
    if not expected(response.status_code):
        raise AssertionError(f"{method} {path}: {response.status_code} {response.text[:300]}")
    if method != "delete" and response.status_code < 300 and path:
        kind = response.headers.get("Content-Type")
        if kind != "application/json":
            raise AssertionError(f"{method} {path}: the content type is {kind}")
    return response.json() if response.text else None


def refused(method, path, data=None, **params):
    call(method, path, data, expect=lambda status: 400 <= status < 500, **params)


server = call("get", "")
assert int(server["apiVersion"]) >= 206, server
basic = (USERNAME, PASSWORD)
assert call("get", "user/me", auth=basic)["username"] == USERNAME
token = call("get", "user/token", auth=basic, name="inventree-python-client")["token"]
assert call("get", "user/token", auth=basic, name="inventree-python-client")["token"] == token
session_headers["AUTHORIZATION"] = f"Token {token}"

category = call("post", "part/category", {"name": "From Python", "description": "x"})
options = requests.options(f"{BASE}/api/part/", json={}, headers=session_headers, timeout=10).json()
name = options["actions"]["POST"]["name"]
assert name["required"] and name["max_length"] == 100, name
assert {"name", "description", "renders", "parses", "model", "actions"} <= set(options), options

part = call(
    "post",
    "part",
    {"name": "Python part", "category": category["pk"], "trackable": True, "ipn": "unknown key", "assembly": True},
)
assert part["pk"] > 0 and part["active"] is True and part["virtual"] is False
assert isinstance(call("get", "part", category=category["pk"], active=True), list)
assert call("get", "part", category=category["pk"], limit=1)["count"] == 1
assert call("get", "part", purchasable=True) is not None
saved = call("patch", f"part/{part['pk']}", part)
assert saved["pk"] == part["pk"]
refused("post", "part", {"name": "Python part", "category": category["pk"]})

metadata = f"metadata/part/{part['pk']}"
assert call("get", metadata)["metadata"] == {}
call("patch", metadata, {"metadata": {"a": 1}})
assert call("patch", metadata, {"metadata": {"b": 2}})["metadata"] == {"a": 1, "b": 2}
assert call("put", metadata, {"metadata": {"c": 3}})["metadata"] == {"c": 3}

# What a client does with servers from before API version 430.
assert call("get", f"part/{part['pk']}/metadata")["metadata"] == {"c": 3}
call("patch", f"part/{part['pk']}/metadata", {"metadata": {"d": 4}})
older = call("post", "part/parameter/template", {"name": "Python length"})
length = call("post", "part/parameter", {"part": part["pk"], "template": older["pk"], "data": "7"})
assert [one["data"] for one in call("get", "part/parameter", part=part["pk"])] == ["7"]
call("delete", f"part/parameter/{length['pk']}")

place = call("post", "stock/location", {"name": "Python shelf", "description": "x"})
other = call("post", "stock/location", {"name": "Python drawer", "parent": place["pk"]})
items = call("post", "stock", {"part": part["pk"], "quantity": 20, "location": place["pk"], "serial_numbers": None})
assert isinstance(items, list) and len(items) == 1
item = items[0]
pair = call("post", "stock", {"part": part["pk"], "quantity": 2, "serial_numbers": "1005,1006"})
assert [one["serial"] for one in pair] == ["1005", "1006"]


def adjust(action, quantity, **more):
    return call("post", f"stock/{action}", {"items": [{"pk": item["pk"], "quantity": quantity}], **more})


def quantity():
    return call("get", f"stock/{item['pk']}")["quantity"]


adjust("count", 30, notes="Counted")
assert quantity() == 30
adjust("add", 5)
adjust("remove", 10.5)
assert quantity() == 24.5
adjust("transfer", quantity(), location=other["pk"])
assert call("get", f"stock/{item['pk']}")["location"] == other["pk"]
assert len(call("get", "stock", location=place["pk"])) == 1
for bad in (-1, "abc", None, 0):
    refused("post", "stock/add", {"items": [{"pk": item["pk"], "quantity": bad}]})
for nowhere in (-1, "qqq", 99999, None):
    refused("post", "stock/transfer", {"items": [{"pk": item["pk"], "quantity": 1}], "location": nowhere})
labels = [entry["label"] for entry in call("get", "stock/track", item=item["pk"])]
assert labels[:4] == ["Location changed", "Stock manually removed", "Stock manually added", "Stock counted"], labels

template = call("post", "part/test-template", {"part": part["pk"], "test_name": "Self test"})
result = call("post", "stock/test", {"stock_item": pair[0]["pk"], "test": "selftest", "result": True, "notes": "fine"})
assert result["template"] == template["pk"]
log = call(
    "post",
    "stock/test",
    {"stock_item": pair[0]["pk"], "template": template["pk"], "result": True, "notes": "with its log"},
    files={"attachment": ("log.txt", io.BytesIO(b"12 V"))},
)
assert log["result"] is True and log["attachment"].endswith("/log.txt"), log
assert requests.get(f"{BASE}/{log['attachment'].strip('/')}", headers=session_headers, timeout=10).content == b"12 V"
call("post", f"stock/{pair[0]['pk']}/install", {"stock_item": pair[1]["pk"], "quantity": 1, "note": "in"})
assert call("get", f"stock/{pair[0]['pk']}")["installed_items"] == 1
call("post", f"stock/{pair[1]['pk']}/uninstall", {"location": place["pk"], "note": "out"})

sheet = call(
    "post",
    "attachment",
    {"comment": "A file", "model_type": "part", "model_id": part["pk"]},
    files={"attachment": ("notes.txt", io.BytesIO(b"some text"))},
)
assert sheet["filename"] == "notes.txt"
assert len(call("get", "attachment", model_type="part", model_id=part["pk"])) == 1
file = requests.get(BASE + sheet["attachment"], headers=session_headers, timeout=10)
assert file.status_code == 200 and file.content == b"some text" and "text/html" not in file.headers["Content-Type"]
assert requests.get(BASE + sheet["attachment"], timeout=10).status_code == 401
call("post", "attachment", {"link": "https://example.org", "comment": "", "model_type": "part", "model_id": part["pk"]})
junk = {"image": ("junk.png", io.BytesIO(b"junk"))}
call("patch", f"part/{part['pk']}", files=junk, expect=lambda status: status == 400)

assert "Assigned" in call("post", "barcode/link", {"barcode": "PY-1", "part": part["pk"]})["success"]
assert call("post", "barcode", {"barcode": "PY-1"})["part"]["pk"] == part["pk"]
refused("post", "barcode/link", {"barcode": "PY-1", "stockitem": item["pk"]})
call("post", "barcode/unlink", {"part": part["pk"]})

kind = call("post", "parameter/template", {"name": "Python mass", "units": "kg"})
call("post", "parameter", {"template": kind["pk"], "data": "3", "model_type": "part", "model_id": part["pk"]})
assert call("get", "parameter", model_type="part", model_id=part["pk"])[0]["data"] == "3"
assert call("get", f"part/{part['pk']}/requirements")["total_stock"] == 26.5
assert call("get", "currency/exchange")["base_currency"] == "USD"

company = call("post", "company", {"name": "Python & Co", "is_customer": True, "is_supplier": True})
logo = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGMwSFgAAAH0ATEH4P6tAAAAAElFTkSuQmCC"
)
pictured = call("patch", f"company/{company['pk']}", files={"image": ("logo.png", io.BytesIO(logo))})
assert "logo" in pictured["image"] and "logo" in pictured["thumbnail"], pictured
assert call("patch", f"company/{company['pk']}", {"image": None})["image"] is None
call("post", "stock/assign", {"items": [{"item": item["pk"]}], "customer": company["pk"]})
assert call("get", f"stock/{item['pk']}")["customer"] == company["pk"]
call("delete", "stock", {"items": [one["pk"] for one in pair]})
assert len(call("get", "stock", part=part["pk"])) == 1
refused("delete", f"part/{part['pk']}")
refused("get", "part/99999")
print("ok")
