"""The SBOM (CycloneDX) and the provenance (in-toto, SLSA) of a release; the same bytes for the same commit.

A library does not fix the versions of what it needs, so the SBOM names each requirement with its range; an environment's
own SBOM says which versions it holds.
"""

# The library's classes get their constructors from a decorator that mypy sees through and pyright does not.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
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
    """The SBOM of the wheel, as CycloneDX JSON."""
    bom = Bom(serial_number=uuid5(NAMESPACE_OID, f"{project.name} {project.version} {commit.sha}"))
    bom.metadata.timestamp = commit.time
    for tool in BUILD_TOOLS:
        bom.metadata.tools.components.add(_component(tool, version(tool)))
    subject = _component(project.name, str(project.version))
    subject.description = project.metadata["description"]
    subject.licenses.add(LicenseFactory().make_with_expression(project.metadata["license"]))
    bom.metadata.component = subject
    requirements = [_requirement(text) for text in project.metadata["dependencies"]]
    for extra, texts in project.metadata.get("optional-dependencies", {}).items():
        requirements += [_requirement(text, extra) for text in texts]
    bom.components.update(requirements)
    bom.register_dependency(subject, requirements)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    return _render(json.loads(text))


def provenance(commit: Commit, digests: Mapping[str, str]) -> str:
    """The statement of what the files with these SHA-256 digests were built from, and with what."""
    tools = [{"uri": str(_component(tool, version(tool)).purl)} for tool in BUILD_TOOLS]
    predicate = {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {"commit": commit.sha},
            "resolvedDependencies": [{"name": "source", "digest": {"gitCommit": commit.sha}}, *tools],
        },
        "runDetails": {"builder": {"id": BUILD_TYPE}},
    }
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in digests.items()],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": predicate,
    }
    return _render(statement)


def _render(content: object) -> str:
    # Indented for people; keys sorted so that no release of the library can shuffle them.
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _component(name: str, release: str | None) -> Component:
    purl = PackageURL(type="pypi", name=canonicalize_name(name), version=release)
    return Component(name=name, version=release, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl))


def _requirement(text: str, extra: str | None = None) -> Component:
    requirement = Requirement(text)
    component = _component(requirement.name, None)
    component.scope = ComponentScope.OPTIONAL if extra or requirement.marker else ComponentScope.REQUIRED
    component.properties.add(Property(name="requirement", value=f"{text}; extra == '{extra}'" if extra else text))
    return component
