"""The SBOM: what the wheel is and what it asks for, as CycloneDX, the same bytes for the same commit.

A library does not fix the versions of what it needs, so the bill names each requirement with its range; what an
environment really holds is for the environment's own bill to say.
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
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from release.distributions import Distributions, sha256

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from release.repository import Commit

BUILD_TOOLS = ("hatchling", "openapi-python-client", "datamodel-code-generator", "ruff")
"""What decides the bytes: the builder, the generators, their formatter."""


def render(distributions: Distributions, commit: Commit) -> str:
    """The bill of ``distributions``, as CycloneDX JSON."""
    bom = Bom(serial_number=uuid5(NAMESPACE_OID, " ".join(map(sha256, distributions.files))))
    bom.metadata.timestamp = commit.time
    for tool in BUILD_TOOLS:
        bom.metadata.tools.components.add(_component(tool, version(tool)))
    metadata = distributions.metadata()
    subject = _component(metadata.name, str(metadata.version))
    subject.description = metadata.summary
    subject.licenses.add(LicenseFactory().make_with_expression(metadata.license_expression or ""))
    for file in distributions.files:
        digest = HashType(alg=HashAlgorithm.SHA_256, content=sha256(file))
        place = XsUri(file.name)
        subject.external_references.add(
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=place, hashes=[digest])
        )
    bom.metadata.component = subject
    requirements = [_requirement(requirement) for requirement in metadata.requires_dist or []]
    bom.components.update(requirements)
    bom.register_dependency(subject, requirements)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    # Indented for people; keys sorted so that no release of the library can shuffle them.
    return json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _component(name: str, release: str | None) -> Component:
    purl = PackageURL(type="pypi", name=canonicalize_name(name), version=release)
    return Component(name=name, version=release, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl))


def _requirement(requirement: Requirement) -> Component:
    component = _component(requirement.name, None)
    component.scope = ComponentScope.OPTIONAL if requirement.marker else ComponentScope.REQUIRED
    component.properties.add(Property(name="requirement", value=str(requirement)))
    return component
