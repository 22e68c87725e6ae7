"""Signs a person in with one of Python's OAuth libraries, as it comes: prints the address to open, reads the one that the
browser was sent back to, then checks the ID token, calls the API, refreshes, and revokes. Prints «ok» at the end."""

import os
import secrets
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # http, for a test

import requests
from authlib.jose import JsonWebKey, jwt
from authlib.oauth2.rfc7636 import create_s256_code_challenge

LIBRARY, BASE = sys.argv[1:3]
CLIENT = "zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6"
REDIRECT = "http://localhost:29170"
SCOPE = "openid g:read"

metadata = requests.get(f"{BASE}/o/.well-known/openid-configuration", timeout=10).json()
verifier = secrets.token_urlsafe(48)


def sent_back(url):
    print(url, flush=True)
    return sys.stdin.readline().strip()


if LIBRARY == "authlib":
    from authlib.integrations.requests_client import OAuth2Session

    session = OAuth2Session(
        CLIENT, redirect_uri=REDIRECT, scope=SCOPE, code_challenge_method="S256", token_endpoint_auth_method="none"
    )
    url, _ = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=sent_back(url), code_verifier=verifier
    )
else:
    from requests_oauthlib import OAuth2Session

    session = OAuth2Session(CLIENT, redirect_uri=REDIRECT, scope=SCOPE.split())
    url, _ = session.authorization_url(
        metadata["authorization_endpoint"],
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    token = session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=sent_back(url),
        code_verifier=verifier,
        include_client_id=True,
    )

claims = jwt.decode(
    token["id_token"],
    JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json()),
    claims_options={"iss": {"value": metadata["issuer"]}, "aud": {"value": CLIENT}},
)
claims.validate()

me = session.get(f"{BASE}/api/user/me/", timeout=10)
assert me.status_code == 200, me.text
assert str(me.json()["pk"]) == claims["sub"], me.text

before = token["access_token"]
if LIBRARY == "authlib":
    token = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    revoked = session.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"])
else:
    token = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"], client_id=CLIENT)
    form = {"token": token["refresh_token"], "client_id": CLIENT}
    revoked = requests.post(metadata["revocation_endpoint"], data=form, timeout=10)
assert token["access_token"] != before
assert revoked.status_code == 200, revoked.text
print("ok")
