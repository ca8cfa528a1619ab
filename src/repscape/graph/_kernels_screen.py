"""The loops of the candidate screen, compiled: the scan of product tiles, exact re-ranking.

A tile holds products g[i, j] of encoded rows. With the biases of `_certify`, the score g[i, j] - bias[i] - bias[j] bounds
nearness from above, so what is discarded for its score is certainly no nearer than the row's floor says.
"""

from __future__ import annotations

import numba
import numpy as np

from ._kernels import REORDER, sink, squared


@numba.njit(nogil=True, cache=True)
def column_ranges(block, total, low, high):  # type: ignore[no-untyped-def]
    """Add a block to each column's sum and range."""
    for i in range(block.shape[0]):
        for t in range(block.shape[1]):
            x = numba.float64(block[i, t])
            total[t] += x
            low[t] = x if x < low[t] else low[t]
            high[t] = x if x > high[t] else high[t]


@numba.njit(nogil=True, cache=True)
def scaled(whole, rows_step, cols_step, out):  # type: ignore[no-untyped-def]
    """Integer products times the steps of their row and column."""
    for i in range(whole.shape[0]):
        step = rows_step[i]
        for j in range(whole.shape[1]):
            out[i, j] = np.float32(whole[i, j]) * cols_step[j] * step


@numba.njit(nogil=True, inline="always")
def cut(scores, row, width, keep, spare):  # type: ignore[no-untyped-def]
    """Return (low, high): above `low` are at least `keep` scores, at most `spare` more unless they tie at `high`.

    Found by halving the range of scores: counting is vectorised, sorting would not be. Where many scores tie at the lowest,
    fewer than `keep` may lie above it.
    """
    low = scores[row, 0]
    high = low
    for t in range(width):
        score = scores[row, t]
        low = score if score < low else low
        high = score if score > high else high
    for _ in range(64):
        middle = low + (high - low) / 2
        if middle <= low or middle >= high:
            break
        above = np.int32(0)
        for t in range(width):
            above += np.int32(scores[row, t] > middle)
        if above < keep:
            high = middle
        else:
            low = middle
            if above <= keep + spare:
                break
    return low, high


@numba.njit(nogil=True, cache=True)
def compact(scores, ids, count, floor, row, keep, spare):  # type: ignore[no-untyped-def]
    """Keep the best `keep` to `keep` + `spare` entries of a full row; its floor rises to what was discarded."""
    width = scores.shape[1]
    low, high = cut(scores, row, width, keep, spare)
    above = np.int32(0)
    for t in range(width):
        above += np.int32(scores[row, t] > low)
    ties = max(0, keep - above)
    if above > keep + spare:  # ties just above `low`, which halving cannot part: some of those at `high` have to go
        low = high
        ties = keep
        for t in range(width):
            ties -= 1 if scores[row, t] > high else 0
    place = 0
    for t in range(width):
        score = scores[row, t]
        index = ids[row, t]
        tied = score == low and ties > 0
        if tied:
            ties -= 1
        scores[row, place] = score
        ids[row, place] = index
        place += 1 if tied or score > low else 0
    floor[row] = max(floor[row], low)  # what came in before the last rise may lie below it: a floor never falls
    count[row] = place


@numba.njit(nogil=True, cache=True)
def raise_floors(tile, rows_bias, cols_bias, first_row, floor, rank):  # type: ignore[no-untyped-def]
    """Raise each row's floor to about its rank-th score in the tile, some columns drawn from all points."""
    width = cols_bias.shape[0]
    line = np.empty((1, width), tile.dtype)
    for i in range(tile.shape[0]):
        for j in range(width):
            line[0, j] = tile[i, j] - cols_bias[j] - rows_bias[i]
        low, _ = cut(line, 0, width, rank, rank // 8)
        floor[first_row + i] = max(floor[first_row + i], low)


@numba.njit(nogil=True, inline="always")
def marked(marks, hits):  # type: ignore[no-untyped-def]
    """Write the places of the marks that are not 0 into `hits`; return their number. Eight are looked at together."""
    words = marks.view(np.uint64)
    number = 0
    for w in range(words.shape[0]):
        if words[w] != 0:
            for s in range(8):
                hits[number] = 8 * w + s
                number += 1 if marks[8 * w + s] != 0 else 0
    return number


@numba.njit(nogil=True, cache=True)
def scan(  # type: ignore[no-untyped-def]
    tile,
    rows_bias,
    cols_bias,
    first_row,
    first_col,
    both,
    own,
    scores,
    ids,
    count,
    floor,
    keep,
    spare,
    need,
    marks,
    hits,
):
    """Push what passes each row's floor into the row's buffer; own[row] is left out.

    With `both`, rows and columns are two different blocks of the same points, and the columns are served in the same pass.
    """
    width = cols_bias.shape[0]
    marks[width:] = 0
    if both:
        for j in range(width):
            need[j] = floor[first_col + j] + cols_bias[j]
    for i in range(tile.shape[0]):
        row = first_row + i
        bias = rows_bias[i]
        least = floor[row] + bias
        if both:
            for j in range(width):
                g = tile[i, j]
                marks[j] = np.uint8(g - cols_bias[j] > least) | (np.uint8(g - bias > need[j]) << np.uint8(1))
        else:
            for j in range(width):
                marks[j] = np.uint8(tile[i, j] - cols_bias[j] > least)
        number = marked(marks, hits)
        for h in range(number):
            j = hits[h]
            column = first_col + j
            if column == own[row]:
                continue
            score = tile[i, j] - cols_bias[j] - bias
            for way in range(2):  # 0: the column is a candidate of the row, 1: the row of the column
                if marks[j] >> way & 1 == 0:
                    continue
                taker, given = (row, column) if way == 0 else (column, row)
                place = count[taker]
                scores[taker, place] = score
                ids[taker, place] = given
                count[taker] = place + 1
                if place + 1 == scores.shape[1]:
                    compact(scores, ids, count, floor, taker, keep, spare)
                    if way == 1:
                        need[j] = floor[column] + cols_bias[j]


@numba.njit(nogil=True, cache=True, fastmath=REORDER)
def rerank(queries, block, first, scores, ids, count, shrink, values, nearest):  # type: ignore[no-untyped-def]
    """Compare the candidates that lie in `block` (rows first, first + 1, ...) exactly; offer them to each query's heap.

    shrink * -score is a certain lower bound of the squared distance: what it puts beyond the heap is passed over. So the best
    k by score go first. Four are compared together, which hides the wait for memory; all in one way, so that equal points
    have equal values to the last bit. Returns how many compared candidates broke the bound, which no sound product can do.
    """
    width = values.shape[1]
    picked = np.empty(scores.shape[1] + 4, np.int64)
    gaps = np.empty(4)
    broken = 0
    for q in range(queries.shape[0]):
        best, _ = cut(scores, q, count[q], width, width // 8) if count[q] > 0 else (scores[q, 0], scores[q, 0])
        for turn in range(2):
            number = 0
            for t in range(count[q]):
                inside = ids[q, t] >= first and ids[q, t] < first + block.shape[0]
                fits = -shrink * scores[q, t] <= values[q, 0]
                picked[number] = t
                number += 1 if inside and fits and (scores[q, t] > best) == (turn == 0) else 0
            for p in range(4):
                picked[number + p] = picked[max(number - 1, 0)]
            for p in range(0, number, 4):
                a, b = ids[q, picked[p]] - first, ids[q, picked[p + 1]] - first
                c, d = ids[q, picked[p + 2]] - first, ids[q, picked[p + 3]] - first
                sum_a = sum_b = sum_c = sum_d = 0.0
                for t in range(queries.shape[1]):
                    x = numba.float64(queries[q, t])
                    gap_a, gap_b = x - numba.float64(block[a, t]), x - numba.float64(block[b, t])
                    gap_c, gap_d = x - numba.float64(block[c, t]), x - numba.float64(block[d, t])
                    sum_a += gap_a * gap_a
                    sum_b += gap_b * gap_b
                    sum_c += gap_c * gap_c
                    sum_d += gap_d * gap_d
                gaps[0], gaps[1], gaps[2], gaps[3] = sum_a, sum_b, sum_c, sum_d
                for s in range(min(4, number - p)):
                    value = gaps[s]
                    index = ids[q, picked[p + s]]
                    broken += 1 if value < -shrink * scores[q, picked[p + s]] else 0
                    if value > values[q, 0] or (value == values[q, 0] and index > nearest[q, 0]):
                        continue
                    values[q, 0], nearest[q, 0] = value, index
                    sink(values, nearest, q, 0, width)
    return broken


@numba.njit(nogil=True, cache=True)
def scan_exact(tile, rows_bias, cols_bias, queries, block, first, own, shrink, limit, values, nearest):  # type: ignore[no-untyped-def]
    """Compare exactly every pair of the tile that the bound cannot put beyond the query's `limit` or its heap.

    Returns how many compared pairs broke the bound.
    """
    width = values.shape[1]
    broken = 0
    for q in range(tile.shape[0]):
        most = min(limit[q], values[q, 0])
        for j in range(tile.shape[1]):
            least = shrink * (rows_bias[q] + cols_bias[j] - tile[q, j])
            index = first + j
            if least > most or index == own[q]:
                continue
            value = squared(queries, q, block, j)
            broken += 1 if value < least else 0
            if value > values[q, 0] or (value == values[q, 0] and index > nearest[q, 0]):
                continue
            values[q, 0], nearest[q, 0] = value, index
            sink(values, nearest, q, 0, width)
            most = min(limit[q], values[q, 0])
    return broken
