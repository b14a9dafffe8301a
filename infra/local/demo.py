"""What the owner of a deployment does by hand, with made-up values: enters the Meta app and is the first administrator."""

from __future__ import annotations

import json
import secrets

from infra.local.place import Place

def enter_meta_app(place: Place, secret_name: str, kept: dict | None) -> dict:
    """Gives the deployment a Meta app, the same one as long as the stack is up."""
    meta_app = kept or {
        "app_id": "1234567890",
        "app_secret": secrets.token_hex(16),
        "verify_token": secrets.token_hex(16),
    }
    place.client("secretsmanager").put_secret_value(SecretId=secret_name, SecretString=json.dumps(meta_app))
    return meta_app


def make_administrator(place: Place, user_pool_id: str, kept: dict | None) -> dict:
    """Adds an administrator who can sign in at once, the same one as long as the stack is up.

    On AWS the stack invites one (AdminEmail); the local AWS can't make a user from a template."""
    if kept:
        return kept
    administrator = {"email": "admin@example.com", "password": f"Aa1-{secrets.token_urlsafe(12)}"}
    pool = place.client("cognito-idp")
    pool.admin_create_user(
        UserPoolId=user_pool_id,
        Username=administrator["email"],
        UserAttributes=[
            {"Name": "email", "Value": administrator["email"]},
            {"Name": "email_verified", "Value": "true"},
        ],
        MessageAction="SUPPRESS",
    )
    pool.admin_set_user_password(
        UserPoolId=user_pool_id,
        Username=administrator["email"],
        Password=administrator["password"],
        Permanent=True,
    )
    return administrator
