"""From a commit to a release that can be trusted: what changed, the same bytes twice, published once.

``python -m release`` with ``overlays`` on the path; the nox sessions of the same names call it:

* ``changes``: the contract's and the Python API's changes since the last release, and the version they demand.
* ``build``: wheel, sdist, SBOM and checksums from the commit, built twice and compared byte by byte.
* ``publish``: the same, sent to an index that never overwrites.
* ``serve``: the embedded index, for trying out what was published to it.
* ``installed``: the wheel as users get it, in clean environments.
* ``demo``: the whole story in one command.

None of this is in the wheel.
"""
