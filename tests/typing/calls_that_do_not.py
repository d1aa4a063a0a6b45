"""Wrong calls. Each marked line must be an error to mypy and to pyright: both report a mark that nothing needs."""

from __future__ import annotations

import httpx

from boltz_api import AsyncBoltz, Boltz, not_given, omit
from boltz_api.types.admin import APIKey


def create(client: Boltz) -> None:
    client.admin.api_keys.create()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.admin.api_keys.create("x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.admin.api_keys.create(name=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.create(name="x", mode="prod")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.create(name="x", expires_in_days="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.create(name="x", allowed_ips=[1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.create(name="x", colour="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.admin.api_keys.create(name="x", timeout="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def left_out(client: Boltz) -> None:
    client.admin.api_keys.create(name=omit)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.revoke(omit)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.list(limit=not_given)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.list(extra_query=omit)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def others(client: Boltz) -> None:
    client.admin.api_keys.list(limit="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.list(page=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.admin.api_keys.revoke()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.admin.api_keys.revoke(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.find(activ=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.admin.api_keys.rotate("id", check=lambda: None)  # type: ignore[arg-type, misc]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.rotate(client)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.rotate("id", expires_in_days="ever")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.candidates(ValueError())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.admin.api_keys.delete("id")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    client.admin.api_keys.with_raw_response.find()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    client.get("/x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.get("/x", cast_to=str, options={"header": {}})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def models(key: APIKey) -> None:
    key.name = "y"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    str(key.colour)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]


def clients(threads: httpx.Client, tasks: httpx.AsyncClient) -> None:
    Boltz("k")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Boltz(api_key=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Boltz(retries=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Boltz(http_client=tasks)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncBoltz(http_client=threads)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def forgotten(client: AsyncBoltz) -> None:
    str(client.admin.api_keys.revoke("id").id)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]
    for _ in client.admin.api_keys.list():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
        pass
