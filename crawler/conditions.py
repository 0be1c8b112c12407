"""The default crawl: calcification and ossification outside bone, and the diseases that cause them.

Registries other than ClinicalTrials.gov expand no synonyms, so each name is asked for.
"""

MANIFESTATIONS = (
    "calcinosis",
    "calcinosis cutis",
    "calcinosis universalis",
    "calciphylaxis",
    "calcific uremic arteriolopathy",
    "dystrophic calcification",
    "ectopic calcification",
    "ectopic ossification",
    "heterotopic calcification",
    "heterotopic ossification",
    "metastatic calcification",
    "myositis ossificans",
    "osteoma cutis",
    "soft tissue calcification",
    "subcutaneous calcification",
    "subcutaneous ossification",
    "tumoral calcinosis",
)
CAUSES = (
    "Albright hereditary osteodystrophy",
    "arterial calcification due to deficiency of CD73",
    "CREST syndrome",
    "dermatomyositis",
    "ENPP1 deficiency",
    "fibrodysplasia ossificans progressiva",
    "generalized arterial calcification of infancy",
    "inactivating PTH/PTHrP signalling disorder",
    "iPPSD2",
    "juvenile dermatomyositis",
    "limited cutaneous systemic sclerosis",
    "mixed connective tissue disease",
    "progressive osseous heteroplasia",
    "pseudohypoparathyroidism",
    "pseudopseudohypoparathyroidism",
    "pseudoxanthoma elasticum",
    "scleroderma",
    "systemic sclerosis",
)
DEFAULT_CONDITIONS = (*MANIFESTATIONS, *CAUSES)
