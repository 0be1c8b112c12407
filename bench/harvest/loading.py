"""Studies of ClinicalTrials.gov into one DuckDB table with the columns that the catalogue keeps.

The least that a load can be: DuckDB's own ``read_json`` with explicit types, nested lists left nested, nothing
harmonised, hashed, compared or published. Runs with duckdb alone, so the peers' environments can use it.
"""

from pathlib import Path
from typing import Any

import duckdb

PROTOCOL = """STRUCT(
    identificationModule STRUCT(
        nctId VARCHAR, nctIdAliases VARCHAR[], briefTitle VARCHAR, officialTitle VARCHAR, acronym VARCHAR,
        orgStudyIdInfo STRUCT(id VARCHAR, type VARCHAR, link VARCHAR),
        secondaryIdInfos STRUCT(id VARCHAR, type VARCHAR, domain VARCHAR, link VARCHAR)[]),
    statusModule STRUCT(
        overallStatus VARCHAR, lastKnownStatus VARCHAR, whyStopped VARCHAR,
        startDateStruct STRUCT(date VARCHAR, type VARCHAR),
        primaryCompletionDateStruct STRUCT(date VARCHAR, type VARCHAR),
        completionDateStruct STRUCT(date VARCHAR, type VARCHAR),
        studyFirstPostDateStruct STRUCT(date VARCHAR, type VARCHAR),
        lastUpdatePostDateStruct STRUCT(date VARCHAR, type VARCHAR),
        resultsFirstPostDateStruct STRUCT(date VARCHAR, type VARCHAR),
        dispFirstPostDateStruct STRUCT(date VARCHAR, type VARCHAR), statusVerifiedDate VARCHAR,
        studyFirstSubmitDate VARCHAR, lastUpdateSubmitDate VARCHAR, resultsFirstSubmitDate VARCHAR,
        dispFirstSubmitDate VARCHAR, delayedPosting BOOLEAN,
        expandedAccessInfo STRUCT(hasExpandedAccess BOOLEAN, nctId VARCHAR, statusForNctId VARCHAR)),
    sponsorCollaboratorsModule STRUCT(
        responsibleParty STRUCT(
            type VARCHAR, investigatorFullName VARCHAR, investigatorTitle VARCHAR, investigatorAffiliation VARCHAR,
            oldNameTitle VARCHAR, oldOrganization VARCHAR),
        leadSponsor STRUCT(name VARCHAR, class VARCHAR), collaborators STRUCT(name VARCHAR, class VARCHAR)[]),
    descriptionModule STRUCT(briefSummary VARCHAR, detailedDescription VARCHAR),
    oversightModule STRUCT(
        oversightHasDmc BOOLEAN, isFdaRegulatedDrug BOOLEAN, isFdaRegulatedDevice BOOLEAN, isUnapprovedDevice BOOLEAN,
        isPpsd BOOLEAN, isUsExport BOOLEAN, fdaaa801Violation BOOLEAN),
    conditionsModule STRUCT(conditions VARCHAR[], keywords VARCHAR[]),
    designModule STRUCT(
        studyType VARCHAR, phases VARCHAR[], enrollmentInfo STRUCT(count BIGINT, type VARCHAR),
        designInfo STRUCT(
            allocation VARCHAR, interventionModel VARCHAR, observationalModel VARCHAR, primaryPurpose VARCHAR,
            interventionModelDescription VARCHAR, timePerspective VARCHAR,
            maskingInfo STRUCT(masking VARCHAR, maskingDescription VARCHAR, whoMasked VARCHAR[])),
        targetDuration VARCHAR, patientRegistry BOOLEAN, bioSpec STRUCT(retention VARCHAR, description VARCHAR),
        expandedAccessTypes STRUCT(individual BOOLEAN, intermediate BOOLEAN, treatment BOOLEAN)),
    armsInterventionsModule STRUCT(
        armGroups STRUCT(label VARCHAR, type VARCHAR, description VARCHAR, interventionNames VARCHAR[])[],
        interventions STRUCT(
            name VARCHAR, type VARCHAR, description VARCHAR, otherNames VARCHAR[], armGroupLabels VARCHAR[])[]),
    outcomesModule STRUCT(
        primaryOutcomes STRUCT(measure VARCHAR, description VARCHAR, timeFrame VARCHAR)[],
        secondaryOutcomes STRUCT(measure VARCHAR, description VARCHAR, timeFrame VARCHAR)[],
        otherOutcomes STRUCT(measure VARCHAR, description VARCHAR, timeFrame VARCHAR)[]),
    eligibilityModule STRUCT(
        eligibilityCriteria VARCHAR, healthyVolunteers BOOLEAN, sex VARCHAR, minimumAge VARCHAR, maximumAge VARCHAR,
        genderBased BOOLEAN, genderDescription VARCHAR, stdAges VARCHAR[], studyPopulation VARCHAR,
        samplingMethod VARCHAR),
    contactsLocationsModule STRUCT(
        locations STRUCT(
            facility VARCHAR, status VARCHAR, city VARCHAR, state VARCHAR, zip VARCHAR, country VARCHAR,
            geoPoint STRUCT(lat DOUBLE, lon DOUBLE),
            contacts STRUCT(name VARCHAR, role VARCHAR, phone VARCHAR, phoneExt VARCHAR, email VARCHAR)[])[],
        centralContacts STRUCT(name VARCHAR, role VARCHAR, phone VARCHAR, phoneExt VARCHAR, email VARCHAR)[],
        overallOfficials STRUCT(name VARCHAR, affiliation VARCHAR, role VARCHAR)[]),
    referencesModule STRUCT(
        "references" STRUCT(
            pmid VARCHAR, type VARCHAR, citation VARCHAR, retractions STRUCT(pmid VARCHAR, source VARCHAR)[])[],
        seeAlsoLinks STRUCT(label VARCHAR, url VARCHAR)[],
        availIpds STRUCT(id VARCHAR, type VARCHAR, url VARCHAR, comment VARCHAR)[]),
    ipdSharingStatementModule STRUCT(
        ipdSharing VARCHAR, description VARCHAR, infoTypes VARCHAR[], timeFrame VARCHAR, accessCriteria VARCHAR,
        url VARCHAR))"""
BROWSE = "STRUCT(meshes STRUCT(id VARCHAR, term VARCHAR)[], ancestors STRUCT(id VARCHAR, term VARCHAR)[])"
DERIVED = f"""STRUCT(miscInfoModule STRUCT(removedCountries VARCHAR[]), conditionBrowseModule {BROWSE},
    interventionBrowseModule {BROWSE})"""
OTHER = "resultsSection JSON, documentSection JSON, annotationSection JSON"
"""Sections that few studies have, left as they are."""

MODULES = [
    "identificationModule",
    "statusModule",
    "sponsorCollaboratorsModule",
    "descriptionModule",
    "conditionsModule",
    "designModule",
    "armsInterventionsModule",
    "outcomesModule",
    "eligibilityModule",
    "contactsLocationsModule",
    "oversightModule",
    "referencesModule",
    "ipdSharingStatementModule",
]
LARGEST_PAGE_BYTES = 32 * 1024 * 1024


def load_pages(database: Path, folder: Path) -> int:
    """Load the pages ``*.json`` of a folder, as the API sends them; the number of trials in the table."""
    study = f"STRUCT(protocolSection {PROTOCOL}, derivedSection {DERIVED}, hasResults BOOLEAN, {OTHER})"
    columns = ", ".join(f"unnest(study.protocolSection.{module})" for module in MODULES)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"""
            CREATE TABLE trials AS
            SELECT {columns}, study.derivedSection, study.hasResults, study.resultsSection, study.documentSection,
                   study.annotationSection
            FROM (SELECT unnest(studies) AS study
                  FROM read_json('{folder / "*.json"}', columns = {{studies: '{study}[]'}},
                                 maximum_object_size = {LARGEST_PAGE_BYTES}))
            """
        )
        return _count(connection, "nctId")


def load_frame(database: Path, frame: Any) -> int:
    """Load a pandas data frame of flattened studies; the number of trials in the table."""
    with duckdb.connect(str(database)) as connection:
        connection.register("frame", frame)
        connection.execute("CREATE TABLE trials AS FROM frame")
        return _count(connection, '"protocolSection.identificationModule.nctId"')


def _count(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    row = connection.execute(f"SELECT count(DISTINCT {column}) FROM trials").fetchone()
    assert row is not None
    return int(row[0])
