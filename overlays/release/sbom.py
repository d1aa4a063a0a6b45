"""The SBOM (CycloneDX) and the provenance (in-toto, SLSA) of a release; the same bytes for the same commit.

A library does not fix the versions of what it needs, so the SBOM names each requirement with its range; the SBOM of an
environment says which versions it holds.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from release.project import Commit, Project

BUILD_TOOLS = ("hatchling", "openapi-python-client", "datamodel-code-generator", "ruff")
"""The tools that decide the bytes: the builder, the generators, their formatter."""
BUILD_TYPE = "urn:boltz-api-keys:release-build:v1"
"""``python -m release build``: the packages of the commit, built by the tools that the provenance names."""


def bill(project: Project, commit: Commit) -> str:
    """The SBOM of the wheel."""
    about = project.metadata
    subject = _component(project.name, str(project.version))
    requirements = [_requirement(text) for text in about["dependencies"]]
    for extra, texts in about.get("optional-dependencies", {}).items():
        requirements += [_requirement(text, extra) for text in texts]
    references = [component["bom-ref"] for component in requirements]
    return _render(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_OID, f'{project.name} {project.version} {commit.sha}')}",
            "metadata": {
                "timestamp": commit.time.isoformat(),
                "tools": {"components": [_component(tool, version(tool)) for tool in BUILD_TOOLS]},
                "component": {
                    **subject,
                    "description": about["description"],
                    "licenses": [{"expression": about["license"]}],
                },
            },
            "components": requirements,
            "dependencies": [
                {"ref": subject["bom-ref"], "dependsOn": references},
                *({"ref": reference} for reference in references),
            ],
        }
    )


def provenance(commit: Commit, digests: Mapping[str, str]) -> str:
    """The statement of the commit and the tools that the files with these SHA-256 digests were built from."""
    tools = [{"uri": _component(tool, version(tool))["purl"]} for tool in BUILD_TOOLS]
    predicate = {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {"commit": commit.sha},
            "resolvedDependencies": [{"name": "source", "digest": {"gitCommit": commit.sha}}, *tools],
        },
        "runDetails": {"builder": {"id": BUILD_TYPE}},
    }
    return _render(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in digests.items()],
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": predicate,
        }
    )


def _render(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _component(name: str, release: str | None = None) -> dict[str, Any]:
    purl = f"pkg:pypi/{canonicalize_name(name)}{f'@{release}' if release else ''}"
    return {"type": "library", "name": name, "purl": purl, "bom-ref": purl} | ({"version": release} if release else {})


def _requirement(text: str, extra: str | None = None) -> dict[str, Any]:
    requirement = Requirement(text)
    return {
        **_component(requirement.name),
        "scope": "optional" if extra or requirement.marker else "required",
        "properties": [{"name": "requirement", "value": f"{text}; extra == '{extra}'" if extra else text}],
    }
