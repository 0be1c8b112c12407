"""Vocabulary files: what can be loaded, what is refused, and that our own table holds together."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from matcher.terminology import Terminology, curated, default, store
from matcher.terminology.compile import compile_terminology
from matcher.terminology.files import read_vocabulary
from matcher.terminology.model import UnknownVocabularyError
from tests.support.shared_data import SHARED, needs_shared

TERMS = SHARED / "terminology"
OBO = """format-version: 1.2
data-version: releases/2026-01-01
ontology: doid

[Term]
id: DOID:0000001
name: example myositis
synonym: "sample muscle inflammation" EXACT []
synonym: "the so-called \\"sample\\"" EXACT []
synonym: "wider sample" BROAD []
xref: ORPHA:999999 "somewhere"

[Term]
id: DOID:0000002
name: special example myositis
is_a: DOID:0000001 {source="somewhere"} ! example myositis

[Term]
id: DOID:0000003
name: former myositis
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


def concept(terminology: Terminology, name: str) -> int:
    """First concept of a normalised name."""
    return terminology.concepts_of_key(terminology.key_index[name])[0][0]


def test_curated_rows_refer_to_each_other_and_have_sources() -> None:
    vocabulary = curated.load()
    known = {row.id for row in vocabulary.concepts}
    assert {row.id for row in vocabulary.codes} <= known
    assert {row.id for row in vocabulary.names} <= known | default().place_of.keys()
    ends = {row.subject for row in vocabulary.edges} | {row.object for row in vocabulary.edges}
    assert ends <= known | default().place_of.keys()
    assert all(row.source and 0 < row.weight <= 1 for row in vocabulary.edges)
    assert len(known) >= 40


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_an_obo_file_is_loaded_and_merged(tmp_path: Path, line_end: str, encoding: str) -> None:
    path = tmp_path / "example.obo"
    path.write_bytes(OBO.replace("\n", line_end).encode(encoding))
    info = store.load_file(path, tmp_path / "terms")
    assert (info.name, info.licence) == ("DOID", "CC0 1.0")
    terminology = compile_terminology([curated.load(), *store.vocabularies(tmp_path / "terms")], "test")
    assert terminology.ids[concept(terminology, "sample muscle inflammation")] == "DOID:0000001"
    assert terminology.by_code("ORPHA:999999") == [concept(terminology, "example myositis")]
    assert terminology.ids[concept(terminology, "the so called sample")] == "DOID:0000001"
    (above,) = terminology.edges(concept(terminology, "special example myositis"))
    assert terminology.ids[above.other] == "DOID:0000001"
    assert "DOID:0000003" not in terminology.place_of
    assert not {"part of", "wider sample"} & terminology.key_index.keys()


def test_a_damaged_obo_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "example.obo"
    path.write_text(OBO + '\n[Term]\nid: DOID:0000004\nname: cut short\nsynonym: "no end', encoding="utf-8")
    with pytest.raises(UnknownVocabularyError, match="looks like a vocabulary file and cannot be read"):
        store.load_file(path, tmp_path / "terms")


def test_other_files_are_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of that kind", encoding="utf-8")
    with pytest.raises(UnknownVocabularyError, match="no vocabulary file"):
        store.load_file(path, tmp_path / "terms")
    assert store.loaded_files(tmp_path / "terms") == []


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "doid.obo").write_text(OBO, encoding="utf-8")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "web"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_update_fetches_official_files(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCITRIALS_DOID_URL", address)
    (info,) = store.update(("doid",), tmp_path / "terms")
    assert info.version == "2026-01-01"
    monkeypatch.setenv("CALCITRIALS_DOID_URL", f"{address}/absent/")
    with pytest.raises(store.TermsDownloadError, match="could not be fetched"):
        store.update(("doid",), tmp_path / "terms")
    with pytest.raises(UnknownVocabularyError, match="none of the vocabularies"):
        store.update(("umls",), tmp_path / "terms")


@needs_shared
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mondo/mondo_exactmatch_orphanet.sssom.tsv.gz", "Mondo"),
        ("mondo/ordo-2_6-2018-07-12.json.gz", "ORDO"),
        ("mondo/doid-2018-07-05.json.gz", "DOID"),
        ("doid/DO_rare_slim.obo.gz", "DOID"),
        ("hpo/hp-fr.babelon.tsv.gz", "HPO"),
        ("hpo/hp-nl.synonyms.tsv.gz", "HPO"),
    ],
)
def test_official_files_are_read(file: str, name: str) -> None:
    vocabulary = read_vocabulary(TERMS / file)
    assert vocabulary.info.name == name
    assert len(vocabulary.names) > 1000
    assert not any(row.code.startswith(("SNOMED", "UMLS")) for row in vocabulary.codes)
