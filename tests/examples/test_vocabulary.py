from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError, InputTypeError, RepscapeWarning, UnknownNameError
from tests.data_files import data_file

WIKI = {"words": np.array(["sun", "chair", "moon", "table"]), "vectors": np.arange(8.0).reshape(4, 2)}
TWEETS = {"words": np.array(["moon", "lol", "sun"]), "vectors": np.arange(9.0).reshape(3, 3)}


def test_words_come_in_the_order_asked_for_with_their_groups() -> None:
    found = rs.choose_words(WIKI, {"sky": ["moon", "sun"], "room": ["chair"]})
    assert found.kind == "vectors"
    np.testing.assert_array_equal(found.inputs, [[4, 5], [0, 1], [2, 3]])
    assert found.table["word"].tolist() == ["moon", "sun", "chair"]
    assert found.table["group"].tolist() == ["sky", "sky", "room"]
    assert "group" not in rs.choose_words(WIKI, ["sun"]).table


def test_of_a_word_held_twice_the_first_is_taken() -> None:
    twice = {"words": np.array(["a", "b", "a"]), "vectors": np.array([[1.0], [2.0], [3.0]])}
    np.testing.assert_array_equal(rs.choose_words(twice, ["b", "a"]).inputs, [[2], [1]])


def test_missing_words_are_named_and_leave_only_when_told_to() -> None:
    asked = ["sun", "kiwi", "Moon", "starfruit"]
    assert rs.missing_words(WIKI, asked) == ["kiwi", "Moon", "starfruit"]
    with pytest.raises(InputError, match=r"no 'kiwi', 'Moon', 'starfruit'\. It has 'moon'\..*missing='drop'"):
        rs.choose_words(WIKI, asked)
    with pytest.warns(RepscapeWarning, match="without words: .*'kiwi', 'Moon', 'starfruit'"):
        found = rs.choose_words(WIKI, asked, missing="drop")
    assert found.table["word"].tolist() == ["sun"]
    with pytest.raises(InputError, match="none of the words"), pytest.warns(RepscapeWarning, match="kiwi"):
        rs.choose_words(WIKI, ["kiwi"], missing="drop")


def test_two_vocabularies_meet_on_the_words_both_have() -> None:
    one, two = rs.shared_words(WIKI, TWEETS)
    assert one.table["word"].tolist() == two.table["word"].tolist() == ["sun", "moon"]
    np.testing.assert_array_equal(one.inputs, [[0, 1], [4, 5]])
    np.testing.assert_array_equal(two.inputs, [[6, 7, 8], [0, 1, 2]])
    wanted = {"sky": ["moon", "kiwi", "sun"], "room": ["chair"]}
    with pytest.raises(InputError, match="first has no 'kiwi'; second has no 'kiwi', 'chair'"):
        rs.shared_words(WIKI, TWEETS, wanted)
    with pytest.warns(RepscapeWarning, match="first has no 'kiwi'; second has no 'kiwi', 'chair'"):
        one, two = rs.shared_words(WIKI, TWEETS, wanted, missing="drop")
    assert one.table["group"].tolist() == two.table["group"].tolist() == ["sky", "sky"]
    with pytest.raises(InputError, match="share none"):
        rs.shared_words(WIKI, {"words": np.array(["lol"]), "vectors": np.eye(1)})


def test_what_is_no_list_of_words_or_no_vocabulary_is_refused() -> None:
    with pytest.raises(InputTypeError, match=r"such as \['sun'\]"):
        rs.choose_words(WIKI, "sun")
    with pytest.raises(InputError, match="different strings. Got 'sun', of b"):
        rs.choose_words(WIKI, {"a": ["sun"], "b": ["sun"]})
    with pytest.raises(InputError, match="at least one word"):
        rs.choose_words(WIKI, [])
    with pytest.raises(UnknownNameError, match="'raise', 'drop'"):
        rs.choose_words(WIKI, ["sun"], missing="skip")
    texts = rs.read_examples(pd.DataFrame({"text": ["good", "bad"]}))
    with pytest.raises(InputTypeError, match="must be word vectors. Got text"):
        rs.choose_words(texts, ["good"])


def test_the_exercise_lacks_the_words_that_are_known_to_be_missing() -> None:
    words = rs.list_recipes()["word-rsa"].options["words"].default
    assert rs.missing_words(data_file("glove_6B_50d_subset.npz"), words) == ["kiwi", "starfruit"]
    lacking = {"spaceship", "stool", "kiwi", "watermelon", "starfruit"}
    assert set(rs.missing_words(data_file("glove_twitter_25d_12k.npz"), words)) == lacking


def test_models_that_can_be_named() -> None:
    known = rs.vector_models()
    assert known["name"].is_unique
    assert {"glove-wiki-gigaword-50", "glove-twitter-25", "word2vec-google-news-300"} <= set(known["name"])
    named = known["name"].str.extract(r"(\d+)$")[0].astype(int)
    assert (named == known["dimensions"]).all()
