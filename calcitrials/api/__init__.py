"""The interface for programs: JSON over HTTP, FHIR, CDS Hooks. It lives beside the page and behind the same guard."""
