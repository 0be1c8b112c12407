"""Trials as FHIR resources. R4 is what hospitals speak; R5 names some elements anew.

The resources are plain JSON values made here, not objects of fhir.resources: importing that takes most of a second and
27 MB, and it looks at shapes alone, not at code lists. The tests let it judge what is made here.
"""
