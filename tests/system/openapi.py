"""The description of the API, and a client that holds every reply against it."""

import re
from pathlib import Path

import jsonschema
import yaml

from web_client import WebClient

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
METHODS = {"get", "put", "post", "delete"}


def _load():
    with DESCRIPTION.open(encoding="utf-8") as file:
        return yaml.safe_load(file)


_API = _load()
_BASE = _API["servers"][0]["url"]


def operations():
    """Each method and path that is described; paths have their placeholders."""
    return [(method.upper(), _BASE + path) for path, item in _API["paths"].items()
            for method in item if method in METHODS]


def _resolve(part):
    """What a reference of the description refers to."""
    while "$ref" in part:
        target = _API
        for key in part["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        part = target
    return part


def _find(method, target):
    """The operation that a request is for; None if none is described."""
    path = target.split("?")[0].removeprefix(_BASE)
    for pattern, item in _API["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            return item.get(method.lower())
    return None


def check(method, target, reply):
    """Fails if the reply is not as it is described."""
    operation = _find(method, target)
    if operation is None:
        return
    responses = operation["responses"]
    response = _resolve(responses.get(str(reply.status), responses["default"]))
    media_type = reply.headers["Content-Type"].split(";")[0]
    content = response["content"]
    if media_type not in content:
        raise AssertionError(f"{method} {target}: {reply.status} of type {media_type}")
    if not media_type.endswith("json"):
        return
    schema = {**content[media_type]["schema"], "components": _API["components"]}
    jsonschema.Draft202012Validator(schema).validate(reply.json)


class CheckedClient(WebClient):
    """A client whose replies must be as they are described."""

    def request(self, method, target, body=None, headers=None):
        """As that of WebClient."""
        reply = super().request(method, target, body, headers)
        check(method, target, reply)
        return reply
