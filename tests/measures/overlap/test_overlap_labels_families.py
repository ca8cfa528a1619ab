"""Label overlap beyond families on real proteins: SCOPe domains, told apart by how often each pair of residues occurs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import GraphDepthError
from tests.data_files import data_file

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
K = 10


@pytest.fixture(scope="module")
def domains() -> pd.DataFrame:
    return pd.read_csv(data_file("scope208_35pct_superfamilies.csv.gz"))


@pytest.fixture(scope="module")
def graph(domains: pd.DataFrame) -> rs.NeighborGraph:
    largest = int(domains["family"].value_counts().max())
    return rs.knn_graph(pair_counts(domains["seq"]), K + largest - 1)


def pair_counts(sequences: pd.Series) -> np.ndarray:
    """Return the (n, 400) counts of residues that follow each other."""
    place = {residue: number for number, residue in enumerate(RESIDUES)}
    counts = np.zeros((len(sequences), 400))
    for row, sequence in enumerate(sequences.str.upper()):
        codes = np.array([place.get(residue, -1) for residue in sequence])
        known = (codes[:-1] >= 0) & (codes[1:] >= 0)
        np.add.at(counts[row], 20 * codes[:-1][known] + codes[1:][known], 1)
    return counts


def by_walking(graph: rs.NeighborGraph, labels: list[str], families: list[str], row: int) -> float:
    """Walk outwards from one domain, pass over its family, and stop at the tenth."""
    met = [j for j in graph.indices[row] if families[j] != families[row]][:K]
    assert len(met) == K
    return sum(labels[j] == labels[row] for j in met) / K


def test_neighbours_of_the_same_family_are_never_counted(domains: pd.DataFrame, graph: rs.NeighborGraph) -> None:
    families = domains["family"].to_numpy()
    # If one were counted, families as labels would agree somewhere; without exclude they often do.
    beyond = rs.overlap_labels(graph, families, k=K, exclude=families)
    assert (beyond.value, beyond.per_point.max(), beyond.chance, beyond.details["ceiling"]) == (0, 0, 0, 0)
    counted = rs.overlap_labels(graph, families, k=K)
    assert counted.value > 3 * counted.chance > 0


def test_every_row_by_walking(domains: pd.DataFrame, graph: rs.NeighborGraph) -> None:
    labels, families = domains["superfamily"].tolist(), domains["family"].tolist()
    found = rs.overlap_labels(graph, labels, k=K, exclude=families)
    np.testing.assert_array_equal(found.per_point, [by_walking(graph, labels, families, i) for i in range(graph.n)])
    assert found.value < rs.overlap_labels(graph, labels, k=K).value
    assert found.value > found.chance


def test_ceiling_of_these_domains(domains: pd.DataFrame, graph: rs.NeighborGraph) -> None:
    found = rs.overlap_labels(graph, domains["superfamily"], k=K, exclude=domains["family"])
    assert f"{found.details['ceiling']:.3f}" == "0.970"


def test_a_graph_too_shallow_says_how_deep_it_must_be(domains: pd.DataFrame, graph: rs.NeighborGraph) -> None:
    with pytest.raises(GraphDepthError, match=r"knn_graph\(X, k=58\) is always deep enough"):
        rs.overlap_labels(graph.truncate(K), domains["superfamily"], k=K, exclude=domains["family"])


def test_by_hand() -> None:
    # Six proteins on a line; families (a a) (b b) (c) (d), superfamilies S S S T T S. Two neighbours outside the family of
    # protein 0 at 0: those at 2 and 3 (1 is family) -> S T. Of 1: 2, 3 -> S T. Of 2 at 2: 1 and 0 (3 is family) -> S S.
    # Of 3 at 3: 4 and 1 (2 is family) -> T S. Of 4 at 4.5: 3 and 5 -> T S. Of 5 at 5.6: 4 and 3 -> T T.
    at = np.array([0.0, 0.9, 2.0, 3.0, 4.5, 5.6])[:, None]
    superfamily, family = list("SSSTTS"), list("aabbcd")
    found = rs.overlap_labels(rs.knn_graph(at, 3), superfamily, k=2, exclude=family)
    assert found.per_point.tolist() == [0.5, 0.5, 1.0, 0.5, 0.5, 0.0]
