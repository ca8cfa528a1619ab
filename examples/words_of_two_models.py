"""Two models of word vectors on the words that both have: selectivity, RSA, clusters, and their figures.

    python examples/words_of_two_models.py

draws made-up vectors, so that it runs anywhere. Real ones come by name or from a file, as in
`rs.shared_words("glove-wiki-gigaword-50", "glove-twitter-25", WORDS, missing="drop")`; `rs.vector_models()` lists the names.
"""

import numpy as np

import repscape as rs
from repscape.figures import Drawing, draw_clusters, draw_rsa, draw_strip, save_drawings

WORDS = {
    "sky": ["sun", "moon", "star", "planet", "comet"],
    "room": ["chair", "table", "couch", "floor", "lamp"],
    "fruit": ["apple", "banana", "pear", "peach", "kiwi"],
}


def made_up(size, *, lacks, seed):
    """Vectors around a centre for each kind."""
    rng = np.random.default_rng(seed)
    words = [word for members in WORDS.values() for word in members]
    vectors = np.repeat(rng.normal(size=(3, size)), 5, axis=0) + 0.5 + rng.normal(size=(15, size))
    kept = [place for place, word in enumerate(words) if word != lacks]
    return {"words": np.array(words)[kept], "vectors": vectors[kept]}


first, second = made_up(50, lacks="kiwi", seed=0), made_up(25, lacks="comet", seed=1)
lacking = set(rs.missing_words(first, WORDS)) | set(rs.missing_words(second, WORDS))
print("left out, as one of the models lacks them:", ", ".join(sorted(lacking)))

wanted = {kind: [word for word in words if word not in lacking] for kind, words in WORDS.items()}
one, two = rs.shared_words(first, second, wanted)
names, kinds = list(one.table["word"]), list(one.table["group"])

selectivity = {name: rs.select_category(side.inputs, kinds) for name, side in (("first", one), ("second", two))}
alike = rs.sim_rsa(one.inputs, two.inputs)
plane = rs.embed(one.inputs, method="tsne", perplexity=5)
clusters = rs.cluster_dbscan(plane, eps=20, min_points=3)
for name, found in selectivity.items():
    print(f"{name}: within / between = {found.value:.2f} ± {found.stderr:.2f}")
print(f"RSA: r = {alike.value:.2f}; clusters of the first: {rs.cluster_members(clusters, names)}")

rdms = [rs.rdm(side.inputs, metric="cosine") for side in (one, two)]
drawings = [
    Drawing("strip", draw_strip(selectivity), "Similarity within and between kinds."),
    Drawing(
        "rsa", draw_rsa(*rdms, names=("first", "second"), found=alike, groups=kinds), "One dot for each pair of words."
    ),
    Drawing("clusters", draw_clusters({"first": plane}, {"first": clusters}, names=names), "Words on the t-SNE plane."),
]
print(f"{len(save_drawings(drawings, 'words', ['png']))} figures in words/")
