from ._models import MARK, Settled, forecast_models, settle
from ._pictures import Pictures, evenly, first_of_classes, forecast_pictures, read_list, read_pictures
from ._proteins import (
    FAMILY,
    SUPERFAMILY,
    Proteins,
    esm2_size,
    esm2_sizes,
    extract_layers,
    forecast_proteins,
    read_proteins,
    stand_ins,
    tiny_ones,
)
from ._resnet_torch import open_resnet, random_resnet, scores
from ._reviews import LABEL, forecast_reviews, other_than_published, read_reviews, save_tiny
from ._saved import matrix_results, saved_models, two_of
from ._stand_in_text_torch import untrained_twin
from ._stand_in_torch import save_tiny_imagegpt
from ._trained_digits import KINDS, PLAIN, Trained, train_digits

__all__ = [
    "FAMILY",
    "KINDS",
    "LABEL",
    "MARK",
    "PLAIN",
    "Pictures",
    "Proteins",
    "SUPERFAMILY",
    "Settled",
    "Trained",
    "esm2_size",
    "esm2_sizes",
    "evenly",
    "extract_layers",
    "first_of_classes",
    "forecast_models",
    "forecast_pictures",
    "forecast_proteins",
    "forecast_reviews",
    "matrix_results",
    "open_resnet",
    "other_than_published",
    "random_resnet",
    "read_list",
    "read_pictures",
    "read_proteins",
    "read_reviews",
    "save_tiny",
    "save_tiny_imagegpt",
    "saved_models",
    "scores",
    "settle",
    "stand_ins",
    "tiny_ones",
    "train_digits",
    "two_of",
    "untrained_twin",
]
