"""A hand-written script: urllib3, json, and dictionaries with no check of what is in them. It has no asyncio side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import urllib3

from benchmarks.contestants.jobs import API_KEY, DECODED, KEY_ID, NEW_KEY, PATH


class Client:
    def __init__(self, url: str) -> None:
        self.url = url
        self.http = urllib3.PoolManager(headers={"x-api-key": API_KEY})

    def create(self) -> str:
        response = self.http.request("POST", self.url + PATH, json=NEW_KEY)
        return cast("str", self._body(response)["key_details"]["id"])

    def revoke(self) -> bool:
        response = self.http.request("POST", f"{self.url}{PATH}/{KEY_ID}/revoke")
        return cast("bool", self._body(response)["is_active"])

    def list_keys(self) -> int:
        return len(list(self._keys()))

    def stream_keys(self) -> int:
        return sum(1 for _ in self._keys())

    def received(self) -> list[object]:
        return [self.http.request("GET", self.url + PATH) for _ in range(DECODED)]

    def decode(self, received: list[object]) -> str:
        pages = [json.loads(response.data) for response in cast("list[urllib3.BaseHTTPResponse]", received)]
        return cast("str", pages[-1]["data"][0]["id"])

    def _keys(self) -> Iterator[dict[str, Any]]:
        query: dict[str, str] = {}
        while True:
            page = self._body(self.http.request("GET", self.url + PATH, fields=query))
            yield from page["data"]
            if not page["has_more"]:
                return
            query = {"after_id": page["last_id"]}

    @staticmethod
    def _body(response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
        if response.status != 200:
            raise RuntimeError(f"status {response.status}")
        return cast("dict[str, Any]", json.loads(response.data))
