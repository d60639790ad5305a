"""octoDNS's YAML provider as a target that is read; its own answers that a target is always empty."""

from __future__ import annotations

from octodns.provider.yaml import YamlProvider  # type: ignore[import-not-found]  # in an environment of its own


class LiveYaml(YamlProvider):  # type: ignore[misc]
    """Zones in YAML files, compared as those of any service are."""

    def populate(self, zone, target=False, lenient=False):  # type: ignore[no-untyped-def]
        """See `YamlProvider.populate`."""
        return super().populate(zone, target=False, lenient=lenient)
