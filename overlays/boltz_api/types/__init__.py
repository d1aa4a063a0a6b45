"""The types of arguments and responses, by the names that code written for other clients of this API uses."""

from __future__ import annotations

from boltz_api.types import admin as admin
