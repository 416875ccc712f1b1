"""The start-up checks that need every room, and the formats content goes in and out by."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "alongside.config"
    label = "config"

    def ready(self) -> None:
        from alongside.catalogue import authoring
        from alongside.config import startup
        from alongside.fhir import content

        startup.register()
        authoring.FORMATS["fhir"] = authoring.Format(
            content.to_bundle, content.from_fhir, lambda document: "resourceType" in document
        )
