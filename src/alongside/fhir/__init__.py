"""The same rooms for other systems: FHIR R4 shapes, out and in."""
